"""PocketSphinx as a listener: a recogniser that we did not write, with the English model it has.

No package has one for Russian.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from pocketsphinx import Config, Decoder, get_model_path

from tests.speech import Samples

_MODEL_RATE = 2
"""The model's 16 kHz, as a multiple of ours."""
_QUIET = np.zeros(3200)


class Listener:
    """Says which of ``sentences`` it hears; ``dictionary`` has their words, else English ones."""

    def __init__(
        self, sentences: Iterable[str], folder: Path, dictionary: Path | None = None
    ) -> None:
        grammar = folder / "sentences.gram"
        choice = " | ".join(sentences)
        grammar.write_text(f"#JSGF V1.0;\ngrammar s;\npublic <sentence> = {choice};\n")
        self._decoder = Decoder(
            Config(
                hmm=get_model_path("en-us/en-us"),
                dict=str(dictionary or get_model_path("en-us/cmudict-en-us.dict")),
                jsgf=str(grammar),
                loglevel="FATAL",
            )
        )

    def hears(self, samples: Samples) -> str:
        """The sentence in 8 kHz ``samples``; empty if it is none of them."""
        voice = np.concatenate([_QUIET, _doubled(samples), _QUIET])
        self._decoder.start_utt()
        self._decoder.process_raw(voice.astype(np.int16).tobytes(), full_utt=True)
        self._decoder.end_utt()
        found = self._decoder.hyp()
        return found.hypstr if found else ""


def _doubled(samples: Samples) -> Samples:
    """The same sound at twice the rate, by its spectrum."""
    spectrum = np.fft.rfft(samples)
    wider = np.zeros(len(samples) + 1, complex)
    wider[: len(spectrum)] = spectrum
    return (np.fft.irfft(wider, _MODEL_RATE * len(samples)) * _MODEL_RATE).astype(np.int16)


def as_words(text: str) -> str:
    """A text as the recogniser's dictionary writes it."""
    return re.sub(r"[^a-z' ]", "", text.lower())
