from __future__ import annotations

import pytest

from gateway.sip.voice_reserve import ENOUGH, LOSSY, STEADY, VoiceReserve


def test_a_network_is_trusted_until_it_loses() -> None:
    assert VoiceReserve().next == STEADY


@pytest.mark.parametrize("lost", [3, 10, 500])
def test_a_call_with_losses_gives_the_next_one_more_reserve(lost: int) -> None:
    reserve = VoiceReserve()
    reserve.learn(500, lost)
    assert reserve.next == LOSSY
    assert LOSSY.ms > STEADY.ms
    reserve.learn(5000, 10)
    assert reserve.next == STEADY


def test_a_short_call_says_nothing() -> None:
    reserve = VoiceReserve()
    reserve.learn(ENOUGH // 2, ENOUGH // 2 - 1)
    assert reserve.next == STEADY
    reserve.learn(0, 0)
    assert reserve.next == STEADY
