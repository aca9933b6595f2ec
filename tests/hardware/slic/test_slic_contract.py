"""The SLIC line keeps the contract of every driver, on fake pins and a fake card.

The library RPi.GPIO and everything above it are real.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hardware.contract import LineDriverContract, Rig
from tests.hardware.slic.house import house
from tests.simulators.telephone.bench import TelephoneBench


class TestSlicLine(LineDriverContract):
    @pytest.fixture
    def rig(self) -> Iterator[Rig]:
        with house() as home:
            yield Rig(home.line, TelephoneBench(home.telephone, home.card))
        assert home.slic.violations == []
