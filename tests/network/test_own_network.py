"""When the adapter opens a network of its own."""

from __future__ import annotations

import pytest

from gateway.network.model import Interface, Kind, State
from gateway.network.own_network import NOTHING, PATIENCE, Decision, OwnNetworkPolicy, Step

OPEN = Decision(Step.OPEN, "wlan0")


def seen(wired: State | None, wifi: State | None) -> tuple[Interface, ...]:
    found = (("eth0", Kind.WIRED, wired), ("wlan0", Kind.WIFI, wifi))
    return tuple(Interface(name, kind, state) for name, kind, state in found if state is not None)


ALONE = seen(State.UNAVAILABLE, State.DISCONNECTED)


def test_without_any_network_it_opens_one_after_some_patience() -> None:
    policy = OwnNetworkPolicy()
    assert policy.decide(100.0, ALONE, knows_wifi=False) == NOTHING
    assert policy.decide(99.0 + PATIENCE, ALONE, knows_wifi=False) == NOTHING
    assert policy.decide(100.0 + PATIENCE, ALONE, knows_wifi=False) == OPEN
    shares = seen(State.UNAVAILABLE, State.SHARING)
    assert policy.decide(900.0, shares, knows_wifi=False) == NOTHING


@pytest.mark.parametrize(
    ("interfaces", "knows_wifi"),
    [
        (ALONE, True),
        (seen(State.CONNECTED, State.DISCONNECTED), False),
        (seen(State.CONNECTING, State.DISCONNECTED), False),
        (seen(State.UNAVAILABLE, State.CONNECTED), False),
        (seen(State.UNAVAILABLE, State.CONNECTING), False),
        (seen(State.UNAVAILABLE, State.UNAVAILABLE), False),
        (seen(State.UNAVAILABLE, None), False),
        ((), False),
    ],
)
def test_who_has_a_way_knows_one_or_has_no_radio_opens_none(
    interfaces: tuple[Interface, ...], knows_wifi: bool
) -> None:
    policy = OwnNetworkPolicy()
    for now in (0.0, PATIENCE, 10 * PATIENCE):
        assert policy.decide(now, interfaces, knows_wifi=knows_wifi) == NOTHING


def test_a_cable_that_comes_up_meanwhile_begins_the_patience_anew() -> None:
    policy = OwnNetworkPolicy()
    policy.decide(0.0, ALONE, knows_wifi=False)
    policy.decide(PATIENCE - 1, seen(State.CONNECTED, State.DISCONNECTED), knows_wifi=False)
    assert policy.decide(PATIENCE, ALONE, knows_wifi=False) == NOTHING
    assert policy.decide(2 * PATIENCE, ALONE, knows_wifi=False) == OPEN


def test_a_cable_closes_it() -> None:
    policy = OwnNetworkPolicy()
    both = seen(State.CONNECTED, State.SHARING)
    assert policy.decide(0.0, both, knows_wifi=False) == Decision(Step.CLOSE)


def test_a_network_that_failed_opens_ours_again() -> None:
    policy = OwnNetworkPolicy()
    failed = seen(State.UNAVAILABLE, State.FAILED)
    policy.decide(0.0, failed, knows_wifi=False)
    assert policy.decide(PATIENCE, failed, knows_wifi=False) == OPEN
