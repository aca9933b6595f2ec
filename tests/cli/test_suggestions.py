"""What ``gateway doctor line --apply`` writes, and when it refuses."""

from __future__ import annotations

import os
import pty
import sys
from pathlib import Path

import pytest

from gateway.cli import suggestions
from gateway.cli.suggestions import apply, with_options
from gateway.exit_code import CommandError, ExitCode
from gateway.settings.declaration import Line, Settings
from gateway.settings.load import load
from gateway.settings.store import Draft, save_draft

FILE = """\
# The house.
[[line]]
name = "hall"   # downstairs
driver = "simulated"
[line.options]
noise = -60.0  # as it is
# half a line of echo
hybrid_return_loss = 12

[[line]]
name = "attic"

[log]
level = "info"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "settings.toml").write_text(FILE, encoding="utf-8")
    return tmp_path


def text(folder: Path) -> str:
    return (folder / "settings.toml").read_text(encoding="utf-8")


def test_options_are_changed_and_added_and_everything_else_stays(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert apply(folder, "hall", {"noise": -70.0, "clock_ppm": 20}, sure=True)
    wanted = FILE.replace("noise = -60.0 ", "noise = -70.0 ").replace(
        "hybrid_return_loss = 12\n", "hybrid_return_loss = 12\nclock_ppm = 20\n"
    )
    assert text(folder) == wanted
    shown = capsys.readouterr().err
    assert "-noise = -60.0  # as it is" in shown
    assert "+noise = -70.0  # as it is" in shown
    assert "+clock_ppm = 20" in shown


def test_a_line_without_options_gets_a_table_of_them(folder: Path) -> None:
    assert apply(folder, "attic", {"echo_canceller": True}, sure=True)
    assert text(folder) == FILE.replace(
        'name = "attic"\n', 'name = "attic"\n[line.options]\necho_canceller = true\n'
    )


def test_a_line_that_the_file_does_not_mention_is_written_into_it(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('[log]\nlevel = "debug"  # for now\n')
    assert apply(tmp_path, "line1", {"break_max": 90}, sure=True)
    assert text(tmp_path).startswith('[log]\nlevel = "debug"  # for now\n')
    saved = load(tmp_path / "settings.toml", tmp_path / "secrets.toml")
    assert saved.lines == (Line(name="line1", options={"break_max": 90}),)


def test_nothing_is_written_without_an_answer(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (folder / "settings.toml").open() as no_terminal:
        monkeypatch.setattr(sys, "stdin", no_terminal)
        with pytest.raises(CommandError, match="add --yes") as refused:
            apply(folder, "hall", {"noise": -70.0}, sure=False)
    assert refused.value.code is ExitCode.USAGE
    assert text(folder) == FILE


@pytest.mark.parametrize(("answer", "written"), [("y", True), ("Yes", True), ("", False)])
def test_a_person_is_asked_and_obeyed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, answer: str, written: bool
) -> None:
    master, slave = pty.openpty()
    with os.fdopen(slave) as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        os.write(master, f"{answer}\n".encode())
        assert apply(folder, "hall", {"noise": -70.0}, sure=False) is written
    os.close(master)
    assert (text(folder) != FILE) is written


def test_a_file_that_changed_meanwhile_is_left_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edited = FILE.replace("info", "debug")

    def somebody_was_quicker(made: Draft, path: Path, secrets: Path) -> None:
        path.write_text(edited, encoding="utf-8")
        save_draft(made, path, secrets)

    monkeypatch.setattr(suggestions, "save_draft", somebody_was_quicker)
    with pytest.raises(CommandError, match="Somebody else has changed the file") as refused:
        apply(folder, "hall", {"noise": -70.0}, sure=True)
    assert refused.value.code is ExitCode.SETTINGS
    assert text(folder) == edited


def test_a_file_that_cannot_be_written_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(_made: Draft, path: Path, _secrets: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    # A folder without the right to write does not stop root, who runs the tests.
    monkeypatch.setattr(suggestions, "save_draft", read_only)
    with pytest.raises(CommandError, match=r"cannot be written: Permission denied\. Run the"):
        apply(folder, "hall", {"noise": -70.0}, sure=True)
    assert text(folder) == FILE


def test_wrong_settings_are_told(folder: Path) -> None:
    (folder / "settings.toml").write_text("[log]\nlevel = 3\n")
    with pytest.raises(CommandError, match=r"log\.level") as refused:
        apply(folder, "hall", {"noise": -70.0}, sure=True)
    assert refused.value.code is ExitCode.SETTINGS


def test_a_line_that_is_not_in_the_settings_is_named() -> None:
    with pytest.raises(CommandError, match="no line 'cellar'; there are: line1"):
        with_options(Settings(), "cellar", {"noise": 1})
