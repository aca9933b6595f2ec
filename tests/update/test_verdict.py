"""Does a new system work?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from gateway.update.progress import PHASES, Progress
from gateway.update.refusals import OTHER, why
from gateway.update.verdict import LONGEST, STEADY, Before, Trial, Verdict, is_in_use
from gateway.words import Words


def status(*registered: str, calls: int = 0, line: str = "idle") -> Mapping[str, Any]:
    accounts = [{"number": number, "registered": True} for number in registered]
    return {
        "accounts": [*accounts, {"number": "79990000000", "state": "registering"}],
        "calls": calls,
        "lines": [{"state": line}],
    }


ONE = Before.of(status("79261234567"))


def test_what_works_as_before_for_a_while_stays() -> None:
    trial = Trial(ONE)
    assert trial.judge(0.0, None) is Verdict.WAIT
    assert trial.judge(40.0, status()) is Verdict.WAIT
    assert trial.judge(60.0, status("79261234567")) is Verdict.WAIT
    assert trial.judge(59.0 + STEADY, status("79261234567")) is Verdict.WAIT
    assert trial.judge(60.0 + STEADY, status("79261234567")) is Verdict.KEEP


def test_a_gateway_that_crashes_in_a_loop_does_not_work() -> None:
    trial = Trial(Before.of(status()))
    for at in range(0, int(LONGEST), 15):
        assert trial.judge(at, status() if at % 30 else None) is Verdict.WAIT
    assert trial.judge(LONGEST + 1, status()) is Verdict.RETURN


def test_what_was_registered_must_be_again_and_nothing_else() -> None:
    assert Trial(ONE).judge(LONGEST + 1, status()) is Verdict.RETURN
    trial = Trial(Before())
    trial.judge(0.0, status())
    assert trial.judge(STEADY, status()) is Verdict.KEEP


@pytest.mark.parametrize(
    ("found", "used"),
    [
        (None, False),
        (status(), False),
        (status(calls=1), True),
        (status(line="dial-tone"), True),
        (status(line="out-of-service"), False),
    ],
)
def test_an_update_waits_for_whoever_telephones(
    found: Mapping[str, Any] | None, used: bool
) -> None:
    assert is_in_use(found) is used


@pytest.mark.parametrize(
    ("said", "word"),
    [
        (
            "LastError: Compatible mismatch: Expected 'x' but bundle manifest has 'y'",
            "another kind",
        ),
        ("signature verification failed: Verify error:self-signed certificate", "not signed"),
        ("signature size (1234567890123456) exceeds bundle size", "damaged"),
        ("Failed to load keyring: No such file", "without a certificate"),
        ("Invalid identifier. Did you pass a valid RAUC bundle?", "damaged"),
        ("something new", OTHER.en),
    ],
)
def test_a_refusal_is_said_in_plain_words(said: str, word: str) -> None:
    assert word in why(said).en
    assert why(said).ru.endswith(".")


def test_progress_is_told_whole_and_in_both_languages(tmp_path: Path) -> None:
    progress = Progress(tmp_path / "progress.json")
    assert progress.read() is None
    for phase in PHASES:
        progress.tell(phase, Words("it broke.", "сломалось."))
        told = progress.read()
        assert told is not None
        assert told["phase"] == phase
        assert "{" not in told["text"] + told["text_ru"]
        assert ("сломалось" in told["text_ru"]) == (phase in {"refused", "returned"})
    (tmp_path / "progress.json").write_text("{")
    assert progress.read() is None
