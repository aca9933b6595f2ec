"""The doctor's figures against what the electrical telephone was set to, through the SLIC driver."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from hardware.voice.gain import SPEECH_DBM0
from tests.examination.house import House, house
from tests.hardware.slic.house import house as slic_house
from tests.simulators.telephone.contacts import ContactModel
from tests.simulators.telephone.hybrid import TBR21, Hybrid
from tests.simulators.telephone.keypad import Keypad
from tests.simulators.telephone.rotary import Dial
from tests.simulators.telephone.sound import RATE, Signal, amplitude
from tests.simulators.telephone.telephone import Telephone, TelephoneSettings

CONTACTS = ContactModel(make_bounce=3.0, break_bounce=1.0)
FLASH_S = 0.28


def sentence(dbm0: float, seconds: float = 6.0) -> Signal:
    """Sound that comes and goes as speech does; its active level is ``dbm0``."""
    random = np.random.default_rng(5)
    time = np.arange(round(seconds * RATE)) / RATE
    syllables = np.repeat(random.uniform(0.5, 1.5, len(time) // 800 + 1), 800)[: len(time)]
    tone = random.normal(size=len(time)) * syllables
    tone *= 0.6 + 0.4 * np.sin(2 * np.pi * 4 * time)
    power = np.mean(tone**2)
    return tone * (amplitude(dbm0) / np.sqrt(2) / np.sqrt(power))


def step(report: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(one for one in report["steps"] if one["step"] == name)
    return found


async def operate(home: House, telephone: Telephone, speech_dbm0: float, *, keys: bool) -> None:
    """What the person does when asked."""
    await home.until_begun("receiver")
    await asyncio.to_thread(telephone.lift)
    await home.until_begun("digits")
    await asyncio.sleep(0.4)
    await asyncio.to_thread(telephone.press if keys else telephone.dial, "00")
    await home.until_begun("speech")
    telephone.say(sentence(speech_dbm0))
    await home.until_begun("flash")
    await asyncio.to_thread(telephone.tap, FLASH_S)
    await home.until_begun("hang-up")
    await asyncio.to_thread(telephone.hang_up)


async def examined(
    settings: TelephoneSettings, speech_dbm0: float, *, keys: bool = False, **options: object
) -> Mapping[str, Any]:
    with slic_house(telephone=settings, **options) as electrical:
        async with house(electrical.line) as home:
            home.examinations.begin(home.line)
            await operate(home, electrical.telephone, speech_dbm0, keys=keys)
            report = await home.until_over()
        assert electrical.slic.violations == []
    return report


def test_a_rotary_telephone_is_measured_as_it_was_set() -> None:
    dial = Dial(pps=9.0, break_ratio=0.63, contacts=CONTACTS)
    hybrid = Hybrid("of 11 dB", TBR21.load, return_loss=11.0)
    settings = TelephoneSettings(dial=dial, hybrid=hybrid, room_noise=-62.0)
    report = asyncio.run(examined(settings, -19.0))
    print(report)
