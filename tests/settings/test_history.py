"""What was changed, by whom, and how it is undone."""

from __future__ import annotations

import random
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.settings import history
from gateway.settings.declaration import Account, Line, Settings
from gateway.settings.history import FORMER_SECRETS_FILE, History, told
from gateway.settings.load import SettingsError
from gateway.settings.proposal import changed
from gateway.settings.secret import Secret
from gateway.settings.undo import undone

MAIN = Account(number="79261234567", password=Secret("open sesame"))
WORK = Account(name="work", number="79267654321", password=Secret("second"))
FIRST = Settings(accounts=(MAIN,), lines=(Line(name="hall"),))


class Past:
    """Settings that change, and remember."""

    def __init__(self, folder: Path) -> None:
        self.config, self.state = folder / "config", folder / "state"
        for made in (self.config, self.state):
            made.mkdir(exist_ok=True)
        self.history = History(self.state / "history", self.config)
        self.present = FIRST

    def change(self, *changes: Any, by: str = "page") -> int:
        return self.become(changed(self.present, list(changes)), by)

    def become(self, after: Settings, by: str = "page") -> int:
        before, self.present = self.present, after
        self.history.keep_former_passwords(before, after)
        return self.history.remember(before, after, time=1000.0, by=by)

    def undo(self, number: int) -> list[tuple[str, str]]:
        entry = self.history.of(number)
        assert entry is not None
        later = [one for one in self.history if one.id > number]
        settings, problems = undone(
            self.present,
            entry,
            later,
            lambda account: self.history.former_password(number, account),
        )
        self.become(settings, "undo")
        return [(problem.place, problem.code) for problem in problems]

    def shown(self) -> list[tuple[str, Any, Any]]:
        entry = next(iter(self.history))
        return [
            (one["path"], one["old"], one["new"])
            for change in entry.changes()
            for one in told(change, entry.before, entry.after)
        ]


@pytest.fixture
def past(tmp_path: Path) -> Past:
    return Past(tmp_path)


def test_a_change_is_remembered_with_its_values_its_time_and_who_made_it(past: Past) -> None:
    past.change({"set": "log.level", "value": "debug"})
    past.change({"set": "tones.country", "value": "de"}, by="editor")
    newest, oldest = past.history
    assert (newest.id, newest.by, newest.time) == (2, "editor", 1000.0)
    assert oldest.by == "page"
    assert past.shown() == [("tones.country", "ru", "de")]


def test_a_password_is_stars_in_the_history_and_in_clear_only_in_the_file_of_secrets(
    past: Past,
) -> None:
    past.change({"set": "account.main.password", "value": "a new one"})
    assert past.shown() == [("account.main.password", "*****", "*****")]
    former = past.config / FORMER_SECRETS_FILE
    assert stat.S_IMODE(former.stat().st_mode) == 0o600
    assert "open sesame" in former.read_text()
    for path in past.state.rglob("*"):
        if path.is_file():
            assert "sesame" not in path.read_text()
            assert "a new one" not in path.read_text()


def test_values_go_back_and_later_changes_of_others_stay(past: Past) -> None:
    number = past.change(
        {"set": "log.level", "value": "debug"},
        {"set": "line.hall.call_waiting", "value": False},
        {"set": "account.main.password", "value": "a new one"},
    )
    past.change({"set": "tones.country", "value": "de"})
    assert past.undo(number) == []
    assert past.present == replace(FIRST, tones=past.present.tones)
    assert past.present.tones.country == "de"


def test_what_was_changed_again_since_stays_and_is_said(past: Past) -> None:
    number = past.change(
        {"set": "log.level", "value": "debug"},
        {"set": "account.main.password", "value": "a new one"},
        {"set": "records.keep_days", "value": 30},
    )
    past.change({"set": "log.level", "value": "error"})
    past.change({"set": "account.main.password", "value": "newer still"})
    assert past.undo(number) == [
        ("account.main.password", "changed-since"),
        ("log.level", "changed-since"),
    ]
    assert past.present.records == FIRST.records
    assert past.present.accounts[0].password.reveal() == "newer still"


