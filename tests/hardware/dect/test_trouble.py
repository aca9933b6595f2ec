"""Bad lines, floods and resets: every sequence completes or fails with a reason; nothing hangs."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.caller import Caller
from hardware.dect.cvm import primitives as p
from hardware.dect.cvm.frame import Information, encode
from hardware.dect.cvm.link import MOST_WAITING
from hardware.dect.cvm.mail import pack_mail
from hardware.dect.interface import (
    Answered,
    Down,
    OfferCall,
    OpenRegistration,
    OperationFailed,
    Ready,
    Refused,
    RegistrationEnded,
    Release,
    Released,
    Seized,
)
from tests.hardware.dect.bench import DectBench
from tests.hardware.dect.bytes_of_a_line import hostile_bytes
from tests.simulators.dect.handset import Phase
from tests.simulators.dect.module import ModuleSettings
from tests.simulators.dect.serial_line import Spoiling

CALLER = Caller("+74951234567", "Anna")
SPOILINGS = (
    Spoiling(loss=0.01),
    Spoiling(loss=0.05),
    Spoiling(loss=0.2),
    Spoiling(corruption=0.02),
    Spoiling(piece=1),
    Spoiling(delay=0.3),
    Spoiling(loss=0.02, delay=0.3, piece=1),
)
START_REQUESTS = 8
LONGEST = 200.0
"""Seconds in which the module has started, or a reason was told."""


def works_again(bench: DectBench) -> None:
    """On a good line a call comes about, whatever was before."""
    bench.spoil(Spoiling())
    bench.run(200)
    for handset in bench.module.handsets.values():
        if handset.lifted:
            bench.module.hang_up(handset.number)
        bench.order(Release(handset.number))
    bench.run(60)
    bench.told.clear()
    bench.order(OfferCall(1, CALLER))
    bench.until(lambda: bench.module.handsets[1].ringing, 30)
    bench.module.lift(1)
    bench.until(lambda: bench.of(Answered), 30)
    bench.run(1)
    assert bench.module.handsets[1].phase is Phase.TALKING
    bench.module.hang_up(1)
    bench.until(lambda: bench.of(Released), 30)


@pytest.mark.parametrize("spoiling", SPOILINGS, ids=str)
def test_a_module_on_a_bad_line_starts_or_says_why_not(spoiling: Spoiling) -> None:
    bench = DectBench(spoiling=spoiling, seed=1)
    bench.start()
    bench.until(lambda: bench.of(Ready) or bench.of(Down), LONGEST)
    works_again(bench)


@pytest.mark.parametrize("spoiling", SPOILINGS, ids=str)
@pytest.mark.parametrize("seed", range(2))
def test_a_call_on_a_bad_line_comes_about_or_is_refused(spoiling: Spoiling, seed: int) -> None:
    bench = DectBench(ModuleSettings(handsets=2), seed=seed).started()
    bench.spoil(spoiling)
    bench.order(OfferCall(1, CALLER))
    bench.module.lift(2)
    bench.until(
        lambda: bench.module.handsets[1].ringing or bench.of(Refused) or bench.of(Down), LONGEST
    )
    if bench.module.handsets[1].ringing:
        bench.module.lift(1)
        bench.until(lambda: bench.of(Answered) or bench.of(Refused) or bench.of(Down), LONGEST)
    bench.until(lambda: bench.of(Seized) or bench.of(Down), LONGEST)
    works_again(bench)
    told = [type(what) for _, what in bench.told]
    assert told.count(Released) == told.count(Answered) + told.count(Seized)


def test_a_line_that_loses_one_in_a_hundred_carries_calls_without_a_failure() -> None:
    bench = DectBench(ModuleSettings(handsets=1), seed=5).started()
    bench.spoil(Spoiling(loss=0.01))
    for count in range(1, 21):
        bench.order(OfferCall(1, CALLER))
        bench.until(lambda: bench.module.handsets[1].ringing, 30)
        bench.module.lift(1)
        bench.until(lambda n=count: len(bench.of(Answered)) == n, 30)  # type: ignore[misc]
        bench.module.hang_up(1)
        bench.until(lambda n=count: len(bench.of(Released)) == n, 30)  # type: ignore[misc]
    assert bench.host.figures["serial_repeated"] > 0
    assert not bench.of(Down)
    assert bench.module.violations == []


@settings(max_examples=60, deadline=None)
@given(st.floats(0.0, 12.0), st.floats(0.0, 1.0), st.booleans())
def test_a_reset_in_the_middle_of_anything_is_told_and_healed(
    when: float, pause: float, registering: bool
) -> None:
    bench = DectBench(ModuleSettings(handsets=2)).started()
    if registering:
        bench.order(OpenRegistration(10))
    bench.order(OfferCall(1, CALLER))
    bench.run(pause)
    bench.module.lift(2)
    if bench.module.handsets[1].ringing:
        bench.module.lift(1)
    bench.run(when)
    bench.module.power_up(bench.now)
    bench.until(lambda: bench.of(Down), 30)
    bench.until(lambda: len(bench.of(Ready)) == 2, 30)
    bench.run(30)
    told = [type(what) for _, what in bench.told]
    assert told.count(Released) == told.count(Answered) + told.count(Seized)
    if registering:
        assert told.count(RegistrationEnded) + told.count(OperationFailed) == 1
    works_again(bench)
    assert bench.module.violations == []


@pytest.mark.parametrize("tail", [0.0, 0.01, 0.1])
def test_a_reset_at_every_step_of_the_start_is_healed(tail: float) -> None:
    for step in range(START_REQUESTS):
        bench = DectBench()
        bench.start()
        bench.until(lambda b=bench, n=step: b.module.requests.total() > n, 30)  # type: ignore[misc]
        bench.run(tail)
        bench.module.power_up(bench.now)
        bench.until(lambda b=bench: b.module.radio and b.of(Ready), 60)  # type: ignore[misc]
        bench.run(1)
        assert bench.module.violations == []


def test_a_module_that_hangs_is_noticed_and_started_again() -> None:
    bench = DectBench().started()
    bench.module.link.mute = True
    bench.until(lambda: bench.of(Down), 60)
    (down,) = bench.of(Down)
    assert down.reason.endswith(".")
    bench.run(100)
    assert len(bench.of(Down)) == 1
    bench.module.power_up(bench.now)
    bench.until(lambda: len(bench.of(Ready)) == 2, 30)


def test_a_port_that_vanishes_ends_every_call_and_comes_back() -> None:
    bench = DectBench(ModuleSettings(handsets=2)).started()
    bench.module.lift(1)
    bench.order(OfferCall(2, CALLER))
    bench.run(1)
    bench._take(bench.host.closed(bench.now, "The port is gone."))
    assert len(bench.of(Released)) == len(bench.of(Refused)) == len(bench.of(Down)) == 1
    bench.to_host.cut()
    bench.to_module.cut()
    bench._take(bench.host.opened(bench.now))
    works_again(bench)


@settings(max_examples=50, deadline=None)
@given(st.lists(hostile_bytes, max_size=8), st.integers(0, 2**32))
def test_garbage_from_the_module_neither_raises_nor_stays(noise: list[bytes], seed: int) -> None:
    bench = DectBench(ModuleSettings(handsets=1)).started()
    dice = random.Random(seed)
    for data in noise:
        bench._take(bench.host.received(data, bench.now))
        bench.run(dice.uniform(0, 2))
    works_again(bench)


def test_a_flood_is_borne_with_bounded_memory() -> None:
    bench = DectBench(ModuleSettings(handsets=1)).started()
    dice = random.Random(3)
    for _ in range(200):
        bench._take(bench.host.received(dice.randbytes(4096), bench.now))
        bench.to_module.cut()
    assert len(bench.host._decoder._kept) <= 1010
    assert len(bench.host._link._waiting) <= MOST_WAITING
    assert len(bench.host._calls) <= 15
    works_again(bench)


def test_a_flood_of_calls_from_handsets_that_do_not_exist_is_borne() -> None:
    bench = DectBench(ModuleSettings(handsets=1)).started()
    number = bench.host._link._expected
    for terminal in range(2000):
        mail = pack_mail(p.SetupIndication(1, terminal, 0, 8))
        frame = encode(Information((number + terminal) % 8, 0, mail))
        bench._take(bench.host.received(frame, bench.now))
        bench.to_module.cut()
    assert len(bench.host._calls) <= 15
    works_again(bench)
