"""The doctor's figures against what the electrical telephone was set to.

Everything between is real: call control, the examination, the SLIC driver, RPi.GPIO.  On a busy
machine the telephone's thread is late and its edges are not those of the setting; so the doctor is
held to the edges that the pin showed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pytest

from tests.examination.house import House, house
from tests.hardware.slic.house import house as slic_house
from tests.simulators.multifon.sound import speak
from tests.simulators.telephone.contacts import CLEAN, ContactModel, Edge
from tests.simulators.telephone.fake_chip import FakeChip
from tests.simulators.telephone.hybrid import TBR21, Hybrid
from tests.simulators.telephone.keypad import Keypad
from tests.simulators.telephone.rotary import Dial
from tests.simulators.telephone.sound import Signal, amplitude
from tests.simulators.telephone.telephone import Telephone, TelephoneSettings

CONTACTS = ContactModel(make_bounce=4.0, break_bounce=1.0)
FLASH_S = 0.28
VOICE = {"microphone_gain", "ear_gain", "echo_canceller"}
CURE = ("microphone_gain", "echo_canceller")
CHATTER_S = 0.01
"""Edges that are nearer to each other belong to one movement of a contact."""
FILTER_S = 0.005
"""A level that holds so long ends the bounce (``edge_filter``)."""


@cache
def sentence(dbm0: float) -> Signal:
    """Speech whose active level (ITU-T P.56) is ``dbm0``."""
    sound = speak("Проверка связи, как меня слышно? " * 4, "ru").astype(np.float64)
    pieces = sound[: len(sound) // 160 * 160].reshape(-1, 160)
    power = np.mean(pieces**2, axis=1)
    active = power > 0
    while (quiet := active & (power < np.mean(power[active]) / 10**1.59)).any():
        active &= ~quiet
    level: Signal = sound * (amplitude(dbm0) / np.sqrt(2) / np.sqrt(np.mean(power[active])))
    return level


class Hook(NamedTuple):
    """What the edges of the gateway's pin really were, in ms."""

    bounce: float
    """Longest time from the first to the last edge of a movement."""
    ratio: float
    """Mean share of the break, percent."""
    flash: float


def hook_of(edges: list[Edge]) -> Hook:
    """From the first edge of a lift to the last of the hanging up."""
    firsts, bounce, began = [edges[0]], 0.0, edges[0].time
    for before, edge in pairwise(edges):
        if edge.time - before.time > CHATTER_S:
            firsts.append(edge)
        if edge.time - before.time > FILTER_S:
            began = edge.time
        bounce = max(bounce, edge.time - began)
    times = [edge.time for edge in firsts]
    # A pulse is open, closed, open; the break of a flash is the only long one before the end.
    spans = [second - first for first, second in pairwise(times)]
    breaks = [
        (spans[n], spans[n + 1])
        for n in range(1, len(spans) - 1)
        if not firsts[n].closed and spans[n] + spans[n + 1] < 0.2
    ]
    broken, whole = sum(one for one, _ in breaks), sum(map(sum, breaks))
    flash = max(spans[n] for n in range(1, len(spans)) if not firsts[n].closed)
    return Hook(1000 * bounce, 100 * broken / whole, 1000 * flash)


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
    """Every edge that the gateway's pin was shown."""

    def __init__(self, chip: FakeChip) -> None:
        self.edges: list[Edge] = []
        self._drive = chip.drive

    def drive(self, pin: int, high: bool, at: float | None = None) -> None:
        # As the kernel would stamp it: the time for which it was planned, however late it comes.
        self.edges.append(Edge(time.monotonic() if at is None else at, high))
        self._drive(pin, high, at)


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
    assert not VOICE & report["suggested"].keys(), report

    hook = hook_of(edges)
    digits = step(report, "digits")["figures"]
    assert digits["dial_speed_pps"] == pytest.approx(pps, rel=0.02)
    assert digits["break_ratio_percent"] == pytest.approx(hook.ratio, abs=2)
    assert digits["longest_bounce_ms"] == pytest.approx(hook.bounce, abs=1)
    assert step(report, "silence")["figures"]["noise_dbm0"] == pytest.approx(noise, abs=1.5)
    echo = step(report, "echo")["figures"]
    assert echo["echo_return_loss_db"] == pytest.approx(loss, abs=2)
    assert echo["echo_left_db"] > loss + 15
    assert step(report, "speech")["figures"]["speech_dbm0"] == pytest.approx(speech, abs=1.5)
    # The driver's own measure leaves out the soft beginnings of words.
    assert report["figures"]["said_dbm0"] == pytest.approx(speech, abs=3)
    flash = step(report, "flash")["figures"]["last_flash_ms"]
    assert flash == pytest.approx(hook.flash, abs=10)


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
    assert ill["suggested"]["microphone_gain"] == pytest.approx(10, abs=3)

    healed = examined(settings, -30.0, **{name: ill["suggested"][name] for name in CURE})
    assert not VOICE & healed["suggested"].keys(), healed
    assert step(healed, "speech")["figures"]["speech_dbm0"] == pytest.approx(-20, abs=3)
    assert {one["outcome"] for one in healed["steps"] if one["step"] != "digits"} == {"passed"}


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
