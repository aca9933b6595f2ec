from __future__ import annotations

import logging
from pathlib import Path

import pytest

from gateway.handset_names import FILE, LONGEST, HandsetNames


def test_a_name_stays_with_the_handset_and_is_there_after_a_restart(tmp_path: Path) -> None:
    names = HandsetNames(tmp_path)
    assert names.of("0011") == ""
    names.give("0011", " Кухня ")
    names.give("0022", "Спальня")
    names.give("0022", "")
    again = HandsetNames(tmp_path)
    assert (again.of("0011"), again.of("0022")) == ("Кухня", "")


@pytest.mark.parametrize("name", ["x" * (LONGEST + 1), "two\nlines"])
def test_a_name_that_is_none_is_refused_with_a_sentence(tmp_path: Path, name: str) -> None:
    names = HandsetNames(tmp_path)
    with pytest.raises(ValueError, match="at most 24 letters"):
        names.give("0011", name)
    assert not (tmp_path / FILE).exists()


@pytest.mark.parametrize("content", ["", "[]", "{", '{"0011": "Anna"'])
def test_a_damaged_file_is_told_and_the_handsets_have_no_names(
    tmp_path: Path, content: str, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / FILE).write_text(content)
    with caplog.at_level(logging.ERROR):
        assert HandsetNames(tmp_path).of("0011") == ""
    assert FILE in caplog.text
