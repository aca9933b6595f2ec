"""Writes the parts of a report into one file."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

README = """\
Report of a MultiFon gateway, {when} UTC.

settings.json   what is set, passwords as stars
versions.json   software, system, board
status.json     accounts, lines and counters (only if the gateway ran)
calls.json      the last calls: verdict, evidence, voice figures
calls.txt       the same, to read
trace.txt       the last SIP messages, without credentials (only if the gateway ran)
log.txt         the last lines of the log
problems.txt    what could not be had

Passwords, digest values and Authorization headers are removed. Addresses are not.
Telephone numbers and names: {numbers}

Отчёт шлюза МультиФон. Пароли и данные проверки подлинности удалены, адреса остались.
Номера и имена: {numbers_ru}
"""
KEPT = ("as they are", "оставлены")
REPLACED = ("replaced by stand-ins", "заменены условными")


def write(path: Path, parts: Mapping[str, str], clean: Callable[[str], str]) -> None:
    """Write ``parts`` (text by file name) as a ZIP file that only its owner may read.

    ``clean`` takes out of every text what must not be told; an empty part is left away.  An
    existing file is replaced as a whole.  ``OSError`` if it cannot be written.
    """
    new = path.with_name(f".{path.name}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with (
            os.fdopen(descriptor, "wb") as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        ):
            for name, text in parts.items():
                if text:
                    archive.writestr(name, clean(text))
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def readme(when: datetime, *, anonymous: bool) -> str:
    english, russian = REPLACED if anonymous else KEPT
    return README.format(when=f"{when:%Y-%m-%d %H:%M}", numbers=english, numbers_ru=russian)


def as_text(value: Any) -> str:
    """``value`` as JSON that people can read; nothing for nothing."""
    return json.dumps(value, indent=1, ensure_ascii=False, default=str) + "\n" if value else ""


def trace_text(messages: Sequence[Mapping[str, Any]]) -> str:
    """The SIP messages one after the other, each under its time."""
    return "\n".join(
        f"{datetime.fromtimestamp(message['time'], UTC):%Y-%m-%d %H:%M:%S.%f} UTC\n"
        + message["text"].replace("\r\n", "\n")
        + "\n"
        for message in messages
    )
