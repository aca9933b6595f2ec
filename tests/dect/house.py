"""A house with cordless handsets: gateway and network in processes of their own.

Everything is real but the module and the sound cards: the daemon, its DECT driver, pyserial, SIP
and RTP.  The simulated module lives in the gateway's process and is operated over a socket of its
own.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.demo.house import House
from tests.simulators.multifon.control_client import ControlClient

DRIVER = "dect-with-module"
PIN = "1234"
_ENTRY_POINT = f"[gateway.line_drivers]\n{DRIVER} = tests.dect.driver:LineWithHandset\n"
_METADATA = "Metadata-Version: 2.1\nName: dect-with-module\nVersion: 0\n"


def install_driver(folder: Path) -> None:
    """Make ``DRIVER`` known to a gateway that finds its packages in ``folder``."""
    package = folder / "dect_with_module-0.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text(_METADATA)
    (package / "entry_points.txt").write_text(_ENTRY_POINT)


class DectHouse(House):
    """Like ``House``, with ``handsets`` lines, each with its handset.

    ``beside`` are tables of further lines.
    """

    def __init__(
        self,
        folder: Path,
        network_settings: dict[str, Any] | None = None,
        *,
        handsets: int = 1,
        beside: str = "",
        **gateway_settings: Any,
    ) -> None:
        self._socket = folder / "module"
        install_driver(folder)
        lines = "".join(
            f'[[line]]\nname = "line{number}"\ndriver = "{DRIVER}"\n[line.options]\n'
            f'port = "{folder / "tty"}"\nhandset = {number}\npin = "{PIN}"\n'
            f'[line.options.simulated]\nsocket = "{self._socket}"\nhandsets = {handsets}\n'
            for number in range(1, handsets + 1)
        )
        super().__init__(
            folder, network_settings, lines=lines + beside, packages=folder, **gateway_settings
        )
        self._module: ControlClient | None = None

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        try:
            self._module = ControlClient(self._socket)
            await self.until_module(lambda state: state["radio"], "the radio is on")
            await self.until_base(lambda base: base["fault"] is None, "the base works")
        except BaseException as error:
            await self.__aexit__(type(error), error, error.__traceback__)
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        violations = []
        try:
            if self._module is not None:
                violations = await self.handset("violations")
                self._module.close()
        finally:
            await super().__aexit__(kind, error, traceback)
        assert error is not None or violations == [], violations

    async def handset(self, method: str, **parameters: Any) -> Any:
        """Operate a handset, the first unless ``handset`` says otherwise, or the module."""
        assert self._module is not None, "the house stands not yet"
        return await asyncio.to_thread(self._module.request, method, timeout=60.0, **parameters)

    async def until_module(
        self, wanted: Callable[[Any], bool], what: str, seconds: float = 20
    ) -> Any:
        """Ask the module until its state is as ``wanted``; the state."""
        return await _until(lambda: self.handset("state"), wanted, what, seconds)

    async def until_base(
        self, wanted: Callable[[Any], bool], what: str, seconds: float = 20
    ) -> Any:
        """Ask the gateway until its base is as ``wanted``; what it says of it."""

        async def base() -> Any:
            return (await self.gateway.client.call("dect.status"))["bases"][0]

        return await _until(base, wanted, what, seconds)


async def _until(look: Any, wanted: Callable[[Any], bool], what: str, seconds: float) -> Any:
    deadline = time.monotonic() + seconds
    while not wanted(found := await look()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds:g} s: {what}; it is {found}")
        await asyncio.sleep(0.05)
    return found
