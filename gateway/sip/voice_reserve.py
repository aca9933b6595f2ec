"""How much voice the jitter buffer of the next call holds back.  Pure.

pjmedia's jitter buffer gives its reserve away by every second packet that is lost: what comes
after the gap takes the place of what is missing, and the next loss finds the buffer empty, which
costs two packets more.  Three packets of reserve that nothing takes back carry single losses
(docs/decisions/0011).  They cost 20 ms of delay, so only a network that loses gets them.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.line import FRAME_MS

LOSES = 0.003
"""Share of lost packets in a call from which on its network counts as one that loses."""
ENOUGH = 250
"""Packets (5 s) without which a call says nothing about its network."""


@dataclass(frozen=True, slots=True)
class Reserve:
    """``ms`` is held back at the beginning; with ``shrinks`` it follows the jitter afterwards."""

    ms: int
    shrinks: bool


STEADY = Reserve(2 * FRAME_MS, shrinks=True)
"""For a network that loses nothing."""
LOSSY = Reserve(3 * FRAME_MS, shrinks=False)
"""For one that does."""
SLIDING = LOSSY
"""For a line whose clock is off: its ticks slide along the network's packets by up to a frame
(``gateway.media.rate_match``), which is taken out of the reserve and is no jitter to follow."""


class VoiceReserve:
    """Learns from each call of an account what the next one needs."""

    def __init__(self) -> None:
        self.next = STEADY

    def learn(self, received: float, lost: float) -> None:
        """A call is over: the packets that came, and those that did not."""
        if received + lost >= ENOUGH:
            self.next = LOSSY if lost / (received + lost) >= LOSES else STEADY
