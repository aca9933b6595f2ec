"""The codes that prove who is at the telephone: their life, and what guessing costs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.presence.proof import (
    LIFE_S,
    LONGEST_WAIT_S,
    MOST_SHOWN,
    REMEMBERED_S,
    TRIES,
    Proofs,
    RefusedError,
)

CODE, OTHER = "314159", "271828"


def test_a_code_that_is_dialled_proves_the_page_that_showed_it_once() -> None:
    proofs = Proofs().show("a", CODE, 0.0).show("b", OTHER, 1.0)
    assert proofs.state("a", 2.0) == "waiting"
    proofs, found = proofs.dial(CODE, 2.0)
    assert found == "a"
    assert (proofs.state("a", 3.0), proofs.state("b", 3.0)) == ("proved", "waiting")
    assert proofs.dial(CODE, 3.0)[1] is None
    assert proofs.state("a", 2.0 + REMEMBERED_S) == "over"


def test_a_shown_code_is_good_for_its_time_only() -> None:
    proofs = Proofs().show("a", CODE, 0.0)
    assert proofs.dial(CODE, LIFE_S - 0.1)[1] == "a"
    assert proofs.dial(CODE, LIFE_S)[1] is None
    assert proofs.state("a", LIFE_S) == "over"


def test_many_wrong_diallings_take_every_shown_code_away() -> None:
    proofs = Proofs().show("a", CODE, 0.0)
    for _ in range(TRIES):
        assert proofs.state("a", 1.0) == "waiting"
        proofs, found = proofs.dial(OTHER, 1.0)
        assert found is None
    assert proofs.dial(CODE, 1.0)[1] is None
    assert proofs.show("b", CODE, 2.0).dial(CODE, 3.0)[1] == "b"


def test_no_two_pages_show_the_same_code_and_not_too_many_show_one() -> None:
    proofs = Proofs().show("a", CODE, 0.0)
    with pytest.raises(ValueError, match="another"):
        proofs.show("b", CODE, 1.0)
    for number in range(1, MOST_SHOWN):
        proofs = proofs.show(str(number), f"{number:06}", 1.0)
    with pytest.raises(RefusedError, match="Too many pages") as refused:
        proofs.show("late", OTHER, 2.0)
    assert refused.value.wait == LIFE_S - 2.0
    assert proofs.show("late", OTHER, LIFE_S).state("late", LIFE_S) == "waiting"


def test_a_spoken_code_is_good_once_and_for_its_time() -> None:
    proofs = Proofs().speak(CODE, 0.0)
    after, right = proofs.guess(CODE, 1.0)
    assert right
    assert not after.guess(CODE, 2.0)[1]
    assert not proofs.guess(CODE, LIFE_S)[1]
    assert not proofs.speak(OTHER, 1.0).guess(CODE, 2.0)[1]


def test_nothing_is_right_while_nothing_was_spoken() -> None:
    for guess in ("", CODE):
        assert not Proofs().guess(guess, 0.0)[1]
    assert not Proofs().speak(CODE, 0.0).guess("", 1.0)[1]


def test_each_wrong_guess_makes_the_next_wait_longer_and_a_right_one_does_not() -> None:
    proofs, now, waits = Proofs(), 0.0, []
    for _ in range(8):
        proofs, right = proofs.guess(OTHER, now)
        assert not right
        with pytest.raises(RefusedError) as refused:
            proofs.speak(CODE, now).guess(CODE, now)
        waits.append(refused.value.wait)
        now += refused.value.wait
    assert waits == [1, 2, 4, 8, 16, 32, LONGEST_WAIT_S, LONGEST_WAIT_S]
    proofs, right = proofs.speak(CODE, now).guess(CODE, now)
    assert right
    proofs, _ = proofs.guess(OTHER, now)
    assert proofs.wait_until == now + 1


def test_a_spoken_code_that_was_guessed_at_too_often_is_worth_nothing() -> None:
    proofs, now = Proofs().speak(CODE, 0.0), 0.0
    for _ in range(TRIES):
        proofs, _ = proofs.guess(OTHER, now)
        now = proofs.wait_until
    assert now < LIFE_S
    assert not proofs.guess(CODE, now)[1]


def test_no_code_can_be_read_from_what_a_log_would_show() -> None:
    shown = repr(Proofs().show("a", CODE, 0.0).speak(OTHER, 0.0))
    assert CODE not in shown
    assert OTHER not in shown


@given(st.lists(st.tuples(st.sampled_from(["dial", "guess"]), st.floats(0, 30)), max_size=30))
def test_whoever_does_not_know_the_codes_proves_nothing(tries: list[tuple[str, float]]) -> None:
    now = 0.0
    proofs = Proofs().show("a", CODE, now).speak(OTHER, now)
    for what, pause in tries:
        now += pause
        try:
            if what == "dial":
                proofs, found = proofs.dial("000000", now)
                assert found is None
            else:
                proofs, right = proofs.guess("000000", now)
                assert not right
        except RefusedError:
            pass
    assert proofs.state("a", now) in {"waiting", "over"}
