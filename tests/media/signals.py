"""Signals for the media tests: tones, DTMF with every fault, noise, A-law, speech.

A signal is an array of float64 samples in the units of 16-bit audio; ``pcm`` makes it bytes.
Levels are in dBm0 (ITU-T G.711: a full-scale sine is +3.14 dBm0).
"""

from __future__ import annotations

import ctypes
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


def sine(frequency: float, level: float, ms: float, phase: float = 0.0, rate: int = RATE) -> Signal:
    time = np.arange(samples(ms, rate)) / rate
    return amplitude(level) * np.sin(2.0 * np.pi * frequency * time + phase)


def sweep(first: float, last: float, level: float, ms: float) -> Signal:
    """A sine whose frequency goes linearly from ``first`` to ``last`` Hz."""
    time = np.arange(samples(ms)) / RATE
    phase = 2.0 * np.pi * (first * time + (last - first) * time**2 / (2.0 * ms / 1000.0))
    return amplitude(level) * np.sin(phase)


def noise(level: float, length: int, seed: int) -> Signal:
    """White noise from 0 to 4 kHz."""
    generator = np.random.default_rng(seed)
    return generator.normal(scale=amplitude(level) / np.sqrt(2.0), size=length)


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
        return sine(low * (1.0 + self.low_error), low_level, self.on_ms, self.phases[0]) + sine(
            high * (1.0 + self.high_error), high_level, self.on_ms, self.phases[1]
        )

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
    magnitude = np.minimum(np.abs(np.rint(signal)), 32767.0)
    segment = np.maximum(np.floor(np.log2(np.maximum(magnitude, 1.0))) - 7, 1.0)
    step = 2.0 ** (segment + 3)
    decoded: Signal = (np.floor(magnitude / step) + 0.5) * step
    return np.copysign(decoded, signal)


# --- speech -------------------------------------------------------------------------------------


def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.split())


def _lines(text: str) -> tuple[str, ...]:
    return tuple(text.strip().splitlines())


@dataclass(frozen=True, slots=True)
class _Language:
    """What sentences are made of."""

    article: str
    subjects: tuple[str, ...]
    verbs: tuple[str, ...]
    objects: tuple[str, ...]
    places: tuple[str, ...]
    talk: tuple[str, ...]
    syllables: tuple[str, ...]


_LANGUAGES = {
    "ru": _Language(
        "",
        _listed("сосед врач мастер почтальон директор дедушка водитель повар студент инженер"),
        _listed("привёз нашёл потерял купил увидел починил забыл продал принёс выбрал спрятал"),
        _listed("телефон чайник велосипед зонтик журнал самовар фонарик билет пирог рюкзак ящик"),
        _lines("на вокзале\nу реки\nв гараже\nза школой\nпод лестницей\nна рынке\nоколо моста"),
        _lines(
            "Алло, вы меня слышите?\nПерезвоните, пожалуйста, вечером.\nОй, да что вы говорите!\n"
            "Нет, его сейчас нет дома.\nНу и ну, вот это да!\nХорошо, договорились, жду."
        ),
        _listed("ба ро ми лю не са ту зе ха ко ды вя гу жи по ца ше фо эн ый ул ар ом их"),
    ),
    "en": _Language(
        "the ",
        _listed("neighbour doctor plumber postman teacher grandmother driver cook student guard"),
        _listed("brought found lost bought noticed repaired forgot sold carried chose hid broke"),
        _listed("telephone kettle bicycle umbrella magazine teapot lantern ticket pudding clock"),
        _lines("at the station\nnear the river\nin the garage\nbehind the school\non the market"),
        _lines(
            "Hello, can you hear me?\nPlease call again tonight.\nOh, you don't say so!\n"
            "No, she isn't at home now.\nWell well, how about that!\nAll right, see you soon."
        ),
        _listed("ba ro mee loo nay sah too zeh kor dee va goo chi po tsa shay fo en ool ar om ith"),
    ),
}
_VOICES = ("ru", "en-gb", "en-us", "ru-lv", "en-gb-scotland", "en-gb-x-rp")
_VARIANTS = (
    "",
    *_listed("+f1 +f2 +f3 +f4 +f5 +m1 +m2 +m3 +m4 +m5 +m6 +m7 +m8 +klatt +klatt2 +klatt3 +klatt4"),
    *_listed("+croak +whisper +linda +steph +pedro +grandma +grandpa +Alicia +Andy +quincy +zac"),
)


