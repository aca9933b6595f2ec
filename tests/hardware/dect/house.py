"""Lines of cordless handsets with nothing simulated but the module: a pseudo-terminal, fake
cards.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from hardware.dect import DectLine
from tests.hardware.contract import until
from tests.simulators.dect.module import ModuleSettings, SimulatedModule
from tests.simulators.dect.pty import PtyModule
from tests.simulators.dect.serial_line import Spoiling
from tests.simulators.dect.voice import HandsetVoice


@dataclass(frozen=True, slots=True)
class House:
    lines: list[DectLine]
    """That of handset 1 first; all closed when the house is made."""
    module: PtyModule
    voices: list[HandsetVoice]

    def until_ready(self) -> None:
        """Wait until the module has started, and its radio with it."""
        until(lambda: self.lines[0].base.status().fault is None, "the start of the module")


@contextmanager
def house(folder: Path, handsets: int = 1, spoiling: Spoiling | None = None) -> Iterator[House]:
    """A module with ``handsets``, each with its line; ``folder`` is for the port's name."""
    with ExitStack() as stack:
        module = SimulatedModule(ModuleSettings(handsets=handsets))
        port = stack.enter_context(PtyModule(module, folder / "ttyDECT", spoiling))
        voices = [HandsetVoice(module, channel) for channel in range(handsets)]
        lines = []
        for number, voice in enumerate(voices, 1):
            stack.callback(voice.close)
            options = {"port": str(port.path), "handset": number, "pin": "1234"}
            line = DectLine(f"line{number}", options, open_card=voice.card.open)
            stack.callback(line.close)
            lines.append(line)
        yield House(lines, port, voices)
