"""A GPIO chip without a kernel, and the far side of its pins: what is soldered to the header.

``fake_lgpio.py`` gives it to the gateway.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.simulators.telephone.pins import Changed

INPUT, OUTPUT, ALERT = 1, 2, 4
"""What lgpio has claimed a line for."""
PULL_UP, PULL_DOWN, PULL_NONE = 32, 64, 128
RISING, FALLING = 1, 2


@dataclass(slots=True)
class Wave:
    """A square wave; ``on`` and ``off`` in nanoseconds."""

    on: int
    off: int
    active: bool = True


@dataclass(slots=True)
class Line:
    """One line of the chip, as the kernel and lgpio keep it."""

    owner: int | None = None
    """Handle that claimed it; -1 is another program."""
    claimed: int = 0
    output: bool | None = None
    """Driven level; ``None`` is an input."""
    pull: int = 0
    edges: int = 0
    notify: int = -1
    debounce: int = 0
    """Nanoseconds."""
    wave: Wave | None = None
    driven: bool | None = None
    """What the far side puts on it."""
    broken: bool = False
    last_edge: int = 0
    last_report: bool | None = None

    @property
    def high(self) -> bool:
        if self.output is not None:
            return self.output
        return bool(self.pull & PULL_UP) if self.driven is None else self.driven


class FakeChip:
    """One GPIO chip and what is wired to it.

    ``keeps_outputs``: a freed output goes on driving, as Raspberry Pi's own kernels do (other
    kernels make it an input).
    """

    def __init__(
        self,
        number: int = 0,
        label: str = "pinctrl-bcm2711",
        lines: int = 58,
        *,
        keeps_outputs: bool = True,
    ) -> None:
        self.number = number
        self.label = label
        self.keeps_outputs = keeps_outputs
        self.present = True
        self.openings = 0
        """Handles opened before the last time that it vanished are dead."""
        self._lines = [Line() for _ in range(lines)]
        self._lock = threading.RLock()
        self._watchers: list[tuple[frozenset[int], Changed]] = []
        self._edge: Callable[[FakeChip, int, Line, int], None] | None = None
        self._settle: dict[int, Callable[[], None]] = {}

    # The far side

    def drive(self, pin: int, high: bool, at: float | None = None) -> None:
        """Put a level on ``pin``, as the module's SHK does; its edge is stamped ``at``, or now."""
        self._drive(pin, high, at)

    def settled_by(self, pin: int, settle: Callable[[], None]) -> None:
        """Call ``settle`` before ``pin`` is read: what is on it then does all that is due.

        Where edges are stamped as planned, a level that is read must not be older than the stamps:
        no kernel reads the level before an edge after the time of that edge.
        """
        self._settle[pin] = settle

    def let_go(self, pin: int) -> None:
        """Drive ``pin`` no more: a wire came off."""
        self._drive(pin, None)

    def level(self, pin: int) -> bool | None:
        """How the gateway drives ``pin`` now; ``None`` when it does not."""
        with self._lock:
            return self._lines[pin].output

    def watch(self, pins: Sequence[int], changed: Changed) -> None:
        """Call ``changed`` from now on, from the thread that caused it."""
        with self._lock:
            self._watchers.append((frozenset(pins), changed))

    def pull(self, pin: int) -> int:
        """Which of ``PULL_UP``, ``PULL_DOWN`` and ``PULL_NONE`` was last asked for."""
        return self._lines[pin].pull

    def owner(self, pin: int) -> int | None:
        """The handle that has claimed ``pin``; -1 is another program."""
        return self._lines[pin].owner

    # Trouble

    def take(self, pin: int) -> None:
        """Another program claims ``pin``."""
        self._lines[pin].owner = -1

    def give_back(self, pin: int) -> None:
        """The other program is done with ``pin``."""
        self._lines[pin].owner = None

    def vanish(self) -> None:
        """The chip goes away; every handle to it is dead for good."""
        with self._lock:
            self.present = False
            self.openings += 1
            for line in self._lines:
                line.owner, line.claimed, line.pull = None, 0, 0
                if line.wave is not None:
                    line.wave.active = False
            pins = [pin for pin, line in enumerate(self._lines) if line.output is not None]
        for pin in pins:
            self._put(pin, None)

    def come_back(self) -> None:
        self.present = True

    def break_pin(self, pin: int, broken: bool = True) -> None:
        """Reading and writing ``pin`` fails from now on, or works again."""
        self._lines[pin].broken = broken

    # The near side

    def line(self, pin: int) -> Line:
        # The C code indexes its table before, or without, looking at the size of it.
        assert 0 <= pin < len(self._lines), f"lgpio reads foreign memory for pin {pin}"
        return self._lines[pin]

    def __len__(self) -> int:
        return len(self._lines)

    def report_edges_to(self, edge: Callable[[FakeChip, int, Line, int], None]) -> None:
        self._edge = edge

    def claim(self, pin: int, handle: int, flags: int, kind: int, level: bool | None) -> None:
        with self._lock:
            line = self.line(pin)
            line.owner, line.claimed = handle, kind
            line.pull = flags & (PULL_UP | PULL_DOWN | PULL_NONE) or line.pull
        self._put(pin, level)

    def free(self, pin: int) -> None:
        with self._lock:
            line = self.line(pin)
            if line.wave is not None:
                line.wave.active = False
            line.owner, line.claimed, line.edges = None, 0, 0
            kept = line.output if self.keeps_outputs else None
        self._put(pin, kept)

    def read(self, pin: int) -> bool:
        settle = self._settle.get(pin)
        if settle is not None:
            settle()
        return self._lines[pin].high

    def write(self, pin: int, high: bool) -> None:
        self._put(pin, high)

    def toggle(self, pin: int, wave: Wave, high: bool) -> bool:
        """One edge of a square wave; false when the wave has ended."""
        with self._lock:
            if not wave.active:
                return False
            # As in C, the level changes under the lock that the end of the wave takes.
            told = self._set_output(pin, high)
        self._tell(pin, told, high)
        return True

    def _put(self, pin: int, level: bool | None) -> None:
        with self._lock:
            told = self._set_output(pin, level)
        self._tell(pin, told, level)

    def _set_output(self, pin: int, level: bool | None) -> list[Changed]:
        line = self._lines[pin]
        if line.output is level:
            return []
        line.output = level
        return [changed for pins, changed in self._watchers if pin in pins]

    @staticmethod
    def _tell(pin: int, told: list[Changed], level: bool | None) -> None:
        now = time.monotonic()
        for changed in told:
            changed(pin, level, now)

    def _drive(self, pin: int, level: bool | None, at: float | None = None) -> None:
        with self._lock:
            line = self._lines[pin]
            before = line.high
            line.driven = level
            if line.high is before or not line.claimed & ALERT or self._edge is None:
                return
            self._edge(self, pin, line, time.monotonic_ns() if at is None else int(at * 1e9))
