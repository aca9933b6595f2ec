"""A call that several lines ring for."""

from __future__ import annotations

from gateway.call.offer import Offer
from gateway.call.reason import Reason

THREE = Offer("in-1", ("hall", "kitchen", "attic"))


def ringing(offer: Offer) -> Offer:
    for line in offer.rings:
        offer, _ = offer.alert(line)
    return offer


def test_only_the_first_telephone_that_rings_is_told_to_the_caller() -> None:
    offer, first = THREE.alert("kitchen")
    assert first
    offer, first = offer.alert("hall")
    assert not first


def test_the_first_who_answers_has_the_call_and_the_others_are_named() -> None:
    offer, others = ringing(THREE).take("kitchen")
    assert others == ("hall", "attic")
    assert offer.holders == ("kitchen",)
    assert offer.missed == ()


def test_the_networks_events_concern_all_lines_that_ring() -> None:
    assert THREE.holders == ("hall", "kitchen", "attic")


def test_a_line_that_refuses_leaves_the_others_ringing() -> None:
    offer, for_caller = ringing(THREE).refuse("hall", Reason.REFUSED)
    assert for_caller is None
    assert offer.holders == ("kitchen", "attic")


def test_the_caller_is_refused_when_no_line_is_left() -> None:
    offer, for_caller = ringing(THREE).refuse("hall", Reason.UNREACHABLE)
    assert for_caller is None
    offer, for_caller = offer.refuse("kitchen", Reason.REFUSED)
    assert for_caller is None
    offer, for_caller = offer.refuse("attic", Reason.NO_ANSWER)
    assert for_caller is Reason.REFUSED, "what a person did says most"


def test_one_line_alone_refuses_for_its_own_reason() -> None:
    for reason in (Reason.BUSY, Reason.UNREACHABLE, Reason.LINE_FAULT, Reason.NO_ANSWER):
        _, for_caller = Offer("in-1", ("hall",)).refuse("hall", reason)
        assert for_caller is reason


def test_a_fault_after_another_line_has_answered_refuses_nobody() -> None:
    offer, _ = ringing(THREE).take("kitchen")
    _, for_caller = offer.refuse("hall", Reason.LINE_FAULT)
    assert for_caller is None


def test_a_call_that_nobody_answers_was_missed_by_all_but_who_refused_it() -> None:
    offer = ringing(THREE)
    assert offer.missed == ("hall", "kitchen", "attic")
    offer, _ = offer.refuse("kitchen", Reason.REFUSED)
    assert offer.missed == ("hall", "attic")
    offer, _ = offer.refuse("attic", Reason.UNREACHABLE)
    assert offer.missed == ("hall", "attic"), "who was out of range has missed it"


def test_a_call_that_found_the_only_line_in_use_was_not_missed() -> None:
    offer, for_caller = Offer("in-1", ("hall",)).refuse("hall", Reason.BUSY)
    assert for_caller is Reason.BUSY
    assert offer.missed == ()
