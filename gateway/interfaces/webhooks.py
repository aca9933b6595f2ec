"""Webhooks: each tells one address what happened, and tries again when it could not."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from gateway.interfaces import delivery, signature
from gateway.interfaces.delivery import DeliveryError
from gateway.interfaces.occurrences import Occurrence
from gateway.interfaces.settings import Webhook

_log = logging.getLogger(__name__)

PAUSES = (0.0, 5.0, 30.0, 120.0, 600.0)
"""Seconds before each try; after the last one a delivery is given up."""
TIMEOUT = 15.0
"""Seconds that one try may take."""
WAITING = 100
"""Deliveries that wait for one address; then the oldest is given up."""


@dataclass(slots=True)
class Tally:
    """What became of a webhook's deliveries since the process began.

    ``last`` is the last answer's status or why there was none; empty before the first try.
    """

    delivered: int = 0
    given_up: int = 0
    last: str = ""


class Sender:
    """Delivers to one address, one after another.  ``pauses`` as ``PAUSES``."""

    def __init__(self, hook: Webhook, pauses: Sequence[float] = PAUSES) -> None:
        self.hook = hook
        self.tally = Tally()
        self._pauses = pauses
        self._waiting: deque[Occurrence] = deque()
        self._filled = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def start(self) -> None:
        self._task = asyncio.create_task(self._work(), name=f"webhook {self.hook.name}")

    async def close(self) -> None:
        """What waits is given up.  Idempotent."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def put(self, occurrence: Occurrence) -> None:
        """Deliver it, if the webhook is for such."""
        if self.hook.events and occurrence.name not in self.hook.events:
            return
        if len(self._waiting) >= WAITING:
            self._waiting.popleft()
            self.tally.given_up += 1
        self._waiting.append(occurrence)
        self._filled.set()

    async def _work(self) -> None:
        while True:
            await self._filled.wait()
            self._filled.clear()
            while self._waiting:
                if await self._deliver(self._waiting.popleft()):
                    self.tally.delivered += 1
                else:
                    self.tally.given_up += 1
                    _log.warning("webhook %s: given up: %s", self.hook.name, self.tally.last)

    async def _deliver(self, occurrence: Occurrence) -> bool:
        identity, body = f"msg_{secrets.token_hex(12)}", body_of(occurrence)
        for pause in self._pauses:
            await asyncio.sleep(pause)
            signed = signature.headers(self.hook.secret.reveal(), identity, int(time.time()), body)
            try:
                status = await delivery.post(
                    self.hook.url,
                    signed,
                    body,
                    check=self.hook.check_certificate,
                    seconds=TIMEOUT,
                )
            except DeliveryError as error:
                self.tally.last = str(error)
                continue
            self.tally.last = str(status)
            if 200 <= status < 300:
                return True
            if status == 410:  # "gone": the standard's word for "never again"
                return False
        return False


def body_of(occurrence: Occurrence) -> bytes:
    """The body of a delivery: ``type``, ``timestamp`` and ``data``, as Standard Webhooks has it."""
    when = datetime.fromtimestamp(occurrence.time, UTC).isoformat(timespec="milliseconds")
    value = {"type": occurrence.name, "timestamp": when, "data": dict(occurrence.data)}
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
