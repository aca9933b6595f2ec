"""What the network is told of a call on hold."""

from __future__ import annotations

from gateway.sip.hold import TRY_AGAIN, Hold


def on_hold(told: bool = True) -> Hold:
    hold = Hold(told=told)
    hold.wanted = True
    return hold


def test_a_network_that_is_not_to_be_told_is_never_told() -> None:
    hold = on_hold(told=False)
    assert hold.due(0.0) is None
    hold.wanted = False
    assert hold.due(1000.0) is None


def test_hold_and_its_end_are_told_once_each() -> None:
    hold = on_hold()
    for on in (True, False, True):
        hold.wanted = on
        assert hold.due(0.0) is on
        hold.asked()
        assert hold.due(0.0) is None
        assert not hold.answered(200, 0.0)
        assert hold.due(0.0) is None


def test_a_call_that_is_resumed_meanwhile_is_told_so_afterwards() -> None:
    hold = on_hold()
    hold.asked()
    hold.wanted = False
    assert hold.due(0.0) is None
    hold.answered(200, 0.0)
    assert hold.due(0.0) is False


def test_credentials_are_no_refusal_but_asking_for_them_twice_is() -> None:
    hold = on_hold()
    hold.asked()
    assert not hold.answered(407, 0.0)
    assert hold.answered(407, 0.0)
    assert hold.due(1000.0) is None


def test_a_network_that_refuses_is_not_asked_again() -> None:
    hold = on_hold()
    hold.asked()
    assert hold.answered(488, 0.0)
    assert hold.due(1000.0) is None
    # It was told of nothing, so there is no end to tell.
    hold.wanted = False
    assert hold.due(1000.0) is None


def test_a_refused_end_is_told_again_and_again() -> None:
    hold = on_hold()
    hold.asked()
    hold.answered(200, 0.0)
    hold.wanted = False
    hold.asked()
    assert hold.answered(500, 10.0)
    assert hold.due(10.0) is None
    assert hold.due(10.0 + TRY_AGAIN) is False


def test_what_crossed_another_or_could_not_be_sent_is_tried_again() -> None:
    hold = on_hold()
    hold.asked()
    assert hold.answered(491, 5.0)
    assert hold.due(5.0) is None
    assert hold.due(5.0 + TRY_AGAIN) is True
    hold.failed(20.0)
    assert hold.due(20.0) is None
    assert hold.due(20.0 + TRY_AGAIN) is True


def test_an_answer_to_another_re_invite_is_not_ours() -> None:
    hold = on_hold()
    assert not hold.answered(488, 0.0)
    assert hold.due(0.0) is True
