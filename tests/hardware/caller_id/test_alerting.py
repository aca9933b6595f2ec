"""The dual-tone alerting signal."""

from __future__ import annotations

import numpy as np
import pytest

from hardware.caller_id.alerting import EDGE_SAMPLES, OFF_HOOK, ON_HOOK, Alert, alerting_signal
from tests.hardware.caller_id.tones import rises_and_falls_gently, tone
from tests.media.signals import RATE, unpacked

alerts = pytest.mark.parametrize("alert", [ON_HOOK, OFF_HOOK])


@alerts
def test_both_tones_have_their_frequency_and_level(alert: Alert) -> None:
    steady = unpacked(alerting_signal(alert))[EDGE_SAMPLES:-EDGE_SAMPLES]
    for near in (2130.0, 2750.0):
        frequency, level = tone(steady, near)
        assert frequency == pytest.approx(near, rel=0.0005)
        assert level == pytest.approx(alert.level, abs=0.1)


@alerts
def test_it_neither_begins_nor_ends_with_a_click(alert: Alert) -> None:
    rises_and_falls_gently(unpacked(alerting_signal(alert)), EDGE_SAMPLES)


@pytest.mark.parametrize(("alert", "least", "most"), [(ON_HOOK, 100, 110), (OFF_HOOK, 80, 85)])
def test_its_length_is_allowed_however_it_is_measured(
    alert: Alert, least: float, most: float
) -> None:
    samples = len(alerting_signal(alert)) // 2
    whole, between_half_amplitudes = samples, samples - EDGE_SAMPLES
    slow_card = 1.0003
    assert whole * slow_card * 1000 / RATE <= most
    assert between_half_amplitudes / slow_card * 1000 / RATE >= least


def test_the_levels_are_received_by_bellcore_and_etsi_sets() -> None:
    assert -32 < OFF_HOOK.level < -14
    decibels_volt = 20 * np.log10(np.sqrt(0.6))  # dBm into 600 ohm to dBV
    assert -35 < OFF_HOOK.level + decibels_volt < -12


def test_the_weaker_bias_resistor_carries_it_on_hook() -> None:
    highest = np.abs(unpacked(alerting_signal(ON_HOOK))).max()
    assert 20 * np.log10(highest / 32768) + 3.14 < -6
