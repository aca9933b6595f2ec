from __future__ import annotations

import re
from pathlib import Path

import pytest

from hardware.dect import DectLine
from hardware.dect.options import OPTIONS, read_options

PAGE = (Path(__file__).parents[3] / "docs" / "dect.md").read_text(encoding="utf-8")
SETTINGS = PAGE.partition("## Settings")[2].partition("\n## ")[0]


def test_every_option_is_explained_with_its_default() -> None:
    rows = dict(re.findall(r"^\| (`[a-z_`, ]+`) \| ([^|]+) \|", SETTINGS, re.MULTILINE))
    explained = {name: text for names, text in rows.items() for name in re.findall(r"\w+", names)}
    assert set(explained) == {option.name for option in OPTIONS}
    for option in OPTIONS:
        if isinstance(option.default, str):
            assert f'"{option.default}"' in explained[option.name]


def test_a_handset_has_the_channel_below_its_number_and_that_channels_card() -> None:
    chosen = read_options("kitchen", {"handset": 3})
    assert (chosen.channel, chosen.sound_card) == (2, "dect2")
    chosen = read_options("kitchen", {"handset": 7, "channel": 0, "sound_card": "plughw:1"})
    assert (chosen.channel, chosen.sound_card) == (0, "plughw:1")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "handset is missing"),
        ({"handset": 0}, "handset is"),
        ({"handset": 5}, "handset 5 needs a channel, 0 to 3"),
        ({"handset": 1, "pin": "12"}, "pin is a text of 4 to 8 digits"),
        ({"handset": 1, "pin": 1234}, "pin is"),
        ({"handset": 1, "module": "gigaset"}, "module is"),
        ({"handset": 1, "handest": 2}, "did you mean 'handset'?"),
        ({"handset": 1, "echo_canceller": True}, "'echo_canceller' is not known"),
    ],
)
def test_a_wrong_option_is_refused_with_a_sentence(options: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match="line kitchen") as refused:
        DectLine("kitchen", options)
    assert told in str(refused.value)


def test_a_handset_was_never_tested_on_hardware() -> None:
    assert not DectLine("kitchen", {"handset": 1}).capabilities.tested_on_hardware
