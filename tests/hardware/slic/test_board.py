from __future__ import annotations

from pathlib import Path

import pytest

from hardware.gpio import Bias
from hardware.slic.board import BOARD, load_board, parse_board, shipped_boards

SMALLEST = """
description = "my board"
slic = "ag1171"
rm_pin = 16
fr_pin = 12
shk_pin = 24
sound_card = "plughw:CARD=Device"
"""


@pytest.mark.parametrize("name", shipped_boards())
def test_every_shipped_board_is_valid_and_says_that_nobody_tried_it(name: str) -> None:
    board = load_board(name)
    assert board.name == name
    assert board.description
    assert not board.tested_on_hardware
    assert board.findings == ()


def test_there_is_a_board_for_each_module() -> None:
    names = {load_board(name).slic.name for name in shipped_boards()}
    assert names == {"Silvertel Ag1171", "R-Tone KS0835F"}


def test_the_pins_of_a_shipped_board_are_in_the_documentation() -> None:
    text = (Path(__file__).parents[3] / "docs" / "boards.md").read_text(encoding="utf-8")
    for name in shipped_boards():
        board = load_board(name)
        for pin in (board.rm_pin, board.fr_pin, board.shk_pin, board.pd_pin):
            assert f"| {pin} |" in text
        assert name in text
    for key in BOARD:
        assert f"`{key.name}`" in text


def test_what_a_board_file_leaves_out_has_a_default() -> None:
    board = parse_board("mine", SMALLEST)
    assert board.pd_pin is None
    assert board.chip is None
    assert board.fr_idle_high
    assert board.shk_off_hook_high
    assert board.shk_bias is Bias.NONE
    assert not board.bias_resistor


def test_everything_can_be_set() -> None:
    more = """
    pd_pin = 25
    fr_idle = "low"
    shk_off_hook = "low"
    shk_bias = "pull-up"
    chip = "4"
    bias_resistor = true
    tested_on_hardware = true
    """
    board = parse_board("mine", SMALLEST + more)
    assert board.pd_pin == 25
    assert board.chip == 4
    assert not board.fr_idle_high
    assert not board.shk_off_hook_high
    assert board.shk_bias is Bias.PULL_UP
    assert board.bias_resistor
    assert board.tested_on_hardware


def test_pd_can_be_off() -> None:
    assert parse_board("mine", SMALLEST + "pd_pin = false").pd_pin is None


def test_all_errors_come_at_once_in_sentences() -> None:
    wrong = """
    slick = "ag1171"
    rm_pin = 99
    fr_pin = 12.5
    shk_pin = 3
    pd_pin = 3
    fr_idle = "up"
    chip = "gpiochip4"
    bias_resistor = "yes"
    """
    with pytest.raises(ValueError, match="board mine") as refused:
        parse_board("mine", wrong)
    for part in (
        "'slick' is not known, did you mean 'slic'?",
        "description is missing",
        "slic is missing",
        "sound_card is missing",
        "rm_pin is a number from 0 to 53, not 99",
        "fr_pin is a whole number, not 12.5",
        "pd_pin and shk_pin are both GPIO 3; each needs its own",
        "fr_idle is one of high, low, not 'up'",
        "chip is \"auto\" or a number as a text, not 'gpiochip4'",
        "bias_resistor is true or false, not 'yes'",
    ):
        assert part in str(refused.value)


def test_a_file_that_is_no_toml_says_where() -> None:
    with pytest.raises(ValueError, match=r"board mine: .*line 2"):
        parse_board("mine", 'slic = "ag1171"\nrm_pin =\n')


def test_pins_with_another_use_are_found() -> None:
    board = parse_board("mine", SMALLEST.replace("24", "18") + "pd_pin = 2")
    shk, pd = board.findings
    assert "GPIO 18 for SHK" in shk.en
    assert "I2S" in shk.en
    assert "GPIO 2 for PD" in pd.en
    assert all(finding.ru.endswith(".") for finding in board.findings)


def test_a_board_of_ones_own_is_found_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(SMALLEST)
    assert load_board(str(path)).name == "mine"


def test_an_unknown_board_is_refused_with_the_one_that_was_meant() -> None:
    with pytest.raises(ValueError, match="'pi-ag1172' is not known, did you mean 'pi-ag1171'"):
        load_board("pi-ag1172")


def test_a_missing_or_unreadable_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be read: No such file"):
        load_board(str(tmp_path / "none.toml"))
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match="not a text in UTF-8"):
        load_board(str(binary))
