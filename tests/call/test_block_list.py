"""Who does not ring."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.call.block_list import BlockList, Pattern
from gateway.call.same_number import key_of
from gateway.caller import Caller, Presentation

WITHHELD = Caller(presentation=Presentation.WITHHELD)
UNAVAILABLE = Caller(presentation=Presentation.UNAVAILABLE)


@pytest.mark.parametrize("written", ["79261234567", "+7 (926) 123-45-67", "89261234567"])
@pytest.mark.parametrize("shown", ["79261234567", "+79261234567", "89261234567", "9261234567"])
def test_a_number_is_the_same_however_it_is_written(written: str, shown: str) -> None:
    assert BlockList.of([written], withheld=False).blocks(Caller(shown))


@pytest.mark.parametrize(
    ("pattern", "shown", "blocked"),
    [
        ("7495*", "74951234567", True),
        ("8495*", "74951234567", True),
        ("+7 495 *", "84951234567", True),
        ("7495*", "74991234567", False),
        ("810*", "81044123", True),
        ("44207*", "+442071234567", True),
        ("112", "79261234112", False),
        ("79261234567", "79261234568", False),
    ],
)
def test_a_beginning_means_all_numbers_with_it(pattern: str, shown: str, blocked: bool) -> None:
    assert BlockList.of([pattern], withheld=False).blocks(Caller(shown)) is blocked


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no-number"),
        ("*", "no-number"),
        ("abc", "no-number"),
        ("7*495*", "no-number"),
        ("*7495", "no-number"),
        ("74*", "short-beginning"),
    ],
)
def test_an_entry_that_would_shut_out_too_many_or_nobody_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Pattern(text)


def test_who_hides_the_number_rings_unless_that_is_blocked() -> None:
    assert not BlockList.of(["74951234567"], withheld=False).blocks(WITHHELD)
    assert BlockList.of([], withheld=True).blocks(WITHHELD)


def test_a_number_that_got_lost_on_the_way_always_rings() -> None:
    assert not BlockList.of(["7495*"], withheld=True).blocks(UNAVAILABLE)


@given(st.text(st.sampled_from("0123456789"), min_size=1, max_size=15))
def test_every_number_blocks_itself_and_no_other_key(number: str) -> None:
    listed = BlockList.of([number], withheld=False)
    assert listed.blocks(Caller(number))
    assert not listed.blocks(Caller(f"{int(key_of(number)) + 1}".zfill(len(key_of(number)))[-10:]))
