"""The handset socket and its client, with a line of the driver behind it."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway.handset.client import HandsetClient, HandsetError
from gateway.handset.packet import LARGEST, voice_packet
from gateway.handset.server import FASTEST, HandsetServer, finder
from gateway.line import FRAME_BYTES, FRAME_MS, Digit, LineEvent, OffHook, OnHook
from hardware.browser import BrowserLine

PATIENCE = 10.0
"""Seconds."""
LONG = 3600.0


class Room:
    """A line that is open, its events, and the socket."""

    def __init__(self, folder: Path, grace: float) -> None:
        self.line = BrowserLine("page", {})
        self.events: list[LineEvent] = []
        self.path = folder / "handset.sock"
        self.server = HandsetServer(self.path, finder({"page": self.line.receiver}), grace)

    async def attach(self, **options: Any) -> HandsetClient:
        return await HandsetClient.attach(self.path, **options)

    async def until_events(self, *kinds: type[LineEvent]) -> None:
        deadline = time.monotonic() + PATIENCE
        while [type(event) for event in self.events] != list(kinds):
            assert time.monotonic() < deadline, f"{kinds} did not come; there are {self.events}"
            await asyncio.sleep(0.005)


@asynccontextmanager
async def room(folder: Path, grace: float = LONG) -> AsyncIterator[Room]:
    made = Room(folder, grace)
    made.line.open(made.events.append)
    made.server.start()
    try:
        yield made
    finally:
        await made.server.close()
        made.line.close()
        assert not made.path.exists()


async def next_message(handset: HandsetClient, **wanted: object) -> dict[str, Any] | None:
    """The next message that has these values; ``None`` at the end of the connection."""
    async with asyncio.timeout(PATIENCE):
        while (received := await handset.receive()) is not None:
            if not isinstance(received, bytes) and wanted.items() <= received.items():
                return dict(received)
    return None


def performed(folder: Path, test: Callable[[Room], Awaitable[None]], grace: float = LONG) -> None:
    async def whole() -> None:
        async with room(folder, grace) as made:
            await test(made)

    asyncio.run(whole())


def test_a_person_lifts_dials_and_hangs_up(tmp_path: Path) -> None:
    async def test(made: Room) -> None:
        async with await made.attach() as handset:
            assert handset.line == "page"
            await handset.do("lift")
            await handset.do("digit", digit="7")
            await handset.do("digit", digit="#")
            await handset.do("hang-up")
            await made.until_events(OffHook, Digit, Digit, OnHook)
            dialled = [event.digit for event in made.events if isinstance(event, Digit)]
            assert dialled == ["7", "#"]

    performed(tmp_path, test)


def test_what_cannot_be_done_now_is_refused_with_a_sentence(tmp_path: Path) -> None:
    async def test(made: Room) -> None:
        async with await made.attach() as handset:
            for what, arguments in (
                ("hang-up", {}),
                ("flash", {}),
                ("digit", {"digit": "1"}),
                ("sing", {}),
            ):
                await handset.do(what, **arguments)
                refused = await next_message(handset, type="refused")
                assert refused is not None
                assert " " in refused["text"]
            await handset.do("lift")
            await handset.do("digit", digit="12")
            assert await next_message(handset, type="refused")
        assert [type(event) for event in made.events] == [OffHook]

    performed(tmp_path, test)


def test_the_voice_goes_both_ways_frame_by_frame(tmp_path: Path) -> None:
    async def test(made: Room) -> None:
        async with await made.attach() as handset:
            await handset.do("lift")
            await made.until_events(OffHook)
            said: list[bytes] = []
            played = (n.to_bytes(2, "little") * (FRAME_BYTES // 2) for n in range(1, 30000))

            def exchange(frame: bytes) -> bytes:
                said.append(frame)
                return next(played)

            made.line.voice.start(exchange)
            spoken = [bytes([n]) * FRAME_BYTES for n in range(1, 26)]
            heard: list[bytes] = []

            async def listen() -> None:
                while (received := await handset.receive()) is not None:
                    if isinstance(received, bytes):
                        heard.append(received)

            listening = asyncio.create_task(listen())
            due = time.monotonic()
            for frame in spoken:
                handset.speak(frame)
                due += FRAME_MS / 1000
                await asyncio.sleep(due - time.monotonic())
            made.line.voice.stop()
            listening.cancel()
            numbers = [int.from_bytes(frame[:2], "little") for frame in heard]
            assert len(numbers) > 10
            # On a busy machine something comes late, but nothing out of order, and nothing twice.
            assert numbers == sorted(set(numbers))
            kept = [frame for frame in said if frame in set(spoken)]
            assert len(kept) > 10
            assert kept == sorted(set(kept))

    performed(tmp_path, test)


def test_a_ringing_line_is_seen_also_by_who_comes_later(tmp_path: Path) -> None:
    async def test(made: Room) -> None:
        made.line.start_ringing((1.0, 4.0), None)
        async with await made.attach() as handset:
            assert await next_message(handset, type="telephone", ringing=True)
            made.line.stop_ringing()
            assert await next_message(handset, type="telephone", ringing=False)

    performed(tmp_path, test)


def test_a_line_is_one_persons_until_another_takes_it_over(tmp_path: Path) -> None:
    async def test(made: Room) -> None:
        first = await made.attach(line="page")
        with pytest.raises(HandsetError) as refused:
            await made.attach(line="page")
        assert refused.value.reason == "in-use"
        await first.do("lift")
        await made.until_events(OffHook)
        async with first, await made.attach(line="page", take_over=True) as second:
            assert await next_message(first, type="taken")
            assert await next_message(first) is None
            # The call that the first one had goes on.
            assert await next_message(second, type="telephone", off_hook=True)
            assert made.line.receiver.attended
            await second.do("hang-up")
            await made.until_events(OffHook, OnHook)

    performed(tmp_path, test)


def test_a_receiver_left_lifted_is_replaced_and_the_line_is_sound(tmp_path: Path) -> None:
    async def test(made: Room) -> None:
        async with await made.attach() as handset:
            await handset.do("lift")
            await made.until_events(OffHook)
        await made.until_events(OffHook, OnHook)
        assert not made.line.receiver.attended
        async with await made.attach() as handset:
            await handset.do("lift")
            await made.until_events(OffHook, OnHook, OffHook)

    performed(tmp_path, test, grace=0.02)


def test_a_page_that_is_loaded_again_keeps_its_call(tmp_path: Path) -> None:
    async def test(made: Room) -> None:
        async with await made.attach() as handset:
            await handset.do("lift")
            await made.until_events(OffHook)
        async with await made.attach() as handset:
            assert await next_message(handset, type="telephone", off_hook=True)
            await asyncio.sleep(0.5)
            assert [type(event) for event in made.events] == [OffHook]

    performed(tmp_path, test, grace=0.4)


def test_a_line_that_does_not_exist_and_a_gateway_that_is_away_are_told_apart(
    tmp_path: Path,
) -> None:
    async def test(made: Room) -> None:
        with pytest.raises(HandsetError, match="page") as unknown:
            await made.attach(line="cellar")
        assert unknown.value.reason == "no-line"
        with pytest.raises(HandsetError) as away:
            await HandsetClient.attach(tmp_path / "nothing.sock")
        assert away.value.reason == "away"

    performed(tmp_path, test)


def test_a_program_that_floods_is_cut_off(tmp_path: Path) -> None:
    async def test(made: Room) -> None:
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as peer:
            peer.setblocking(False)
            await loop.sock_connect(peer, str(made.path))
            await loop.sock_sendall(peer, b'\x02{"line": "page"}')
            packet = voice_packet(bytes(FRAME_BYTES))

            async def flood() -> None:
                for _ in range(10 * FASTEST):
                    await loop.sock_sendall(peer, packet)

            with pytest.raises(OSError, match=r"."):
                await flood()

    performed(tmp_path, test)


@pytest.mark.parametrize(
    "hello", [b"nonsense", b"\x02[]", b'\x02{"line": 7}', b"\x01" + bytes(320)]
)
def test_who_does_not_say_what_it_wants_is_let_go(tmp_path: Path, hello: bytes) -> None:
    async def test(made: Room) -> None:
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as peer:
            peer.setblocking(False)
            await loop.sock_connect(peer, str(made.path))
            await loop.sock_sendall(peer, hello)
            async with asyncio.timeout(PATIENCE):
                assert await loop.sock_recv(peer, LARGEST) == b""
        assert not made.line.receiver.attended

    performed(tmp_path, test)


def test_a_program_that_does_not_read_loses_voice_and_no_message(tmp_path: Path) -> None:
    async def test(made: Room) -> None:
        async with await made.attach() as handset:
            await handset.do("lift")
            await made.until_events(OffHook)
            person = made.server._attached["page"][0]
            for _ in range(500):
                person.hear(bytes(FRAME_BYTES))
            assert person.lost > 300
            made.line.show_messages(True)
            assert await next_message(handset, type="telephone", messages=True)

    performed(tmp_path, test)
