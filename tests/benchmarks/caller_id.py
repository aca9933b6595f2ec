"""Caller ID in every form, read by decoders that this project did not write.

``python -m tests.benchmarks.caller_id [--runs N] [--noise DB] [--seed N]``

The table gives how many of N messages (100) each decoder read without an error in white noise
DB (20) below the signal: FSK by minimodem and by spandsp's ADSI receiver, DTMF by multimon-ng and
spandsp, AON packets by the detector of the tests, AON requests by ours.  Before it stand the time
that the longest message takes on the line and the processor time to render it.
"""

from __future__ import annotations

import argparse
import functools
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from gateway.caller import Caller
from gateway.signalling import CallerIdForm, CallerIdScheme
from hardware.caller_id import AonRequest, aon, aon_packet, dtmf, on_hook
from tests.hardware.caller_id import aon_decoder, forms, minimodem
from tests.hardware.caller_id.spandsp_display import Standard, displayed
from tests.media.signals import (
    Signal,
    frames,
    joined,
    multimon_digits,
    noise,
    pcm,
    silence,
    sine,
    unpacked,
)

DTMF_FORMS = (("A", "C"), ("D", "C"), ("A", "#"), ("", "#"))
DTMF_SPACE_MS = 5500.0
"""Silence after a number: spandsp takes the digits for a message when they have ended for long."""
LONGEST = Caller("12345678901234567890", "N" * 50)
ROUNDS = 7


def write(*cells: str) -> None:
    first, *others = cells
    sys.stdout.write(f"{first:36}" + "".join(f"{cell:>16}" for cell in others) + "\n")
    sys.stdout.flush()


def noisy(signal: Signal, level: float, below: float, seed: int) -> bytes:
    return pcm(signal + noise(level - below, len(signal), seed))


def compare_fsk(runs: int, below: float, seed: int) -> None:
    write(f"\nFSK, read of {runs}", "minimodem", "spandsp")
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        for form in forms.FORMS:
            sent, signal = forms.recording(form, runs, seed, below)
            samples = pcm(signal)
            heard = minimodem.messages(minimodem.decode(samples, *form.tones, Path(folder)))
            shown = displayed(samples, form.standard)
            write(
                str(form),
                str(in_order(sent, heard)),
                str(in_order([message[:-1] for message in sent], shown)),
            )


def in_order(sent: list[bytes], found: list[bytes]) -> int:
    """How many of ``sent`` are in ``found``, each once and one after the other."""
    count = at = 0
    for message in sent:
        if message in found[at:]:
            at = found.index(message, at) + 1
            count += 1
    return count


def compare_dtmf(runs: int, below: float, seed: int) -> None:
    write(f"\nDTMF, read of {runs}", "multimon-ng", "spandsp")
    choose = random.Random(seed)
    level = dtmf.HIGH_LEVEL + 2.0
    for start, end in DTMF_FORMS:
        scheme = CallerIdScheme(form=CallerIdForm.DTMF, dtmf_start=start, dtmf_end=end)
        multimon = spandsp = 0
        for run in range(runs):
            number = "".join(choose.choices("0123456789", k=choose.randint(3, 20)))
            signs = dtmf.signs(scheme, Caller(number))
            line = joined([silence(200), unpacked(dtmf.tones(signs)), silence(DTMF_SPACE_MS)])
            samples = noisy(line, level, below, seed + run)
            multimon += multimon_digits(samples) == signs
            spandsp += displayed(samples, Standard.CLIP_DTMF) == [signs.encode()]
        write(f"{start or '-'} number {end}", str(multimon), str(spandsp))


def compare_aon(runs: int, below: float, seed: int) -> None:
    write(f"\nAON, read of {runs}", "DFT of the tests", "AonRequest")
    choose = random.Random(seed)
    packets = requests = 0
    for run in range(runs):
        number, category = "".join(choose.choices("0123456789", k=7)), choose.randrange(10)
        line = joined([silence(choose.uniform(40, 60)), unpacked(aon(number, category))])
        data = noisy(joined([line, silence(60)]), aon_packet.LEVEL + 3.0, below, seed + run)
        heard = "".join(sign for sign, _ in aon_decoder.signs(unpacked(data)))
        packets += aon_decoder.numbers(heard) == [(category, number)] * aon_packet.CYCLES
        frequency, level = choose.uniform(495, 505), choose.uniform(-25, -4)
        tone = sine(frequency, level, 100.0, choose.uniform(0, 6.28))
        request = joined([silence(choose.uniform(40, 60)), tone, silence(100)])
        listener = AonRequest()
        heard_frames = frames(noisy(request, level, below, seed + run))
        requests += any(listener.process(frame) for frame in heard_frames if len(frame) == 320)
    write("packets and requests", str(packets), str(requests))


def milliseconds(render: Callable[[], object]) -> tuple[str, str]:
    """Processor time of the first rendering, whose caches are empty, and the median of others."""
    took = []
    for _ in range(ROUNDS):
        began = time.thread_time()
        render()
        took.append((time.thread_time() - began) * 1000)
    return f"{took[0]:.2f}", f"{statistics.median(took[1:]):.2f}"


def measure_cost() -> None:
    write("longest message", "s on the line", "ms to render", "ms again")
    for form in (CallerIdForm.BELL_202, CallerIdForm.V23, CallerIdForm.DTMF):
        render = functools.partial(on_hook, CallerIdScheme(form=form), LONGEST, forms.WHEN)
        took = milliseconds(render)
        write(form.value, f"{forms.data_of(render().after_first_ring).seconds:.2f}", *took)
    took = milliseconds(functools.partial(aon, "1234567890"))
    write("AON", f"{len(aon('1234567890')) / 16000:.2f}", *took)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=100, help="messages of each form (100)")
    options.add_argument("--noise", type=float, default=20.0, help="dB below the signal (20)")
    options.add_argument("--seed", type=int, default=1, help="of callers and noise (1)")
    chosen = options.parse_args()
    measure_cost()  # first, while the caches are empty
    compare_fsk(chosen.runs, chosen.noise, chosen.seed)
    compare_dtmf(chosen.runs, chosen.noise, chosen.seed)
    compare_aon(chosen.runs, chosen.noise, chosen.seed)


if __name__ == "__main__":
    main()
