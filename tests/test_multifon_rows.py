"""docs/multifon-rows.md names tests that exist, and leaves no row without one."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs/multifon-rows.md").read_text(encoding="utf-8")
LIVE = "needs a live account"
ROWS = [
    (row, tests)
    for row, tests in re.findall(r"^\| (.+?) \| (.+) \|$", TEXT, re.MULTILINE)
    if row != "Row"
]
NAMED = sorted(set(re.findall(r"`(tests/[^`]+\.(?:py::\w+|scenario))`", TEXT)))


def test_every_section_of_the_reference_is_there() -> None:
    sections = re.findall(r"^## .*\((\d(?:\.\d)?)\)$", TEXT, re.MULTILINE)
    assert sections == [f"2.{number}" for number in range(1, 10)] + ["3"]


@pytest.mark.parametrize(("row", "tests"), ROWS, ids=[row for row, _ in ROWS])
def test_every_row_has_a_test_or_needs_a_live_account(row: str, tests: str) -> None:
    assert (tests == LIVE) != ("`tests/" in tests), row


@pytest.mark.parametrize("name", NAMED)
def test_every_test_that_is_named_exists(name: str) -> None:
    path, _, function = name.partition("::")
    assert (ROOT / path).is_file()
    if path.endswith(".py"):
        assert f"def {function}(" in (ROOT / path).read_text(encoding="utf-8")
