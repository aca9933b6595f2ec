from __future__ import annotations

import pytest

from gateway.call.events import Timer
from gateway.call.reason import Reason
from gateway.call.session import Session
from gateway.call.state import State
from gateway.call.timers import Timers
from tests.call.model_line import MULTIFON


def test_a_new_session_is_idle_and_not_registered() -> None:
    session = Session.start(line="hall", id_prefix="boot7", plan=MULTIFON)
    assert session.state is State.IDLE
    assert not session.registered
    assert session.down is Reason.NOT_REGISTERED
    assert session.timers == Timers()


@pytest.mark.parametrize(("line", "prefix"), [("", "boot7"), ("hall", "")])
def test_a_session_without_a_name_or_a_prefix_is_refused(line: str, prefix: str) -> None:
    with pytest.raises(ValueError, match="a session needs"):
        Session.start(line=line, id_prefix=prefix, plan=MULTIFON)


def test_every_timer_has_its_length() -> None:
    timers = Timers(
        first_digit=10,
        inter_digit=3,
        no_answer=20,
        busy=30,
        howler=40,
        resume=5,
        released=50,
        disconnected=60,
        moment=2,
    )
    assert [timers.seconds(timer) for timer in Timer] == [10, 3, 20, 30, 40, 5, 50, 60, 2]


def test_the_howler_begins_as_long_after_a_call_as_after_a_wrong_number() -> None:
    timers = Timers()
    assert timers.released + timers.disconnected == timers.busy


@pytest.mark.parametrize("seconds", [0, -1, 61, float("nan"), float("inf")])
def test_a_timer_out_of_its_range_is_refused(seconds: float) -> None:
    with pytest.raises(ValueError, match="inter_digit is 1 to 60 seconds"):
        Timers(inter_digit=seconds)


def test_all_timers_out_of_range_are_told_at_once() -> None:
    with pytest.raises(ValueError, match=r"first_digit .*; howler"):
        Timers(first_digit=0, howler=0)
