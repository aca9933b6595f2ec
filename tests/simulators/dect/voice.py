"""The voice of a module's handsets: each PCM channel is a fake sound card.

A channel carries what its handset says, and lets it hear, while a call is connected and the channel
has the linear format; else there is silence, as on a bus where nothing drives the line.
"""

from __future__ import annotations

import time

import numpy as np

from tests.simulators.dect.handset import Handset, Phase
from tests.simulators.dect.module import SimulatedModule
from tests.simulators.telephone.ear import Ear
from tests.simulators.telephone.fake_card import FakeSoundCard
from tests.simulators.telephone.microphone import Microphone
from tests.simulators.telephone.sound import FRAME, from_bytes, to_bytes
from tests.simulators.telephone.tape import Tape

LINEAR_8_KHZ = 1


class HandsetVoice:
    """One PCM channel, and the mouth and the ear of whoever talks on it."""

    def __init__(self, module: SimulatedModule, channel: int, patience: float = 0.5) -> None:
        self.microphone = Microphone()
        self.ear = Ear()
        self.tape = Tape()
        self._module = module
        self._channel = channel
        self.card = FakeSoundCard(self._exchange, patience=patience)

    @property
    def talks(self) -> bool:
        """The channel is open, and a connected call is on it."""
        return self._module.formats.get(self._channel) == LINEAR_8_KHZ and any(
            _on(handset, self._channel) for handset in tuple(self._module.handsets.values())
        )

    def heard(self, since: float = float("-inf")) -> bytes:
        """16-bit samples, 8 kHz."""
        return self.tape.heard(since)

    def close(self) -> None:
        self.card.close()

    def _exchange(self, samples: bytes) -> bytes:
        if not self.talks:
            self.ear.forget()
            return bytes(2 * FRAME)
        heard = from_bytes(samples)
        self.ear.feed(heard)
        self.tape.add(time.monotonic(), samples, off_hook=True)
        return to_bytes(self.microphone.take(FRAME, heard=True).astype(np.float64))


def _on(handset: Handset, channel: int) -> bool:
    return handset.channel == channel and handset.phase is Phase.TALKING
