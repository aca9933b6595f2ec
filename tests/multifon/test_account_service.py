"""The account service on an event loop, with the local provider at the other end."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from gateway.multifon.account_service import AccountService
from gateway.multifon.client import Client
from gateway.multifon.errors import RefusedError, ServiceError
from gateway.multifon.keeping import Keeping
from gateway.multifon.routing import Routing
from gateway.settings.secret import Secret
from tests.multifon.passwords import MemoryStore
from tests.multifon.provider import LOGIN, Provider
from tests.test_multifon_network.conftest import PASSWORD

DEADLINE = 20.0
QUICK = 0.2
"""Seconds between the rounds of a service that asks by itself."""


@dataclass
class Notes:
    """An observer that takes everything down."""

    changes: list[Mapping[str, Any]] = field(default_factory=list)
    warnings: list[bool] = field(default_factory=list)
    renewals: int = 0
    lines: list[int] = field(default_factory=list)

    def changed(self, _name: str, found: Mapping[str, Any]) -> None:
        self.changes.append(found)

    def warned(self, _name: str, warning: bool) -> None:
        self.warnings.append(warning)

    def carries(self, _name: str, lines: int) -> None:
        self.lines.append(lines)

    def renewed(self, _name: str) -> None:
        self.renewals += 1


class Bench:
    def __init__(self, multifon: Provider, wanted: Routing | None, interval: float) -> None:
        self.notes = Notes()
        self.store = MemoryStore(PASSWORD)
        client = Client(multifon.door(), LOGIN, self.store.present, pause=multifon.pauses.append)
        self.service = AccountService(
            "main", client, self.store, Keeping(interval, wanted), self.notes
        )

    async def until(self, true: Callable[[], bool]) -> None:
        deadline = time.monotonic() + DEADLINE
        while not await asyncio.to_thread(true):
            assert time.monotonic() < deadline, self.service.found()
            await asyncio.sleep(0.02)


def play(
    multifon: Provider,
    scene: Callable[[Bench], Awaitable[None]],
    *,
    wanted: Routing | None = None,
    interval: float = 0.0,
) -> Bench:
    """Run ``scene`` beside the service."""

    async def run() -> Bench:
        bench = Bench(multifon, wanted, interval)
        running = asyncio.create_task(bench.service.run())
        try:
            await scene(bench)
        finally:
            running.cancel()
            bench.service.close()
            await asyncio.gather(running, return_exceptions=True)
        return bench

    found = asyncio.run(run())
    for thread in threading.enumerate():
        if thread.name.startswith("provider"):
            thread.join(DEADLINE)
    return found


def test_by_itself_it_reads_where_calls_go_and_the_balance(multifon: Provider) -> None:
    async def scene(bench: Bench) -> None:
        await bench.until(lambda: multifon.paths.count("balance") >= 3)
        assert bench.service.found()["routing"] == "multifon"
        assert bench.service.found()["balance"] == 100.0

    bench = play(multifon, scene, interval=QUICK)
    assert len(bench.notes.changes) == 1, "what has not changed is not told again"
    assert bench.notes.warnings == []
    assert "routing/set" not in multifon.paths


def test_with_an_interval_of_0_it_never_asks_by_itself(multifon: Provider) -> None:
    async def scene(bench: Bench) -> None:
        assert (await bench.service.lines()) == 2
        await asyncio.sleep(0.3)

    play(multifon, scene, wanted=Routing.BOTH)
    assert multifon.paths == ["lines"]


def test_the_wanted_mode_is_set_in_the_first_round(multifon: Provider) -> None:
    async def scene(bench: Bench) -> None:
        await bench.until(lambda: multifon.routing == "2")

    bench = play(multifon, scene, wanted=Routing.BOTH, interval=QUICK)
    assert bench.notes.warnings == [], "calls did come, if to MultiFon only"


def test_fall_back_at_a_low_balance_is_warned_of_and_put_right_after_the_top_up(
    multifon: Provider,
) -> None:
    async def scene(bench: Bench) -> None:
        await bench.until(lambda: bench.service.found()["routing"] == "multifon")
        multifon.has_balance(0.3)
        await bench.until(lambda: bench.notes.warnings == [True])
        found = bench.service.found()
        assert (found["warning"], found["routing"]) == ("fell-back", "phone")
        assert "balance nears zero (it is 0.30 roubles)" in found["text"]
        await bench.until(lambda: "routing/set" in multifon.paths)
        rounds = len(multifon.paths)
        await bench.until(lambda: len(multifon.paths) > rounds + 10)
        tries = multifon.paths.count("routing/set")
        assert tries == 1, "what was refused is not tried in every round"
        assert multifon.routing == "0"
        multifon.has_balance(50)
        assert multifon.routing == "0", "a top-up alone brings nothing back"
        await bench.until(lambda: multifon.routing == "1")
        await bench.until(lambda: bench.notes.warnings == [True, False])
        assert bench.service.found()["warning"] is None

    play(multifon, scene, wanted=Routing.MULTIFON, interval=QUICK)


def test_asking_for_the_balance_after_a_top_up_sets_the_mode_without_waiting_for_a_round(
    multifon: Provider,
) -> None:
    async def scene(bench: Bench) -> None:
        multifon.has_balance(0.3)
        await bench.service.routing()
        assert bench.notes.warnings == [True]
        multifon.has_balance(9)
        assert await bench.service.balance() == 9.0
        assert bench.notes.warnings == [True, False]
        assert multifon.routing == "1"

    play(multifon, scene, wanted=Routing.MULTIFON)


def test_a_mode_set_by_hand_is_set_once_and_kept_only_if_that_is_wished(
    multifon: Provider,
) -> None:
    async def scene(bench: Bench) -> None:
        found = await bench.service.set_routing(Routing.BOTH, keep=False)
        assert (found["routing"], found["wanted"], bench.store.routing) == ("both", None, [])
        found = await bench.service.set_routing(Routing.MULTIFON, keep=True)
        assert (found["routing"], found["wanted"]) == ("multifon", "multifon")
        assert bench.store.routing == ["multifon"]
        await bench.service.set_routing(Routing.PHONE, keep=False)
        assert bench.store.routing == ["multifon", "phone"], "else it would be set back"
        assert bench.service.found()["wanted"] == "phone"
        assert bench.notes.warnings == []

    play(multifon, scene)


def test_a_question_is_answered_even_if_the_mode_cannot_be_set_again(multifon: Provider) -> None:
    async def scene(bench: Bench) -> None:
        multifon.behaves(fault="http-403", fault_on="routing/set")
        multifon.has_balance(0)
        found = await bench.service.routing()
        assert (found["routing"], found["warning"]) == ("phone", "fell-back")
        assert found["trouble"] == "http-status"

    play(multifon, scene, wanted=Routing.MULTIFON)


def test_a_mode_set_by_hand_that_is_not_taken_is_told(multifon: Provider) -> None:
    async def scene(bench: Bench) -> None:
        multifon.has_balance(0)
        with pytest.raises(ServiceError, match="did not take MultiFon only: calls still ring"):
            await bench.service.set_routing(Routing.MULTIFON, keep=False)
        with pytest.raises(ServiceError, match="tries again"):
            await bench.service.set_routing(Routing.MULTIFON, keep=True)
        assert bench.notes.warnings == [True]

    play(multifon, scene)


def test_a_refused_password_is_not_sent_again_and_again(multifon: Provider) -> None:
    async def scene(bench: Bench) -> None:
        bench.store.adopt(Secret("wrong-horse"))
        await bench.until(lambda: bench.service.found()["trouble"] == "wrong-password")
        await asyncio.sleep(5 * QUICK)
        assert multifon.paths == ["routing"]
        with pytest.raises(RefusedError):
            await bench.service.status()

    play(multifon, scene, interval=QUICK)


def test_a_trouble_is_told_once_and_heals(multifon: Provider) -> None:
    async def scene(bench: Bench) -> None:
        multifon.behaves(fault="http-403")
        await bench.until(lambda: bench.service.found()["trouble"] == "http-status")
        await bench.until(lambda: len(multifon.asked) > 3)
        multifon.behaves(fault="")
        await bench.until(lambda: bench.service.found()["trouble"] is None)

    bench = play(multifon, scene, interval=QUICK)
    assert [found["trouble"] for found in bench.notes.changes] == ["http-status", None]


def test_a_balance_that_is_not_told_does_not_keep_the_routing_from_being_kept(
    multifon: Provider,
) -> None:
    async def scene(bench: Bench) -> None:
        multifon.behaves(fault="http-403", fault_on="balance")
        await bench.until(lambda: multifon.routing == "2")
        assert bench.service.found()["balance"] is None

    play(multifon, scene, wanted=Routing.BOTH, interval=QUICK)


def test_the_figure_of_calls_at_a_time_is_asked_for_once_and_told(multifon: Provider) -> None:
    async def scene(bench: Bench) -> None:
        await bench.until(lambda: multifon.paths.count("routing") >= 3)

    multifon.behaves(lines=5)
    bench = play(multifon, scene, interval=QUICK)
    assert bench.notes.lines == [5]
    assert multifon.paths.count("lines") == 1


def test_status_and_lines_are_read(multifon: Provider) -> None:
    async def scene(bench: Bench) -> None:
        assert await bench.service.status() == {"active": True, "expires": None}
        multifon.behaves(lines=7, blocked=True, expires="2027-01-31")
        assert await bench.service.status() == {"active": False, "expires": "2027-01-31"}
        assert await bench.service.lines() == 7

    play(multifon, scene)


# The password.

NEW = Secret("New-Horse-22")


def test_a_changed_password_is_told_to_the_account(multifon: Provider) -> None:
    async def scene(bench: Bench) -> None:
        assert await bench.service.change_password(NEW) == ()
        assert bench.notes.renewals == 1
        assert (await bench.service.routing())["routing"] == "multifon"

    assert play(multifon, scene).store.written == NEW


def test_a_change_goes_on_when_the_one_who_asked_has_gone(multifon: Provider) -> None:
    async def scene(bench: Bench) -> None:
        asking = asyncio.create_task(bench.service.change_password(NEW))
        await asyncio.sleep(0)  # it has begun, and nothing can have come back yet
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await bench.until(lambda: bench.notes.renewals == 1)

    assert play(multifon, scene).store.written == NEW


def test_an_open_change_is_cleared_up_at_the_start_even_if_it_never_asks_otherwise(
    multifon: Provider,
) -> None:
    multifon.client().change_password(NEW)

    async def run() -> Bench:
        bench = Bench(multifon, None, 0.0)
        bench.store.keep_candidate(NEW)
        running = asyncio.create_task(bench.service.run())
        await bench.until(lambda: bench.notes.renewals == 1)
        running.cancel()
        bench.service.close()
        await asyncio.gather(running, return_exceptions=True)
        return bench

    bench = asyncio.run(run())
    assert (bench.store.written, bench.store.candidate()) == (NEW, None)


def test_a_disk_that_takes_nothing_is_told_and_the_password_is_used_all_the_same(
    multifon: Provider,
) -> None:
    async def scene(bench: Bench) -> None:
        keep = bench.store.keep_candidate

        def keep_the_last(new: Secret) -> None:
            keep(new)
            bench.store.full = True

        bench.store.keep_candidate = keep_the_last  # type: ignore[method-assign]
        with pytest.raises(ServiceError, match=r"The password is changed, .* the other file"):
            await bench.service.change_password(NEW)
        assert bench.notes.renewals == 1
        assert bench.store.candidate() == NEW
        bench.store.full = False
        await bench.until(lambda: bench.store.written == NEW)

    play(multifon, scene, interval=QUICK)


def test_closing_cuts_a_question_that_hangs(multifon: Provider) -> None:
    multifon.behaves(fault="hang")

    async def scene(bench: Bench) -> None:
        await bench.until(lambda: len(multifon.asked) == 1)

    play(multifon, scene, interval=QUICK)
    assert not [t for t in threading.enumerate() if t.name.startswith("provider")]
