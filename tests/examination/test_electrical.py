"""The doctor's figures against what the electrical telephone was set to.

Everything between is real: call control, the examination, the SLIC driver, RPi.GPIO.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from tests.examination.house import House, house
from tests.hardware.slic.house import house as slic_house
from tests.simulators.telephone.contacts import CLEAN, ContactModel, Edge
from tests.simulators.telephone.fake_chip import FakeChip
from tests.simulators.telephone.hybrid import TBR21, Hybrid
from tests.simulators.telephone.keypad import Keypad
from tests.simulators.telephone.rotary import Dial
from tests.simulators.telephone.sound import RATE, Signal, amplitude
from tests.simulators.telephone.telephone import Telephone, TelephoneSettings

CONTACTS = ContactModel(make_bounce=4.0, break_bounce=1.0)
FLASH_S = 0.28
CHATTER_S = 0.01
"""Edges that are nearer to each other belong to one movement of a contact."""


def sentence(dbm0: float, seconds: float = 6.0) -> Signal:
    """Sound that comes and goes as speech does; its active level is ``dbm0``."""
    random = np.random.default_rng(5)
    at = np.arange(round(seconds * RATE)) / RATE
    syllables = np.repeat(random.uniform(0.5, 1.5, len(at) // 800 + 1), 800)[: len(at)]
    sound = random.normal(size=len(at)) * syllables * (0.6 + 0.4 * np.sin(8 * np.pi * at))
    level: Signal = sound * (amplitude(dbm0) / np.sqrt(2) / np.sqrt(np.mean(sound**2)))
    return level


def longest_bounce(edges: list[Edge]) -> float:
    """Milliseconds from the first to the last edge of a movement."""
    longest, first = 0.0, edges[0].time
    for before, edge in pairwise(edges):
        if edge.time - before.time > CHATTER_S:
            first = edge.time
        longest = max(longest, edge.time - first)
    return 1000 * longest


def step(report: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(one for one in report["steps"] if one["step"] == name)
    return found


async def operate(home: House, telephone: Telephone, speech_dbm0: float, *, keys: bool) -> None:
    """What the person does when asked."""
    await home.until_begun("receiver")
    await asyncio.to_thread(telephone.lift)
    await home.until_begun("digits")
    await asyncio.sleep(0.4)  # the hand moves from the cradle to the dial
    await asyncio.to_thread(telephone.press if keys else telephone.dial, "00")
    await home.until_begun("speech")
    telephone.say(sentence(speech_dbm0))
    await home.until_begun("flash")
    await asyncio.to_thread(telephone.tap, FLASH_S)
    await home.until_begun("hang-up")
    await asyncio.to_thread(telephone.hang_up)


class Seen:
    """Every edge that the gateway's pin was shown: the truth of the hook.

    A late thread of the telephone is chatter too.
    """

    def __init__(self, chip: FakeChip) -> None:
        self.edges: list[Edge] = []
        self._drive = chip.drive

    def drive(self, pin: int, high: bool) -> None:
        self.edges.append(Edge(time.monotonic(), high))
        self._drive(pin, high)


async def _examined(
    settings: TelephoneSettings, speech_dbm0: float, keys: bool, options: Mapping[str, Any]
) -> tuple[Mapping[str, Any], list[Edge]]:
    with (
        slic_house(telephone=settings, **options) as electrical,
        pytest.MonkeyPatch.context() as patch,
    ):
        seen = Seen(electrical.chip)
        patch.setattr(electrical.chip, "drive", seen.drive)
        async with house(electrical.line) as home:
            home.examinations.begin(home.line)
            await operate(home, electrical.telephone, speech_dbm0, keys=keys)
            report = await home.until_over()
        assert electrical.slic.violations == []
    return report, seen.edges


def examined(
    settings: TelephoneSettings, speech_dbm0: float, *, keys: bool = False, **options: Any
) -> Mapping[str, Any]:
    """The report of an examination of such a telephone."""
    return asyncio.run(_examined(settings, speech_dbm0, keys, options))[0]


@pytest.mark.parametrize(
    ("pps", "ratio", "loss", "noise", "speech"),
    [(9.0, 0.63, 11.0, -62.0, -19.0), (11.0, 0.58, 17.0, -70.0, -23.0)],
)
def test_a_rotary_telephone_is_measured_as_it_was_set(
    pps: float, ratio: float, loss: float, noise: float, speech: float
) -> None:
    dial = Dial(pps=pps, break_ratio=ratio, contacts=CONTACTS)
    hybrid = Hybrid("scaled", TBR21.load, return_loss=loss)
    settings = TelephoneSettings(dial=dial, hybrid=hybrid, room_noise=noise, cradle=CLEAN)
    report, edges = asyncio.run(_examined(settings, speech, False, {}))
    assert report["ending"] == "completed"
    for name in ("receiver", "silence", "echo", "speech", "flash", "hang-up"):
        assert step(report, name)["outcome"] == "passed", step(report, name)
    # What a late thread of the telephone adds to the contacts' chatter may need another filter.
    assert report["suggested"].keys() <= {"edge_filter"}, report

    digits = step(report, "digits")["figures"]
    assert digits["dial_speed_pps"] == pytest.approx(pps, rel=0.02)
    assert digits["break_ratio_percent"] == pytest.approx(100 * ratio, abs=2)
    assert digits["longest_bounce_ms"] == pytest.approx(longest_bounce(edges), abs=1)
    set_to = max(longest_bounce(dial.digit("0", seed)) for seed in (0, 1))
    assert digits["longest_bounce_ms"] > set_to - 1
    assert step(report, "silence")["figures"]["noise_dbm0"] == pytest.approx(noise, abs=1.5)
    echo = step(report, "echo")["figures"]
    assert echo["echo_return_loss_db"] == pytest.approx(loss, abs=2)
    assert echo["echo_left_db"] > loss + 15
    assert step(report, "speech")["figures"]["speech_dbm0"] == pytest.approx(speech, abs=1.5)
    assert report["figures"]["said_dbm0"] == pytest.approx(speech, abs=2)
    flash = step(report, "flash")["figures"]["last_flash_ms"]
    assert flash == pytest.approx(1000 * FLASH_S, abs=10)


def test_the_tones_of_a_push_button_telephone_are_measured() -> None:
    settings = TelephoneSettings(keypad=Keypad(low=-14.0, twist=4.0, on=0.1))
    report = examined(settings, -20.0, keys=True)
    digits = step(report, "digits")
    assert digits["findings"][0] == "Understood: 0 (tone), 0 (tone)."
    assert digits["figures"]["low_tone_dbm0"] == pytest.approx(-14, abs=1)
    assert digits["figures"]["high_tone_dbm0"] == pytest.approx(-10, abs=1)
    assert digits["figures"]["twist_db"] == pytest.approx(4, abs=1)
    assert digits["outcome"] == "passed"


def test_what_is_suggested_cures_a_faint_telephone_with_echo() -> None:
    settings = TelephoneSettings(
        dial=Dial(contacts=CLEAN), hybrid=Hybrid("scaled", TBR21.load, return_loss=14.0)
    )
    ill = examined(settings, -30.0, echo_canceller=False)
    assert not ill["passed"]
    assert step(ill, "speech")["outcome"] == "failed"
    echo = step(ill, "echo")
    assert echo["outcome"] == "failed"
    assert echo["figures"]["echo_left_db"] == pytest.approx(14, abs=2)
    assert echo["figures"]["echo_return_loss_db"] == pytest.approx(14, abs=2)
    # Two frames wait in the card, and the hybrid's path is some samples long.
    assert echo["figures"]["echo_delay_ms"] == pytest.approx(41, abs=2)
    assert ill["suggested"]["echo_canceller"] is True
    assert ill["suggested"]["microphone_gain"] == pytest.approx(10, abs=2)

    healed = examined(settings, -30.0, **ill["suggested"])
    assert healed["suggested"] == {}
    assert step(healed, "speech")["figures"]["speech_dbm0"] == pytest.approx(-20, abs=2)
    assert healed["passed"], healed


def test_a_bad_dial_and_a_noisy_line_are_told() -> None:
    settings = TelephoneSettings(
        dial=Dial(pps=7.2, break_ratio=0.6, contacts=CONTACTS), room_noise=-45.0
    )
    report = examined(settings, -20.0)
    digits, silence = step(report, "digits"), step(report, "silence")
    assert digits["outcome"] == "failed"
    assert "The dial makes 7.2 pulses a second; 8 to 12, or 20, are right." in digits["findings"]
    assert silence["outcome"] == "failed"
    assert "-45 dBm0" in silence["findings"][0]
    assert report["suggested"]["break_max"] > 85
