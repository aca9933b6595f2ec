import re
from pathlib import Path

import pytest

from gateway.control.connection import LOST
from gateway.control.protocol import ErrorCode, Malformed, parse
from hardware.simulated import declared

TEXT = (Path(__file__).parent.parent.parent / "docs/control-api.md").read_text(encoding="utf-8")
EXAMPLES = [
    line
    for block in re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)
    for line in block.splitlines()
]


@pytest.mark.parametrize("line", EXAMPLES)
def test_every_example_is_a_message(line: str) -> None:
    (message,) = parse(line.encode()).messages
    assert not isinstance(message, Malformed)


def test_every_error_is_explained() -> None:
    explained = {int(code) for code in re.findall(r"^\| (-\d+) \|", TEXT, re.MULTILINE)}
    assert explained == set(ErrorCode)


def test_every_command_of_the_simulated_telephone_is_explained() -> None:
    (table,) = re.findall(r"\| Command \|.*?\n\n", TEXT, re.DOTALL)
    names = {
        name
        for cell in re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE)
        for name in re.findall(r"`([a-z-]+)`", cell)
    }
    assert names == set(declared.HELP)
    for arguments in declared.ARGUMENTS.values():
        for argument in arguments:
            assert f"`{argument.name}`" in table


def test_the_events_of_the_server_are_explained() -> None:
    assert f"| `{LOST}` |" in TEXT