def test_an_account_that_was_removed_comes_back_with_its_password(past: Past) -> None:
    past.become(replace(FIRST, accounts=(MAIN, WORK)))
    number = past.change({"remove": "account.main"})
    assert past.shown() == [("account.main", {"name": "main", "number": MAIN.number}, None)]
    assert past.undo(number) == []
    assert past.present.accounts == (MAIN, WORK)
    assert past.present.accounts[0].password.reveal() == "open sesame"


def test_a_line_that_was_added_goes_unless_it_is_another_by_now(past: Past) -> None:
    added = {"add": "line", "value": {"name": "attic"}}
    number = past.change(added)
    assert past.undo(number) == []
    assert past.present == FIRST
    number = past.change(added)
    past.change({"set": "line.attic.call_waiting", "value": False})
    assert past.undo(number) == [("line.attic", "changed-since")]


def test_the_order_of_accounts_goes_back(past: Past) -> None:
    past.become(replace(FIRST, accounts=(MAIN, WORK)))
    number = past.become(replace(FIRST, accounts=(WORK, MAIN)))
    assert past.shown() == [("account", ["main", "work"], ["work", "main"])]
    assert past.undo(number) == []
    assert past.present.accounts == (MAIN, WORK)


def test_an_undo_that_would_leave_nonsense_is_refused(past: Past) -> None:
    number = past.change(
        {"add": "account", "value": {"name": "work", "number": "1", "password": "x"}}
    )
    past.change({"set": "line.hall.account", "value": "work"})
    with pytest.raises(SettingsError, match="no account 'work'"):
        past.undo(number)


def test_an_undo_can_be_undone(past: Past) -> None:
    number = past.change({"set": "account.main.password", "value": "a new one"})
    past.undo(number)
    assert past.undo(number + 1) == []
    assert past.present.accounts[0].password.reveal() == "a new one"


def test_only_so_many_changes_and_their_passwords_are_kept(
    past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "MOST", 3)
    for number in range(6):
        past.change({"set": "account.main.password", "value": f"password {number}"})
    assert [entry.id for entry in past.history] == [6, 5, 4]
    past.change({"set": "log.level", "value": "debug"})
    former = (past.config / FORMER_SECRETS_FILE).read_text()
    assert "open sesame" not in former
    assert "password 0" not in former
    assert past.history.former_password(6, "main") == Secret("password 4")


def test_a_damaged_file_hides_its_change_only(past: Past) -> None:
    past.change({"set": "log.level", "value": "debug"})
    past.change({"set": "log.level", "value": "error"})
    (past.state / "history" / "000001.json").write_bytes(b"\0\0\0")
    assert [entry.id for entry in past.history] == [2]


def write_for_ever(folder: Path) -> None:
    past = Past(folder)
    print("begun", flush=True)  # noqa: T201 - the test waits for it
    while True:
        for word in ("one", "two"):
            past.change({"set": "account.main.password", "value": word * 2000})


def test_a_killed_writer_leaves_whole_changes(tmp_path: Path) -> None:
    Past(tmp_path).change({"set": "account.main.password", "value": "three"})
    command = [sys.executable, "-m", "tests.settings.test_history", str(tmp_path)]
    for _ in range(8):
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"begun\n"
            time.sleep(random.uniform(0, 0.03))  # any moment of the work, not an appointment
            writer.kill()
        past = Past(tmp_path)
        kept = list(past.history)
        assert len(kept) == len(list((past.state / "history").glob("*.json")))
        for entry in kept:
            assert entry.changes()
            assert past.history.former_password(entry.id, "main") is not None
        former = past.config / FORMER_SECRETS_FILE
        assert stat.S_IMODE(former.stat().st_mode) == 0o600


if __name__ == "__main__":
    write_for_ever(Path(sys.argv[1]))
