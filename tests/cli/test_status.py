from collections.abc import Callable
from typing import Any

import pytest

from gateway.cli.status import text
from tests.cli.bench import STATUS
from tests.cli.conftest import Gateway


def test_the_status_of_the_gateway_is_shown(gateway: Gateway) -> None:
    said = gateway("status")
    assert said.startswith("MultiFon gateway 0.1.0, running for 3 h 12 min, no calls\n")
    assert "registered for 30 min" in said


def test_with_json_the_status_is_what_the_gateway_said(gateway_json: Callable[..., Any]) -> None:
    assert gateway_json("status") == STATUS


def line(**values: Any) -> str:
    found = text({"lines": [{"name": "phone", "driver": "fxs", "state": "talking", **values}]}, 100)
    return " ".join(found.split())


def account(**values: Any) -> str:
    return " ".join(text({"accounts": [{"name": "home", "number": "7926", **values}]}, 0).split())


def test_a_line_shows_its_call_and_its_glitches() -> None:
    call = {"direction": "out", "number": "112", "name": "Aunt", "answered": 35.0}
    voice = {"frames": 1000, "late": 2, "underruns": 0, "overruns": 1}
    assert "phone fxs talking to Aunt 112, 1 min 5 s 2 late, 1 overruns" in line(
        call=call, voice=voice
    )
    assert "from 8495" in line(call={"direction": "in", "number": "8495", "answered": None})
    assert "no glitches" in line(voice={"frames": 5})
    assert "no glitches" not in line(voice={"frames": 0})


def test_a_fault_is_shown_with_its_sentence() -> None:
    said = line(state="out-of-service", fault="The telephone is unplugged.")
    assert "out-of-service (fault)" in said
    assert said.endswith("Line phone: The telephone is unplugged.")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"state": "registered", "expires_s": 90}, "registered for 1 min 30 s"),
        ({"state": "registered"}, "registered"),
        ({"state": "registering"}, "registering"),
        (
            {"state": "waiting", "reason": "no-reply", "reason_text": "No reply.", "next_try_s": 9},
            "waiting: No reply. Next try in 9 s",
        ),
        ({"state": "refused", "reason": "wrong-password"}, "refused: wrong-password"),
        ({}, "unknown"),
    ],
)
def test_the_state_of_an_account_is_told_in_words(values: dict[str, Any], sentence: str) -> None:
    assert account(**values).split("7926 ")[1].startswith(sentence)


def test_missing_keys_leave_their_places_empty() -> None:
    assert text({}, 0).startswith("MultiFon gateway\n")
    assert "LINE" in text({"lines": [{}], "accounts": [{}]}, 0)
    assert "no account" in text({}, 0)
