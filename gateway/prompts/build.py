"""Makes the recordings of every language, when the gateway is built.

``python -m gateway.prompts.build`` writes them to ``gateway/prompts/sounds``; ``--into FOLDER``
elsewhere.  Languages may be named.  The same texts and voices give the same files, byte for byte.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
import wave
import zipfile
from array import array
from collections.abc import Sequence
from pathlib import Path

from gateway.line import SAMPLE_RATE
from gateway.prompts.language import Language, load_language, shipped_languages
from gateway.prompts.levelling import levelled, trimmed
from gateway.prompts.recordings import archive_of, shipped_folder
from gateway.prompts.synthesis import SynthesisError, speak

_MADE = (1980, 1, 1, 0, 0, 0)
"""The date of every file in an archive: ZIP's first."""


def build(language: Language, archive: Path) -> None:
    """Make the recordings of ``language``; ``SynthesisError`` says why that is not possible."""
    pieces = language.pieces
    with tempfile.TemporaryDirectory() as folder:
        spoken = speak(language.synthesiser, language.voice, [*pieces.values()], Path(folder))
    archive.parent.mkdir(parents=True, exist_ok=True)
    part = archive.with_suffix(".part")
    with zipfile.ZipFile(part, "w") as sounds:
        for piece, samples in zip(pieces, spoken, strict=True):
            try:
                sound = trimmed(levelled(samples))
            except ValueError as error:
                raise SynthesisError(f"{language.code}: {piece!r}: {error}") from error
            sounds.writestr(zipfile.ZipInfo(f"{piece}.wav", _MADE), wav_file(sound))
    part.replace(archive)


def wav_file(samples: array[int]) -> bytes:
    """A WAV file of ``samples``."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(SAMPLE_RATE)
        sound.writeframes(samples.tobytes())
    return file.getvalue()


def main(arguments: Sequence[str]) -> int:
    """Build what ``arguments`` name; 1 if a synthesiser fails."""
    parser = argparse.ArgumentParser(prog="python -m gateway.prompts.build", description=__doc__)
    parser.add_argument("languages", nargs="*", metavar="LANGUAGE", help="such as ru; else all")
    parser.add_argument("--into", type=Path, default=shipped_folder(), metavar="FOLDER")
    given = parser.parse_args(arguments)
    for code in given.languages or shipped_languages():
        try:
            build(load_language(code), archive_of(code, given.into))
        except (SynthesisError, ValueError) as error:
            sys.stderr.write(f"{error}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
