"""The settings of the running gateway: read, changed, taken back, and applied.

What is saved stands in the files (``gateway.settings.store``).  ``wanted`` is what they said when
they were last in order, ``in_force`` what works by them: the difference takes a restart.  There is
one change at a time; the files are written in a thread, because flash memory takes its time.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from gateway.drivers import driver_of
from gateway.exit_code import CommandError
from gateway.live.application import Application
from gateway.live.plan import Step, in_force, plan
from gateway.settings.changes import Change, diff
from gateway.settings.check import SECRETS_FILE
from gateway.settings.declaration import Settings
from gateway.settings.history import History
from gateway.settings.load import SETTINGS_FILE, SettingsError, load, read, settled
from gateway.settings.problem import Problem
from gateway.settings.secret import Secret
from gateway.settings.store import Draft, draft, load_or_last_good, save_draft
from gateway.settings.tables import passwords_of, settings_from
from gateway.settings.undo import undone
from gateway.toneplan import load_tone_plan

_log = logging.getLogger(__name__)

HISTORY = "settings-history"
"""The folder of the history in that of the state."""
EDITOR = "file"
"""Who changed what was found in the files."""
DURING_REST = "while the gateway was off"
PROVIDER = "account"
"""Who changed what the account service has kept: a new password, the routing."""

Publish = Callable[[str, Mapping[str, Any]], None]


class LiveSettings:
    """``settings`` are those that the gateway has begun with.  ``OSError`` where a disk fails."""

    def __init__(
        self,
        settings: Settings,
        problems: Sequence[Problem],
        config: Path,
        state: Path,
        *,
        publish: Publish,
    ) -> None:
        self.wanted = settings
        self.in_force = settings
        self.problems = tuple(problems)
        """What is wrong with the files; the gateway goes on with ``wanted``."""
        self.history = History(state / HISTORY, config)
        self._path = config / SETTINGS_FILE
        self._secrets = config / SECRETS_FILE
        self._publish = publish
        self._application: Application | None = None
        self._lock = asyncio.Lock()

    # Start.

    def begin(self, application: Application) -> None:
        """Make everything that the settings want; ``CommandError`` if a line cannot be made."""
        self._application = application
        application.do(plan(Settings(lines=()), self.wanted), self.wanted)
        try:
            self._find_changes_since_the_last_run()
        except OSError as error:
            _log.error("the history of the settings cannot be written: %s", error)

    def _find_changes_since_the_last_run(self) -> None:
        known = self.history.last_known()
        try:
            passwords = {name: Secret("?") for name in _names(known)} | passwords_of(self.wanted)
            before = self.wanted if known is None else settings_from(known, passwords)
        except SettingsError:
            known, before = None, self.wanted  # another version may have written it
        if known is None or diff(before, self.wanted):
            self.history.remember(before, self.wanted, time=time.time(), by=DURING_REST)

    # Questions.

    def revision(self) -> str:
        """Another one after every change of the settings file."""
        return _revision(read(self._path, self._secrets).settings or b"")

    def pending(self) -> Mapping[str, Any]:
        """What was saved and is not in force yet."""
        waiting = self._application.waiting if self._application else ()
        return {
            "restart": [change.place for change in diff(self.in_force, self.wanted)],
            "lines": [{"line": step.name, "step": step.do.value} for step in waiting],
        }

    # Changes.

    async def change(
        self,
        make: Callable[[Settings], Settings],
        *,
        by: str,
        revision: str | None = None,
        dry_run: bool = False,
    ) -> Sequence[Change]:
        """Save what ``make`` makes of the settings, and apply it; returns what changes.

        ``SettingsError`` tells everything that is wrong; then nothing is changed.
        """
        async with self._lock:
            made, before = await asyncio.to_thread(self._draft, make, revision)
            changes = diff(before, made.settings)
            if dry_run or not changes:
                return changes
            await self._adopt_if_edited(before)
            await asyncio.to_thread(self._save, made, before, by)
            self._take(made.settings)
            return changes

    async def forget_history(self, *, by: str) -> None:
        """Begin a new history with the present settings."""
        async with self._lock:
            await asyncio.to_thread(self._forget, by)

    def _forget(self, by: str) -> None:
        self.history.forget()
        self.history.remember(self.wanted, self.wanted, time=time.time(), by=by)

    async def undo(
        self, number: int, *, by: str, dry_run: bool
    ) -> tuple[Sequence[Change], Sequence[Problem]]:
        """Take a change back where that still applies; what changes, and why some of it stays."""
        entry = await asyncio.to_thread(self.history.of, number)
        if entry is None:
            raise SettingsError([Problem("no-such-change", str(number))])
        kept: list[Problem] = []

        def make(present: Settings) -> Settings:
            later = [one for one in self.history if one.id > number]
            former = partial(self.history.former_password, number)
            settings, problems = undone(present, entry, later, former)
            kept[:] = problems
            return settings

        changes = await self.change(make, by=by, dry_run=dry_run)
        if not changes and kept:
            raise SettingsError(kept)
        return changes, kept

    async def reload(self, by: str = EDITOR) -> Sequence[Change]:
        """Take what stands in the files; ``SettingsError`` if it is wrong: nothing changes then."""
        async with self._lock:
            try:
                found = await asyncio.to_thread(load, self._path, self._secrets)
                self._check_drivers(found)
            except SettingsError as error:
                self._complain(error.problems)
                raise
            return await self._adopt(found, by)

    async def reload_or_complain(self, by: str = EDITOR) -> None:
        """``reload`` for a signal, which nobody waits for: what is wrong is in the log."""
        try:
            await self.reload(by)
        except SettingsError:
            pass
        except OSError as error:
            _log.error("the settings cannot be taken: %s", error)

    def a_line_is_at_rest(self) -> None:
        """Do what has waited for it."""
        if self._application is not None and self._application.waiting:
            self._apply(())

    # Work.

    def _draft(
        self, make: Callable[[Settings], Settings], revision: str | None
    ) -> tuple[Draft, Settings]:
        source = read(self._path, self._secrets)
        before = settled(source)
        if revision not in {None, _revision(source.settings or b"")}:
            raise SettingsError([Problem("changed-meanwhile", self._path.name)])
        made = draft(make, self._path, self._secrets)
        self._check_drivers(made.settings)
        return made, before

    def _save(self, made: Draft, before: Settings, by: str) -> None:
        self.history.keep_former_passwords(before, made.settings)
        save_draft(made, self._path, self._secrets)
        self.history.remember(before, made.settings, time=time.time(), by=by)

    async def _adopt_if_edited(self, found: Settings) -> None:
        if diff(self.wanted, found):
            await self._adopt(found, EDITOR)

    async def _adopt(self, found: Settings, by: str) -> Sequence[Change]:
        """The files say something else than is known: it becomes part of the history."""
        before = self.wanted
        changes = diff(before, found)
        if changes:
            await asyncio.to_thread(self._remember, before, found, by)
        self._take(found)
        return changes

    def _remember(self, before: Settings, found: Settings, by: str) -> None:
        self.history.keep_former_passwords(before, found)
        self.history.remember(before, found, time=time.time(), by=by)
        load_or_last_good(self._path, self._secrets)  # they are the last good ones from now on

    def _take(self, settings: Settings) -> None:
        self.problems = ()
        before, self.wanted = self.in_force, settings
        self.in_force = in_force(before, settings)
        self._apply(plan(before, self.in_force))
        self._publish("settings", {"pending": self.pending()})

    def _apply(self, steps: Iterable[Step]) -> None:
        assert self._application is not None
        try:
            self._application.do(steps, self.in_force)
        except Exception as error:  # noqa: BLE001 - it is saved, and the gateway has to go on
            _log.error("not everything that was saved could be applied: %s", error)

    def _complain(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        for problem in problems:
            _log.error("%s", problem.text("en"))
        _log.error("the settings in force stay as they are")

    @staticmethod
    def _check_drivers(settings: Settings) -> None:
        """``SettingsError`` if a line's driver does not exist, or refuses its options."""
        signalling = load_tone_plan(settings.tones.country).signalling
        problems = []
        for line in settings.lines:
            try:
                driver_of(line, signalling)
            except CommandError as error:
                why = str(error).removeprefix(f"line {line.name}: ")
                problems.append(Problem("driver-refuses", f"line.{line.name}", {"why": why}))
        if problems:
            raise SettingsError(problems)


def _revision(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def _names(tables: Mapping[str, Any] | None) -> list[str]:
    rows = (tables or {}).get("account", [])
    return [str(row.get("name", "main")) for row in rows if isinstance(row, Mapping)]
