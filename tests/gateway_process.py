"""The real gateway in a process of its own, operated through its control socket."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from gateway.control.client import ControlClient

NUMBER = "79261234567"
PASSWORD = "Secret-of-the-tests-1"
READY = 60.0
"""Seconds that a start may take on a busy machine."""


def _telephone(index: int) -> str:
    return f'[[line]]\nname = "line{index + 1}"\n'


class GatewayProcess:
    """``gateway run`` with the simulated line in ``folder``.

    ``proxy`` is ``host:port`` of the network.  ``settings`` and ``secrets`` are further lines of
    settings.toml and secrets.toml, ``provider`` those of its table [provider] (without a service of
    ours the real one must not be asked), ``lines`` how many telephones there are, or their tables.
    ``packages`` is a folder in which Python finds further packages.  Without a ``log_level``
    the log is as the settings say.
    """

    def __init__(
        self,
        folder: Path,
        proxy: str,
        *,
        password: str = PASSWORD,
        account: str = "",
        settings: str = "",
        secrets: str = "",
        provider: str = "poll_interval = 0",
        lines: int | str = 1,
        packages: Path | None = None,
        log_level: str | None = "debug",
    ) -> None:
        self.folder = folder
        self.log = folder / "gateway.log"
        self._packages = packages
        self._log = ["--log", log_level] if log_level else []
        self._client: ControlClient | None = None
        self._process: asyncio.subprocess.Process | None = None
        for name in ("config", "state", "run"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        telephones = lines if isinstance(lines, str) else "".join(map(_telephone, range(lines)))
        (folder / "config" / "settings.toml").write_text(
            f'[[account]]\nnumber = "{NUMBER}"\nproxy = "{proxy}"\n{account}\n{telephones}'
            f'[network]\nbind_address = "127.0.0.1"\n[provider]\n{provider}\n{settings}\n'
        )
        passwords = folder / "config" / "secrets.toml"
        passwords.touch(mode=0o600)
        passwords.write_text(f'[account.main]\npassword = "{password}"\n{secrets}')

    @property
    def socket(self) -> Path:
        return self.folder / "run" / "control.sock"

    @property
    def client(self) -> ControlClient:
        assert self._client is not None, "the gateway does not run"
        return self._client

    @property
    def started(self) -> bool:
        """Whether there is a process that has not ended yet."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Start it and connect; ``RuntimeError`` shows the end of its log."""
        environment = dict(os.environ)
        if self._packages is not None:
            environment["PYTHONPATH"] = str(self._packages.absolute())
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-X", "faulthandler", "-m", "gateway", "run", *self._log,
                "--config", str(self.folder / "config"), "--state", str(self.folder / "state"),
                "--run", str(self.folder / "run"),
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, env=environment,
            )  # fmt: skip
        deadline = time.monotonic() + READY
        while self._client is None:
            if self._process.returncode is not None or time.monotonic() > deadline:
                if self._process.returncode is None:
                    self._process.kill()
                    await self._process.wait()
                raise RuntimeError(f"the gateway does not start:\n{self.tail()}")
            with contextlib.suppress(Exception):
                self._client = await ControlClient.connect(self.socket)
            await asyncio.sleep(0.05)

    async def wait(self) -> int:
        """Until it ends by itself; its exit code."""
        assert self._process is not None
        return await self._process.wait()

    def tail(self) -> str:
        return self.log.read_text(errors="replace")[-4000:] if self.log.exists() else ""

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End it with a signal; its exit code."""
        if self._client is not None:
            await self._client.close()
            self._client = None
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(number)
        try:
            return await asyncio.wait_for(self._process.wait(), 15)
        except TimeoutError:
            self._process.send_signal(signal.SIGABRT)  # faulthandler shows every thread
            await self._process.wait()
            raise RuntimeError(f"the gateway does not stop:\n{self.tail()}") from None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        code = await self.stop()
        if error is not None:
            error.add_note(f"The gateway's log ends:\n{self.tail()}")
        elif code != 0:
            raise RuntimeError(f"the gateway ended with {code}:\n{self.tail()}")

    async def handset(self, name: str, line: str | None = None, **arguments: Any) -> Any:
        """Operate the telephone: one command of the simulated handset."""
        call = {"name": name, "arguments": arguments}
        if line is not None:
            call["line"] = line
        return await self.client.call("handset.command", **call)

    async def status(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = await self.client.call("status")
        return found

    async def calls(self) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = await self.client.call("calls", limit=100)
        return found

    async def last_call(self) -> Mapping[str, Any]:
        """The record of the call that ended last, once none is under way."""
        await self.until(lambda status: status["calls"] == 0, "no call under way", 15)
        return (await self.calls())[0]

    async def until_registered(self, registered: bool = True, seconds: float = 15) -> None:
        """Wait until the account is, or is not, registered."""
        await self.until(
            lambda status: status["accounts"][0].get("registered", False) is registered,
            f"registered: {registered}",
            seconds,
        )

    async def until_line(self, state: str, line: int = 0, seconds: float = 15) -> None:
        """Wait until a line is in ``state``."""
        await self.until(
            lambda status: status["lines"][line]["state"] == state, f"line: {state}", seconds
        )

    async def until(self, wanted: Any, what: str, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not wanted(status := await self.status()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"not within {seconds:g} s: {what}; status is {status}")
            await asyncio.sleep(0.05)
