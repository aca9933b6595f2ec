"""Drops the calls and messages that are too old or too many: once a day, and when told."""

from __future__ import annotations

import asyncio
import time

from gateway.records.store import RecordStore

DAY = 86400.0
"""Seconds."""


class Pruning:
    """``days`` 0 keeps everything for ever, but for the most ``calls``."""

    def __init__(self, records: RecordStore, days: int, calls: int) -> None:
        self._records = records
        self._days = days
        self._calls = calls

    def keep(self, days: int, calls: int) -> None:
        """Keep so much from now on; the rest goes at once."""
        self._days, self._calls = days, calls
        self.prune()

    def prune(self) -> None:
        oldest = time.time() - self._days * DAY if self._days else 0.0
        self._records.calls.prune(oldest, keep=self._calls)
        self._records.messages.prune(oldest, keep=self._calls)

    def forget_all(self) -> None:
        """Every call and every message goes, the phone book and the block list, too."""
        self._records.calls.prune(0.0, keep=0)
        self._records.messages.prune(0.0, keep=0)
        self._records.contacts.clear()
        self._records.blocked.clear()
        self._records.flush()

    async def run(self) -> None:
        """Now and once a day, until cancelled."""
        while True:
            self.prune()
            await asyncio.sleep(DAY)
