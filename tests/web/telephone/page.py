"""The telephone's page of a test: its server, and a browser whose microphone is a file."""

from __future__ import annotations

import asyncio
import base64
import subprocess
import sys
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.speech import RATE
from tests.web.chromium import Chromium

TAP = Path(__file__).parent / "static" / "tap.js"


@contextmanager
def served(runtime: Path) -> Iterator[int]:
    """The application for the gateway of ``runtime``; its port."""
    with served_by(runtime) as (port, _):
        yield port


@contextmanager
def served_by(runtime: Path) -> Iterator[tuple[int, int]]:
    """As ``served``; also the process."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.web.telephone.application", str(runtime)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline()), process.pid
        finally:
            process.stdin.close()


class TelephonePage:
    """The page in a browser, for a test that runs on an event loop."""

    def __init__(self, browser: Chromium, port: int, host: str = "127.0.0.1") -> None:
        self._browser = browser
        self._address = f"http://{host}:{port}/telephone"

    async def open(self, query: str = "") -> None:
        await asyncio.to_thread(self._browser.open, self._address + query)

    async def click(self, name: str) -> None:
        """One of the page's buttons."""
        await asyncio.to_thread(self._browser.click, f"#telephone-{name}")

    async def press(self, digits: str) -> None:
        """Keys of the keypad."""
        for digit in digits:
            await asyncio.to_thread(self._browser.click, f'[data-key="{digit}"]')

    async def until(self, state: str) -> None:
        """Wait until the page shows ``state``."""
        script = "return document.getElementById('telephone').dataset.state === arguments[0]"
        await asyncio.to_thread(self._browser.until, script, f"the state {state}", state)

    async def until_played(self, node: int) -> None:
        """Wait until the ``node``-th that joined the speaker has played half a second."""
        script = "return (window.taps.speaker[arguments[0]]?.length ?? 0) > 200"
        await asyncio.to_thread(self._browser.until, script, f"sound of node {node}", node)

    async def text(self, name: str) -> str:
        return await asyncio.to_thread(self._browser.text, f"#telephone-{name}")

    async def figures(self) -> str:
        """What the page says of reserves and gaps; it is folded away until somebody wants it."""
        script = "return document.getElementById('telephone-figures').textContent"
        return str(await asyncio.to_thread(self._browser.run, script))

    async def until_text(self, name: str, words: str) -> None:
        """Wait until a part of the page shows ``words``."""
        script = "return document.getElementById(arguments[0]).innerText.includes(arguments[1])"
        await asyncio.to_thread(self._browser.until, script, words, f"telephone-{name}", words)

    async def save(self, node: int, path: Path, side: str = "speaker") -> Path:
        """What the ``node``-th that joined the speaker has played, as an 8 kHz WAV file.

        Or what the ``node``-th microphone gave, where ``side`` is ``microphone``.
        """
        await self.save_since(node, path, side)
        return path

    async def save_since(self, node: int, path: Path, side: str) -> float:
        """As ``save``; when the recording began, in seconds of the page's audio clock."""
        rate, since, audio = await asyncio.to_thread(
            self._browser.run, "return window.recorded(arguments[0], arguments[1])", side, node
        )
        whole = path.with_suffix(".whole.wav")
        with wave.open(str(whole), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(int(rate))
            file.writeframes(base64.b64decode(audio))
        command = ["sox", "-q", str(whole), "-r", str(RATE), "-D", str(path)]
        await asyncio.to_thread(subprocess.run, command, check=True)
        return float(since)


@contextmanager
def browser_with_microphone(folder: Path, spoken: Path) -> Iterator[Chromium]:
    """Chromium in which ``spoken`` (WAV) is what the microphone hears, again and again."""
    with Chromium(
        folder,
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={spoken}",
    ) as browser:
        browser.before_pages(TAP.read_text(encoding="utf-8"))
        yield browser
