"""What the simulated telephone hears, with the time of every sample.

The telephone gives every frame since the receiver was lifted (``heard-frames``) and the number and
time of the newest one (``state``).  Its clock keeps absolute deadlines, so the earliest of several
readings gives the time of all frames to well below a millisecond.  The time of a sample is that at
which the gateway handed its frame to the driver, plus its place in the frame.
"""

from __future__ import annotations

import base64
import math
from typing import Any

import numpy as np

from gateway.line import FRAME_MS, FRAME_SAMPLES
from tests.gateway_process import GatewayProcess
from tests.speech import RATE, Samples

PERIOD = FRAME_MS / 1000


class Earpiece:
    """Made by ``on_hook`` before the receiver is lifted; ``fetch`` at least once in 2 s."""

    def __init__(self, gateway: GatewayProcess, line: str, state: dict[str, Any]) -> None:
        self._gateway = gateway
        self._line = line
        self._before: int = state["clock"]["frames"]
        self._stalls: int = state["clock"]["stalls"]
        self._origin = float("inf")
        self._parts: list[bytes] = []
        self.intact = True
        """No frame was missed and the clock never started anew."""

    @classmethod
    async def on_hook(cls, gateway: GatewayProcess, line: str = "line1") -> Earpiece:
        """Raises ``ValueError`` when the voice runs already."""
        state = await gateway.handset("state", line=line)
        if state["voice"]:
            raise ValueError("the voice of the line runs already: hang up first")
        return cls(gateway, line, state)

    async def fetch(self) -> Samples:
        """All that was heard since the receiver was lifted."""
        found = await self._gateway.handset("heard-frames", line=self._line)
        self._parts.append(base64.b64decode(found["audio"]))
        clock = (await self._gateway.handset("state", line=self._line))["clock"]
        if clock["frames"] > self._before:
            self._origin = min(self._origin, clock["last_frame"] - clock["frames"] * PERIOD)
        if found["lost_ms"] or clock["stalls"] > self._stalls:
            self.intact = False
        return np.frombuffer(b"".join(self._parts), np.int16)

    def time_of(self, sample: int) -> float:
        """Monotonic time of a sample of what ``fetch`` returned."""
        frame, rest = divmod(sample, FRAME_SAMPLES)
        return self._origin + (self._before + 1 + frame) * PERIOD + rest / RATE

    def sample_at(self, moment: float) -> int:
        """The sample that is heard at a monotonic time."""
        return round((moment - self.time_of(0)) * RATE)

    def due(self, moment: float) -> float:
        """The deadline of the frame that was exchanged at ``moment``, never before it was due."""
        return self._origin + math.floor((moment - self._origin) / PERIOD + 0.05) * PERIOD
