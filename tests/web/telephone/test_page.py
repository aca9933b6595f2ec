"""The telephone's page in Chromium, with a file for a microphone and a recorder at the speaker."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from gateway.call.reason import Reason
from tests.demo.house import House
from tests.speech import RATE, quality, read, speak, write
from tests.web.chromium import Chromium
from tests.web.telephone.page import TelephonePage, browser_with_microphone, served

LINE = '[[line]]\nname = "page"\ndriver = "browser"\n'
SPOKEN = "This is the telephone in the browser, here at home."
SPEECH = "89990000002"
SAID = 2.7
"""PESQ of what the microphone hears; the browser suppresses noise and echo.  Alone it is 4.2."""
HEARD = 3.0
"""PESQ of what the page plays.  Alone it is 4.5."""
CALLS = 5
"""Other work on the machine tears a call now and then; that five are torn has a reason here."""
TALK = 7.5
"""Seconds in which the microphone's file is heard once as a whole, wherever it began."""
PART = 5 * RATE
"""Samples of what the network said last: speech, after the ringback."""
CALLER = "74951234567"
ADAPTER = "adapter.example"


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return speak(SPOKEN, tmp_path_factory.mktemp("spoken") / "microphone.wav")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory, spoken: Path) -> Iterator[Chromium]:
    with browser_with_microphone(tmp_path_factory.mktemp("browser"), spoken) as started:
        yield started


def pesq_or_nothing(spoken: Path, recorded: Path) -> float:
    """PESQ; 0 where the recording does not hold what was spoken."""
    try:
        return quality(spoken, recorded).mos
    except ValueError:
        return 0.0


