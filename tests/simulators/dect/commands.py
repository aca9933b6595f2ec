"""What can be asked of a simulated module and its handsets over its control socket."""

from __future__ import annotations

import math
import time
import wave
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from tests.simulators.dect.module import SimulatedModule
from tests.simulators.dect.pty import PtyModule
from tests.simulators.dect.voice import HandsetVoice
from tests.simulators.multifon.sound import load_wav
from tests.simulators.telephone.sound import RATE

Parameters: TypeAlias = Mapping[str, Any]


class Commands:
    """Every method takes the request's parameters; ``handset`` is 1 unless given.

    A handset's voice is on the channel below its number.
    """

    def __init__(self, module: PtyModule, voices: Sequence[HandsetVoice]) -> None:
        self._module = module
        self._voices = voices
        self.table: dict[str, Callable[[dict[str, Any]], object]] = {
            "lift": self._of_handset(lambda m, n, given: m.lift(n, str(given.get("digits", "")))),
            "hang-up": self._of_handset(lambda m, n, _: m.hang_up(n)),
            "refuse": self._of_handset(lambda m, n, _: m.reject(n)),
            "press": self._of_handset(lambda m, n, given: m.press(n, str(given["keys"]))),
            "walk-away": self._of_handset(lambda m, n, _: m.leave(n)),
            "walk-back": self._of_handset(lambda m, n, _: m.come_back(n)),
            "register": self._of_handset(lambda m, _, given: m.register(str(given["pin"]))),
            "reset": self._of_handset(lambda m, _, __: m.power_up(time.monotonic())),
            "unplug": lambda _: module.vanish(),
            "plug": lambda _: module.come_back(),
            "state": self._state,
            "violations": lambda _: list(module.module.violations),
            "play": self._play,
            "record": self._record,
        }

    def _of_handset(
        self, do: Callable[[SimulatedModule, int, Parameters], object]
    ) -> Callable[[Parameters], object]:
        def operate(given: Parameters) -> object:
            number = int(given.get("handset", 1))
            return self._module.operate(lambda module: do(module, number, given))

        return operate

    def _voice(self, given: Parameters) -> HandsetVoice:
        return self._voices[int(given.get("handset", 1)) - 1]

    def _state(self, given: Parameters) -> dict[str, Any]:
        state = self._module.operate(lambda module: module.state())
        hearing = self._voice(given).ear.hearing()
        return {**state, "time": time.monotonic(), "hearing": hearing}

    def _play(self, given: Parameters) -> None:
        sound = load_wav(Path(str(given["file"]))).astype(np.float64)
        self._voice(given).microphone.say(sound)

    def _record(self, given: Parameters) -> dict[str, object]:
        """Write what was heard from ``since`` (monotonic s) on into a WAV file."""
        frames = self._voice(given).tape.frames(float(given.get("since", -math.inf)))
        with wave.open(str(given["file"]), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(b"".join(frame.samples for frame in frames))
        return {"frames": len(frames)}
