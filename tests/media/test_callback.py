"""An error in what pjsua2 calls ends there, in the log."""

from __future__ import annotations

import logging
import sys

import pytest

from gateway.media.callback import callback
from gateway.media.port import LinePort
from gateway.sip.agent import Agent
from gateway.sip.call import Call
from gateway.sip.trace import LogWriter


class Listener:
    @callback
    def on_event(self, figure: int) -> int:
        return 100 // figure


def test_what_the_method_returns_is_returned() -> None:
    assert Listener().on_event(4) == 25


def test_an_error_is_logged_with_its_place_and_goes_no_further(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR):
        assert Listener().on_event(0) is None
    assert "Listener.on_event failed" in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_the_error_keeps_no_local_variable_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    # The test runner keeps the records that it sees.
    monkeypatch.setattr(logging.getLogger("gateway.media.callback"), "propagate", False)
    listener = Listener()
    before = sys.getrefcount(listener)
    listener.on_event(0)
    assert sys.getrefcount(listener) == before


@pytest.mark.parametrize("object_of_pjsua2", [Agent, Call, LinePort, LogWriter])
def test_everything_that_pjsua2_calls_is_guarded(object_of_pjsua2: type) -> None:
    called = {
        name
        for name in vars(object_of_pjsua2)
        if any(name in vars(ancestor) for ancestor in object_of_pjsua2.__mro__[1:-1])
        and not name.startswith("_")
    }
    assert called
    assert not {n for n in called if not hasattr(vars(object_of_pjsua2)[n], "__wrapped__")}
