"""Signals for the media tests: tones, DTMF with every fault, noise, A-law, speech.

A signal is an array of float64 samples in the units of 16-bit audio; ``pcm`` makes it bytes.
Levels are in dBm0 (ITU-T G.711: a full-scale sine is +3.14 dBm0).
"""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Signal = NDArray[np.float64]

RATE = 8000
ROWS = (697.0, 770.0, 852.0, 941.0)
COLUMNS = (1209.0, 1336.0, 1477.0, 1633.0)
KEYS = ("123A", "456B", "789C", "*0#D")
PAIRS = {KEYS[r][c]: (ROWS[r], COLUMNS[c]) for r in range(4) for c in range(4)}


def amplitude(level: float) -> float:
    """Peak of a sine of ``level`` dBm0."""
    return float(32768.0 * 10.0 ** ((level - 3.14) / 20.0))


def level_of(signal: Signal) -> float:
    """RMS level in dBm0."""
    return float(10.0 * np.log10(2.0 * np.mean(signal**2) / 32768.0**2) + 3.14)


def samples(ms: float, rate: int = RATE) -> int:
    return round(ms * rate / 1000.0)


def silence(ms: float, rate: int = RATE) -> Signal:
    return np.zeros(samples(ms, rate))


def sine(
    frequency: float, level: float, ms: float, phase: float = 0.0, rate: int = RATE
) -> Signal:
    time = np.arange(samples(ms, rate)) / rate
    return amplitude(level) * np.sin(2.0 * np.pi * frequency * time + phase)


def sweep(first: float, last: float, level: float, ms: float) -> Signal:
    """A sine whose frequency goes linearly from ``first`` to ``last`` Hz."""
    time = np.arange(samples(ms)) / RATE
    phase = 2.0 * np.pi * (first * time + (last - first) * time**2 / (2.0 * ms / 1000.0))
    return amplitude(level) * np.sin(phase)


def noise(level: float, length: int, seed: int) -> Signal:
    """White noise from 0 to 4 kHz."""
    rms = amplitude(level) / np.sqrt(2.0)
    return rms * np.random.default_rng(seed).standard_normal(length)


def pcm(signal: Signal) -> bytes:
    return np.clip(np.rint(signal), -32768, 32767).astype(np.int16).tobytes()


def unpacked(frame: bytes) -> Signal:
    return np.frombuffer(frame, np.int16).astype(np.float64)


def frames(data: bytes, size: int = 320) -> Iterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


@dataclass(frozen=True, slots=True)
class Dtmf:
    """How a telephone sends digits.  ``level`` is that of the stronger tone of the pair.

    ``twist`` is the level of the high tone above the low one in dB.  ``low_error`` and
    ``high_error`` are relative (0.015 is +1.5 %).
    """

    on_ms: float = 40.0
    off_ms: float = 40.0
    level: float = -13.0
    twist: float = 0.0
    low_error: float = 0.0
    high_error: float = 0.0
    phases: tuple[float, float] = (0.0, 0.0)
    offset_ms: float = 0.0
    """Silence before the first digit, besides half a pause."""

    def tone(self, digit: str) -> Signal:
        low, high = PAIRS[digit]
        low_level = self.level - max(0.0, self.twist)
        high_level = self.level + min(0.0, self.twist)
        return sine(
            low * (1.0 + self.low_error), low_level, self.on_ms, self.phases[0]
        ) + sine(high * (1.0 + self.high_error), high_level, self.on_ms, self.phases[1])

    def digits(self, digits: str) -> Signal:
        parts = [silence(self.offset_ms + 50.0)]
        for digit in digits:
            parts += [self.tone(digit), silence(self.off_ms)]
        parts.append(silence(50.0))
        return np.concatenate(parts)

    @property
    def power_level(self) -> float:
        """Level of the pair in dBm0."""
        return self.level + float(10.0 * np.log10(1.0 + 10.0 ** (-abs(self.twist) / 10.0)))


def a_law(signal: Signal) -> Signal:
    """``signal`` as it comes out of a G.711 A-law encoder and decoder (ITU-T G.711, table 1).

    Seven segments a sign: the lowest has steps of 16 (of 32768), each further one twice the step
    of the one below.
    """
    magnitude = np.minimum(np.abs(np.clip(np.rint(signal), -32768, 32767)), 32767.0)
    exponent = np.maximum(0, np.floor(np.log2(np.maximum(magnitude, 1.0))) - 8)
    step = np.where(exponent <= 0, 16.0, 2.0 ** (exponent + 3))
    decoded = (np.floor(magnitude / step) + 0.5) * step
    return np.where(signal < 0.0, -decoded, decoded)


# --- speech -------------------------------------------------------------------------------------

