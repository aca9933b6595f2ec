"""Feeds hostile bytes to the DECT driver's decoder and state machine for a given time.

Usage: python -m tests.benchmarks.dect_fuzz [SECONDS [SEED]]

Most inputs are frames of the module that were spoilt, since random bytes hardly ever pass the check
sum: bytes changed, lost, doubled or cut off, and check sums put right again so that wrong mails get
through.  After each input the decoder must hold no more than one frame; after every thousandth a
call must come about on a good line, so that nothing has been left in a state from which it does
not come back.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from collections.abc import Callable

from hardware.dect.cvm.frame import LARGEST_TAKEN
from hardware.dect.interface import Answered, OfferCall, Release, Released
from tests.hardware.dect.bench import DectBench
from tests.simulators.dect import wire
from tests.simulators.dect.module import ModuleSettings

LARGEST_KEPT = LARGEST_TAKEN + 5
INPUTS_A_CALL = 1000


def _changed(dice: random.Random, data: bytearray) -> None:
    data[dice.randrange(len(data))] = dice.randrange(256)


def _lost(dice: random.Random, data: bytearray) -> None:
    del data[dice.randrange(len(data))]


def _doubled(dice: random.Random, data: bytearray) -> None:
    at = dice.randrange(len(data))
    data[at:at] = data[at : at + dice.randrange(1, 9)]


def _cut(dice: random.Random, data: bytearray) -> None:
    del data[dice.randrange(1, len(data) + 1) :]


SPOILING: tuple[Callable[[random.Random, bytearray], None], ...] = (_changed, _lost, _doubled, _cut)


def mails(dice: random.Random) -> bytes:
    """A mail that a module might send, with parameters that it might not."""
    name = dice.choice([name for name in wire.NAMES.values() if name.endswith(("IND", "CFM"))])
    reference = bytes([dice.choice((0x00, 0x01, 0x10, 0x11, 0x21, 0xF1))])
    if dice.random() < 0.3:
        # The fixed fields as they should be: a call's reference first.
        block = wire.elements(wire.element(dice.randrange(0x20), dice.randbytes(dice.randrange(8))))
        return wire.mail(name, reference + bytes(dice.randrange(5)) + block)
    return wire.mail(name, reference + dice.randbytes(dice.randrange(30)))


def hostile(dice: random.Random, expected: int) -> bytes:
    """One input.  ``expected``: the number of the frame that the host awaits."""
    if dice.random() < 0.05:
        return dice.randbytes(dice.randrange(1, 2000))
    body = bytearray(mails(dice))
    for _ in range(dice.choice((0, 0, 1, 1, 2, 4))):
        if body:
            dice.choice(SPOILING)(dice, body)
    number = expected if dice.random() < 0.9 else dice.randrange(8)
    frame = bytearray(wire.frame(number << 4 | 8 | dice.randrange(8), bytes(body)))
    if dice.random() < 0.3:
        dice.choice(SPOILING)(dice, frame)
    if dice.random() < 0.02:
        frame += wire.frame(dice.choice((wire.SABM_ASK, wire.SABM_ANSWER, 0x91, 0xA3)))
    return bytes(frame)


def fresh() -> DectBench:
    return DectBench(ModuleSettings(handsets=2)).started()


def call_comes_about(bench: DectBench) -> None:
    """On a good line, within some minutes of simulated time."""
    bench.run(300)
    for handset in bench.module.handsets.values():
        if handset.lifted:
            bench.module.hang_up(handset.number)
        bench.order(Release(handset.number))
    bench.run(60)
    bench.told.clear()
    bench.order(OfferCall(1, None))
    bench.until(lambda: bench.module.handsets[1].ringing, 60)
    bench.module.lift(1)
    bench.until(lambda: bench.of(Answered), 60)
    bench.module.hang_up(1)
    bench.until(lambda: bench.of(Released), 60)


def fuzz(seconds: float, seed: int) -> tuple[int, int, int]:
    """Inputs given, bytes in them, and calls made; raises at the first thing that is wrong."""
    dice = random.Random(seed)
    bench = fresh()
    inputs = size = calls = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for _ in range(INPUTS_A_CALL):
            data = hostile(dice, bench.host._link._expected)
            bench._take(bench.host.received(data, bench.now))
            bench.to_module.cut()
            assert len(bench.host._decoder._kept) <= LARGEST_KEPT
            inputs += 1
            size += len(data)
            if dice.random() < 0.2:
                bench.now += dice.random() * 3
                bench._take(bench.host.advance(bench.now))
        bench.told.clear()
        call_comes_about(bench)
        calls += 1
    return inputs, size, calls


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 600.0
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    inputs, size, calls = fuzz(seconds, seed)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sys.stdout.write(
        f"{inputs} inputs, {size / 1e6:.1f} MB, {calls} calls after them, nothing wrong; "
        f"memory {before / 1024:.0f} MB at the beginning, {after / 1024:.0f} MB at the end\n"
    )


if __name__ == "__main__":
    main()
