"""The methods ``backup.*`` and ``factory-reset`` of the control socket, see docs/control-api.md."""

from __future__ import annotations

import asyncio
import base64
import binascii
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from gateway import __version__
from gateway.backup.content import Content
from gateway.backup.sealing import SealError, seal, unseal
from gateway.blocking import Blocking
from gateway.blocking import check as check_blocked
from gateway.control.server import Method
from gateway.drivers import driver_of
from gateway.exit_code import CommandError
from gateway.live.live_settings import LiveSettings
from gateway.phone_book import PhoneBook, check, contact_from, contact_told
from gateway.records.contacts import Contact
from gateway.records.pruning import Pruning
from gateway.settings.declaration import Line, Settings
from gateway.settings.load import SettingsError
from gateway.settings.problem import Problem
from gateway.settings_commands import by_of, change_told, flag_of, refused_in_words
from gateway.toneplan import load_tone_plan

Arguments = Mapping[str, Any]

WHOLE, SETTINGS = "whole", "settings"
"""What is taken from a backup: everything, or all but the accounts."""


def _of_telephones(present: Settings) -> Settings:
    """Everything about lines and their sound as it was when the adapter was new."""
    new = Settings()
    return replace(
        present,
        lines=new.lines,
        tones=new.tones,
        dialling=new.dialling,
        ringing=new.ringing,
        busy=new.busy,
        voice=new.voice,
        dial_codes=new.dial_codes,
        prompts=new.prompts,
    )


def _of_everything(_present: Settings) -> Settings:
    return Settings()


SCOPES: Final[Mapping[str, tuple[Callable[[Settings], Settings], tuple[str, ...]]]] = {
    "telephones": (_of_telephones, ("lines", "tones", "timers", "dial codes")),
    "settings": (_of_everything, ("settings", "accounts", "passwords")),
    "everything": (
        _of_everything,
        (
            "settings",
            "accounts",
            "passwords",
            "calls",
            "messages",
            "phone book",
            "block list",
            "history of the settings",
        ),
    ),
}
"""What each scope makes of the settings, and what it clears."""


class BackupCommands:
    """One at a time: the key of a backup takes 32 MiB of memory."""

    def __init__(
        self, live: LiveSettings, pruning: Pruning, book: PhoneBook, blocking: Blocking
    ) -> None:
        self._live = live
        self._pruning = pruning
        self._book = book
        self._blocking = blocking
        self._sealing = asyncio.Lock()

    def methods(self) -> Mapping[str, Method]:
        return {
            "backup.make": self._make,
            "backup.restore": self._restore,
            "factory-reset": self._reset,
        }

    async def _make(self, arguments: Arguments) -> Mapping[str, Any]:
        password = _text(arguments, "password")
        content = replace(
            Content.of(self._live.wanted, made=time.time(), software=__version__),
            contacts=tuple(contact_told(contact) for contact in self._book.contacts()),
            blocked=tuple(
                {"pattern": one.pattern, "note": one.note} for one in self._blocking.entries()
            ),
        )
        sealed = await refused_in_words(self._sealed(content.written(), password))
        return {"file": base64.b64encode(sealed).decode("ascii"), **_inside(content)}

    async def _restore(self, arguments: Arguments) -> Mapping[str, Any]:
        password, dry_run = _text(arguments, "password"), flag_of(arguments, "dry_run")
        what, by = arguments.get("what", WHOLE), by_of(arguments)
        if what not in {WHOLE, SETTINGS}:
            raise ValueError(f"what is {WHOLE} or {SETTINGS}.")
        try:
            sealed = base64.b64decode(_text(arguments, "file"), validate=True)
        except (binascii.Error, ValueError):
            sealed = b""
        content = await refused_in_words(self._opened(sealed, password))
        contacts, blocked = await refused_in_words(_book_in(content))
        left_out: list[Mapping[str, str]] = []

        def make(present: Settings) -> Settings:
            wanted = content.whole() if what == WHOLE else content.without_accounts(present)
            kept, left_out[:] = _lines_that_can_be(wanted, present)
            return kept

        changes = await refused_in_words(self._live.change(make, by=by, dry_run=dry_run))
        if what == WHOLE and not dry_run:
            self._book.replace_all(contacts)
            self._blocking.replace_all(blocked)
        return {
            **_inside(content),
            "saved": bool(changes) and not dry_run,
            "changes": [change_told(change) for change in changes],
            "left_out": left_out,
            "pending": self._live.pending(),
        }

    async def _reset(self, arguments: Arguments) -> Mapping[str, Any]:
        scope, by, dry_run = arguments.get("scope"), by_of(arguments), flag_of(arguments, "dry_run")
        if not isinstance(scope, str) or scope not in SCOPES:
            raise ValueError(f"scope is one of {', '.join(SCOPES)}.")
        make, clears = SCOPES[scope]
        by = f"factory reset, {scope} ({by})"
        changes = await refused_in_words(self._live.change(make, by=by, dry_run=dry_run))
        if scope == "everything" and not dry_run:
            self._pruning.forget_all()
            await refused_in_words(self._live.forget_history(by=by))
        return {
            "clears": list(clears),
            "saved": not dry_run,
            "changes": [change_told(change) for change in changes],
            "pending": self._live.pending(),
        }

    async def _sealed(self, content: bytes, password: str) -> bytes:
        async with self._sealing:
            return await _told(seal, content, password)

    async def _opened(self, sealed: bytes, password: str) -> Content:
        async with self._sealing:
            content = await _told(unseal, sealed, password)
        try:
            return Content.read(content)
        except SealError as error:
            raise SettingsError([Problem(error.code, "file")]) from None


