from hypothesis import given
from hypothesis import strategies as st

from gateway.call.reason import Reason
from gateway.sip.registration import REFUSED_RETRY, Backoff, Registration, RegistrationState


def registration(first: float = 2.0, longest: float = 120.0) -> Registration:
    return Registration(Backoff(first, longest), jitter=lambda _low, high: high)


def test_the_first_register_is_due_at_once() -> None:
    assert registration().due(1000.0)


def test_nothing_is_due_while_an_answer_is_awaited() -> None:
    reg = registration()
    reg.sent(0.0)
    assert not reg.due(1e9)
    assert reg.state is RegistrationState.REGISTERING


def test_it_refreshes_after_half_of_the_granted_interval_whatever_was_asked_for() -> None:
    reg = registration()
    reg.sent(0.0)
    reg.granted(100.0, 60)
    assert reg.registered
    assert not reg.due(129.9)
    assert reg.due(130.0)


def test_a_very_short_grant_does_not_make_a_flood() -> None:
    reg = registration()
    reg.granted(0.0, 1)
    assert reg.next_try(0.0) == 1.0
    reg.granted(0.0, 4)
    assert reg.next_try(0.0) == 2.0, "but it is refreshed before it lapses"


def test_failures_wait_longer_and_longer_up_to_the_limit() -> None:
    reg = registration(first=2, longest=10)
    waits = []
    for _ in range(5):
        reg.sent(0.0)
        reg.failed(0.0, 503)
        waits.append(reg.next_try(0.0))
    assert waits == [2, 4, 8, 10, 10]


def test_success_makes_the_next_failure_wait_the_shortest_again() -> None:
    reg = registration(first=2)
    for _ in range(4):
        reg.failed(0.0, 503)
    reg.granted(0.0, 60)
    reg.failed(0.0, 503)
    assert reg.next_try(0.0) == 2


def test_a_wrong_password_stops_and_says_so() -> None:
    for code in (401, 407):
        reg = registration()
        reg.sent(0.0)
        reg.failed(0.0, code)
        assert reg.state is RegistrationState.REFUSED
        assert reg.reason is Reason.WRONG_PASSWORD
        assert reg.next_try(0.0) is None


def test_a_forbidden_account_is_tried_again_much_later() -> None:
    reg = registration()
    reg.failed(0.0, 403)
    assert reg.state is RegistrationState.REFUSED
    assert reg.next_try(0.0) == REFUSED_RETRY


def test_a_failed_refresh_leaves_the_account_registered_until_it_lapses() -> None:
    reg = registration()
    reg.granted(0.0, 60)
    reg.failed(30.0, 408)
    assert reg.registered
    assert not reg.lapsed(59.9)
    assert reg.lapsed(60.0)
    assert reg.state is RegistrationState.WAITING
    assert reg.reason is Reason.NO_REPLY
    assert not reg.lapsed(61.0), "a lapse is told once"


def test_an_unanswered_refresh_lapses_too() -> None:
    reg = registration()
    reg.granted(0.0, 60)
    reg.sent(0.0)
    assert reg.lapsed(60.0)
    assert reg.state is RegistrationState.REGISTERING


def test_no_address_is_a_reason_of_its_own() -> None:
    reg = registration()
    reg.failed(0.0, 0)
    assert reg.reason is Reason.NO_ROUTE


def test_new_settings_start_anew_after_a_refusal() -> None:
    reg = registration()
    reg.failed(0.0, 401)
    reg.restart(5.0)
    assert reg.due(5.0)


def test_a_stopped_registration_sends_nothing() -> None:
    reg = registration()
    reg.granted(0.0, 60)
    reg.stop()
    assert not reg.due(1e9)
    assert not reg.registered


@given(st.lists(st.tuples(st.floats(0, 50), st.sampled_from([200, 0, 408, 500, 503]))))
def test_it_never_asks_for_two_registers_within_a_second(events: list[tuple[float, int]]) -> None:
    reg = Registration(Backoff())
    now, last_sent = 0.0, -10.0
    for wait, code in events:
        now += wait
        if not reg.due(now):
            continue
        assert now - last_sent >= 1.0
        last_sent = now
        reg.sent(now)
        if code == 200:
            reg.granted(now, 60)
        else:
            reg.failed(now, code)


def test_an_answer_is_awaited_for_eight_seconds_and_not_for_32() -> None:
    reg = registration()
    reg.sent(100.0)
    assert not reg.overdue(108.0)
    assert reg.overdue(108.1)
    reg.failed(108.1, 408)
    assert not reg.overdue(200.0)
    assert reg.next_try(108.1) == 2


def test_another_network_hurries_but_does_not_flood() -> None:
    reg = registration()
    reg.sent(100.0)
    reg.granted(100.1, 60)
    reg.hasten(110.0)
    assert reg.due(110.0)
    reg.sent(110.0)
    reg.hasten(110.5)
    assert not reg.due(111.9)
    assert reg.due(112.0)


def test_another_network_does_not_repeat_what_was_refused() -> None:
    for code in (401, 403):
        reg = registration()
        reg.failed(0.0, code)
        before = reg.next_try(0.0)
        reg.hasten(0.0)
        assert reg.next_try(0.0) == before


def test_a_restart_waits_for_the_register_that_is_under_way() -> None:
    reg = registration()
    reg.sent(0.0)
    reg.restart(1.0)
    assert not reg.due(1.0)
    reg.granted(1.5, 60)
    reg.restart(2.0)
    assert reg.due(2.0)
