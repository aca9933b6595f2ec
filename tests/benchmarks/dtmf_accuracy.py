"""Our DTMF detector beside multimon-ng and spandsp on the same signals in the same run.

``python -m tests.benchmarks.dtmf_accuracy [--hour] [--seed N]``

The first table gives the share of the digits that each decoded, the second the digits that it
heard where there was none, the third the processor time that a 20 ms frame costs.  ``--hour``
takes an hour of synthesised speech instead of five minutes.  spandsp and multimon-ng run with
their defaults.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from gateway.line import DIGITS
from gateway.media._dsp import DtmfDetector
from tests.media.signals import (
    Dtmf,
    Signal,
    SpandspReceiver,
    a_law,
    frames,
    joined,
    mixed,
    multimon_digits,
    noise,
    pcm,
    sine,
    spandsp_digits,
    speech,
)

REPEATS = 20
"""Times that all 16 digits are sent with a fault, each at other phases and another offset."""
ROUNDS = 7
"""Timed rounds; the median counts."""


def our_digits(data: bytes) -> str:
    detector = DtmfDetector()
    return "".join(detector.process(frame) for frame in frames(data))


DECODERS: Mapping[str, Callable[[bytes], str]] = {
    "gateway": our_digits,
    "spandsp": spandsp_digits,
    "multimon-ng": multimon_digits,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """A fault of telephone or line, with which all digits are sent."""

    name: str
    telephones: tuple[Dtmf, ...]
    noise_below: float | None = None
    """Signal to white noise, dB."""
    dial_tone: tuple[float, ...] = ()
    """Frequencies of a dial tone that leaks back."""
    leak: float = -22.0
    """Its level, dBm0 each."""
    a_law: bool = False

    def signal(self, seed: int) -> Signal:
        choose = np.random.default_rng(seed)
        parts = []
        for repeat in range(REPEATS):
            telephone = replace(
                self.telephones[repeat % len(self.telephones)],
                phases=(choose.uniform(0, 6.28), choose.uniform(0, 6.28)),
                offset_ms=choose.uniform(0, 20),
            )
            part = telephone.digits(DIGITS)
            if self.noise_below is not None:
                part += noise(telephone.power_level - self.noise_below, len(part), seed + repeat)
            parts.append(part)
        line = joined(parts)
        line = mixed(line, [sine(f, self.leak, len(line) / 8 + 1) for f in self.dial_tone])
        return a_law(line) if self.a_law else line


def both_ways(error: float) -> tuple[Dtmf, ...]:
    errors = (-error, error)
    return tuple(Dtmf(low_error=low, high_error=high) for low in errors for high in errors)


ACCEPT = (
    Condition("80 / 80 ms", (Dtmf(on_ms=80, off_ms=80),)),
    Condition("40 / 40 ms", (Dtmf(),)),
    Condition("40 / 40 ms, A-law", (Dtmf(),), a_law=True),
    Condition("+-1.5 %", both_ways(0.015)),
    Condition("+-1.8 %, same sign", (Dtmf(low_error=0.018, high_error=0.018),)),
    Condition("high tone 4 dB stronger", (Dtmf(twist=4),)),
    Condition("high tone 8 dB stronger", (Dtmf(twist=8),)),
    Condition("high tone 4 dB weaker", (Dtmf(twist=-4),)),
    Condition("high tone 8 dB weaker", (Dtmf(twist=-8),)),
    Condition("-3 dBm0", (Dtmf(level=-3),)),
    Condition("-25 dBm0", (Dtmf(level=-25),)),
    Condition("-25 dBm0, A-law", (Dtmf(level=-25),), a_law=True),
    Condition("noise 15 dB below", (Dtmf(),), noise_below=15),
    Condition("noise 15 dB below, +8 dB", (Dtmf(twist=8),), noise_below=15),
    Condition("noise 12 dB below", (Dtmf(),), noise_below=12),
    Condition("425 Hz under -13 dBm0", (Dtmf(),), dial_tone=(425.0,)),
    Condition("425 Hz under -25 dBm0", (Dtmf(level=-25),), dial_tone=(425.0,)),
    Condition("350 + 440 Hz under -25 dBm0", (Dtmf(level=-25),), dial_tone=(350.0, 440.0)),
    Condition("all of 425 Hz, -10 dBm0", (Dtmf(level=-25),), dial_tone=(425.0,), leak=-10.0),
    Condition("all of 350 + 440 Hz", (Dtmf(level=-25),), dial_tone=(350.0, 440.0), leak=-10.0),
)
REFUSE = (
    Condition("20 ms bursts", (Dtmf(on_ms=20, off_ms=60),)),
    Condition("23 ms bursts", (Dtmf(on_ms=23, off_ms=60),)),
    Condition("30 ms bursts", (Dtmf(on_ms=30, off_ms=60),)),
    Condition("low tone +3.5 %", (Dtmf(on_ms=80, low_error=0.035),)),
    Condition("high tone -3.5 %", (Dtmf(on_ms=80, high_error=-0.035),)),
    Condition("-40 dBm0", (Dtmf(on_ms=80, level=-40),)),
)


def in_order(sent: str, found: str) -> int:
    """Digits of ``sent`` that are in ``found`` in order: the longest common subsequence."""
    row = [0] * (len(found) + 1)
    for digit in sent:
        before = row
        row = [0]
        for at, other in enumerate(found):
            row.append(before[at] + 1 if digit == other else max(before[at + 1], row[at]))
    return row[-1]


def write(*cells: str) -> None:
    first, *others = cells
    sys.stdout.write(f"{first:32}" + "".join(f"{cell:>14}" for cell in others) + "\n")
    sys.stdout.flush()


def compare_decoding(seed: int) -> None:
    write("decoded", *DECODERS, "of spandsp")
    for condition in ACCEPT:
        data = pcm(condition.signal(seed))
        sent = DIGITS * REPEATS
        rates = {}
        for name, decode in DECODERS.items():
            rates[name] = in_order(sent, decode(data)) / len(sent)
        ratio = rates["gateway"] / rates["spandsp"] if rates["spandsp"] else float("inf")
        write(condition.name, *(f"{rate:.1%}" for rate in rates.values()), f"{ratio:.2f}")


def compare_false_digits(seed: int, seconds: float) -> None:
    write("\nfalse digits", *DECODERS)
    for condition in REFUSE:
        data = pcm(condition.signal(seed))
        counts = [len(decode(data)) for decode in DECODERS.values()]
        write(f"{condition.name} ({REPEATS * 16} sent)", *map(str, counts))
    began = time.monotonic()
    # A talker at a time: what one decoder keeps of the last talker must not matter.
    talkers = [pcm(talk) for talk in speech(seconds, seed)]
    took = time.monotonic() - began
    length = sum(map(len, talkers)) / 16000
    counts = [sum(len(decode(talk)) for talk in talkers) for decode in DECODERS.values()]
    write(f"{length:.0f} s of speech ({len(talkers)} talkers)", *map(str, counts))
    sys.stdout.write(f"({took:.0f} s to synthesise)\n")


def microseconds(work: Callable[[bytes], object], data: Iterable[bytes]) -> float:
    """Processor time a frame, without that of the call itself."""
    pieces = list(data)
    began = time.thread_time()
    for piece in pieces:
        work(piece)
    worked = time.thread_time()
    for _ in pieces:
        work(b"")
    called = time.thread_time()
    return ((worked - began) - (called - worked)) / len(pieces) * 1e6


def compare_cost(seed: int) -> None:
    write("\nprocessor time a frame, us", "gateway", "spandsp", "ratio")
    signals = {
        "digits 80 / 80 ms": pcm(ACCEPT[0].signal(seed)),
        "speech": pcm(joined(speech(30.0, seed))),
        "white noise": pcm(noise(-20, 240_000, seed)),
        "silence": bytes(480_000),
    }
    receiver = SpandspReceiver()
    detector = DtmfDetector()
    for name, data in signals.items():
        ours, theirs = [], []
        for _ in range(ROUNDS):
            ours.append(microseconds(detector.process, frames(data)))
            theirs.append(microseconds(receiver.listen, frames(data)))
        mine, other = statistics.median(ours), statistics.median(theirs)
        write(name, f"{mine:.2f}", f"{other:.2f}", f"{mine / other:.2f}")
    receiver.close()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--hour", action="store_true", help="an hour of speech, not 5 minutes")
    options.add_argument("--seed", type=int, default=1, help="of noise, phases and speech")
    chosen = options.parse_args()
    compare_decoding(chosen.seed)
    compare_false_digits(chosen.seed, 3600.0 if chosen.hour else 300.0)
    compare_cost(chosen.seed)


if __name__ == "__main__":
    main()
