"""How fast both answer: dial tone, INVITE, ringing, first voice (measures 1 to 4)."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from tests.benchmarks.chirps import first_above
from tests.benchmarks.earpiece import Earpiece
from tests.benchmarks.side_by_side import AUTOMATIC, MANUAL, SideBySide
from tests.benchmarks.table import BARESIP, GATEWAY, Table
from tests.gateway_process import NUMBER

DIALS, REACHES = "89990000009", "79990000009"
"""A party that answers at once, without ringing."""
TONE_MS = PAUSE_MS = 80
TONE_LEVEL = 200
"""A dial tone is far above this, A-law's idle steps far below."""

DIAL_TONE = "1 off-hook -> dial tone in the ear"
LAST_DIGIT_BEGIN = "2 begin of last digit's tone -> INVITE"
LAST_DIGIT_END = "2 end of last digit's tone -> INVITE"
LAST_KEY = "2 last silent key -> INVITE; baresip: command typed -> INVITE"
CREDENTIALS = "2 407 -> INVITE with credentials"
RINGING = "3 INVITE -> 180"
BELL = "3 INVITE -> bell"
ANSWER = "4a lift -> 200"
ANSWER_VOICE = "4a lift -> first RTP"
VOICE_AFTER_ANSWER = "4a 200 -> first RTP (negative: before the 200)"
EAR = "4b 200 of the far end -> its voice in the ear"
EAR_OWN = "4b first RTP of the far end -> its voice in the ear"
OK_TO_INVITE = r"SIP/2\.0 200 .*?\r\nCSeq: \d+ INVITE\r\n"


async def outgoing(bench: SideBySide, table: Table) -> None:
    """Lift, dial, be answered, hang up."""
    phone = bench.gateway.handset
    await bench.any_phase()
    ear = await Earpiece.on_hook(bench.gateway)
    lifted = (await phone("lift", line="line1"))["time"]
    await phone("hear", line="line1", tone="dial")
    heard = await ear.fetch()
    tone = first_above(heard, TONE_LEVEL)
    ok = tone is not None and ear.intact
    table.add(DIAL_TONE, GATEWAY, (ear.time_of(tone) - lifted) * 1000 if ok and tone else None)

    # The ear keeps 2 s: dialling eleven digits takes 1.8 s.
    dialled = await phone("dial", line="line1", digits=DIALS, on_ms=TONE_MS, off_ms=PAUSE_MS)
    await ear.fetch()
    started: float = dialled["started"]
    begin = ear.due(started) + (len(DIALS) - 1) * (TONE_MS + PAUSE_MS) / 1000
    invite = (await bench.message(started, "in", "INVITE "))["monotonic"]
    table.add(LAST_DIGIT_END, GATEWAY, (invite - begin) * 1000 - TONE_MS)
    table.add(LAST_DIGIT_BEGIN, GATEWAY, (invite - begin) * 1000)
    await _credentials(bench, table, GATEWAY, invite)

    answer = (await bench.message(started, "out", OK_TO_INVITE))["monotonic"]
    await bench.gateway.until_line("talking")
    await asyncio.sleep(0.4)
    heard = await ear.fetch()
    # A-law has no zero: the far end's silence is +-8, while ours is 0, so the first sample that is
    # not 0 is the first that came through the network.
    first = first_above(heard, 0, max(0, ear.sample_at(answer) - 160))
    call = (await bench.ask("calls"))[-1]["call"]
    sent = (await bench.ask("call_info", call))["sent_since"]
    for name, since in ((EAR, answer), (EAR_OWN, sent)):
        ok = first is not None and ear.intact
        table.add(name, GATEWAY, (ear.time_of(first) - since) * 1000 if ok and first else None)
    await phone("hang-up", line="line1")
    await bench.until_idle()


