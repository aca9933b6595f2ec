"""What is in a recording: the sounds of an exchange, speech, a tone under speech."""

from __future__ import annotations

import numpy as np

from gateway.line import FRAME_MS, SAMPLE_RATE
from hardware.simulated.ear import Ear
from tests.speech import Samples

PROGRESS_TONE = 425.0
"""Frequency of the Russian call-progress tones, Hz."""
TONE_WINDOW = 800
"""Samples (0.1 s) in which a tone is looked for."""
TONE_SHARE = 0.35
"""Share of the power of such a piece that may be a tone; speech reaches 0.15."""
TONE_PIECES = 4
"""Such pieces in a row that are a tone."""
AUDIBLE = 300.0
"""RMS of 32768 above which a piece is not silence."""


def sounds_in(samples: Samples) -> list[str]:
    """What an ear makes of ``samples``, in the order in which it was first heard."""
    ear = Ear()
    size = SAMPLE_RATE * FRAME_MS // 1000
    found: dict[str, None] = {}
    for start in range(0, len(samples) - size + 1, size):
        ear.process(samples[start : start + size].tobytes())
        if ear.hearing.tone is not None:
            found[ear.hearing.tone] = None
    return list(found)


def progress_tone_in(samples: Samples) -> float | None:
    """Seconds at which a call-progress tone of 0.4 s or more begins, alone or under speech."""
    wave = np.exp(-2j * np.pi * PROGRESS_TONE / SAMPLE_RATE * np.arange(TONE_WINDOW))
    row = 0
    for start in range(0, len(samples) - TONE_WINDOW + 1, TONE_WINDOW):
        piece = samples[start : start + TONE_WINDOW].astype(float)
        power = float(np.mean(piece**2))
        tone = 2 * abs(np.dot(piece, wave) / TONE_WINDOW) ** 2
        row = row + 1 if power > AUDIBLE**2 and tone > TONE_SHARE * power else 0
        if row == TONE_PIECES:
            return (start - (TONE_PIECES - 1) * TONE_WINDOW) / SAMPLE_RATE
    return None
