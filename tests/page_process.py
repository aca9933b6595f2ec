"""The real set-up page in a process of its own."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

READY = 60.0
"""Seconds that a start may take on a busy machine."""


class PageProcess:
    """``gateway-web`` on a free port of the loopback, with its state in ``folder``.

    ``runtime`` is the folder of the gateway's control socket, which need not be there yet.
    """

    def __init__(self, folder: Path, runtime: Path, *options: str) -> None:
        self.folder = folder
        self.log = folder / "page.log"
        self.url = ""
        """With a slash at its end."""
        self._runtime = runtime
        self._options = options or ("--http", "0")
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def __aenter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "gateway.web", "--address", "127.0.0.1", *self._options,
                "--state", str(self.folder / "state"), "--run", str(self._runtime),
                stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=log,
            )  # fmt: skip
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(READY):
                line = await self._process.stdout.readline()
        except TimeoutError:
            line = b""
        self.url = line.decode().strip().replace("localhost", "127.0.0.1")
        if not self.url:
            await self.stop()
            raise RuntimeError(f"the page does not start:\n{self.log.read_text()[-4000:]}")
        return self

    async def stop(self) -> int:
        """End it as systemd does; its exit code."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            return await asyncio.wait_for(self._process.wait(), 15)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
            raise RuntimeError("the page does not stop") from None

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.stop()
        if error is not None:
            error.add_note(f"The page's log ends:\n{self.log.read_text()[-4000:]}")
