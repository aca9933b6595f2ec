"""A simulated telephone behind a real control socket, without the rest of a gateway.

The line plays a dial tone to a lifted receiver and keeps what is said into it.
"""

from __future__ import annotations

import asyncio
import math
import struct
import threading
from collections.abc import Mapping
from itertools import cycle
from pathlib import Path
from typing import Any

from gateway.caller import Caller
from gateway.control.server import ControlServer
from gateway.line import FRAME_SAMPLES, SAMPLE_RATE, LineEvent, OffHook, OnHook
from hardware.simulated import SimulatedLine

DEADLINE = 20.0
NUMBER = "74951234567"

_TONE = [round(4000 * math.sin(math.tau * 425 * n / SAMPLE_RATE)) for n in range(2 * FRAME_SAMPLES)]
"""425 Hz: 17 whole periods in two frames."""
_FRAMES = [
    struct.pack(f"<{FRAME_SAMPLES}h", *_TONE[start : start + FRAME_SAMPLES])
    for start in (0, FRAME_SAMPLES)
]

STATUS = {
    "version": "0.1.0",
    "uptime_s": 11520.4,
    "accounts": [
        {"name": "home", "number": "79261234567", "state": "registered", "expires_s": 1800}
    ],
    "lines": [{"name": "phone", "driver": "simulated", "state": "idle", "fault": None}],
    "calls": 0,
}
CALL = {
    "id": "a1",
    "line": "phone",
    "account": "home",
    "direction": "out",
    "number": "84951234567",
    "name": "",
    "started": 1_750_000_000.0,
    "answered": 1_750_000_010.0,
    "ended": 1_750_000_075.0,
    "reason": "no-answer",
    "detail": "480 Temporarily Unavailable",
    "figures": {
        "mos": 4.2,
        "loss_percent": 1.5,
        "far_mos": 3.9,
        "far_loss_percent": 2.0,
        "round_trip_ms": 35.0,
    },
    "verdict": {
        "reason": "no-answer",
        "certainty": "likely",
        "text": "Probably: nobody answered.",
        "text_ru": "Вероятно: никто не ответил.",
        "evidence": {"status": 480, "changed": ["Via", "Contact"], "ack_missing": True},
    },
}


class Bench:
    """Runs on an event loop of its own thread."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "control.sock"
        self.line = SimulatedLine("phone", {"hybrid_return_loss": False})
        self.said = bytearray()
        self.limits: list[int] = []
        self._tone = cycle(_FRAMES)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self._thread.start()
        assert self._ready.wait(DEADLINE)

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        methods = {"status": self._status, "calls": self._calls, "handset.command": self._handset}
        self.server = ControlServer(self.socket, methods)
        await self.server.start()
        self.line.open(self._post)
        self._ready.set()
        await self._stop.wait()
        self.line.close()
        await self.server.close()

    def _post(self, event: LineEvent) -> None:
        self._loop.call_soon_threadsafe(self._on_event, event)

    def _on_event(self, event: LineEvent) -> None:
        match event:
            case OffHook():
                self.line.voice.start(self._exchange)
            case OnHook():
                self.line.voice.stop()

    def _exchange(self, said: bytes) -> bytes:
        self.said += said
        return next(self._tone)

    async def _status(self, _params: Mapping[str, Any]) -> Any:
        return STATUS

    async def _calls(self, params: Mapping[str, Any]) -> Any:
        self.limits.append(params["limit"])
        return [CALL]

    async def _handset(self, params: Mapping[str, Any]) -> Any:
        if params.get("line", "phone") != "phone":
            raise ValueError(f"There is no line {params['line']!r}; there are: phone.")
        return await self.line.handset.command(params["name"], params["arguments"])

    def ring(self) -> None:
        self.line.start_ringing((1.0, 4.0), Caller(NUMBER))

    def publish(self, name: str, **params: object) -> None:
        self._loop.call_soon_threadsafe(self.server.publish, name, params)

    def stop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(DEADLINE)
            assert not self._thread.is_alive()
