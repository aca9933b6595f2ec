"""The sound cards of the kernel's snd-aloop module: what the gateway plays, the telephone captures.

Standard library only: the controls are set by the kernel's own interface (sound/asound.h).
"""

from __future__ import annotations

import fcntl
import os
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

_CARDS = Path("/proc/asound")
_DRIVER = Path("/sys/bus/platform/drivers/snd_aloop")
_DEVICES = Path("/sys/devices/platform")
_LONGEST = 10.0
"""Seconds for what the kernel does at once when nobody keeps the card open."""

_VALUE = struct.Struct("@IiII44sII4x128q128s")
"""struct snd_ctl_elem_value with integers; 64-bit processors only."""
_READ = 0xC4C85512
_WRITE = 0xC4C85513
_PCM = 3
"""SNDRV_CTL_ELEM_IFACE_PCM"""
_NOMINAL = 100_000
_MOST_PPM = 150_000.0


@dataclass(slots=True)
class LoopbackCard:
    """One card of snd-aloop; a ``Pluggable`` of the bench.

    ``gateway`` and ``telephone`` are the ALSA devices of the two ends.
    """

    device: str
    """The kernel's name of it, ``snd_aloop.0``; stays when it is plugged in again."""
    number: int
    identity: str
    _pulling: threading.Thread | None = field(default=None, repr=False)

    @property
    def gateway(self) -> str:
        return f"hw:CARD={self.identity},DEV=0,SUBDEV=0"

    @property
    def telephone(self) -> str:
        return f"hw:CARD={self.identity},DEV=1,SUBDEV=0"

    def is_played(self) -> bool:
        """The gateway's playback is running."""
        return bool(self._control(_READ, "PCM Slave Active", 1))

    def set_clock(self, ppm: float) -> None:
        """Let the card's clock run faster by ``ppm`` millionths, in steps of about 10, from now on.

        Both ends share it.
        """
        if abs(ppm) > _MOST_PPM:
            raise ValueError("the clock of a loopback card is off by 150000 ppm at most")
        shift = round(_NOMINAL / (1 + ppm / 1e6))  # a length of time, not a frequency
        for end in (0, 1):
            self._control(_WRITE, "PCM Rate Shift 100000", end, shift)

    def pull(self) -> None:
        """Unplug the card; whoever has it open finds it gone.  Returns when it is off the list."""
        # The driver waits in here until the last user has closed the card.
        self._pulling = threading.Thread(
            target=(_DRIVER / "unbind").write_text,
            args=(self.device,),
            name="pulled card",
            daemon=True,
        )
        self._pulling.start()
        _await(
            lambda: not (_CARDS / f"card{self.number}").exists(), f"{self.device} stays on the list"
        )

    def put_back(self) -> None:
        """Plug the card in again; whoever had it open must have closed it by now or soon."""
        if self._pulling is not None:
            self._pulling.join(_LONGEST)
            if self._pulling.is_alive():
                raise TimeoutError(f"{self.device} was pulled and somebody still has it open")
            self._pulling = None
        (_DRIVER / "bind").write_text(self.device)
        _await(lambda: _find(self.device) is not None, f"{self.device} does not come back")
        found = _find(self.device)
        assert found is not None
        self.number, self.identity = found

    def _control(self, request: int, name: str, end: int, value: int = 0) -> int:
        element = bytearray(
            _VALUE.pack(0, _PCM, end, 0, name.encode(), 0, 0, value, *[0] * 127, b"")
        )
        control = os.open(f"/dev/snd/controlC{self.number}", os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.ioctl(control, request, element)
        finally:
            os.close(control)
        answer: int = _VALUE.unpack(element)[7]
        return answer


def loopback_cards() -> list[LoopbackCard]:
    """The cards that are plugged in, by number."""
    cards = [
        LoopbackCard(folder.name, *found)
        for folder in _DEVICES.glob("snd_aloop.*")
        if (found := _find(folder.name)) is not None
    ]
    return sorted(cards, key=lambda card: card.number)


def _find(device: str) -> tuple[int, str] | None:
    """Number and identity of the card that ``device`` is now."""
    for card in (_DEVICES / device / "sound").glob("card*"):
        try:
            return int(card.name.removeprefix("card")), (card / "id").read_text().strip()
        except OSError:
            continue  # it went just now
    return None


def _await(condition: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + _LONGEST
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(otherwise)
        time.sleep(0.005)
