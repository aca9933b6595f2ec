"""``gateway update``: what it hands over, and what it says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.cli import main
from gateway.exit_code import ExitCode
from gateway.update.places import GIVEN, SOURCE
from gateway.update.progress import Progress
from gateway.update.source import Source, keep_source


class Box:
    """The folders of an appliance."""

    def __init__(self, folder: Path) -> None:
        self.page = folder / "page"
        self.page.mkdir()
        (folder / "update").mkdir()
        self.progress = folder / "update" / "progress.json"

    def update(self, *words: str) -> int:
        places = ["--page", str(self.page), "--progress", str(self.progress)]
        return main(["update", *words, *places])


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


def test_a_file_is_handed_over(box: Box, tmp_path: Path) -> None:
    file = tmp_path / "new.raucb"
    file.write_bytes(b"hsqs" + bytes(1000))
    assert box.update(str(file)) == ExitCode.OK
    assert (box.page / GIVEN).read_bytes() == file.read_bytes()


def test_how_the_last_one_went_is_shown(box: Box, capsys: pytest.CaptureFixture[str]) -> None:
    assert box.update() == ExitCode.OK
    assert "no update yet" in capsys.readouterr().out
    Progress(box.progress).tell("done", version="2")
    assert box.update() == ExitCode.OK
    assert "up to date" in capsys.readouterr().out
    assert box.update("--json") == ExitCode.OK
    assert json.loads(capsys.readouterr().out)["last"]["version"] == "2"


def test_one_at_a_time(box: Box, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Progress(box.progress).tell("installing")
    assert box.update(str(tmp_path)) == ExitCode.FAILED
    assert "Telephones work meanwhile" in capsys.readouterr().err


def test_what_is_wrong_is_said(
    box: Box, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert box.update(str(tmp_path / "none.raucb")) == ExitCode.FAILED
    assert "none.raucb: No such file" in capsys.readouterr().err
    assert box.update("--look") == ExitCode.FAILED
    assert "Nobody has told" in capsys.readouterr().err
    keep_source(box.page / SOURCE, Source("http://127.0.0.1:1/"))
    assert box.update("--look") == ExitCode.FAILED
    assert "did not answer" in capsys.readouterr().err
    box.progress.parent.rmdir()
    assert box.update("--look") == ExitCode.FAILED
    assert "apt upgrade" in capsys.readouterr().err