async def _told(work: Callable[[bytes, str], bytes], content: bytes, password: str) -> bytes:
    try:
        return await asyncio.to_thread(work, content, password)
    except SealError as error:
        place = "password" if error.code == "backup-password-short" else "file"
        raise SettingsError([Problem(error.code, place)]) from None


async def _book_in(content: Content) -> tuple[list[Contact], list[tuple[str, str]]]:
    """Phone book and block list of a backup, whole and right."""
    try:
        contacts = [check(contact_from({**one, "id": 0})) for one in content.contacts]
        blocked = [(str(one["pattern"]), str(one.get("note", ""))) for one in content.blocked]
        for pattern, note in blocked:
            check_blocked(pattern, note)
    except (ValueError, KeyError):
        raise SettingsError([Problem("no-backup", "file")]) from None
    return contacts, blocked


def _inside(content: Content) -> Mapping[str, Any]:
    """What is in a backup, without a secret."""
    whole = content.whole()
    return {
        "made": content.made,
        "software": content.software,
        "accounts": [account.number for account in whole.accounts],
        "lines": [line.name for line in whole.lines],
        "contacts": len(content.contacts),
        "blocked": len(content.blocked),
    }


def _lines_that_can_be(
    wanted: Settings, present: Settings
) -> tuple[Settings, list[Mapping[str, str]]]:
    """``wanted`` without the lines whose driver is not on this adapter, and those lines.

    If none is left, the lines are the ``present`` ones: a gateway without a telephone is of no use.
    """
    signalling = load_tone_plan(wanted.tones.country).signalling
    kept: list[Line] = []
    left_out: list[Mapping[str, str]] = []
    for line in wanted.lines:
        try:
            driver_of(line, signalling)
            kept.append(line)
        except CommandError as error:
            left_out.append({"line": line.name, "why": str(error)})
    if left_out and not kept:
        names = {account.name for account in wanted.accounts}
        kept = [
            replace(
                line,
                account=line.account if line.account in names else "",
                rings_for=tuple(name for name in line.rings_for if name in names),
            )
            for line in present.lines
        ]
    return replace(wanted, lines=tuple(kept)), left_out


def _text(arguments: Arguments, name: str) -> str:
    given = arguments.get(name)
    if not isinstance(given, str):
        raise ValueError(f"{name} is a text.")  # noqa: TRY004 - told to the user
    return given
