"""What can be asked of a telephone over its control socket (``server.py``)."""

from __future__ import annotations

import math
import wave
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from tests.simulators.multifon.sound import load_wav
from tests.simulators.telephone.contacts import Edge
from tests.simulators.telephone.fake_card import FakeSoundCard
from tests.simulators.telephone.fake_chip import FakeChip
from tests.simulators.telephone.rotary import Dial
from tests.simulators.telephone.slic import Shown
from tests.simulators.telephone.sound import RATE
from tests.simulators.telephone.telephone import Telephone

Parameters: TypeAlias = Mapping[str, Any]


class Commands:
    """What can be asked of a telephone; every method takes the request's parameters."""

    def __init__(
        self,
        telephone: Telephone,
        card: FakeSoundCard | None = None,
        chip: FakeChip | None = None,
    ) -> None:
        self._telephone = telephone
        self.table: dict[str, Callable[[Parameters], object]] = {
            "lift": lambda _: telephone.lift(),
            "hang-up": lambda _: telephone.hang_up(),
            "flash": lambda given: telephone.tap(float(given.get("ms", 350)) / 1000),
            "dial-pulse": self._dial_pulse,
            "dial-edges": self._dial_edges,
            "dial-tone": self._dial_tone,
            "say": self._say,
            "play": self._play,
            "record": self._record,
            "hearing": lambda _: {"hearing": telephone.hearing()},
            "ring-report": self._ring_report,
            "line-report": lambda _: [asdict(event) for event in telephone.line_events],
            "display-report": self._display_report,
            "violations": lambda _: telephone.violations,
            "state": self._state,
        }
        if card is not None:
            self.table |= {
                "pull-card": lambda _: card.pull(),
                "put-card-back": lambda _: card.put_back(),
                "card-report": lambda _: {
                    "underruns": card.underruns,
                    "overruns": card.overruns,
                },
            }
        if chip is not None:
            self.table |= {
                "remove-chip": lambda _: chip.vanish(),
                "return-chip": lambda _: chip.come_back(),
                "break-pin": lambda given: chip.break_pin(int(given["pin"])),
                "mend-pin": lambda given: chip.break_pin(int(given["pin"]), broken=False),
            }

    def _dial_pulse(self, given: Parameters) -> None:
        dial = Dial(
            pps=float(given.get("pps", self._telephone.settings.dial.pps)),
            break_ratio=float(given.get("ratio", self._telephone.settings.dial.break_ratio)),
            contacts=self._telephone.settings.dial.contacts,
            count=self._telephone.settings.dial.count,
        )
        self._telephone.dial(str(given["digits"]), dial)

    def _dial_edges(self, given: Parameters) -> list[Shown]:
        """The edges of SHK that came of it, as [time, high, late]."""
        began = self._telephone.clock.now()
        edges = [Edge(float(time), bool(closed)) for time, closed in given["edges"]]
        self._telephone.move_dial(edges)
        return self._telephone.slic.shk(began)

    def _dial_tone(self, given: Parameters) -> None:
        self._telephone.press(str(given["digits"]))

    def _say(self, given: Parameters) -> None:
        wait = bool(given.get("wait", True))
        self._telephone.speak(str(given["text"]), str(given.get("voice", "ru")), wait=wait)

    def _play(self, given: Parameters) -> None:
        sound = load_wav(Path(str(given["file"]))).astype(np.float64)
        self._telephone.say(sound, wait=bool(given.get("wait", False)))

    def _record(self, given: Parameters) -> dict[str, object]:
        """Write what was heard from ``since`` (monotonic s) on into a WAV file."""
        frames = self._telephone.tape.frames(float(given.get("since", -math.inf)))
        with wave.open(str(given["file"]), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(b"".join(frame.samples for frame in frames))
        return {"since": frames[0].time if frames else None, "frames": len(frames)}

    def _ring_report(self, _: Parameters) -> dict[str, object]:
        return {
            "ringing": self._telephone.ringing,
            "bursts": [asdict(burst) for burst in self._telephone.bursts],
            "duty": self._telephone.slic.worst_duty(),
            "rm": [asdict(interval) for interval in self._telephone.slic.rm_intervals],
            "loop-closed": self._telephone.slic.loop_closed,
        }

    def _display_report(self, _: Parameters) -> dict[str, object]:
        told = [
            {
                "shown": None if one.shown is None else asdict(one.shown),
                "how": one.how,
                "raw": one.raw.hex(),
                "start": one.start,
                "end": one.end,
                "complaints": list(one.complaints),
            }
            for one in self._telephone.told()
        ]
        shown, packet = self._telephone.shown, self._telephone.aon_packet
        return {
            "shown": None if shown is None else asdict(shown),
            "lamp": self._telephone.lamp,
            "aon": None if packet is None else asdict(packet),
            "told": told,
        }

    def _state(self, _: Parameters) -> dict[str, object]:
        return {
            "time": self._telephone.clock.now(),
            "lifted": self._telephone.lifted,
            "ringing": self._telephone.ringing,
            "hearing": self._telephone.hearing(),
            "ring-mode": self._telephone.slic.ring_mode,
            "reversed": self._telephone.slic.reversed,
            "feeding": self._telephone.slic.feeding,
        }
