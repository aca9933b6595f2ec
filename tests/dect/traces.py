"""Writes ``docs/dect-traces.md``: what goes over the serial line in each sequence, byte for byte.

Usage: python -m tests.dect.traces [--write]

The driver's state machine talks to the simulated module in simulated time, so the page is the same
each time; a test compares it.  Frames are named by the simulator's own codec, not by the driver's.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path

from gateway.caller import Caller
from hardware.dect.interface import (
    AnnounceWaiting,
    DeleteHandset,
    Locate,
    OfferCall,
    OpenRegistration,
    Page,
    Release,
    SetClock,
    ShowMessages,
)
from tests.hardware.dect.bench import PIN, DectBench
from tests.simulators.dect import wire
from tests.simulators.dect.module import ModuleSettings
from tests.simulators.dect.serial_line import SerialLine, Spoiling

PAGE = Path(__file__).parents[2] / "docs" / "dect-traces.md"
BYTES_A_ROW = 16
ANNA = Caller("+74951234567", "Анна")
NAMES_OF_SUPERVISION = {0: "RR", 1: "REJ", 2: "RNR"}

HEAD = """\
# What goes over the serial line

<!-- Written by "python -m tests.dect.traces --write".  Change the driver, not this page. -->

The SC14CVMDECT's sequences, as the driver performs them with the simulated module of
`tests/simulators/dect`. They show what this software does; only the first indication after
power-up was ever seen of a real module. `>` is from the computer to the module, `<` from the
module. Times are seconds of the sequence. Acknowledgements without a mail (RR) are left out;
`I 3/5` is a frame with the number 3 that awaits number 5. More is in [dect.md](dect.md).
"""


class Tapped(SerialLine):
    """A line that somebody listens to."""

    def __init__(self, told: Callable[[bytes, float], None]) -> None:
        super().__init__(Spoiling(), random.Random(0))
        self._told = told

    def send(self, data: bytes, now: float) -> None:
        self._told(data, now)
        super().send(data, now)


@dataclass(slots=True)
class Capture:
    """A bench whose lines are listened to, from ``begin`` on."""

    bench: DectBench
    rows: list[str] = field(default_factory=list)
    began: float = 0.0

    @classmethod
    def of(cls, settings: ModuleSettings | None = None) -> Capture:
        capture = cls(DectBench(settings or ModuleSettings(handsets=2)))
        capture.bench.to_module = Tapped(lambda data, now: capture._note(">", data, now))
        capture.bench.to_host = Tapped(lambda data, now: capture._note("<", data, now))
        return capture

    def begin(self) -> None:
        self.bench.run(1)
        self.rows.clear()
        self.began = self.bench.now

    def _note(self, direction: str, data: bytes, now: float) -> None:
        for body in wire.Splitter().feed(data):
            told = _described(body)
            if told is None:
                continue
            text = wire.frame(body[0], body[1:]).hex(" ").upper()
            width = 3 * BYTES_A_ROW
            first, *others = (text[at : at + width].strip() for at in range(0, len(text), width))
            self.rows.append(f"{now - self.began:7.3f} {direction} {told}")
            self.rows += [f"          {row}" for row in (first, *others)]


def _described(body: bytes) -> str | None:
    control = body[0]
    if control == wire.SABM_ASK:
        return "SABM, who is there?"
    if control == wire.SABM_ANSWER:
        return "SABM, I am"
    if control >= 0x80:
        return None
    identity = int.from_bytes(body[3:5], "little")
    return f"I {control >> 4}/{control & 7} {wire.NAMES[identity]}"


def _started() -> Capture:
    capture = Capture.of()
    capture.bench.started()
    capture.begin()
    return capture


def start() -> Capture:
    capture = Capture.of()
    capture.bench.started()
    capture.bench.order(
        SetClock(datetime(2026, 11, 27, 18, 30, tzinfo=timezone(timedelta(hours=3))))
    )
    capture.bench.run(0.1)
    return capture


def registration() -> Capture:
    capture = _started()
    bench = capture.bench
    bench.order(OpenRegistration(120))
    bench.run(10)
    bench.module.register(PIN)
    bench.run(1)
    return capture


def registration_with_a_wrong_pin() -> Capture:
    capture = _started()
    bench = capture.bench
    bench.order(OpenRegistration(120))
    bench.run(10)
    bench.module.register("0000")
    bench.run(1)
    return capture


def incoming() -> Capture:
    capture = _started()
    bench = capture.bench
    bench.order(OfferCall(1, ANNA))
    bench.run(5)
    bench.module.lift(1)
    bench.run(5)
    bench.module.hang_up(1)
    bench.run(1)
    return capture


def incoming_refused() -> Capture:
    capture = _started()
    capture.bench.order(OfferCall(1, ANNA))
    capture.bench.run(5)
    capture.bench.module.reject(1)
    capture.bench.run(1)
    return capture


def incoming_given_up() -> Capture:
    capture = _started()
    capture.bench.order(OfferCall(1, ANNA))
    capture.bench.run(5)
    capture.bench.order(Release(1))
    capture.bench.run(1)
    return capture


def out_of_range() -> Capture:
    capture = _started()
    capture.bench.module.leave(1)
    capture.bench.order(OfferCall(1, ANNA))
    capture.bench.run(5)
    capture.bench.module.come_back(1)
    capture.bench.run(1)
    return capture


def overlap() -> Capture:
    capture = _started()
    bench = capture.bench
    bench.module.lift(1)
    bench.run(1)
    for key in "112":
        bench.module.press(1, key)
        bench.run(0.3)
    bench.order(Release(1))
    bench.run(1)
    return capture


def en_bloc() -> Capture:
    capture = _started()
    bench = capture.bench
    bench.module.lift(1, "112")
    bench.run(5)
    bench.module.hang_up(1)
    bench.run(1)
    return capture


def waiting() -> Capture:
    capture = Capture.of()
    bench = capture.bench.started()
    bench.module.lift(1)
    capture.begin()
    bench.order(AnnounceWaiting(1, Caller("84957654321")))
    bench.run(2)
    bench.module.press(1, "R")
    bench.run(1)
    return capture


def paging() -> Capture:
    capture = _started()
    capture.bench.order(Page(on=True))
    capture.bench.run(5)
    capture.bench.order(Page(on=False))
    capture.bench.run(1)
    return capture


def locating() -> Capture:
    capture = _started()
    capture.bench.order(Locate(1, on=True))
    capture.bench.run(5)
    capture.bench.module.lift(1)
    capture.bench.run(1)
    return capture


def deleting() -> Capture:
    capture = _started()
    capture.bench.order(DeleteHandset(2))
    capture.bench.run(5)
    return capture


def messages() -> Capture:
    capture = _started()
    capture.bench.order(ShowMessages(1, 2))
    capture.bench.run(1)
    capture.bench.order(ShowMessages(1, 0))
    capture.bench.run(1)
    return capture


def no_channel() -> Capture:
    capture = Capture.of(ModuleSettings(handsets=5))
    capture.bench.started()
    capture.begin()
    capture.bench.module.lift(5)
    capture.bench.run(1)
    return capture


def wrong_status() -> Capture:
    capture = _started()
    bench = capture.bench
    bench.module.fault.statuses["SET_AUDIO_FORMAT_REQ"] = [0x1A]
    bench.module.lift(1)
    bench.run(1)
    return capture


SEQUENCES: tuple[tuple[str, Callable[[], Capture]], ...] = (
    ("Start after power-up, two handsets registered", start),
    ("Registration", registration),
    ("Registration with a wrong PIN", registration_with_a_wrong_pin),
    ("Incoming call with number and name, answered; the handset hangs up", incoming),
    ("Incoming call, refused at the handset", incoming_refused),
    ("Incoming call, given up by the caller", incoming_given_up),
    ("Incoming call to a handset that is out of range, and comes back", out_of_range),
    ("Outgoing call, key by key; the far end hangs up", overlap),
    ("Outgoing call with a number typed before", en_bloc),
    ("A second caller is shown in a call; the key R", waiting),
    ("Every handset sounds", paging),
    ("One handset is looked for, and found", locating),
    ("A handset is deleted", deleting),
    ("The sign for messages, on and off", messages),
    ("A handset that no line serves takes the line", no_channel),
    ("The module has no voice channel left", wrong_status),
)


def page() -> str:
    return "\n".join(_parts())


def _parts() -> Iterator[str]:
    yield HEAD
    for title, play in SEQUENCES:
        capture = play()
        assert capture.bench.module.violations == [], title
        yield f"## {title}\n\n```text"
        yield from capture.rows
        yield "```\n"


if __name__ == "__main__":
    if "--write" in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        sys.stdout.write(page())
