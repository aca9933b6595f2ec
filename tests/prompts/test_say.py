from __future__ import annotations

import wave
from pathlib import Path

import pytest

from gateway.prompts.recordings import archive_of, samples_of
from gateway.prompts.say import main


def test_an_utterance_is_written_and_its_text_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "balance.wav"
    assert main(["ru", str(path), "balance", "-12.50"]) == 0
    assert capsys.readouterr().out == "На счёте минус двенадцать рублей пятьдесят копеек\n"
    pieces = ("balance-is", "минус", "двенадцать", "рублей", "пятьдесят", "копеек")
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (8000, 2, 1)
        assert file.readframes(file.getnframes()) == samples_of(pieces, archive_of("ru"))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("balance", "much"), "much is no amount of money"),
        (("balance", "nan"), "NaN is no amount of money"),
        (("piece", "hello"), "there is no piece 'hello'; there are: "),
        (("number", "9" * 20), "a spoken number is from 0 to"),
    ],
)
def test_what_cannot_be_said_is_told(
    arguments: tuple[str, str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["en", str(tmp_path / "x.wav"), *arguments]) == 1
    assert told in capsys.readouterr().err
