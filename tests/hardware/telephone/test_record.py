from __future__ import annotations

import pytest

from tests.hardware.telephone.loopback import FR, PD, RM, Line
from tests.simulators.telephone.contacts import CLEAN
from tests.simulators.telephone.telephone import TelephoneSettings


@pytest.fixture
def line() -> Line:
    return Line(TelephoneSettings(cradle=CLEAN))


def test_a_gateway_that_keeps_the_data_sheet_has_no_violations(line: Line) -> None:
    for _ in range(15):
        line.pins.ring(1.0)
        line.clock.sleep(4.0)
    assert line.slic.violations == []
    assert line.slic.worst_duty() == pytest.approx(0.2, abs=0.005)
    assert len(line.slic.rm_intervals) == 15
    assert line.slic.rm_intervals[0].hertz == pytest.approx(25.0)


def test_driving_pd_high_is_forbidden(line: Line) -> None:
    line.clock.sleep(2.5)
    line.pins.put(PD, True)
    assert line.slic.violations == ["PD was driven high at 2.500 s."]


def test_rm_high_with_fr_frozen_is_forbidden_also_while_it_lasts(line: Line) -> None:
    line.pins.put(RM, True)
    line.clock.sleep(0.15)
    assert line.slic.violations == []
    line.clock.sleep(0.35)
    (frozen,) = line.slic.violations
    assert frozen == "RM was high with F/R frozen for 0.500 s from 0.000 s."


def test_rm_high_for_long_with_the_receiver_lifted_is_forbidden(line: Line) -> None:
    line.pins.put(RM, True)
    line.pins.toggle(0.4)
    line.telephone.lift()
    line.pins.toggle(0.6)
    (lifted,) = line.slic.violations
    assert lifted.startswith("RM was high for 0.6")
    assert "with the receiver lifted" in lifted


def test_a_ring_trip_within_half_a_second_is_allowed(line: Line) -> None:
    line.pins.put(RM, True)
    line.pins.toggle(0.4)
    line.telephone.lift()
    line.pins.toggle(0.4)
    line.clock.sleep(0.012)
    line.pins.put(RM, False)
    assert line.slic.violations == []


def test_more_than_a_third_of_the_time_is_forbidden_and_the_worst_window_is_kept(
    line: Line,
) -> None:
    for _ in range(12):
        line.pins.ring(2.0)
        line.clock.sleep(3.0)
    worst = line.slic.worst_duty()
    assert worst == pytest.approx(0.4, abs=0.01)
    (duty,) = line.slic.violations
    assert duty.startswith("RM was high for 40")
    line.clock.sleep(300.0)
    assert line.slic.worst_duty() == pytest.approx(worst)


def test_the_duty_is_that_of_the_worst_window_and_not_of_the_last(line: Line) -> None:
    line.pins.ring(3.0)
    line.clock.sleep(20.0)
    line.pins.ring(1.0)
    line.clock.sleep(20.0)
    assert line.slic.worst_duty(window=10.0) == pytest.approx(0.3, abs=0.005)
    assert line.slic.worst_duty(window=60.0) == pytest.approx(4 / 60, abs=0.002)


@pytest.mark.parametrize(("hold", "allowed"), [(0.0101, True), (0.009, False)])
def test_rm_falls_ten_milliseconds_after_the_last_change_of_fr(
    line: Line, hold: float, allowed: bool
) -> None:
    line.pins.put(RM, True)
    line.pins.toggle(1.0)
    line.pins.put(FR, False)
    line.clock.sleep(0.02)
    line.pins.put(FR, True)
    line.clock.sleep(hold)
    line.pins.put(RM, False)
    assert (line.slic.violations == []) is allowed
    assert line.slic.rm_intervals[0].held == pytest.approx(hold)


def test_rm_falls_with_fr_at_its_idle_level(line: Line) -> None:
    line.pins.put(RM, True)
    line.pins.toggle(1.0)
    line.pins.put(FR, False)
    line.clock.sleep(0.05)
    line.pins.put(RM, False)
    (wrong,) = line.slic.violations
    assert "F/R not at its idle level" in wrong


def test_a_pin_that_is_let_go_falls_by_its_resistor_and_is_not_judged_for_order(
    line: Line,
) -> None:
    line.pins.put(RM, True)
    line.pins.toggle(1.0)
    line.pins.put(RM, None)
    assert line.slic.violations == []
    assert not line.slic.rm_intervals[0].driven_low
    assert not line.telephone.ringing
