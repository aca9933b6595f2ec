"""A house whose telephone hangs on the SLIC driver: gateway and network in processes of their own.

Everything is real but the hardware: the daemon, its SLIC driver, RPi.GPIO, SIP and RTP.  The
simulated telephone lives in the gateway's process, where the pins are, and is operated over a
socket of its own.
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

DRIVER = "slic-with-telephone"
_ENTRY_POINT = f"[gateway.line_drivers]\n{DRIVER} = tests.electrical.driver:LineWithTelephone\n"
_METADATA = "Metadata-Version: 2.1\nName: slic-with-telephone\nVersion: 0\n"


def install_driver(folder: Path) -> None:
    """Make ``DRIVER`` known to a gateway that finds its packages in ``folder``."""
    package = folder / "slic_with_telephone-0.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text(_METADATA)
    (package / "entry_points.txt").write_text(_ENTRY_POINT)


class ElectricalHouse(House):
    """Like ``House``.  ``options`` are lines of ``[line.options]``, ``telephone`` of its table
    ``telephone`` (``driver.py``), ``line`` of ``[[line]]`` itself.
    """

    def __init__(
        self,
        folder: Path,
        network_settings: dict[str, Any] | None = None,
        *,
        line: str = "",
        options: str = "",
        telephone: str = "",
        **gateway_settings: Any,
    ) -> None:
        self._socket = folder / "telephone"
        install_driver(folder)
        lines = (
            f'[[line]]\nname = "line1"\ndriver = "{DRIVER}"\n{line}\n[line.options]\n{options}\n'
            f'[line.options.telephone]\nsocket = "{self._socket}"\n{telephone}\n'
        )
        super().__init__(folder, network_settings, lines=lines, packages=folder, **gateway_settings)
        self._telephone: ControlClient | None = None

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        try:
            self._telephone = ControlClient(self._socket)
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
            if self._telephone is not None:
                violations = await self.phone("violations")
                self._telephone.close()
        finally:
            await super().__aexit__(kind, error, traceback)
        assert error is not None or violations == [], violations

    async def phone(self, method: str, **parameters: Any) -> Any:
        """Operate the telephone: a method of its control socket."""
        assert self._telephone is not None, "the house stands not yet"
        # It may dial for long.
        return await asyncio.to_thread(self._telephone.request, method, timeout=60.0, **parameters)

    async def until_phone(
        self, wanted: Callable[[Any], bool], what: str, seconds: float = 15, method: str = "state"
    ) -> Any:
        """Ask the telephone with ``method`` until it answers as ``wanted``; the answer."""
        deadline = time.monotonic() + seconds
        while not wanted(found := await self.phone(method)):
            if time.monotonic() > deadline:
                raise TimeoutError(f"not within {seconds:g} s: {what}; the telephone says {found}")
            await asyncio.sleep(0.05)
        return found