def strikes(samples: np.ndarray[tuple[int], np.dtype[np.int16]]) -> float:
    """Seconds in which a bell sounds."""
    blocks = samples[: len(samples) // 80 * 80].reshape(-1, 80).astype(float)
    return float((np.sqrt((blocks**2).mean(axis=1)) > 300).sum() * 80 / RATE)


def test_a_call_out_is_heard_both_ways_and_a_call_in_rings_and_is_answered(
    tmp_path: Path, browser: Chromium, spoken: Path
) -> None:
    async def calls() -> None:
        async with House(tmp_path / "h", lines=LINE) as house:
            with served(house.gateway.folder / "run") as port:
                page = TelephonePage(browser, port)
                await page.open()
                await page.click("on")
                await page.until("idle")
                await call_out(house, page)
                await call_in(house, page)
                # Among the rest: a script or style that the content security policy forbids.
                assert await asyncio.to_thread(browser.console) == []

    async def call_out(house: House, page: TelephonePage) -> None:
        qualities: list[tuple[float, float]] = []
        call = "0"
        while not any(there > SAID and here > HEARD for there, here in qualities):
            assert len(qualities) < CALLS, f"PESQ of each call, there and here: {qualities}"
            call = await talk(house, page, call)
            qualities.append(await judged(house, page, call))
            record = await house.gateway.last_call()
            assert (record["line"], record["reason"]) == ("page", Reason.COMPLETED.value)

    async def talk(house: House, page: TelephonePage, after: str) -> str:
        await page.click("lift")
        await page.until("lifted")
        await page.press(SPEECH)
        await page.until("talking")
        assert (await page.text("party")).endswith(SPEECH[1:])
        call = (await house.ask("wait_call", after, number="7" + SPEECH[1:]))["call"]
        await asyncio.sleep(TALK)
        await page.click("hang-up")
        await page.until("idle")
        await house.ask("wait", call, "ended")
        return str(call)

    async def judged(house: House, page: TelephonePage, call: str) -> tuple[float, float]:
        said, sent = tmp_path / "said.wav", tmp_path / "sent.wav"
        await house.ask("save", call, heard=said, sent=sent)
        all_heard = read(await page.save(0, tmp_path / "all-heard.wav"))
        heard = write(tmp_path / "heard.wav", all_heard[-round(2 * TALK * RATE) :])
        part = write(tmp_path / "part.wav", read(sent)[-PART:-RATE])
        return pesq_or_nothing(spoken, said), pesq_or_nothing(part, heard)

    async def call_in(house: House, page: TelephonePage) -> None:
        call = await house.ask("call", caller=CALLER)
        await page.until("ringing")
        assert await page.text("party") == CALLER
        await page.until_played(1)
        await page.click("answer")
        await page.until("talking")
        await house.ask("wait", call, "connected")
        # The bell is what joined the speaker second.
        assert strikes(read(await page.save(1, tmp_path / "bell.wav"))) > 0.3
        await house.ask("hang_up", call)
        await page.until("ended")
        await page.click("hang-up")
        await page.until("idle")

    asyncio.run(calls())


@pytest.fixture(scope="module")
def plain_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """May not use its microphone; the name of an adapter leads to this machine."""
    names = f"--host-resolver-rules=MAP {ADAPTER} 127.0.0.1"
    folder = tmp_path_factory.mktemp("plain")
    with Chromium(folder, names, "--use-fake-device-for-media-stream") as started:
        started.permit(microphone=False)
        yield started


def test_the_page_says_what_to_do_without_gateway_microphone_or_security(
    tmp_path: Path, browser: Chromium, plain_browser: Chromium
) -> None:
    async def visit() -> None:
        with served(tmp_path) as port:
            page = TelephonePage(browser, port)
            await page.open()
            await page.click("on")
            await page.until("connecting")
            await page.until_text("trouble", "The gateway does not answer")
            await page.click("off")
            await page.until("off")
            page = TelephonePage(plain_browser, port)
            await page.open()
            await page.click("on")
            await page.until_text("trouble", "does not let this page use the microphone")
            await page.until("off")
            page = TelephonePage(plain_browser, port, ADAPTER)
            await page.open()
            await page.until_text("trouble", "with https at the beginning")

    asyncio.run(visit())


RESAMPLED = """
const [from, to, hertz] = arguments;
return import("/static/telephone/resampler.js").then(({ Resampler }) => {
    const resampler = new Resampler(from, to);
    const output = new Float32Array(to / 2);
    let filled = 0;
    for (let at = 0; filled < output.length; at += 128) {
        const samples = new Float32Array(128);
        for (let i = 0; i < 128; i += 1) {
            samples[i] = Math.sin(2 * Math.PI * hertz * (at + i) / from);
        }
        resampler.push(samples);
        filled = resampler.pull(output, filled);
    }
    return [...output.slice(output.length / 2)];
});
"""


@pytest.mark.parametrize("rate", [44100, 48000])
def test_the_microphone_is_resampled_without_aliases(
    tmp_path: Path, browser: Chromium, rate: int
) -> None:
    def level(hertz: float) -> float:
        """dB of a tone of the microphone, 0 dB at 1000 Hz in."""
        out = np.array(browser.run(RESAMPLED, rate, RATE, hertz))
        return float(10 * np.log10(np.mean(out**2) / 0.5 + 1e-20))

    with served(tmp_path) as port:
        browser.open(f"http://127.0.0.1:{port}/telephone")
        passed = {hertz: level(hertz) for hertz in (200, 1000, 3000, 3400)}
        assert all(abs(value) < 0.3 for value in passed.values()), passed
        stopped = {hertz: level(hertz) for hertz in (4100, 5000, 7000, 7990, 15000)}
        assert all(value < -58 for value in stopped.values()), stopped


def test_what_is_heard_is_resampled_without_images(tmp_path: Path, browser: Chromium) -> None:
    with served(tmp_path) as port:
        browser.open(f"http://127.0.0.1:{port}/telephone")
        for hertz in (300, 1000, 3000):
            out = np.array(browser.run(RESAMPLED, RATE, 48000, hertz))
            spectrum = np.abs(np.fft.rfft(out * np.hanning(len(out)))) ** 2
            peak = int(np.argmax(spectrum))
            assert abs(peak * 48000 / len(out) - hertz) <= 48000 / len(out)
            tone = spectrum[peak - 5 : peak + 6].sum()
            assert 10 * np.log10((spectrum.sum() - tone) / tone) < -60
