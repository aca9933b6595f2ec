"""A sound card that is away for a moment: the call goes on, and nobody is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hardware.contract import Exchanged, until
from tests.hardware.voice.test_path import Rig

LONG = 1000.0


@pytest.fixture
def times(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr("hardware.voice.path.RETRY", 0.02)
    monkeypatch.setattr("hardware.voice.path.RETRY_IN_GRACE", 0.02)
    monkeypatch.setattr("hardware.voice.path.STEADY", 0.1)
    return monkeypatch


@pytest.fixture
def rig(times: pytest.MonkeyPatch) -> Iterator[Rig]:
    del times
    rig = Rig()
    rig.path.open()
    rig.run(10)
    yield rig
    rig.close()


def test_a_card_that_is_back_within_the_grace_is_not_told(
    rig: Rig, times: pytest.MonkeyPatch
) -> None:
    times.setattr("hardware.voice.path.GRACE", LONG)
    exchange = Exchanged()
    rig.path.start(exchange)
    until(lambda: exchange.frames, "voice")
    rig.card.pull()
    until(lambda: rig.path.figures["outages"], "the loss")
    count = len(exchange.frames)
    rig.card.put_back()
    until(lambda: len(exchange.frames) > count + 3, "voice")
    assert rig.told == []


def test_a_card_that_stays_away_is_told_once(rig: Rig, times: pytest.MonkeyPatch) -> None:
    times.setattr("hardware.voice.path.GRACE", 0.2)
    rig.card.pull()
    until(lambda: rig.told, "the fault")
    rig.card.put_back()
    until(lambda: len(rig.told) == 2, "the end of the fault")
    assert rig.told[1] == "cleared"
    assert rig.path.figures["outages"] == 1.0


def test_a_card_that_comes_by_fits_is_told(rig: Rig, times: pytest.MonkeyPatch) -> None:
    times.setattr("hardware.voice.path.STEADY", LONG)
    times.setattr("hardware.voice.path.GRACE", 0.3)

    def fit() -> bool:
        rig.card.pull()
        rig.card.put_back()
        until(lambda: rig.card.opened or rig.told, "the card")
        return bool(rig.told)

    until(fit, "the fault")
    assert "The fake sound card" in rig.told[0]
