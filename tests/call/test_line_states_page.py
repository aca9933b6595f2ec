from __future__ import annotations

import re
import runpy
import sys
from pathlib import Path

import pytest

from gateway.call import diagram
from gateway.call.machine import TRANSITIONS
from gateway.call.state import EVERY


def test_the_page_in_docs_is_what_the_tables_say() -> None:
    written = diagram.PAGE.read_text(encoding="utf-8")
    assert written == diagram.page(), "run: python -m gateway.call.diagram --write"


def test_the_page_has_a_line_for_every_row_and_every_state() -> None:
    hears, transitions = diagram.page().split("## What the telephone hears")[1].split("## Tran")
    rows = re.compile(r"^\| (?!State|---)", re.MULTILINE)
    assert len(rows.findall(hears)) == len(EVERY)
    assert len(rows.findall(transitions)) == len(TRANSITIONS)


def test_the_diagram_reaches_every_state_and_leaves_every_state() -> None:
    arrows = re.findall(r"^    (\w+) --> (\w+) : \S", diagram.page(), re.MULTILINE)
    names = {state.name.lower() for state in EVERY}
    lifted = {source for source, _ in arrows} - names
    assert lifted == {"lifted"}
    assert {target for _, target in arrows} == names
    assert {source for source, _ in arrows} | {"lockout"} >= names


def test_the_page_goes_to_the_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert diagram.main([]) == 0
    assert capsys.readouterr().out == diagram.page()


def test_the_page_goes_to_its_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(diagram, "PAGE", tmp_path / "line-states.md")
    assert diagram.main(["--write"]) == 0
    assert diagram.PAGE.read_text(encoding="utf-8") == diagram.page()


def test_a_wrong_argument_is_answered_with_the_usage(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["diagram", "--wrote"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(diagram.__file__, run_name="__main__")
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err
