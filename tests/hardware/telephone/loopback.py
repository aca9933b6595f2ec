"""A gateway's side of a SLIC module's pins, played by the test, in virtual time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tests.simulators.telephone.clock import VirtualClock
from tests.simulators.telephone.module import AG1171, Module
from tests.simulators.telephone.pins import Changed, Wiring
from tests.simulators.telephone.slic import Slic
from tests.simulators.telephone.telephone import Telephone, TelephoneSettings

RM, FR, SHK, PD = 16, 12, 24, 25
WIRING = Wiring(rm=RM, fr=FR, shk=SHK, pd=PD)
SILENT_FRAME = bytes(320)


class ShkEdge(NamedTuple):
    time: float
    high: bool


class LoopbackPins:
    """``SlicPins``, and the gateway that drives them."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.levels: dict[int, bool | None] = {}
        self.edges: list[ShkEdge] = []
        """Of SHK, the first level included."""
        self._watchers: list[tuple[frozenset[int], Changed]] = []

    # The module's side

    def drive(self, pin: int, high: bool, at: float | None = None) -> None:
        assert pin == SHK
        assert at in (None, self.clock.now())
        self.edges.append(ShkEdge(self.clock.now(), high))

    def level(self, pin: int) -> bool | None:
        return self.levels.get(pin)

    def watch(self, pins: Sequence[int], changed: Changed) -> None:
        self._watchers.append((frozenset(pins), changed))

    # The gateway's side

    @property
    def shk(self) -> bool:
        self.clock.settle()
        return self.edges[-1].high

    def put(self, pin: int, level: bool | None) -> None:
        self.levels[pin] = level
        for pins, changed in self._watchers:
            if pin in pins:
                changed(pin, level, self.clock.now())

    def toggle(self, seconds: float, hertz: float = 25.0) -> None:
        """Let F/R change, beginning now, for so long; it ends where it began."""
        level = self.levels.get(FR)
        for _ in range(2 * round(seconds * hertz)):
            level = not level
            self.put(FR, level)
            self.clock.sleep(0.5 / hertz)

    def ring(self, seconds: float, hertz: float = 25.0, hold: float = 0.012) -> None:
        """A ring burst in the order of the data sheet."""
        self.put(RM, True)
        self.toggle(seconds, hertz)
        self.clock.sleep(max(0.0, hold - 0.5 / hertz))
        self.put(RM, False)


class Line:
    """A telephone on a module, and the gateway's side of both."""

    def __init__(
        self,
        settings: TelephoneSettings | None = None,
        module: Module = AG1171,
        bell_blip: float = 0.0,
    ) -> None:
        self.clock = VirtualClock()
        self.pins = LoopbackPins(self.clock)
        self.pins.put(RM, False)
        self.pins.put(FR, module.idle_high)
        self.slic = Slic(self.pins, WIRING, self.clock, module, bell_blip)
        self.telephone = Telephone(self.slic, self.clock, settings)
        self.clock.settle()

    def voice(self, played: bytes) -> bytes:
        """Play samples to the telephone, a frame every 20 ms; what it says meanwhile."""
        played += bytes(-len(played) % 320)
        said = []
        for start in range(0, len(played), 320):
            said.append(self.telephone.exchange(played[start : start + 320]))
            self.clock.sleep(0.02)
        return b"".join(said)

    def quiet(self, seconds: float) -> bytes:
        return self.voice(SILENT_FRAME * round(seconds / 0.02))
