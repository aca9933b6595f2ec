"""The telephone's WebSocket, with the real gateway and the local MultiFon behind it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from gateway.call.reason import Reason
from gateway.line import FRAME_BYTES, FRAME_MS
from gateway.web.telephone.socket import CLOSE_CODES, MALFORMED, NO_SESSION
from tests.demo.house import House
from tests.speech import quality, read, speak, write
from tests.web.telephone.application import SESSION
from tests.web.telephone.page import served

PATIENCE = 15.0
"""Seconds."""
LINES = """
[[line]]
name = "page"
driver = "browser"
[[line]]
name = "hall"
[line.options]
hybrid_return_loss = false
"""
SPEECH = "89990000002"
GOOD = 3.0
"""PESQ.  Without gaps this path is G.711 and nothing else, 4.3; a busy machine tears some."""


class Place:
    """A house, the telephone's application, and the loop on which both are used."""

    def __init__(self, house: House, port: int, runner: asyncio.Runner) -> None:
        self.house = house
        self.port = port
        self.run = runner.run

    @asynccontextmanager
    async def socket(self, query: str = "", **headers: str) -> AsyncIterator[ClientConnection]:
        """The WebSocket as a page would open it, unless ``headers`` say otherwise."""
        usual = {"Origin": f"http://127.0.0.1:{self.port}", "Cookie": SESSION, **headers}
        address = f"ws://127.0.0.1:{self.port}/telephone/socket{query}"
        async with connect(
            address, additional_headers={k: v for k, v in usual.items() if v}, proxy=None
        ) as opened:
            yield opened


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("w")
    with asyncio.Runner() as runner:
        house = House(folder, lines=LINES)
        runner.run(house.__aenter__())
        try:
            with served(house.gateway.folder / "run") as port:
                yield Place(house, port, runner)
        finally:
            runner.run(house.__aexit__(None, None, None))


Shown: TypeAlias = dict[str, Any]


async def until(socket: ClientConnection, **wanted: object) -> Shown:
    """The next message that has these values."""
    async with asyncio.timeout(PATIENCE):
        async for message in socket:
            if isinstance(message, str):
                found: Shown = json.loads(message)
                if wanted.items() <= found.items():
                    return found
    raise AssertionError(f"the connection ended without {wanted}")


async def ends_with(socket: ClientConnection) -> int | None:
    """The close code with which the other side ends the connection."""
    async with asyncio.timeout(PATIENCE):
        try:
            while True:
                await socket.recv()
        except ConnectionClosed:
            return socket.close_code


async def do(socket: ClientConnection, what: str, **more: str) -> None:
    await socket.send(json.dumps({"do": what, **more}))


def test_a_call_on_the_simulated_line_is_heard_both_ways(place: Place, tmp_path: Path) -> None:
    spoken = speak("This is said into the WebSocket, frame by frame.", tmp_path / "spoken.wav")
    heard: list[bytes] = []

    async def talk(socket: ClientConnection) -> None:
        """Say it, one frame every 20 ms, and silence before and after."""
        voice = bytes(50 * FRAME_BYTES) + read(spoken).tobytes() + bytes(50 * FRAME_BYTES)
        due = time.monotonic()
        for at in range(0, len(voice) - FRAME_BYTES + 1, FRAME_BYTES):
            await socket.send(voice[at : at + FRAME_BYTES])
            due += FRAME_MS / 1000
            await asyncio.sleep(due - time.monotonic())

    async def listen(socket: ClientConnection) -> None:
        async for message in socket:
            if isinstance(message, bytes):
                heard.append(message)  # noqa: PERF401 - kept as it comes: this is cancelled

    async def call() -> None:
        async with place.socket("?line=hall") as socket:
            await until(socket, type="telephone", off_hook=False)
            await do(socket, "lift")
            await until(socket, type="line", state="dial-tone")
            for digit in SPEECH:
                await do(socket, "digit", digit=digit)
            talking = await until(socket, type="line", state="talking")
            assert talking["call"]["number"] == "7" + SPEECH[1:]
            call = await place.house.ask("wait_call", number="7" + SPEECH[1:])
            listening = asyncio.create_task(listen(socket))
            await talk(socket)
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            await do(socket, "hang-up")
            await until(socket, type="line", state="idle")
            await place.house.ask("wait", call["call"], "ended")
            said, sent = tmp_path / "said.wav", tmp_path / "sent.wav"
            await place.house.ask("save", call["call"], heard=said, sent=sent)
            here = tmp_path / "heard.wav"
            write(here, np.frombuffer(b"".join(heard), np.int16))
            assert quality(spoken, said).mos > GOOD
            middle = write(tmp_path / "middle.wav", read(sent)[-24000:-4000])
            assert quality(middle, here).mos > GOOD

    place.run(call())
    assert place.run(place.house.gateway.last_call())["reason"] == Reason.COMPLETED.value


