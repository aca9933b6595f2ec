"""The SLIC line keeps the contract of every driver, on the kernel's pins and sound card."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hardware.slic import SlicLine
from tests.hardware.contract import LineDriverContract, Rig
from tests.simulators.telephone.aloop import LoopbackCard
from tests.simulators.telephone.alsa_end import AlsaEnd
from tests.simulators.telephone.bench import TelephoneBench
from tests.simulators.telephone.clock import LiveClock
from tests.simulators.telephone.gpio_sim import GpioSim
from tests.simulators.telephone.pins import Wiring
from tests.simulators.telephone.slic import Slic
from tests.simulators.telephone.telephone import Telephone


class TestSlicLineInTheKernel(LineDriverContract):
    @pytest.fixture
    def rig(self, header: GpioSim, card: LoopbackCard) -> Iterator[Rig]:
        with LiveClock() as clock:
            slic = Slic(header, Wiring(rm=16, fr=12, shk=24, pd=25), clock)
            telephone = Telephone(slic, clock)
            with AlsaEnd(card.telephone, telephone.exchange):
                line = SlicLine("test", {"sound_card": card.gateway})
                yield Rig(line, TelephoneBench(telephone, card))
                line.close()
