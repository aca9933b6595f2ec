"""Options of a simulated line are checked together, in words for the user."""

from __future__ import annotations

import math

import pytest

from gateway.line import DigitSource
from hardware.arguments import Argument, Kind, read
from hardware.simulated import SimulatedLine


def refused(**options: object) -> str:
    with pytest.raises(ValueError, match="line hall") as error:
        SimulatedLine("hall", options)
    return str(error.value)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"clock_ppm": -500},
        {"clock_ppm": 500.0},
        {"hybrid_return_loss": 6},
        {"hybrid_return_loss": math.inf},
        {"hybrid_return_loss": False},
        {"noise": -65.5},
        {"noise": False},
        {"noise": None},
    ],
)
def test_a_line_takes_its_options(options: dict[str, object]) -> None:
    assert SimulatedLine("hall", options).self_test().passed


def test_an_unknown_option_is_refused_with_the_one_that_was_meant() -> None:
    assert "'clock_pm' is not known, did you mean 'clock_ppm'?" in refused(clock_pm=3)


def test_an_option_that_resembles_nothing_is_refused_with_all_there_are() -> None:
    message = refused(zzz=3)
    assert all(name in message for name in ("clock_ppm", "hybrid_return_loss", "noise"))


def test_all_errors_come_together() -> None:
    message = refused(clock_ppm=501, noise="loud", hybrid_return_loss=True, colour="red")
    assert message == (
        "line hall: 'colour' is not known, there is clock_ppm, hybrid_return_loss, noise; "
        "clock_ppm is a number from -500 to 500 ppm, not 501; "
        "hybrid_return_loss is a number from 0 to 60 dB, or false, not True; "
        "noise is a number from -90 to -20 dBm0, or false, not 'loud'"
    )


@pytest.mark.parametrize("value", [math.nan, -math.inf, math.inf, True, "3", [3]])
def test_a_number_is_a_finite_number(value: object) -> None:
    assert "clock_ppm is a number" in refused(clock_ppm=value)


def test_a_missing_argument_and_wrong_kinds_are_named() -> None:
    declared = (
        Argument("file", Kind.TEXT, "where to", required=True),
        Argument("name", Kind.TEXT, "who"),
        Argument("wait", Kind.FLAG, "how", default=True),
        Argument("by", Kind.TEXT, "which", default="a", choices=("a", "b")),
    )
    with pytest.raises(ValueError, match=r"^it: file is missing \(where to\); name is a text, not"):
        read(declared, {"name": 3, "wait": 1, "by": "c"}, "it")
    assert read(declared, {"file": "x", "wait": None}, "it") == {
        "file": "x",
        "name": None,
        "wait": True,
        "by": "a",
    }


def test_the_line_is_honest_about_itself() -> None:
    capabilities = SimulatedLine("hall", {}).capabilities
    assert capabilities.description == "simulated telephone"
    assert not capabilities.tested_on_hardware
    assert capabilities.digit_sources == {DigitSource.PULSE, DigitSource.KEYPAD}
    assert (capabilities.rings, capabilities.shows_caller, capabilities.handset) == (True,) * 3


@pytest.mark.parametrize("cadence", [(), (1.0,), (1.0, 0.0), (1.0, 4.0, -1.0, 1.0)])
def test_a_cadence_that_cannot_be_rung_is_refused(cadence: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="pairs of seconds"):
        SimulatedLine("hall", {}).start_ringing(cadence, None)
