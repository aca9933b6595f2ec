"""Ends the gateway so that it is started anew: at once, or when no telephone is used."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from gateway.control.server import Method
from gateway.exchange import Exchange
from gateway.exit_code import ExitCode

Arguments = Mapping[str, Any]


class Ending:
    """``event`` is set when the gateway is to end; ``code`` is then its exit code."""

    def __init__(self) -> None:
        self.event = asyncio.Event()
        self.code = ExitCode.OK

    def stop(self) -> None:
        self.event.set()

    def restart(self) -> None:
        """End with the code under which systemd starts the gateway again (``gateway.service``)."""
        self.code = ExitCode.RESTART
        self.event.set()


class Restart:
    """The method ``restart`` of the control socket."""

    def __init__(self, exchange: Exchange, ending: Ending) -> None:
        self.awaited = False
        """It comes when no telephone is used any more."""
        self._exchange = exchange
        self._ending = ending

    def methods(self) -> Mapping[str, Method]:
        return {"restart": self._restart}

    async def _restart(self, arguments: Arguments) -> Mapping[str, Any]:
        force, when_idle = (arguments.get(name, False) for name in ("force", "when_idle"))
        if not isinstance(force, bool) or not isinstance(when_idle, bool):
            raise ValueError("force and when_idle are true or false.")  # noqa: TRY004
        used = self._used()
        if not used or force:
            self._ending.restart()
        elif when_idle:
            self.awaited = True
        else:
            raise ValueError(
                f"A telephone is used ({', '.join(used)}), so nothing was done. Wait, or restart "
                "with when_idle or force."
            )
        return {"restarts": "when idle" if self.awaited and used and not force else "now"}

    def a_line_is_at_rest(self) -> None:
        if self.awaited and not self._used():
            self._ending.restart()

    def _used(self) -> list[str]:
        exchange = self._exchange
        used = [line.name for line in exchange.lines.values() if not exchange.is_at_rest(line)]
        # A caller whose call no line has yet is in nobody's way.
        return used or (["a call"] if exchange.calls.running else [])
