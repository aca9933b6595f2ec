"""What is measured of a telephone, and what that means for its settings."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.signalling import HookTimes, PulseCount, Taps
from hardware.hook import HookInterpreter, advise
from tests.hardware.hook.countries import EUROPE, RUSSIA, US
from tests.hardware.hook.dials import Contact, Dial, Driver, digits, movements


def line(times: HookTimes, taps: Taps) -> Driver:
    driver = Driver(HookInterpreter(times, PulseCount.DIRECT))
    driver.begin(10.0, off_hook=True)
    driver.interpreter.expect(taps)
    return driver


def measured(dial: Dial, counts: list[int], times: HookTimes = RUSSIA) -> dict[str, float]:
    driver = line(times, Taps.DIGITS)
    edges = dial.pulses(counts, 11.0, random.Random(1))
    driver.play(edges, edges[-1][0] + 1)
    return dict(driver.interpreter.figures)


def flashed(times: HookTimes, length: float) -> dict[str, float]:
    driver = line(times, Taps.FLASH)
    driver.play(movements((11.0, False), (11.0 + length / 1000, True)), 12.0)
    return dict(driver.interpreter.figures)


@pytest.mark.parametrize("speed", [8, 10.4, 20])
@pytest.mark.parametrize("ratio", [33, 61.5, 75])
def test_the_figures_are_those_of_the_dial(speed: float, ratio: float) -> None:
    figures = measured(Dial(speed, ratio), [3, 10, 1])
    assert figures["digits"] == 3
    assert figures["pulses"] == 14
    assert figures["dial_speed_pps"] == pytest.approx(speed, abs=0.01)
    assert figures["break_ratio_percent"] == pytest.approx(ratio, abs=0.1)
    assert figures["longest_break_ms"] == pytest.approx(10 * ratio / speed, abs=0.1)
    assert figures["shortest_make_ms"] == pytest.approx(10 * (100 - ratio) / speed, abs=0.1)
    assert figures["longest_bounce_ms"] == 0


def test_bounce_is_measured_from_the_first_edge_to_the_last() -> None:
    driver = line(RUSSIA, Taps.DIGITS)
    edges = [(11.0, False), (11.001, True), (11.0035, False), (11.004, True), (11.0045, False)]
    edges += [(11.06, True), (11.1, False), (11.16, True)]
    driver.play(edges, 12.0)
    assert driver.interpreter.figures["longest_bounce_ms"] == 4.5
    assert driver.interpreter.figures["longest_glitch_ms"] == 2.5


def test_only_the_last_digits_are_measured() -> None:
    driver = line(RUSSIA, Taps.DIGITS)
    slow = Dial(8, 60).pulses([10], 11.0, random.Random(0))
    fast = Dial(12, 60).pulses([5] * 11, 15.0, random.Random(0))
    driver.play(slow + fast, fast[-1][0] + 1)
    assert driver.interpreter.figures["dial_speed_pps"] == 12
    assert driver.interpreter.figures["digits"] == 12


def test_figures_that_were_not_measured_are_absent() -> None:
    assert line(RUSSIA, Taps.DIGITS).interpreter.figures == {"digits": 0, "spoilt_digits": 0}
    assert "dial_speed_pps" not in measured(Dial(), [1])


def test_flashes_and_breaks_that_were_none_are_measured() -> None:
    assert flashed(EUROPE, 100)["last_flash_ms"] == 100
    assert flashed(RUSSIA, 85)["last_refused_flash_ms"] == 85
    assert flashed(RUSSIA, 760)["last_refused_flash_ms"] == 760


def test_a_telephone_that_fits_needs_no_change() -> None:
    for times in (RUSSIA, EUROPE, US):
        advice = advise(measured(Dial(10, 60, Contact(bounce=2)), [3, 10], times), times)
        assert advice.findings == ()
        assert advice.options == {}


def test_without_digits_the_user_is_asked_to_dial() -> None:
    (finding,) = advise({"digits": 0, "spoilt_digits": 0}, RUSSIA).findings
    assert "dial a 0" in finding.en


def test_a_slow_wide_dial_widens_the_window() -> None:
    advice = advise(measured(Dial(8, 75), [5]), EUROPE)
    assert advice.options == {"break_max": 108}


def test_a_wide_window_moves_on_hook_out_of_its_way() -> None:
    times = HookTimes(flash_max=0, break_max=100, on_hook=105)
    advice = advise(measured(Dial(8, 75), [5]), times)
    assert advice.options == {"break_max": 108, "on_hook": 208}


def test_a_fast_narrow_dial_lowers_the_window() -> None:
    assert advise(measured(Dial(20, 33), [5]), RUSSIA).options == {"break_min": 12}


def test_a_dial_out_of_its_norm_is_named() -> None:
    (finding,) = advise(measured(Dial(14.5, 60), [5]), RUSSIA).findings
    assert "14.5 pulses a second" in finding.en


def test_chatter_close_to_the_filter_lengthens_it() -> None:
    figures = measured(Dial(10, 60), [4, 4]) | {"longest_glitch_ms": 4.6, "longest_bounce_ms": 8.0}
    assert advise(figures, RUSSIA).options == {"edge_filter": 6}


def test_contacts_that_no_filter_can_help_are_to_be_cleaned() -> None:
    figures = measured(Dial(20, 75), [4]) | {"longest_glitch_ms": 8.0, "longest_bounce_ms": 8.5}
    advice = advise(figures, RUSSIA)
    assert "edge_filter" not in advice.options
    assert any("clean" in finding.en for finding in advice.findings)


def test_a_break_cut_in_two_lengthens_the_filter() -> None:
    """The contact closes again for 7 ms, 20 ms after it opened."""
    cut = movements((11.0, False), (11.02, True), (11.027, False), (11.06, True))
    edges = cut + Dial(10, 60).pulses([3], 11.1, random.Random(0))
    driver = line(RUSSIA, Taps.DIGITS)
    assert digits(driver.play(edges, 12.0)) == "5"
    advice = advise(driver.interpreter.figures, RUSSIA)
    filter_ms = advice.options["edge_filter"]
    mended = line(replace(RUSSIA, edge_filter=filter_ms), Taps.DIGITS)
    assert digits(mended.play(edges, 12.0)) == "4"


def test_a_filter_too_long_for_a_fast_dial_is_shortened() -> None:
    times = HookTimes(edge_filter=11)
    figures = measured(Dial(20, 75), [5], times)
    assert advise(figures, times).options == {"edge_filter": 7}


def test_a_flash_at_the_edge_of_its_window_widens_it() -> None:
    assert advise(flashed(RUSSIA, 92), RUSSIA).options == {"flash_min": 78}
    advice = advise(flashed(RUSSIA, 690), RUSSIA)
    assert advice.options == {"flash_max": 828, "on_hook": 928}


def test_a_break_beside_the_flash_window_widens_it() -> None:
    assert advise(flashed(RUSSIA, 85), RUSSIA).options == {"flash_min": 76}
    assert advise(flashed(EUROPE, 420), EUROPE).options == {"flash_max": 504, "on_hook": 604}


def test_a_one_in_a_call_does_not_widen_the_flash_window() -> None:
    advice = advise(flashed(RUSSIA, 66), RUSSIA)
    assert advice.options == {}
    assert any("dial's 1" in finding.en for finding in advice.findings)


def test_a_pulse_that_was_too_long_is_named() -> None:
    driver = line(RUSSIA, Taps.DIGITS)
    driver.play(movements((11.0, False), (11.14, True)), 12.0)
    advice = advise(driver.interpreter.figures, RUSSIA)
    assert any("break of 140 ms while dialling" in finding.en for finding in advice.findings)


NAMES = (
    *("digits", "spoilt_digits", "pulses", "shortest_break_ms", "longest_break_ms"),
    *("longest_bounce_ms", "longest_glitch_ms", "dial_speed_pps", "break_ratio_percent"),
    *("shortest_make_ms", "longest_make_ms", "last_flash_ms"),
    *("last_refused_flash_ms", "last_refused_pulse_ms"),
)


@given(
    st.fixed_dictionaries({name: st.floats(0.1, 3000) for name in NAMES}),
    st.sampled_from([RUSSIA, EUROPE, US, HookTimes(flash_max=0, on_hook=400)]),
)
def test_what_is_suggested_is_always_valid(figures: dict[str, float], times: HookTimes) -> None:
    options = advise(figures, times).options
    changed = replace(times, **options)
    assert all(getattr(changed, name) != getattr(times, name) for name in options)
