"""``gateway doctor line``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.cli import main
from gateway.cli.doctor import text
from gateway.exit_code import ExitCode

FOUND = {
    "line": "phone",
    "driver": "a board",
    "tested_on_hardware": False,
    "passed": True,
    "findings": ["The dial is slow."],
    "figures": {"dial_speed_pps": 8.1},
    "suggested": {"break_max": 100},
}


def doctor(folder: Path, settings: str, *arguments: str) -> int:
    (folder / "settings.toml").write_text(settings, encoding="utf-8")
    given = ("doctor", "line", "--config", str(folder), "--socket", str(folder / "none"))
    return main([*given, *arguments])


def test_without_a_board_it_says_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # A board on a chip that no computer has, so that the test says the same on a Raspberry Pi.
    board = Path(__file__).parents[2] / "hardware/boards/pi-ag1171.toml"
    own = tmp_path / "own.toml"
    own.write_text(board.read_text(encoding="utf-8") + '\nchip = "31"\n', encoding="utf-8")
    settings = f'[[line]]\nname = "phone"\ndriver = "slic"\n[line.options]\nboard = "{own}"\n'
    assert doctor(tmp_path, settings) == ExitCode.FAILED
    said = capsys.readouterr().out
    assert "Line phone (Silvertel Ag1171 on a Raspberry Pi) does not work." in said
    assert "Nobody has tried this driver on hardware yet." in said
    assert "The gateway is not running" in said
    assert "gpiochip" in said or "GPIO" in said


def test_it_tells_programs_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor(tmp_path, "", "--json") == ExitCode.OK
    found = json.loads(capsys.readouterr().out)
    assert found["line"] == "line1"
    assert found["driver"] == "simulated telephone"


def test_a_line_that_is_not_in_the_settings_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert doctor(tmp_path, "", "--line", "attic") == ExitCode.SETTINGS
    assert "There is no line 'attic'; there are: line1." in capsys.readouterr().err


def test_a_wrong_option_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = '[[line]]\ndriver = "slic"\n[line.options]\nboard = "pi-ag1172"\nflash_max = 3000\n'
    assert doctor(tmp_path, settings) == ExitCode.SETTINGS
    assert "flash_max is a number from 0 to 2000 ms" in capsys.readouterr().err


def test_suggestions_are_shown_as_lines_of_the_settings() -> None:
    shown = text(FOUND)
    assert "Line phone (a board) works." in shown
    assert "The dial is slow." in shown
    assert "dial_speed_pps  8.1" in shown
    assert shown.endswith("[line.options]\nbreak_max = 100")