def prose(language: str, sentences: int, choose: random.Random) -> str:
    """Sentences, numbers, telephone manners and nonsense words, made up by rule."""
    words = _LANGUAGES[language]
    the = words.article
    parts = []
    for _ in range(sentences):
        kind = choose.randrange(6)
        if kind == 0:
            parts.append(" ".join(choose.choice("0123456789") for _ in range(11)) + ".")
        elif kind == 1:
            parts.append(f"{choose.randrange(10, 999_999)}, {choose.randrange(100)}.")
        elif kind == 2:
            parts.append(choose.choice(words.talk))
        elif kind == 3:
            made_up = (choose.choices(words.syllables, k=choose.randint(1, 4)) for _ in range(6))
            parts.append(" ".join("".join(syllables) for syllables in made_up) + ".")
        else:
            parts.append(
                f"{the}{choose.choice(words.subjects)} {choose.choice(words.verbs)} "
                f"{the}{choose.choice(words.objects)} {choose.choice(words.places)}."
            )
    return " ".join(parts)


def _output_of(command: str, *more: str, stdin: bytes = b"") -> bytes:
    words = [*command.split(), *more]
    return subprocess.run(words, check=True, capture_output=True, input=stdin).stdout


def speech(seconds: float, seed: int) -> Iterator[Signal]:
    """At least ``seconds`` of telephone speech by espeak-ng, one talker (10 s or more) at a time.

    Each talker has a voice, speed and pitch of its own.  Peaks are at -3 dB of full scale.
    """
    choose = random.Random(seed)
    made = 0.0
    while made < seconds:
        voice = choose.choice(_VOICES)
        text = prose(voice[:2], choose.randint(8, 16), choose)
        manner = f"-v {voice}{choose.choice(_VARIANTS)} -s {choose.randint(110, 260)}"
        wav = _output_of(f"espeak-ng --stdout {manner} -p {choose.randint(0, 99)}", text)
        to_raw = f"sox -t wav - -t raw -r {RATE} -e signed -b 16 -c 1 - gain -n -3"
        signal = unpacked(_output_of(to_raw, stdin=wav))
        made += len(signal) / RATE
        yield signal


# --- decoders that this project did not write -----------------------------------------------------


def multimon_digits(data: bytes) -> str:
    """What multimon-ng decodes in 8 kHz samples."""
    to_22050 = f"sox -t raw -r {RATE} -e signed -b 16 -c 1 - -t raw -r 22050 -"
    decoded = _output_of("multimon-ng -q -t raw -a DTMF -", stdin=_output_of(to_22050, stdin=data))
    lines = decoded.decode().splitlines()
    return "".join(line.split()[1] for line in lines if line.startswith("DTMF:"))


class SpandspReceiver:
    """``dtmf_rx`` of Debian's libspandsp2 with its defaults; ``OSError`` if it is not there."""

    def __init__(self) -> None:
        self._library = library = ctypes.CDLL("libspandsp.so.2")
        library.dtmf_rx_init.argtypes = [ctypes.c_void_p] * 3
        library.dtmf_rx_init.restype = ctypes.c_void_p
        library.dtmf_rx.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
        library.dtmf_rx_get.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
        library.dtmf_rx_get.restype = ctypes.c_size_t
        library.dtmf_rx_free.argtypes = [ctypes.c_void_p]
        self._digits = ctypes.create_string_buffer(129)
        self._receiver = library.dtmf_rx_init(None, None, None)

    def close(self) -> None:
        self._library.dtmf_rx_free(self._receiver)

    def process(self, frame: bytes) -> str:
        self.listen(frame)
        count = self._library.dtmf_rx_get(self._receiver, self._digits, 128)
        return self._digits.raw[:count].decode()

    def listen(self, frame: bytes) -> None:
        """Without asking for the digits: what the receiver's own work costs."""
        self._library.dtmf_rx(self._receiver, frame, len(frame) // 2)


def spandsp_digits(data: bytes) -> str:
    receiver = SpandspReceiver()
    try:
        return "".join(receiver.process(frame) for frame in frames(data))
    finally:
        receiver.close()


def joined(signals: Iterable[Signal]) -> Signal:
    return np.concatenate(list(signals))


def mixed(first: Signal, others: Sequence[Signal]) -> Signal:
    """Sum; the others are cut or continued with silence to the length of the first."""
    total = first.copy()
    for other in others:
        shared = min(len(total), len(other))
        total[:shared] += other[:shared]
    return total