def test_a_call_rings_a_page_only_while_one_is_there(place: Place) -> None:
    async def calls() -> None:
        gateway = place.house.gateway
        # Nobody has the first line of the settings open, so the next one rings.
        await place.house.ask("call", caller="74951234567")
        await gateway.until_line("ringing", 1)
        status = await gateway.status()
        assert [line["attended"] for line in status["lines"]] == [False, True]
        await gateway.handset("lift", "hall")
        await gateway.handset("hang-up", "hall")
        await gateway.until_line("idle", 1)
        async with place.socket("?line=page") as socket:
            await until(socket, type="telephone", off_hook=False)
            call = await place.house.ask("call", caller="74951234567")
            rung = await until(socket, type="telephone", ringing=True)
            assert rung["caller"]["number"].endswith("4951234567")
            assert len(rung["cadence"]) == 2
            await do(socket, "lift")
            await until(socket, type="telephone", ringing=False)
            await place.house.ask("wait", call, "connected")
            await do(socket, "hang-up")
            await until(socket, type="line", state="idle")

    place.run(calls())


def test_a_page_takes_over_from_another(place: Place) -> None:
    async def both() -> None:
        async with place.socket() as first:
            await until(first, type="telephone")
            async with place.socket() as second:
                assert await ends_with(second) == CLOSE_CODES["in-use"]
            async with place.socket("?take_over=1") as third:
                assert await ends_with(first) == CLOSE_CODES["taken"]
                await until(third, type="telephone")

    place.run(both())


@pytest.mark.parametrize("origin", ["", "null", "http://evil.example", "http://127.0.0.1"])
def test_pages_of_other_origins_are_refused(place: Place, origin: str) -> None:
    async def ask() -> None:
        async with place.socket("", Origin=origin):
            pass

    with pytest.raises(InvalidStatus) as refused:
        place.run(ask())
    assert refused.value.response.status_code == 403


def ending(place: Place, query: str = "", said: str | bytes = "", **headers: str) -> int | None:
    """The close code of a connection on which ``said`` is sent."""

    async def whole() -> int | None:
        async with place.socket(query, **headers) as socket:
            if said:
                await socket.send(said)
            return await ends_with(socket)

    ended: Coroutine[Any, Any, int | None] = whole()
    return place.run(ended)


def test_without_a_session_or_a_line_there_is_no_telephone(place: Place) -> None:
    assert ending(place, Cookie="") == NO_SESSION
    assert ending(place, "?line=cellar") == CLOSE_CODES["no-line"]


@pytest.mark.parametrize(
    "said",
    [
        b"\0" * (FRAME_BYTES + 2),
        b"\0",
        "nonsense",
        "[]",
        '{"do": "sing"}',
        '{"do": "digit"}',
        '{"do": "digit", "digit": 5}',
        '{"do": "lift", "more": 1}',
        "[" * 150,
        " " * 1000 + '{"do": "lift"}',
    ],
)
def test_what_makes_no_sense_ends_the_connection(place: Place, said: str | bytes) -> None:
    assert ending(place, said=said) == MALFORMED
    status = place.run(place.house.gateway.status())
    assert status["lines"][0]["state"] == "idle"
