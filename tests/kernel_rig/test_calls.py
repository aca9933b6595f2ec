"""Calls in both directions through the whole daemon, from the telephone's contacts to the network.

The telephone hears and speaks on the sound card, opens and closes the loop at SHK, and its bell and
display follow what the kernel recorded of RM and F/R.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hardware.caller_id.minimodem import decode, messages
from tests.kernel_rig.house import LONG, SlicHouse
from tests.simulators.telephone import ear
from tests.simulators.telephone.aloop import LoopbackCard
from tests.simulators.telephone.alsa_end import AlsaEnd
from tests.simulators.telephone.clock import LiveClock
from tests.simulators.telephone.gpio_sim import GpioSim
from tests.simulators.telephone.rotary import Dial
from tests.simulators.telephone.slic import Slic
from tests.simulators.telephone.telephone import Telephone

MENU = "89990000007"
"""Asks for digits, and repeats those that it heard in the voice."""
CALLER = "74951234567"
TEXT = "Наберите цифры и решётку."
V23_MARK, V23_SPACE = 1300, 2100
AFTER_BLIND = 0.5
"""Seconds after the dial tone is heard at which a person dials."""


async def until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen within {LONG:g} s"
        await asyncio.sleep(0.05)


async def call_out(house: SlicHouse, telephone: Telephone) -> None:
    """Dialled by pulses; the digits pressed in the talk prove the voice outwards."""
    (station,) = house.stations
    await asyncio.to_thread(telephone.lift)
    await until(lambda: telephone.hearing() == ear.DIAL, "dial tone")
    await asyncio.sleep(AFTER_BLIND)
    # Ten pulses a second: of a thread in this machine an edge may come 20 ms late, which is a whole
    # make of a faster dial.  Every speed is dialled by test_rotary.py, whose edges are timed in C.
    await asyncio.to_thread(telephone.dial, MENU, Dial(pps=10.0), 0.5)
    call = (await house.ask("wait_call", timeout=LONG))["call"]
    assert (await house.ask("call_info", call))["number"] == "7" + MENU[1:]
    await house.ask("wait", call, "connected", timeout=LONG)
    await until(lambda: telephone.hearing() == ear.VOICE, "the menu's voice")
    await asyncio.to_thread(telephone.press, "159")
    await house.ask("wait_digits", call, "159", timeout=LONG)
    await asyncio.to_thread(telephone.hang_up)
    assert (await house.ask("wait", call, "ended", timeout=LONG))["ended_by"] == "account"
    await house.until_line(station, "idle")


async def call_in(house: SlicHouse, telephone: Telephone) -> bytes:
    """Rung, shown, answered, and ended by the caller; what was heard on the hook."""
    (station,) = house.stations
    began = time.monotonic()
    call = await house.ask("call", station.account, caller=CALLER, party="menu", text=TEXT)
    await until(lambda: len(telephone.bursts) == 2, "the second ring")
    heard = await asyncio.to_thread(telephone.heard, began)
    # First this: while a program such as the decoder is read from the computer's disk, the time of
    # the machine goes on, and the bell rings a third time.
    await asyncio.to_thread(telephone.lift)
    await house.ask("wait", call, "connected", timeout=LONG)
    await until(lambda: telephone.hearing() == ear.VOICE, "the caller's voice")
    await asyncio.to_thread(telephone.press, "7")
    await house.ask("wait_digits", call, "7", timeout=LONG)
    await house.ask("hang_up", call)
    await until(lambda: telephone.hearing() == ear.BUSY, "busy tone")
    await asyncio.to_thread(telephone.hang_up)
    await house.until_line(station, "idle")
    whole, *_, tripped = telephone.slic.rm_intervals
    assert whole.hertz == pytest.approx(25.0, rel=0.01)
    assert tripped.driven_low
    return heard


def test_a_call_out_and_a_call_in(header: GpioSim, card: LoopbackCard, tmp_path: Path) -> None:
    async def calls() -> None:
        with LiveClock() as clock:
            house = SlicHouse(tmp_path, header, [card])
            telephone = Telephone(Slic(header, house.stations[0].wiring, clock), clock)
            with AlsaEnd(card.telephone, telephone.exchange):
                async with house:
                    await call_out(house, telephone)
                    await call_in(house, telephone)
            assert telephone.violations == []

    asyncio.run(calls())


def test_the_display_shows_the_caller(header: GpioSim, card: LoopbackCard, tmp_path: Path) -> None:
    """Once in some nine runs nothing can be read, and whose sound was torn is not known yet."""

    async def ring() -> None:
        with LiveClock() as clock:
            house = SlicHouse(tmp_path, header, [card])
            telephone = Telephone(Slic(header, house.stations[0].wiring, clock), clock)
            with AlsaEnd(card.telephone, telephone.exchange) as end:
                async with house:
                    heard = await call_in(house, telephone)
            torn = f"{end.xruns} xruns at the telephone's end of the card"
            found = messages(decode(heard, V23_MARK, V23_SPACE, tmp_path))
            assert len(found) == 1, torn
            assert CALLER[1:].encode() in found[0]
            # What comes after is the silence between the second ring and the lift.
            assert telephone.told()[0].complaints == (), torn

    asyncio.run(ring())
