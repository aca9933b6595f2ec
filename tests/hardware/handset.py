"""A simulated line in a test, its commands, and what the other side plays into its ear."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from gateway.line import FRAME_BYTES, SILENCE, LineEvent
from hardware.simulated import SimulatedLine
from tests.hardware.contract import until
from tests.media.signals import Signal, frames, pcm

Result = Mapping[str, Any]


class Far:
    """The exchange function of a test: plays a signal once, or for ever, and keeps what is said."""

    def __init__(self, signal: Signal | bytes = b"", *, repeat: bool = False) -> None:
        data = signal if isinstance(signal, bytes) else pcm(signal)
        self._frames = [frame.ljust(FRAME_BYTES, b"\0") for frame in frames(data)]
        self._repeat = repeat
        self._at = 0
        self.said: list[bytes] = []

    def __call__(self, frame: bytes) -> bytes:
        self.said.append(frame)
        if self._at == len(self._frames):
            if not (self._repeat and self._frames):
                return SILENCE
            self._at = 0
        self._at += 1
        return self._frames[self._at - 1]

    @property
    def played(self) -> bool:
        return self._at == len(self._frames)

    @property
    def voice(self) -> bytes:
        """Everything that was said."""
        return b"".join(self.said)


class Telephone:
    """A simulated line that is open, with its commands as plain calls."""

    def __init__(self, **options: object) -> None:
        # No echo unless a test wants it: what is said is then exactly what was asked for.
        self.line = SimulatedLine("test", {"hybrid_return_loss": False, **options})
        self.events: list[LineEvent] = []
        self.line.open(self.events.append)
        self._others = ThreadPoolExecutor()

    def __call__(self, name: str, /, **arguments: object) -> Result:
        return asyncio.run(self.command(name, **arguments))

    async def command(self, name: str, /, **arguments: object) -> Result:
        return await self.line.handset.command(name.replace("_", "-"), arguments)

    def answer(self, far: Far) -> Far:
        """Lift the receiver and join it to ``far``."""
        self("lift")
        self.line.voice.start(far)
        return far

    def begin(self, name: str, /, **arguments: object) -> Future[Result]:
        """Give a command on an event loop of its own and go on."""
        return self._others.submit(self.__call__, name, **arguments)

    def until(self, key: str, value: object) -> None:
        """Wait until the command state gives ``value`` for ``key``."""
        until(lambda: self("state")[key] == value, f"the state {key}: {value}")

    def close(self) -> None:
        self.line.close()
        self._others.shutdown()


def opened(**options: object) -> Iterator[Telephone]:
    """Body of a fixture."""
    telephone = Telephone(**options)
    yield telephone
    telephone.close()


def all_played(far: Far) -> None:
    until(lambda: far.played, "the end of what the far side plays")
