"""The bench of the line drivers' contract: a person with a telephone, in a hurry but in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tests.simulators.telephone.contacts import NORMAL
from tests.simulators.telephone.rotary import Dial
from tests.simulators.telephone.telephone import Telephone

FAST_DIAL = Dial(pps=20.0, break_ratio=0.66, contacts=NORMAL)
FLASH = 0.35
"""Within the flash windows of Russia, Europe and the US."""
_HAND = 0.45
"""From one movement of the hand to the next: longer than the blind time after off-hook, and than
the pause that ends a digit."""
_TOLERANCE = 0.06


class Pluggable(Protocol):
    """A sound card's attachment."""

    def pull(self) -> None: ...

    def put_back(self) -> None: ...


class TelephoneBench:
    """``Bench`` of ``tests/hardware/contract.py``.

    The line is being rung while the bell sounds, and after a burst that had one of the lengths in
    ``bursts`` (s) for the ``silence`` (s) of the cadence.  A burst of another length was cut
    short: that is the end of the ringing.  So is a gateway that let go of RM.
    """

    lifts_while_closed = True

    def __init__(
        self,
        telephone: Telephone,
        card: Pluggable | None = None,
        bursts: Sequence[float] = (1.0, 0.4),
        silence: float = 4.3,
    ) -> None:
        self.telephone = telephone
        self.can_fault = card is not None
        self._card = card
        self._bursts = bursts
        self._silence = silence
        self._moved = 0.0

    def lift(self) -> None:
        self._wait_for_hand()
        self.telephone.lift()
        self._moved = self.telephone.clock.now()

    def hang_up(self) -> None:
        self._wait_for_hand()
        self.telephone.hang_up()
        self._moved = self.telephone.clock.now()

    def flash(self) -> None:
        self._wait_for_hand()
        self.telephone.tap(FLASH)
        self._moved = self.telephone.clock.now()

    def dial_pulse(self, digit: str) -> None:
        self._wait_for_hand()
        self.telephone.dial(digit, FAST_DIAL)
        self._moved = self.telephone.clock.now()

    def bell_is_rung(self) -> bool:
        bursts = self.telephone.bursts
        if not bursts or not self.telephone.slic.driven:
            return False
        last = bursts[-1]
        if last.end is None:
            return True
        length = last.end - last.start
        whole = any(abs(length - known) <= _TOLERANCE for known in self._bursts)
        return whole and self.telephone.clock.now() - last.end <= self._silence

    def cause_fault(self) -> None:
        assert self._card is not None, "this bench has no card to pull"
        self._card.pull()

    def end_fault(self) -> None:
        assert self._card is not None, "this bench has no card to put back"
        self._card.put_back()

    def _wait_for_hand(self) -> None:
        self.telephone.clock.sleep_until(self._moved + _HAND)
