"""The methods of the control socket that a report is made of; see ``docs/control-api.md``."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from gateway.control.server import Method
from gateway.logbook import RecentLog
from gateway.report.scrub import Scrubber
from gateway.report.versions import versions
from gateway.settings.declaration import Settings
from gateway.settings.secret import Secret
from gateway.sip.message_trace import TracedMessage

Arguments = Mapping[str, Any]
LONGEST_TRACE = 30
"""Minutes."""


class Diagnostics:
    """Answers without a secret: what they hold is scrubbed once more before it leaves.

    ``trace`` gives the SIP messages since a time (UTC seconds), ``passwords`` those of the moment
    beside those of ``settings``, ``sip_version`` is pjproject's.
    ``drivers`` are the names of the lines and what their drivers say of themselves.
    """

    def __init__(
        self,
        settings: Callable[[], Settings],
        trace: Callable[[float], Iterable[TracedMessage]],
        recent: RecentLog,
        *,
        passwords: Callable[[], Iterable[Secret]],
        sip_version: str,
        drivers: Callable[[], Mapping[str, str]],
    ) -> None:
        self._settings = settings
        self._trace_since = trace
        self._recent = recent
        self._sip_version = sip_version
        self._drivers = drivers
        self._passwords = passwords

    def methods(self) -> Mapping[str, Method]:
        return {"report": self._report, "trace": self._trace, "log": self._log}

    def scrubbed(self, message: TracedMessage) -> Mapping[str, Any]:
        """One SIP message as JSON values, as the method ``trace`` gives it."""
        return {"time": round(message.time, 3), "text": self._scrubber().text(message.text)}

    def _scrubber(self) -> Scrubber:
        """Made anew for every answer: a password may have been changed meanwhile."""
        first = (account.password for account in self._settings().accounts)
        return Scrubber(secret.reveal() for secret in (*first, *self._passwords()))

    async def _report(self, _arguments: Arguments) -> Mapping[str, Any]:
        found = {
            "versions": {**versions(), "pjproject": self._sip_version},
            "drivers": self._drivers(),
            # A password is a ``Secret``: to JSON it is the stars.
            "settings": dataclasses.asdict(self._settings()),
        }
        scrubbed: Mapping[str, Any] = json.loads(self._scrubber().text(json.dumps(found)))
        return scrubbed

    async def _trace(self, arguments: Arguments) -> list[Mapping[str, Any]]:
        minutes = arguments.get("minutes", 10)
        if not isinstance(minutes, int) or not 1 <= minutes <= LONGEST_TRACE:
            raise ValueError(f"minutes is a whole number from 1 to {LONGEST_TRACE}.")
        since = time.time() - 60 * minutes
        scrubber = self._scrubber()
        return [
            {"time": round(message.time, 3), "text": scrubber.text(message.text)}
            for message in self._trace_since(since)
        ]

    async def _log(self, _arguments: Arguments) -> list[str]:
        scrubber = self._scrubber()
        return [scrubber.text(line) for line in self._recent.lines()]
