"""What the gateway says in a scenario, and whether a recording holds it."""

from __future__ import annotations

import re
from decimal import Decimal

import numpy as np

from gateway.prompts.amounts import amount_of_money, telephone_number
from gateway.prompts.language import LONG_PAUSE, Language, load_language
from gateway.prompts.recordings import archive_of, samples_of
from tests.speech import RATE, Samples

LATE = RATE // 2
"""Samples that a recording may begin late."""
ALIKE = 0.9
"""Correlation of what was heard with what is said, above which they are the same."""
_TOKEN = re.compile(r"-?[0-9]+\.[0-9]+|\+?[0-9]+|[a-z-]+|[.,]")


def expected(answer: str, language_code: str) -> Samples:
    """The sound of an answer such as ``line-works. number-is 79261234567. balance-is -12.50``.

    Words are pieces; a number with a decimal point is an amount, another one a telephone number.
    """
    language = load_language(language_code)
    pieces = [piece for token in _TOKEN.findall(answer) for piece in _pieces(token, language)]
    return np.frombuffer(samples_of(pieces, archive_of(language_code)), np.int16)


def _pieces(token: str, language: Language) -> tuple[str, ...]:
    if token == LONG_PAUSE or token in language.pieces:
        return (token,)
    if "." in token:
        return amount_of_money(Decimal(token), language)
    return telephone_number(token, language)


def likeness(said: Samples, heard: Samples) -> tuple[float, float]:
    """The best correlation of ``said`` with a part of ``heard``, and how many dB louder that is."""
    reference = said.astype(float)
    room = np.concatenate([np.zeros(LATE), heard, np.zeros(len(said))])
    size = 1 << (len(room) + len(reference)).bit_length()
    product = np.fft.rfft(room, size) * np.conj(np.fft.rfft(reference, size))
    found = np.fft.irfft(product, size)[: len(room) - len(said)]
    start = int(np.argmax(found))
    part = room[start : start + len(said)]
    energy, wanted = float((part**2).sum()), float((reference**2).sum())
    if not energy:
        return 0.0, 0.0
    return float(found[start]) / np.sqrt(energy * wanted), 10 * np.log10(energy / wanted)
