"""Writes an utterance of the gateway's as a sound file, to listen to it without a telephone.

``python -m gateway.prompts.say ru balance.wav balance -12.50``
"""

from __future__ import annotations

import argparse
import sys
from array import array
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

from gateway.call.service_codes import DEFAULT_CODES
from gateway.prompts import answers
from gateway.prompts.amounts import telephone_number, whole_number
from gateway.prompts.answers import Pieces
from gateway.prompts.build import wav_file
from gateway.prompts.language import Language, load_language, shipped_languages
from gateway.prompts.recordings import RecordingError, archive_of, samples_of


def _phrase(name: str, language: Language) -> Pieces:
    if name not in language.pieces:
        raise ValueError(f"there is no piece {name!r}; there are: {', '.join(language.pieces)}")
    return (name,)


UTTERANCES: Mapping[str, Callable[[str, Language], Pieces]] = {
    "balance": lambda amount, language: answers.balance(Decimal(amount), language),
    "telephone": telephone_number,
    "number": lambda number, language: whole_number(int(number), language),
    "menu": lambda dialled, language: answers.menu(dialled, DEFAULT_CODES, language),
    "line": lambda number, language: answers.state(True, None, number, language),
    "piece": _phrase,
}
"""What can be said, with one argument each."""


def main(arguments: Sequence[str]) -> int:
    """Write the file and print its text; 1 with a sentence if that cannot be."""
    parser = argparse.ArgumentParser(prog="python -m gateway.prompts.say", description=__doc__)
    parser.add_argument("language", choices=shipped_languages())
    parser.add_argument("file", type=Path, help="the WAV file to write")
    parser.add_argument("what", choices=UTTERANCES)
    parser.add_argument("argument", help="an amount, a number, a dial code or a piece's name")
    given = parser.parse_args(arguments)
    language = load_language(given.language)
    try:
        pieces = UTTERANCES[given.what](given.argument, language)
        samples = samples_of(pieces, archive_of(language.code))
    except InvalidOperation:
        sys.stderr.write(f"{given.argument} is no amount of money\n")
        return 1
    except (ValueError, RecordingError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    given.file.write_bytes(wav_file(array("h", samples)))
    sys.stdout.write(f"{language.text(pieces)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
