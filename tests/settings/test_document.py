from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway.settings.declaration import Settings
from gateway.settings.document import PAGE, main, page
from gateway.settings.load import Source, settled
from gateway.settings.setting import sections_of, settings_of
from gateway.words import LANGUAGES


def test_the_page_is_up_to_date() -> None:
    told = "run: python -m gateway.settings.document --write"
    assert PAGE.read_text(encoding="utf-8") == page(), told


def test_the_page_has_every_setting_in_every_language() -> None:
    for section in sections_of(Settings).values():
        for setting in settings_of(section.structure).values():
            for language in LANGUAGES:
                row = rf"^\| `{setting.name}` \|.*{re.escape(setting.help.of(language))} \|$"
                assert re.search(row, page(), re.MULTILINE), setting.name


def test_the_examples_on_the_page_can_be_used_as_they_stand() -> None:
    examples = re.findall(r"```toml\n(.*?)```", page(), re.DOTALL)
    assert len(examples) == 2 * len(LANGUAGES)
    for settings, secrets in zip(examples[::2], examples[1::2], strict=True):
        found = settled(Source(settings.encode(), secrets.encode()))
        assert found.accounts[0].number
        assert found.lines[0].name == "hall"


def test_it_writes_where_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "settings.md"
    monkeypatch.setattr("gateway.settings.document.PAGE", place)
    assert main([]) == 0
    assert capsys.readouterr().out == page()
    assert not place.exists()
    assert main(["--write"]) == 0
    assert place.read_text(encoding="utf-8") == page()
    assert main(["--read"]) == 2
    assert "usage" in capsys.readouterr().err
