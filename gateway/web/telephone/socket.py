"""The WebSocket of the telephone: one page, joined to the receiver of one line.

Binary messages are frames of voice, text messages JSON objects: ``docs/browser-telephone.md``.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.websockets import WebSocket, WebSocketDisconnect

from gateway.control.client import ControlClient
from gateway.control.errors import ControlError
from gateway.handset.client import HandsetClient, HandsetError
from gateway.line import FRAME_BYTES

_log = logging.getLogger(__name__)

MALFORMED = 1003
"""Close code of RFC 6455: the message cannot be accepted."""
NO_SESSION = 4401
CLOSE_CODES: Mapping[str, int] = {"away": 4001, "in-use": 4002, "taken": 4003, "no-line": 4004}
"""Why a WebSocket ends, in the range that RFC 6455 leaves to applications."""
LONGEST_TEXT = 200
"""Characters of a message of the page; all that are known are shorter."""


class TelephoneSocket:
    """Serves the WebSockets of all pages.  ``runtime`` is the folder of the gateway's sockets."""

    def __init__(self, runtime: Path, allowed: Callable[[HTTPConnection], Awaitable[bool]]) -> None:
        self._runtime = runtime
        self._allowed = allowed

    async def serve(self, websocket: WebSocket) -> None:
        """One page, from its request to its end."""
        if not from_own_page(websocket):
            _log.warning("a page of another origin asked for the telephone")
            await websocket.close()  # before ``accept``: answered with 403
            return
        if not await self._allowed(websocket):
            await websocket.accept()
            await websocket.close(NO_SESSION)
            return
        await websocket.accept()
        line = websocket.query_params.get("line") or None
        take_over = websocket.query_params.get("take_over") == "1"
        try:
            handset = await HandsetClient.attach(
                self._runtime / "handset.sock", line, take_over=take_over
            )
        except (HandsetError, TimeoutError) as error:
            reason = getattr(error, "reason", "away")
            await websocket.close(CLOSE_CODES.get(reason, CLOSE_CODES["away"]))
            return
        async with handset:
            await _join(websocket, handset, self._runtime / "control.sock")


def from_own_page(connection: HTTPConnection) -> bool:
    """The request comes from a page of this server: browsers name its origin (RFC 6455, 10.2)."""
    origin = urlsplit(connection.headers.get("origin", ""))
    return bool(origin.netloc) and origin.netloc == connection.headers.get("host")


async def _join(websocket: WebSocket, handset: HandsetClient, control: Path) -> None:
    """Both directions until either side ends."""
    # One at a time: two tasks send on this WebSocket.
    sending = asyncio.Lock()
    tasks = [
        asyncio.create_task(_to_page(websocket, handset, sending), name="telephone to page"),
        asyncio.create_task(_from_page(websocket, handset), name="telephone from page"),
        asyncio.create_task(
            _tell_line(websocket, handset.line, control, sending), name="telephone line"
        ),
    ]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        code = _close_code(done)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    if code is not None:
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):
            await websocket.close(code)


def _close_code(done: set[asyncio.Task[int | None]]) -> int | None:
    """With what to close after ``done``; ``None`` when the page has gone already."""
    for task in done:
        error = task.exception()
        if isinstance(error, WebSocketDisconnect):
            return None
        if error is not None:
            raise error
    codes = [task.result() for task in done]
    return None if None in codes else codes[0]


async def _to_page(
    websocket: WebSocket, handset: HandsetClient, sending: asyncio.Lock
) -> int | None:
    """What the gateway says; the close code at its end."""
    while (received := await handset.receive()) is not None:
        async with sending:
            if isinstance(received, bytes):
                await websocket.send_bytes(received)
                continue
            if received.get("type") == "taken":
                return CLOSE_CODES["taken"]
            await _send(websocket, received)
    return CLOSE_CODES["away"]


async def _from_page(websocket: WebSocket, handset: HandsetClient) -> int | None:
    """What the page says; a close code if that makes no sense, ``None`` when it has gone."""
    while True:
        message = await websocket.receive()
        if message["type"] != "websocket.receive":
            return None
        frame, text = message.get("bytes"), message.get("text")
        if frame is not None:
            if len(frame) != FRAME_BYTES:
                return MALFORMED
            handset.speak(frame)
            continue
        order = _order(text)
        if order is None:
            return MALFORMED
        await handset.do(**order)


def _order(text: str | None) -> Mapping[str, Any] | None:
    """The keyword arguments of ``HandsetClient.do``; ``None`` when the page sent anything else."""
    if text is None or len(text) > LONGEST_TEXT:
        return None
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return None
    match message:
        case {"do": "digit", "digit": str(digit), **rest} if not rest:
            return {"what": "digit", "digit": digit}
        case {"do": "lift" | "hang-up" | "flash" as what, **rest} if not rest:
            return {"what": what}
    return None


async def _tell_line(
    websocket: WebSocket, line: str, control: Path, sending: asyncio.Lock
) -> int | None:
    """The state of the line and its call, now and after each change."""
    try:
        async with await ControlClient.connect(control) as client:
            await client.subscribe("line")
            for present in (await client.call("status"))["lines"]:
                if present["name"] == line:
                    async with sending:
                        await _send(websocket, {"type": "line", **present})
            async for event in client.events():
                if event.params.get("name") == line:
                    async with sending:
                        await _send(websocket, {"type": "line", **event.params})
    except ControlError as error:
        _log.warning("the telephone's page learns nothing of its line: %s", error)
    return CLOSE_CODES["away"]


async def _send(websocket: WebSocket, message: Mapping[str, Any]) -> None:
    await websocket.send_text(json.dumps(message, ensure_ascii=False, separators=(",", ":")))
