"""Rotary digits with exact edges, bounce and a busy interpreter: every digit comes as dialled.

``MULTIFON_ROTARY_DIGITS`` is how many digits are dialled at each speed; a thousand take 20 minutes
a speed.
"""

from __future__ import annotations

import os
import random
import threading
import time
from functools import partial
from pathlib import Path

import pytest

from gateway.line import Digit, LineEvent
from gateway.signalling import Taps
from hardware.slic import SlicLine
from tests.hardware.contract import until
from tests.simulators.telephone.aloop import LoopbackCard
from tests.simulators.telephone.alsa_end import AlsaEnd
from tests.simulators.telephone.contacts import NORMAL
from tests.simulators.telephone.dialer import build, play
from tests.simulators.telephone.gpio_sim import GpioSim
from tests.simulators.telephone.rotary import Dial

DIGITS = int(os.environ.get("MULTIFON_ROTARY_DIGITS", "12"))
RATIOS = (0.33, 0.5, 0.6, 0.66, 0.75)
SHK = 24
BLIND = 0.4
"""Seconds after the lift in which nobody dials, and no pulse is taken."""


class Busy:
    """A thread that wants the interpreter all the time, as status queries and another call do."""

    def __init__(self) -> None:
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._work)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._end.is_set():
            sum(n * n for n in range(2000))


@pytest.fixture(scope="module")
def dialer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("dialer"))


@pytest.mark.parametrize("pps", [8.0, 9.0, 10.0, 11.0, 12.0, 20.0])
def test_every_digit_comes_as_dialled(
    header: GpioSim, card: LoopbackCard, dialer: Path, pps: float
) -> None:
    choose = random.Random(pps)
    events: list[LineEvent] = []
    line = SlicLine("test", {"sound_card": card.gateway})
    with AlsaEnd(card.telephone, lambda heard: bytes(len(heard))), Busy():
        line.open(events.append)
        try:
            header.drive(SHK, True)
            until(lambda: events, "off-hook")
            time.sleep(BLIND)
            line.expect(Taps.DIGITS)
            pull = header.attribute(SHK)
            wanted = ""
            while len(wanted) < DIGITS:
                number = "".join(choose.choices("0123456789", k=4))
                dial = Dial(pps=pps, break_ratio=choose.choice(RATIOS), contacts=NORMAL)
                play(dialer, pull, dial.number(number, choose.randrange(10**6)))
                wanted += number
                until(partial(dialled, events, len(wanted)), f"the digits {wanted}")
        finally:
            line.close()
    assert digits(events) == wanted


def dialled(events: list[LineEvent], count: int) -> bool:
    return len(digits(events)) >= count


def digits(events: list[LineEvent]) -> str:
    return "".join(event.digit for event in events if isinstance(event, Digit))
