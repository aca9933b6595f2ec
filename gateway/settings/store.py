"""Saves settings, and keeps a copy of the last good ones beside them.

Each file is replaced as a whole.  There are two, so their order matters: passwords are added before
the accounts that need them and removed after the accounts that had them.  Whenever the power goes,
what is on the disk can be loaded.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from gateway.settings import emit, files
from gateway.settings.check import Check
from gateway.settings.declaration import Settings
from gateway.settings.edit import edited
from gateway.settings.load import (
    SETTINGS_FILE,
    SettingsError,
    Source,
    passwords,
    read,
    settled,
)
from gateway.settings.problem import Problem
from gateway.settings.secret import Secret

SECRETS_MODE = 0o600


def good_copy(path: Path) -> Path:
    """Where the last good copy of ``path`` is kept."""
    return path.with_name(f"{path.name}.good")


@dataclass(frozen=True, slots=True)
class Draft:
    """A change that was not saved yet: the text of the file as it is, and as it would be."""

    settings: Settings
    before: bytes
    after: bytes
    secrets: bytes
    """The file of secrets as it is."""


def draft(change: Callable[[Settings], Settings], path: Path, secrets_path: Path) -> Draft:
    """What ``change`` would make of the file; writes nothing.

    Raises ``SettingsError`` if the present settings, or the changed ones, are wrong.
    """
    source = read(path, secrets_path)
    changed = change(settled(source))
    content = _content(changed, source)
    return Draft(changed, source.settings or b"", content, source.secrets or b"")


def save_draft(made: Draft, path: Path, secrets_path: Path) -> None:
    """Save what ``draft`` made, as ``save`` does.

    ``SettingsError`` too if the files are not those any more that the draft was made of.
    """
    save(made.settings, path, secrets_path, instead_of=(made.before, made.secrets))


def save(
    settings: Settings,
    path: Path,
    secrets_path: Path,
    *,
    instead_of: tuple[bytes, bytes] | None = None,
) -> None:
    """Replace both files, and their good copies.

    Comments and the order of lines survive a change of values, unless the present file is wrong.
    ``instead_of``: only if the settings file and the file of secrets hold that.  Raises
    ``SettingsError`` if the settings are wrong (then nothing is written), ``OSError`` if a file
    cannot be written.
    """
    with files.locked(path.parent):
        present = read(path, secrets_path)
        if instead_of not in {None, (present.settings or b"", present.secrets or b"")}:
            raise SettingsError([Problem("changed-meanwhile", path.name)])
        content = _content(settings, present)
        known = _passwords(settings)
        _write(path, secrets_path, content, known)
        _write(good_copy(path), good_copy(secrets_path), content, known)


def load_or_last_good(path: Path, secrets_path: Path) -> tuple[Settings, tuple[Problem, ...]]:
    """The settings, or the last good ones together with what is wrong with the present ones.

    Good settings become the new good copy.  Raises ``SettingsError`` if there is none to use.
    """
    good, good_secrets = good_copy(path), good_copy(secrets_path)
    source = read(path, secrets_path)
    if good.exists() and not path.exists():
        gone = Problem("file-gone", path.name, {"copy": good.name})
        source = replace(source, problems=(*source.problems, gone))
    try:
        settings = settled(source)
    except SettingsError as error:
        if not good.exists():
            raise
        try:
            settings = settled(read(good, good_secrets))
        except SettingsError:
            raise error from None
        return settings, (*error.problems, Problem("last-good-used", good.name))
    if not source.settings:
        return settings, ()
    try:
        with files.locked(path.parent):
            _write(good, good_secrets, source.settings, _passwords(settings))
    except OSError as error:
        why = error.strerror or str(error)
        return settings, (Problem("copy-failed", good.name, {"why": why}),)
    return settings, ()


def _passwords(settings: Settings) -> dict[str, Secret]:
    return {account.name: account.password for account in settings.accounts}


def _content(settings: Settings, old: Source) -> bytes:
    """What to write: the old text with changed values, or where that is not enough a new one."""
    text = emit.settings(settings)
    try:
        secrets = emit.passwords(_passwords(settings)).encode("utf-8")
        content = text.encode("utf-8")
    except UnicodeEncodeError:
        raise SettingsError([Problem("not-storable", SETTINGS_FILE)]) from None
    settled(Source(content, secrets))
    with contextlib.suppress(SettingsError):
        before = settled(Source(old.settings, None))
        kept = edited((old.settings or b"").decode("utf-8"), before, settings)
        if kept and _alike(settled(Source(kept.encode("utf-8"), None)), settings):
            return kept.encode("utf-8")
    return content


def _alike(one: Settings, other: Settings) -> bool:
    """The same, whatever the order of the options of a line.

    By the text: Python takes 1, 1.0 and true for the same option.
    """
    return _in_order(one) == _in_order(other)


def _in_order(settings: Settings) -> str:
    lines = tuple(
        replace(line, options=dict(sorted(line.options.items()))) for line in settings.lines
    )
    return emit.settings(replace(settings, lines=lines))


def _write(path: Path, secrets_path: Path, content: bytes, known: Mapping[str, Secret]) -> None:
    check = Check()
    source = read(path, secrets_path)
    present = passwords(source.secrets, check) or {}
    if present != known or source.problems or check.problems:
        files.replace(secrets_path, emit.passwords({**present, **known}).encode(), SECRETS_MODE)
    files.replace(path, content)
    if present.keys() - known.keys():
        files.replace(secrets_path, emit.passwords(known).encode(), SECRETS_MODE)
