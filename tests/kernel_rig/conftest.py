"""These tests need the kernel's simulated hardware: they run in the machine of ``./run``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulators.telephone.aloop import LoopbackCard, loopback_cards
from tests.simulators.telephone.gpio_sim import GpioSim

IN_THE_RIG = os.environ.get("MULTIFON_KERNEL_RIG") == "1"
RESULTS = Path("/run/kernel-rig")
"""Outside, this is ``build/kernel-rig/shared``."""


class OutsideTheRig(pytest.Module):
    """A test file that is not even imported: the libraries look for the hardware."""

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        pytest.skip("runs in an emulated machine: tests/kernel_rig/run", allow_module_level=True)


def pytest_pycollect_makemodule(
    module_path: Path, parent: pytest.Collector
) -> pytest.Module | None:
    if IN_THE_RIG:
        return None
    module: pytest.Module = OutsideTheRig.from_parent(parent, path=module_path)
    return module


@pytest.fixture(scope="session")
def soldered_header() -> Iterator[GpioSim]:
    """One for all tests: the gateway's door keeps a chip open as long as the process lives."""
    with GpioSim() as chip:
        yield chip


@pytest.fixture
def header(soldered_header: GpioSim) -> Iterator[GpioSim]:
    """The chip of a Raspberry Pi's header, as new."""
    yield soldered_header
    soldered_header.forget()


@pytest.fixture
def cards() -> list[LoopbackCard]:
    """The sound cards of two lines."""
    found = loopback_cards()
    assert len(found) >= 2
    return found


@pytest.fixture
def card(cards: list[LoopbackCard]) -> LoopbackCard:
    return cards[0]
