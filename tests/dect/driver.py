"""The DECT driver in the gateway's own process, with a simulated module at its serial port.

The line driver ``dect-with-module``: ``DectLine`` with nothing changed, pyserial on a
pseudo-terminal and a fake sound card for each voice channel.  All lines of one port share the
module.  ``house.py`` makes the gateway find it.  The table ``[line.options.simulated]`` is for the
module, all else for the driver:

=========  =========================================================================================
socket     path of the module's control socket
handsets   how many are registered when it is switched on
=========  =========================================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from gateway.line import Post
from gateway.signalling import LineSignalling
from hardware.dect import DectLine
from tests.simulators.dect.commands import Commands
from tests.simulators.dect.module import ModuleSettings, SimulatedModule
from tests.simulators.dect.pty import PtyModule
from tests.simulators.dect.voice import HandsetVoice
from tests.simulators.telephone.server import CommandServer

CHANNELS = 4


class Simulation:
    """A module with its handsets and their voices: there from the first line until the last."""

    def __init__(self, port: Path, table: Mapping[str, Any]) -> None:
        self.users = 0
        self._stack = ExitStack()
        with ExitStack() as stack:
            module = SimulatedModule(ModuleSettings(handsets=int(table.get("handsets", 1))))
            on_port = stack.enter_context(PtyModule(module, port))
            self.voices = [HandsetVoice(module, channel) for channel in range(CHANNELS)]
            for voice in self.voices:
                stack.callback(voice.close)
            commands = Commands(on_port, self.voices)
            stack.enter_context(CommandServer(Path(table["socket"]), commands))
            self._stack = stack.pop_all()

    def close(self) -> None:
        self._stack.close()


SIMULATIONS: dict[str, Simulation] = {}
"""By port."""


class LineWithHandset(DectLine):
    """The module is there from the first line's beginning until the last one is closed."""

    def __init__(self, name: str, options: Mapping[str, Any], signalling: LineSignalling) -> None:
        own = dict(options)
        table = own.pop("simulated")
        self._port = str(own["port"])
        if self._port not in SIMULATIONS:
            SIMULATIONS[self._port] = Simulation(Path(self._port), table)
        simulation = SIMULATIONS[self._port]
        channel = int(own["handset"]) - 1
        super().__init__(name, own, signalling, open_card=simulation.voices[channel].card.open)
        self._simulation = simulation

    def open(self, post: Post) -> None:
        super().open(post)
        self._simulation.users += 1

    def close(self) -> None:
        was_open = self._station is not None
        super().close()
        if was_open:
            self._simulation.users -= 1
            if not self._simulation.users:
                SIMULATIONS.pop(self._port).close()