async def outgoing_by_silent_keys(bench: SideBySide, table: Table) -> None:
    """The number is complete with a key that makes no sound: no tone has to be detected."""
    phone = bench.gateway.handset
    await phone("lift", line="line1")
    await phone("hear", line="line1", tone="dial")
    await phone("dial", line="line1", digits=DIALS[:-1], by="keypad")
    pressed = (await phone("dial", line="line1", digits=DIALS[-1], by="keypad"))["started"]
    invite = (await bench.message(pressed, "in", "INVITE "))["monotonic"]
    table.add(LAST_KEY, GATEWAY, (invite - pressed) * 1000)
    await phone("hang-up", line="line1")
    await bench.until_idle()


async def outgoing_of_baresip(bench: SideBySide, table: Table) -> None:
    typed = time.monotonic()
    bench.baresip.tell(f"/dial sip:{REACHES}@multifon.ru")
    invite = (await bench.message(typed, "in", "INVITE "))["monotonic"]
    table.add(LAST_KEY, BARESIP, (invite - typed) * 1000)
    await _credentials(bench, table, BARESIP, invite)
    call = (await bench.ask("calls"))[-1]["call"]
    await bench.ask("wait", call, "connected")
    await bench.hang_up(call)


async def ringing_of_baresip(bench: SideBySide, table: Table) -> None:
    since = time.monotonic()
    call = await bench.call(MANUAL)
    table.add(RINGING, BARESIP, await _invite_to_ringing(bench, since))
    await bench.hang_up(call)


async def answer_of_baresip(bench: SideBySide, table: Table) -> None:
    await bench.any_phase()
    since = time.monotonic()
    call = await bench.call(AUTOMATIC[0])
    answer = (await bench.message(since, "in", OK_TO_INVITE))["monotonic"]
    await bench.ask("wait", call, "connected")
    table.add(VOICE_AFTER_ANSWER, BARESIP, (await _first_packet(bench, call) - answer) * 1000)
    await bench.hang_up(call)


async def incoming(bench: SideBySide, table: Table) -> None:
    """Ring, lift, hang up."""
    phone = bench.gateway.handset
    since = time.monotonic()
    call = await bench.call(NUMBER)
    table.add(RINGING, GATEWAY, await _invite_to_ringing(bench, since))
    invite = (await bench.message(since, "out", "INVITE "))["monotonic"]
    bell = (await phone("ringing", line="line1", wait=True))["started"]
    table.add(BELL, GATEWAY, (bell - invite) * 1000)
    await bench.any_phase()
    lifted = (await phone("lift", line="line1"))["time"]
    answer = (await bench.message(lifted, "in", OK_TO_INVITE))["monotonic"]
    await bench.ask("wait", call, "connected")
    voice = await _first_packet(bench, call)
    table.add(ANSWER, GATEWAY, (answer - lifted) * 1000)
    table.add(ANSWER_VOICE, GATEWAY, (voice - lifted) * 1000)
    table.add(VOICE_AFTER_ANSWER, GATEWAY, (voice - answer) * 1000)
    await phone("hang-up", line="line1")
    await bench.ask("wait", call, "ended")
    await bench.until_idle()


async def _credentials(bench: SideBySide, table: Table, program: str, since: float) -> None:
    challenge = (await bench.message(since, "out", r"SIP/2\.0 407 "))["monotonic"]
    again = (await bench.message(challenge, "in", "INVITE "))["monotonic"]
    table.add(CREDENTIALS, program, (again - challenge) * 1000)


async def _invite_to_ringing(bench: SideBySide, since: float) -> float:
    invite = (await bench.message(since, "out", "INVITE "))["monotonic"]
    ringing = (await bench.message(invite, "in", r"SIP/2\.0 180 "))["monotonic"]
    return float(ringing - invite) * 1000


async def _first_packet(bench: SideBySide, call: str) -> float:
    """Monotonic time at which the first RTP packet arrived, as the kernel of the network saw it."""
    deadline = time.monotonic() + 3
    while True:
        info: dict[str, Any] = await bench.ask("call_info", call)
        first = info["figures"]["first_after_answer_ms"]
        if first is not None:
            return float(info["times"]["connected"] + first / 1000)
        if time.monotonic() > deadline:
            raise TimeoutError(f"call {call} has no RTP within 3 s")
        await asyncio.sleep(0.05)
