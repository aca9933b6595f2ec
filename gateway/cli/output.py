"""What commands write: for a person, or with ``--json`` for a program."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from gateway.exit_code import ExitCode


def show(value: Any, text: str, *, as_json: bool) -> None:
    """Write the result of a command."""
    if as_json:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if text:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


def complain(message: str, code: ExitCode, *, as_json: bool) -> None:
    """Write why a command failed: to standard error, with ``--json`` to standard output."""
    if as_json:
        show({"error": {"exit": int(code), "message": message}}, "", as_json=True)
    else:
        note(f"gateway: {message}")


def note(text: str) -> None:
    """Write something that is no result."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns under their heads, two spaces apart."""
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def duration(seconds: float) -> str:
    """A length of time in its two largest units: ``45 s``, ``3 min 5 s``, ``2 h``, ``4 d 7 h``."""
    left = max(0, round(seconds))
    parts = []
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        count, left = divmod(left, length)
        parts.append((count, unit))
    while len(parts) > 1 and not parts[0][0]:
        parts.pop(0)
    return " ".join(f"{count} {unit}" for count, unit in parts[:2] if count) or "0 s"


def local_time(time: float) -> str:
    """``time`` (UTC seconds since the epoch) in this computer's zone."""
    return datetime.fromtimestamp(time, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def number(value: float) -> str:
    """A figure without needless digits."""
    return f"{value:g}"
