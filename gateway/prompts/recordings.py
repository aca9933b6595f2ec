"""The recorded pieces of a language: one archive with a sound file for each piece.

The archive is an ordinary ZIP file, not compressed, of ordinary WAV files (8 kHz, 16-bit, mono):
one file on the flash, whose pieces any player plays.  It is opened for each utterance and nothing
of it stays in memory.  ``gateway.prompts.build`` makes it.
"""

from __future__ import annotations

import io
import wave
import zipfile
from collections.abc import Iterable
from importlib import resources
from pathlib import Path

from gateway.line import SAMPLE_RATE
from gateway.prompts.language import LONG_PAUSE, SHORT_PAUSE

PAUSES = {SHORT_PAUSE: 0.2, LONG_PAUSE: 0.4}
"""Seconds of silence, by the piece that stands for them."""

_BYTES_PER_SAMPLE = 2


class RecordingError(Exception):
    """A recording is missing or damaged; the message says what to do."""


def shipped_folder() -> Path:
    """Where the archives are when the gateway was built."""
    return Path(str(resources.files("gateway.prompts"))) / "sounds"


def archive_of(language: str, folder: Path | None = None) -> Path:
    return (folder or shipped_folder()) / f"{language}.zip"


def samples_of(pieces: Iterable[str], archive: Path) -> bytes:
    """The samples of ``pieces`` one after the other, as the voice path has them.

    Reads files: not for the voice thread.  ``RecordingError`` if a piece cannot be had.
    """
    try:
        with zipfile.ZipFile(archive) as sounds:
            return b"".join(_samples(piece, sounds) for piece in pieces)
    except (OSError, KeyError, EOFError, zipfile.BadZipFile, wave.Error) as error:
        raise RecordingError(
            f"{archive} cannot be used ({error}); make it with: python -m gateway.prompts.build"
        ) from error


def _samples(piece: str, sounds: zipfile.ZipFile) -> bytes:
    if piece in PAUSES:
        return bytes(_BYTES_PER_SAMPLE * round(PAUSES[piece] * SAMPLE_RATE))
    with wave.open(io.BytesIO(sounds.read(f"{piece}.wav"))) as sound:
        samples: bytes = sound.readframes(sound.getnframes())
        return samples
