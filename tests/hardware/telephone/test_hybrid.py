from __future__ import annotations

import numpy as np
import pytest

from tests.simulators.telephone.hybrid import (
    BRITISH,
    GERMAN,
    HYBRIDS,
    LONG_LOOP,
    MATCHED,
    OPEN,
    TAPS,
    TBR21,
    TWO_IN_PARALLEL,
    Hybrid,
    resistor,
)
from tests.simulators.telephone.sound import RATE


def returned(hybrid: Hybrid, hertz: float) -> float:
    """dB of the part that returns at one frequency."""
    turns = np.exp(-2j * np.pi * hertz / RATE * np.arange(TAPS))
    return float(20 * np.log10(abs(np.dot(hybrid.response(), turns))))


def test_600_ohm_return_what_the_data_sheet_allows_at_worst() -> None:
    # 12 dB at 300-500 Hz (less the couplings' own loss at 300), 21 dB to 2500 Hz, then 16 dB.
    assert -16.0 < returned(MATCHED, 300) < -12.0
    assert returned(MATCHED, 1000) == pytest.approx(-21.0, abs=0.5)
    assert returned(MATCHED, 2000) == pytest.approx(-21.0, abs=0.5)
    assert returned(MATCHED, 3000) == pytest.approx(-16.0, abs=0.5)


def test_an_open_line_returns_everything() -> None:
    for hertz in (500, 1000, 2000, 3000):
        assert returned(OPEN, hertz) == pytest.approx(0.6, abs=0.9)


@pytest.mark.parametrize(
    ("hybrid", "loss"),
    [(TBR21, 9.8), (GERMAN, 9.0), (BRITISH, 12.3), (LONG_LOOP, 7.2), (TWO_IN_PARALLEL, 12.8)],
)
def test_telephones_return_six_to_thirteen_decibels_less(hybrid: Hybrid, loss: float) -> None:
    assert hybrid.loss == pytest.approx(loss, abs=0.1)


def test_the_reflection_of_a_resistor_is_that_of_the_formula() -> None:
    # (1800 - 600) / (1800 + 600) is a half; the hybrid's own fault is 21 dB below all.
    wanted = 20 * np.log10(0.5)
    assert returned(Hybrid("1800 ohm", resistor(1800.0)), 1500) == pytest.approx(wanted, abs=1.6)


@pytest.mark.parametrize("hybrid", HYBRIDS, ids=lambda hybrid: hybrid.name)
def test_a_response_is_over_within_its_32_milliseconds(hybrid: Hybrid) -> None:
    energy = np.cumsum(hybrid.response() ** 2)
    assert energy[TAPS // 2] > 0.999 * energy[-1]
    assert int(np.argmax(np.abs(hybrid.response()))) in range(8, 14)


def test_responses_differ() -> None:
    for index, one in enumerate(HYBRIDS):
        for other in HYBRIDS[index + 1 :]:
            assert np.max(np.abs(one.response() - other.response())) > 0.01


def test_a_return_loss_can_be_asked_for() -> None:
    assert Hybrid("at 6 dB", TBR21.load, return_loss=6.0).loss == pytest.approx(6.0)