_RU_SUBJECTS = "сосед врач мастер почтальон директор дедушка водитель повар студент инженер сторож учитель".split()
_RU_VERBS = "привёз нашёл потерял купил увидел починил забыл продал принёс выбрал спрятал разбил".split()
_RU_OBJECTS = "телефон чайник велосипед зонтик журнал самовар фонарик билет пирог рюкзак ящик будильник".split()
_RU_PLACES = (
    "на вокзале",
    "у реки",
    "в гараже",
    "за школой",
    "под лестницей",
    "на рынке",
    "в больнице",
    "около моста",
    "на даче",
    "в коридоре",
)
_RU_TALK = (
    "Алло, вы меня слышите?",
    "Перезвоните, пожалуйста, вечером.",
    "Ой, да что вы говорите!",
    "Нет, его сейчас нет дома.",
    "Ну и ну, вот это да!",
    "Хорошо, договорились, жду.",
)
_EN_SUBJECTS = "neighbour doctor plumber postman teacher grandmother driver cook student engineer guard sailor".split()
_EN_VERBS = "brought found lost bought noticed repaired forgot sold carried chose hid broke".split()
_EN_OBJECTS = "telephone kettle bicycle umbrella magazine teapot lantern ticket pudding suitcase wooden-box clock".split()
_EN_PLACES = (
    "at the station",
    "near the river",
    "in the garage",
    "behind the school",
    "under the stairs",
    "on the market",
    "in the hospital",
    "beside the bridge",
    "in the garden",
    "down the hall",
)
_EN_TALK = (
    "Hello, can you hear me?",
    "Please call again tonight.",
    "Oh, you don't say so!",
    "No, she isn't at home now.",
    "Well well, how about that!",
    "All right, see you soon.",
)
_RU_SYLLABLES = "ба ро ми лю не са ту зе ха ко ды вя гу жи по ца ше фо эн ый ул ар ом их".split()
_EN_SYLLABLES = "ba ro mee loo nay sah too zeh kor dee va goo chi po tsa shay fo en ool ar om ith".split()
_WORDS = {
    "ru": (_RU_SUBJECTS, _RU_VERBS, _RU_OBJECTS, _RU_PLACES, _RU_TALK, _RU_SYLLABLES),
    "en": (_EN_SUBJECTS, _EN_VERBS, _EN_OBJECTS, _EN_PLACES, _EN_TALK, _EN_SYLLABLES),
}
VOICES = ("ru", "en-gb", "en-us", "ru-lv", "en-gb-scotland", "en-gb-x-rp")
VARIANTS = (
    "",
    *("+f1 +f2 +f3 +f4 +f5 +m1 +m2 +m3 +m4 +m5 +m6 +m7 +m8 +klatt +klatt2 +klatt3 +klatt4".split()),
    *("+croak +whisper +linda +steph +pedro +grandma +grandpa +Alicia +Andy +quincy +zac".split()),
)


def prose(language: str, sentences: int, choose: random.Random) -> str:
    """Sentences, numbers, telephone manners and nonsense words, made up by rule."""
    subjects, verbs, objects, places, talk, syllables = _WORDS[language]
    article = "the " if language == "en" else ""
    parts = []
    for _ in range(sentences):
        kind = choose.randrange(6)
        if kind == 0:
            parts.append(" ".join(choose.choice("0123456789") for _ in range(11)) + ".")
        elif kind == 1:
            parts.append(f"{choose.randrange(10, 999_999)}, {choose.randrange(100)}.")
        elif kind == 2:
            parts.append(choose.choice(talk))
        elif kind == 3:
            words = ("".join(choose.choices(syllables, k=choose.randint(1, 4))) for _ in range(6))
            parts.append(" ".join(words) + ".")
        else:
            parts.append(
                f"{article}{choose.choice(subjects)} {choose.choice(verbs)} "
                f"{article}{choose.choice(objects)} {choose.choice(places)}."
            )
    return " ".join(parts)


def speech(seconds: float, seed: int) -> Iterator[Signal]:
    """At least ``seconds`` of telephone speech by espeak-ng, a talker (10 s or more) at a time.

    Each talker has a voice, speed and pitch of its own.  Peaks are at -3 dB of full scale.
    """
    choose = random.Random(seed)
    made = 0.0
    while made < seconds:
        voice = choose.choice(VOICES)
        text = prose(voice[:2], choose.randint(8, 16), choose)
        words = ["espeak-ng", "-v", voice + choose.choice(VARIANTS), "--stdout"]
        words += ["-s", str(choose.randint(110, 260)), "-p", str(choose.randint(0, 99)), text]
        wav = subprocess.run(words, check=True, capture_output=True).stdout
        to_raw = "sox -t wav - -t raw -r 8000 -e signed -b 16 -c 1 - gain -n -3".split()
        # A pipe has no length for espeak-ng to write into the header; sox warns of that.
        raw = subprocess.run(to_raw, check=True, capture_output=True, input=wav).stdout
        signal = unpacked(raw)
        made += len(signal) / RATE
        yield signal


# --- decoders that this project did not write -----------------------------------------------------


def multimon_digits(data: bytes) -> str:
    """What multimon-ng decodes in 8 kHz samples."""
    to_22050 = "sox -t raw -r 8000 -e signed -b 16 -c 1 - -t raw -r 22050 -".split()
    converted = subprocess.run(to_22050, check=True, capture_output=True, input=data).stdout
    decode = "multimon-ng -q -t raw -a DTMF -".split()
    out = subprocess.run(decode, check=True, capture_output=True, input=converted).stdout
    lines = out.decode().splitlines()
    return "".join(line.split()[1] for line in lines if line.startswith("DTMF:"))


def joined(signals: Iterable[Signal]) -> Signal:
    return np.concatenate(list(signals))


def mixed(first: Signal, others: Sequence[Signal]) -> Signal:
    """Sum; the others are cut or continued with silence to the length of the first."""
    total = first.copy()
    for other in others:
        shared = min(len(total), len(other))
        total[:shared] += other[:shared]
    return total
