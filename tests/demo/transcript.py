"""Two telephone calls with real speech, told as they happen."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from tests.demo.house import House
from tests.speech import Quality, limit_of_g711, quality, speak

TALKS_TO = "89990000007"
NEAR_TEXT = "Good day. This is the old telephone in the hall. One, two, three, four, five."
FAR_TEXT = "Hello. This is a call from the city. Six, seven, eight, nine, ten."
CALLER = "74951234567"
GOOD = 4.0
"""PESQ (ITU-T P.862, narrow band) that a call on this machine reaches."""


class Transcript:
    """Prints both sides of each call, and remembers what was not as it should be."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._complaints: list[str] = []

    def _say(self, who: str, what: str) -> None:
        print(f"{time.monotonic() - self._began:7.2f}  {who:<9}  {what}", flush=True)

    def _check(self, good: bool, what: str) -> None:
        if not good:
            self._complaints.append(what)
            self._say("PROBLEM", what)

    def _title(self, text: str) -> None:
        print(f"\n{text}\n{'-' * len(text)}")
        print("      s  who        what")

    def _quality(self, direction: str, spoken: Path, recorded: Path) -> None:
        found: Quality = quality(spoken, recorded)
        limit = limit_of_g711(spoken)
        self._say(
            "judge",
            f"PESQ {direction}: {found.mos:.2f} (G.711 alone gives {limit:.2f}), {recorded}",
        )
        self._check(found.mos >= GOOD, f"the speech {direction} is worse than {GOOD}")

    async def outgoing(self, house: House, keep: Path) -> None:
        """Dial a menu by tones, be understood, speak, hang up."""
        phone, network = house.gateway.handset, house.ask
        near = speak(NEAR_TEXT, keep / "outgoing-telephone-says.wav")
        self._title("An outgoing call")
        await phone("lift")
        self._say("telephone", "the receiver is lifted")
        heard = await phone("hear", tone="dial")
        self._say("telephone", f"hears dial tone: {heard['frequencies']} Hz, {heard['level']} dBm0")
        await phone("listen", file=str((keep / "outgoing-telephone-hears.wav").absolute()))
        await phone("dial", digits=TALKS_TO)
        self._say("telephone", f"has dialled {TALKS_TO} by tones")
        call = await network("wait_call")
        self._say("network", f"gets an INVITE for {call['number']}, {call['codec']}")
        self._check(call["number"] == "79990000007", "the number arrived in another form")
        heard = await phone("hear", tone="ringback")
        self._say("telephone", f"hears ringback: {heard['frequencies']} Hz, {heard['cadence']} s")
        await house.gateway.until_line("talking")
        self._say("network", "the menu answers and asks for digits")
        await phone("hear", tone="voice")
        await phone("hear", tone="silence", lasting=1.0, timeout=20)
        await phone("dial", digits="314159#")
        call = await network("wait_digits", call["call"], "314159#")
        self._say("network", f"decoded in-band: {call['digits']}")
        await phone("hear", tone="voice")
        await phone("hear", tone="silence", lasting=1.5, timeout=20)
        call = await network("call_info", call["call"])
        self._say("network", f"says: {call['said'][1]!r}")
        await phone("say", file=str(near.absolute()))
        self._say("telephone", f"says: {NEAR_TEXT!r}")
        await asyncio.sleep(0.5)
        await phone("listen-stop")
        await phone("hang-up")
        self._say("telephone", "hangs up")
        await network("wait", call["call"], "ended")
        await network("save", call["call"], keep / "outgoing-network-hears.wav")
        self._quality("telephone to network", near, keep / "outgoing-network-hears.wav")
        await self._record(house)

    async def incoming(self, house: House, keep: Path) -> None:
        """Be called, ring, show the caller, answer, listen; the far end hangs up."""
        phone, network = house.gateway.handset, house.ask
        far = speak(FAR_TEXT, keep / "incoming-network-says.wav")
        self._title("An incoming call")
        call = await network(
            "call", caller=CALLER, party="speech", file=str(far.absolute()), hang_up=10.0
        )
        self._say("network", f"{CALLER} calls {house.number}")
        rung = await phone("ringing", wait=True, bursts=2, shown=True)
        (on, off), (again, _) = rung["bursts"][:2]
        self._say(
            "telephone",
            f"rings {off - on:.1f} s every {again - on:.1f} s, shows {rung['caller']['number']}",
        )
        self._check(rung["caller"]["number"] == CALLER, "the display shows another number")
        await phone("lift")
        await phone("listen", file=str((keep / "incoming-telephone-hears.wav").absolute()))
        self._say("telephone", "the receiver is lifted; the bell is silent")
        await network("wait", call, "connected")
        self._say("network", f"is answered and says: {FAR_TEXT!r}")
        heard = await phone("hear", tone="busy", timeout=20)
        self._say("network", "hangs up")
        self._say("telephone", f"hears busy tone: {heard['frequencies']} Hz, {heard['cadence']} s")
        await phone("listen-stop")
        await phone("hang-up")
        self._quality("network to telephone", far, keep / "incoming-telephone-hears.wav")
        await self._record(house)

    async def _record(self, house: House) -> None:
        record = (await house.gateway.calls())[0]
        figures = record["figures"]
        self._say(
            "gateway",
            f"recorded: {record['direction']} {record['number']}, {record['reason']}; RTP "
            f"{figures['sent']:.0f} out, {figures['received']:.0f} in, {figures['lost']:.0f} lost",
        )
        voice = (await house.gateway.status())["lines"][0]["voice"]
        self._say("gateway", f"voice: {voice['underruns']} underruns, {voice['overruns']} overruns")
        self._check(record["reason"] == "completed", f"the call ended with {record['reason']}")
        self._check(figures["lost"] == 0, "RTP packets were lost on loopback")
        self._check(voice["underruns"] + voice["overruns"] == 0, "voice frames were lost")

    def finish(self, keep: Path) -> int:
        """The last lines; the exit code."""
        print(f"\nRecordings: {keep}/*.wav")
        if self._complaints:
            print(f"{len(self._complaints)} problem(s): {'; '.join(self._complaints)}.")
            return 1
        print("Both calls were as they should be.")
        return 0
