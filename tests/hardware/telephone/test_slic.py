from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from tests.hardware.telephone.loopback import FR, PD, RM, Line
from tests.simulators.telephone.contacts import CLEAN, ContactModel
from tests.simulators.telephone.module import AG1171, KS0835F
from tests.simulators.telephone.telephone import TelephoneSettings

QUICK = TelephoneSettings(cradle=CLEAN)


def test_shk_rises_the_detect_time_after_the_loop_closes() -> None:
    line = Line(QUICK)
    line.telephone.lift()
    closed = line.clock.now()
    line.clock.sleep(0.1)
    assert [edge.high for edge in line.pins.edges] == [False, True]
    assert closed - 0.0021 <= line.pins.edges[1].time <= closed


def test_an_ag1171_shows_every_bounce_and_a_ks0835f_none() -> None:
    bouncing = TelephoneSettings(cradle=ContactModel(make_bounce=9.0, chatter=(0.5, 1.5)))
    counts = {}
    for module in (AG1171, KS0835F):
        line = Line(bouncing, module)
        line.telephone.lift()
        line.clock.sleep(0.2)
        assert line.pins.shk
        counts[module.name] = len(line.pins.edges) - 1
    assert counts["Ag1171"] > 1
    assert counts["KS0835F"] == 1


def test_a_rung_bell_has_the_frequency_and_the_length_of_the_burst() -> None:
    line = Line(QUICK)
    line.pins.ring(1.0)
    line.clock.sleep(4.0)
    line.pins.ring(0.4, hertz=20.0)
    line.clock.sleep(1.0)
    first, second = line.telephone.bursts
    assert first.hertz == pytest.approx(25.0)
    assert first.end is not None
    assert first.end - first.start == pytest.approx(1.0, abs=0.021)
    assert second.hertz == pytest.approx(20.0)
    assert second.start - first.end == pytest.approx(4.0, abs=0.03)
    assert not line.telephone.ringing
    assert line.slic.violations == []


@pytest.mark.parametrize("hertz", [5.0, 100.0])
def test_the_bell_does_not_ring_off_its_frequencies(hertz: float) -> None:
    line = Line(QUICK)
    line.pins.ring(1.0, hertz)
    assert line.telephone.bursts == []


def test_toggling_without_rm_is_no_ringing_but_reversals() -> None:
    line = Line(QUICK)
    line.pins.toggle(1.0)
    assert line.telephone.bursts == []
    assert len(line.telephone.line_events) == 25


def test_shk_pulses_in_half_waves_when_a_ringing_telephone_is_lifted() -> None:
    line = Line(QUICK)
    line.pins.put(RM, True)
    line.pins.toggle(0.2)
    line.telephone.lift()
    line.pins.toggle(0.2)
    edges = line.pins.edges[1:]
    assert len(edges) >= 8
    highs = [b.time - a.time for a, b in pairwise(edges) if a.high]
    assert all(high <= 0.0201 for high in highs)
    # Ring trip: F/R at rest, then SHK is steady although RM is still high.
    line.clock.sleep(0.02)
    line.pins.put(RM, False)
    assert line.pins.shk
    assert line.slic.violations == []


def test_an_old_bell_makes_short_blips_on_shk_on_hook_and_another_none() -> None:
    for blip, expected in ((0.003, True), (0.0, False)):
        line = Line(QUICK, bell_blip=blip)
        line.pins.ring(0.4)
        line.clock.sleep(0.1)
        highs = [b.time - a.time for a, b in pairwise(line.pins.edges) if a.high]
        assert bool(highs) is expected
        assert all(high == pytest.approx(0.003) for high in highs)


def test_a_telephone_hears_no_ring_when_it_is_lifted() -> None:
    line = Line(QUICK)
    line.telephone.lift()
    line.pins.ring(0.3)
    assert line.telephone.bursts == []


# Power down


def test_power_down_opens_the_loop_and_shk_lies_until_the_module_is_awake() -> None:
    line = Line(QUICK)
    line.telephone.lift()
    line.clock.sleep(0.1)
    line.pins.put(PD, False)
    line.clock.sleep(0.6)
    assert not line.pins.shk
    before = len(line.pins.edges)
    line.pins.put(PD, None)
    woken = line.clock.now()
    line.clock.sleep(0.049)
    lies = line.pins.edges[before:]
    assert [edge.high for edge in lies] == [True, False]
    line.clock.sleep(0.01)
    assert line.pins.edges[-1].high
    assert line.pins.edges[-1].time == pytest.approx(woken + 0.05)
    (gone,) = line.telephone.line_events
    assert gone.what == "open loop"
    assert gone.seconds == pytest.approx(0.6)
    assert line.slic.violations == []


def test_a_loop_that_closes_while_the_module_sleeps_is_seen_after_it_woke() -> None:
    line = Line(QUICK)
    line.pins.put(PD, False)
    line.telephone.lift()
    line.clock.sleep(0.1)
    assert not line.pins.shk
    line.pins.put(PD, None)
    line.clock.sleep(0.06)
    assert line.pins.shk


# Polarity


def test_a_reversal_is_felt_with_its_length() -> None:
    line = Line(QUICK)
    line.pins.put(FR, False)
    line.clock.sleep(0.6)
    line.pins.put(FR, True)
    (reversal,) = line.telephone.line_events
    assert reversal.what == "reversal"
    assert reversal.seconds == pytest.approx(0.6)


def test_the_idle_level_of_fr_is_the_module_s() -> None:
    line = Line(QUICK, replace(KS0835F, idle_high=False))
    line.pins.put(FR, True)
    line.clock.sleep(0.1)
    assert [event.what for event in line.telephone.line_events] == ["reversal"]
