import json
import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.cli import calls, main, watch
from gateway.cli.check import language_of_user
from gateway.exit_code import ExitCode
from tests.cli.bench import CALL, DEADLINE, Bench
from tests.cli.conftest import Gateway, Start


@pytest.fixture
def moscow() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "MSK-3")
        time.tzset()
        yield
    time.tzset()


# Calls


@pytest.mark.usefixtures("moscow")
def test_calls_are_listed_in_local_time(gateway: Gateway, bench: Bench) -> None:
    head, row = gateway("calls", "-n", "7").splitlines()
    assert bench.limits == [7]
    assert head.split() == ["STARTED", "LINE", "NUMBER", "NAME", "TALKED", "MOS", "ENDED"]
    assert re.split(" {2,}", row) == [
        "2025-06-15 18:06:40",
        "phone",
        "out",
        "84951234567",
        "1 min 5 s",
        "4.2",
        "no answer? (480 Temporarily Unavailable)",
    ]


def test_with_json_calls_are_what_the_gateway_said(gateway_json: Callable[..., Any]) -> None:
    assert gateway_json("calls") == [CALL]


def test_calls_without_anything_known_are_still_listed() -> None:
    assert len(calls.text([{}, {}]).split("\n")) == 3
    assert calls.text([]) == "There are no calls yet."


@pytest.mark.usefixtures("moscow")
def test_one_call_is_shown_with_its_verdict_its_quality_and_the_evidence(
    gateway: Gateway, bench: Bench
) -> None:
    shown = gateway("call", "1").split("\n\n")
    assert bench.limits == [1]
    assert shown == [
        "Call to 84951234567, line phone, no answer? (480 Temporarily Unavailable)",
        "started 2025-06-15 18:06:40, answered 2025-06-15 18:06:50, ended 2025-06-15 18:07:55",
        "Probably: nobody answered.",
        "Вероятно: никто не ответил.",
        "Heard here: MOS 4.2, 1.5 % lost, heard there: MOS 3.9, 2 % lost, round trip 35 ms\n"
        "mos 4.2, loss_percent 1.5, far_mos 3.9, far_loss_percent 2, round_trip_ms 35",
        "Evidence:\n  status: 480\n  changed: Via, Contact\n  ack_missing: yes\n",
    ]


def test_a_call_that_is_not_there_is_said_so(gateway: Gateway) -> None:
    assert "There is no call 2: there are 1 calls." in gateway("call", "2", code=ExitCode.FAILED)
    assert "counted from 1" in gateway("call", "0", code=ExitCode.FAILED)


# Watch


def test_events_are_shown_until_the_keyboard_ends_it(bench: Bench, start: Start) -> None:
    process = start("watch", "line", "--json")
    done = threading.Event()

    def publish() -> None:
        # When the program has subscribed cannot be seen from here.
        while not done.wait(0.02):
            bench.publish("line", line="phone", state="ringing")

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        assert process.stdout is not None
        event = json.loads(process.stdout.readline())
    finally:
        done.set()
        thread.join()
    assert event == {"event": "line", "params": {"line": "phone", "state": "ringing"}}
    process.send_signal(signal.SIGINT)
    assert process.wait(DEADLINE) == 0


def test_watching_ends_with_code_4_when_the_gateway_goes(bench: Bench, start: Start) -> None:
    process = start("watch")
    done = threading.Event()

    def publish() -> None:
        while not done.wait(0.02):
            bench.publish("line", line="phone", state="idle")

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        assert process.stdout is not None
        assert b"line phone: idle" in process.stdout.readline()
    finally:
        done.set()
        thread.join()
    bench.stop()
    _, said = process.communicate(timeout=DEADLINE)
    assert process.returncode == ExitCode.NOT_RUNNING
    assert b"ended the connection" in said


@pytest.mark.parametrize(
    ("name", "params", "sentence"),
    [
        ("line", {"line": "phone", "state": "idle"}, "line phone: idle"),
        ("line", {"name": "phone", "state": "idle", "call": None}, "line phone: idle"),
        (
            "line",
            {"name": "phone", "state": "ringing", "call": {"direction": "in", "number": "112"}},
            "line phone: ringing, from 112",
        ),
        (
            "line",
            {"name": "phone", "state": "out-of-service", "fault": "Unplugged."},
            "line phone: out-of-service, Unplugged.",
        ),
        ("registration", {"name": "home", "state": "registered"}, "account home: registered"),
        (
            "registration",
            {"name": "home", "state": "waiting", "reason_text": "No reply."},
            "account home: waiting: No reply.",
        ),
        ("call", {"id": "a1", "text": "Engaged."}, "call a1: Engaged."),
        ("events.lost", {"count": 3}, "3 events were lost: this program is too slow"),
        ("novelty", {"a": 1, "b": "x"}, "novelty a=1 b=x"),
        ("line", {}, "line"),
    ],
)
def test_an_event_is_told_in_words(name: str, params: dict[str, Any], sentence: str) -> None:
    assert watch.text(name, params, 0) == sentence


# Check


def settings(folder: Path, text: str) -> list[str]:
    (folder / "settings.toml").write_text(text, encoding="utf-8")
    return ["check", "--config", str(folder)]


def test_right_settings_are_code_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(settings(tmp_path, "")) == ExitCode.OK
    assert capsys.readouterr().out == "The settings are right.\n"


def test_every_problem_is_shown_at_once_in_the_wanted_language(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = settings(tmp_path, "unknown = 1\n[tones]\ncountry = 5\n")
    assert main([*words, "--language", "en"]) == ExitCode.SETTINGS
    english = capsys.readouterr().out.splitlines()
    assert main([*words, "--language", "ru"]) == ExitCode.SETTINGS
    russian = capsys.readouterr().out.splitlines()
    assert len(english) == len(russian) == 2
    assert any("настройки нет" in line for line in russian)


def test_problems_for_a_program_have_a_code_and_a_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*settings(tmp_path, "[tones]\ncountry = 5\n"), "--json"]) == ExitCode.SETTINGS
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is False
    (problem,) = found["problems"]
    assert set(problem) == {"code", "place", "text"}
    assert problem["place"] == "tones.country"


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({}, "en"),
        ({"LANG": "ru_RU.UTF-8"}, "ru"),
        ({"LANG": "ru_RU.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "C", "LC_MESSAGES": "russian"}, "ru"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
    ],
)
def test_the_language_is_that_of_the_user(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], language: str
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert language_of_user() == language
    assert set(os.environ) >= set(variables)
