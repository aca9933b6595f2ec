"""The speech synthesisers of Debian that make the pieces, when the gateway is built."""

from __future__ import annotations

import subprocess
from array import array
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from gateway.line import SAMPLE_RATE

TELEPHONE_BAND = "250-3500"
"""Hz: a little more than the 300 to 3400 Hz of a telephone, whose own edges take the rest."""

Synthesiser = Callable[[str, Sequence[str], Path], list[Path]]
"""Speaks texts with a voice into a folder; the files, in the order of the texts."""


class SynthesisError(Exception):
    """A synthesiser is missing or failed; the message says what to do."""


def speak(synthesiser: str, voice: str, texts: Sequence[str], folder: Path) -> list[array[int]]:
    """The samples of each text, 8 kHz, in the band of a telephone, at the voice's own level."""
    if synthesiser not in SYNTHESISERS:
        known = ", ".join(SYNTHESISERS)
        raise SynthesisError(f"there is no synthesiser {synthesiser!r}; there are: {known}")
    return [_telephone(path) for path in SYNTHESISERS[synthesiser](voice, texts, folder)]


def _festival(voice: str, texts: Sequence[str], folder: Path) -> list[Path]:
    """One process for all: a voice takes a second to load."""
    paths = [folder / f"{number}.wav" for number in range(len(texts))]
    lines = [f"({voice})"]
    for path, text in zip(paths, texts, strict=True):
        lines.append(
            f"(utt.save.wave (utt.synth (Utterance Text {_quoted(text)})) "
            f"{_quoted(str(path))} 'riff)"
        )
    script = folder / "speak.scm"
    script.write_text("\n".join(lines), encoding="utf-8")
    _run(["festival", "--batch", str(script)])
    return paths


def _espeak(voice: str, texts: Sequence[str], folder: Path) -> list[Path]:
    paths = [folder / f"{number}.wav" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        _run(["espeak-ng", "-v", voice, "-s", "140", "-w", str(path), "--", text])
    return paths


SYNTHESISERS: Mapping[str, Synthesiser] = {"festival": _festival, "espeak-ng": _espeak}
"""By the name that a language gives."""


def _telephone(path: Path) -> array[int]:
    # -D: without dither, which is random.
    form = ["-D", "-t", "raw", "-e", "signed", "-b", "16", "-c", "1", "-r", str(SAMPLE_RATE)]
    raw = _run(
        ["sox", "-q", "-v", "0.5", str(path), *form, "-", "sinc", "-t", "100", TELEPHONE_BAND]
    )
    return array("h", raw)


def _quoted(text: str) -> str:
    """A string of Scheme."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _run(command: Sequence[str]) -> bytes:
    try:
        return subprocess.run(command, check=True, capture_output=True).stdout
    except FileNotFoundError as error:
        raise SynthesisError(f"{command[0]} is not installed: apt install {command[0]}") from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip()
        raise SynthesisError(f"{command[0]} failed: {said}") from error
