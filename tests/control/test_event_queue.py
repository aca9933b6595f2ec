import asyncio

import pytest

from gateway.control.event_queue import EventQueue


def test_events_come_out_in_order() -> None:
    async def run() -> list[tuple[int, str]]:
        queue: EventQueue[str] = EventQueue(3)
        for event in "abc":
            queue.put(event)
        return [await queue.get() for _ in range(3)]

    assert asyncio.run(run()) == [(0, "a"), (0, "b"), (0, "c")]


def test_a_full_queue_loses_the_oldest_and_says_how_many_once() -> None:
    async def run() -> list[tuple[int, str]]:
        queue: EventQueue[str] = EventQueue(2)
        for event in "abcde":
            queue.put(event)
        return [await queue.get(), await queue.get()]

    assert asyncio.run(run()) == [(3, "d"), (0, "e")]


def test_a_reader_that_waits_is_woken() -> None:
    async def run() -> tuple[int, str]:
        queue: EventQueue[str] = EventQueue()
        waiting = asyncio.create_task(queue.get())
        await asyncio.sleep(0)
        assert not waiting.done()
        queue.put("a")
        return await waiting

    assert asyncio.run(run()) == (0, "a")


def test_a_queue_has_room_for_an_event() -> None:
    with pytest.raises(ValueError, match="at least one"):
        EventQueue(0)
