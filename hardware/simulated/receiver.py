"""The receiver of the simulated telephone in the hand of a person in another process."""

from __future__ import annotations

from gateway.line import DIGITS, DigitSource, Person, Seen
from hardware.simulated.telephone import Telephone


class SimulatedReceiver:
    """Implements ``gateway.line.Receiver``; programs may operate the same telephone meanwhile."""

    attended = True
    """A program may wait for its bell at any time."""

    def __init__(self, telephone: Telephone) -> None:
        self._telephone = telephone

    @property
    def seen(self) -> Seen:
        return self._telephone.seen

    def attach(self, person: Person | None) -> None:
        self._telephone.attach(person)

    def lift(self) -> None:
        self._telephone.check_plugged()
        self._telephone.lift()

    def hang_up(self) -> None:
        self._telephone.hang_up()

    def flash(self) -> None:
        self._telephone.flash()

    def press(self, digit: str) -> None:
        if len(digit) != 1 or digit not in DIGITS:
            raise ValueError(f"{digit!r} is no key of a telephone: there are {DIGITS}")
        self._telephone.send_digit(digit, DigitSource.KEYPAD)
