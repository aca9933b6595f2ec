"""A SLIC line with nothing simulated but the hardware: fake chip, SLIC model, telephone, card."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from gateway.signalling import LineSignalling
from hardware.slic.line import SlicLine
from hardware.slic.ring_guard import GuardedPins
from tests.simulators.telephone.clock import LiveClock
from tests.simulators.telephone.fake_card import FakeSoundCard
from tests.simulators.telephone.fake_chip import FakeChip
from tests.simulators.telephone.fake_lgpio import installed
from tests.simulators.telephone.pins import Wiring
from tests.simulators.telephone.slic import Slic
from tests.simulators.telephone.telephone import Telephone, TelephoneSettings

WIRING = Wiring(rm=16, fr=12, shk=24, pd=25)
"""That of the board file pi-ag1171."""


class WatchfulGuard:
    """Notes what it is told.  The real one would kill the tests' process if that were slow."""

    def __init__(self, _pins: GuardedPins) -> None:
        self.rm_is_high = False

    def rm_high(self, until: float) -> None:
        self.rm_is_high = until > 0

    def rm_low(self) -> None:
        self.rm_is_high = False

    def farewell(self) -> None:
        assert not self.rm_is_high

    def abandon(self) -> None:
        assert self.rm_is_high


@dataclass(frozen=True, slots=True)
class House:
    line: SlicLine
    telephone: Telephone
    slic: Slic
    chip: FakeChip
    card: FakeSoundCard


@contextmanager
def house(
    signalling: LineSignalling | None = None,
    telephone: TelephoneSettings | None = None,
    card: dict[str, Any] | None = None,
    **options: object,
) -> Iterator[House]:
    """The line is closed when it begins and when it ends."""
    with ExitStack() as stack:
        chip = FakeChip()
        stack.enter_context(installed(chip))
        clock = stack.enter_context(LiveClock())
        chip.settled_by(WIRING.shk, clock.settle)
        slic = Slic(chip, WIRING, clock)
        instrument = Telephone(slic, clock, telephone)
        sound = stack.enter_context(FakeSoundCard(instrument.exchange, **(card or {})))
        line = SlicLine(
            "test",
            options,
            signalling or LineSignalling(),
            open_card=sound.open,
            start_guard=WatchfulGuard,
        )
        stack.callback(line.close)
        yield House(line, instrument, slic, chip, sound)
