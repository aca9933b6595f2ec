"""One program that is connected to the control socket."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import select
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from gateway.control.event_queue import EventQueue
from gateway.control.protocol import (
    MAX_LINE,
    Error,
    ErrorCode,
    Malformed,
    Message,
    Notification,
    Params,
    Parcel,
    Request,
    Response,
    dump,
    dump_batch,
    parse,
)

_log = logging.getLogger(__name__)

REQUESTS = 64
"""Requests of one connection that may run at a time."""
LOST = "events.lost"
"""The event that says how many events a slow reader has missed: ``{"count": N}``."""

_LOOK_AGAIN = 0.5
"""Seconds between two looks whether a peer that has stopped to send is still there."""
_GRACE = 1.0
"""Seconds that a peer has to take the last lines."""


class Connection:
    """Answers the requests of one peer, each in a task of its own, and sends it events."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        methods: Mapping[str, Callable[[Params], Awaitable[Any]]],
        peer: str,
        named_only: frozenset[str] = frozenset(),
    ) -> None:
        self.peer = peer
        self._reader = reader
        self._writer = writer
        self._methods = {
            **methods,
            "subscribe": self._subscribe,
            "unsubscribe": self._unsubscribe,
        }
        self._events: EventQueue[bytes] = EventQueue()
        self._named_only = named_only
        self._subscribed = False
        self._wanted: frozenset[str] | None = None
        self._running: dict[asyncio.Task[None], int] = {}

    def publish(self, name: str, line: bytes) -> None:
        """Queue an event, if this connection subscribed to it."""
        if self.wants(name):
            self._events.put(line)

    def wants(self, name: str) -> bool:
        """Whether it subscribed to ``name``; what is in ``_named_only`` is not in "all"."""
        if not self._subscribed:
            return False
        return name not in self._named_only if self._wanted is None else name in self._wanted

    async def serve(self) -> None:
        """Serve until the peer goes, then cancel what it had asked for."""
        sender = asyncio.create_task(self._send_events())
        try:
            # The peer may go at any moment; that is no trouble of ours.
            with contextlib.suppress(OSError):
                await self._read()
                await self._finish()
        finally:
            tasks = [sender, *self._running]
            for task in tasks:
                task.cancel()
            self._writer.close()
            try:
                async with asyncio.timeout(_GRACE):
                    await asyncio.gather(*tasks, return_exceptions=True)
                    await self._writer.wait_closed()
            except (OSError, TimeoutError):
                pass
            finally:
                # Also when the gateway stops meanwhile: nothing is left open.
                self._writer.transport.abort()

    # Reading

    async def _read(self) -> None:
        while True:
            try:
                line = await self._reader.readuntil()
            except asyncio.LimitOverrunError:
                await self._skip_line()
                sentence = f"A line is at most {MAX_LINE} bytes long; this one was skipped."
                await self._send(dump(_refused(None, ErrorCode.INVALID_REQUEST, sentence)))
                continue
            except asyncio.IncompleteReadError as end:
                # The last line of ``printf … | nc -NU …`` has no end.
                if end.partial.strip():
                    await self._take(parse(end.partial))
                return
            if line.strip():
                await self._take(parse(line))

    async def _skip_line(self) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError):
            while True:
                try:
                    await self._reader.readuntil()
                except asyncio.LimitOverrunError as long:
                    await self._reader.readexactly(long.consumed)
                else:
                    return

    async def _take(self, parcel: Parcel) -> None:
        count = len(parcel.messages)
        if sum(self._running.values()) + count > REQUESTS:
            # Answered here and not in a task: a peer that floods waits until it has read this.
            await self._send(self._dump([_overloaded(m) for m in parcel.messages], parcel.batch))
            return
        task = asyncio.create_task(self._answer(parcel))
        self._running[task] = count
        task.add_done_callback(self._running.pop)

    async def _finish(self) -> None:
        """Let a peer that only stopped to send (``echo … | nc -NU …``) have its answers."""
        while (self._running or self._subscribed) and not self._peer_gone():
            if self._running:
                await asyncio.wait(self._running, timeout=_LOOK_AGAIN)
            else:
                await asyncio.sleep(_LOOK_AGAIN)

    def _peer_gone(self) -> bool:
        poll = select.poll()
        # Only a peer that closed both directions makes POLLHUP, which needs no asking.
        poll.register(self._writer.get_extra_info("socket").fileno(), 0)
        return bool(poll.poll(0))

    # Answering

    async def _answer(self, parcel: Parcel) -> None:
        if parcel.batch:
            found = await asyncio.gather(*(self._perform(message) for message in parcel.messages))
        else:
            # In one go, so that a method that stops the gateway is answered before the end.
            found = [await self._perform(parcel.messages[0])]
        line = self._dump(found, parcel.batch)
        # A peer that has gone needs no answer; the reading side ends the connection.
        with contextlib.suppress(OSError):
            await self._send(line)

    async def _perform(self, message: Message | Malformed) -> Response | None:
        match message:
            case Malformed():
                return message.answer
            case Request():
                return await self._call(message.id, message.method, message.params)
            case Notification():
                await self._call(None, message.method, message.params)
            case Response():
                _log.debug("%s answered a request that was never made", self.peer)
        return None

    async def _call(self, number: int | str | None, name: str, params: Params) -> Response:
        method = self._methods.get(name)
        if method is None:
            known = ", ".join(sorted(self._methods))
            sentence = f"There is no method {name!r}; there are: {known}."
            return _refused(number, ErrorCode.METHOD_NOT_FOUND, sentence)
        try:
            return Response(number, await method(params))
        except ValueError as error:
            sentence = str(error) or "The gateway refused this without a reason."
            data = getattr(error, "data", None)
            return Response(number, error=Error(ErrorCode.REFUSED, sentence, data))
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            # Not we were cancelled but something that the method waited for.
            return _failed(number, name)
        except Exception:  # noqa: BLE001 - one request that fails is no reason to stop serving
            return _failed(number, name)

    def _dump(self, found: list[Response | None], batch: bool) -> bytes:
        """The line of the answers; empty when there are none."""
        answers = [answer for answer in found if answer is not None]
        if not answers:
            return b""
        try:
            line = dump_batch(answers) if batch else dump(answers[0])
        except (TypeError, ValueError, RecursionError):
            _log.exception("a method gave what JSON cannot say")
            # The sound answers of a batch are kept.
            answers = [answer if _can_be_said(answer) else _unsaid(answer) for answer in answers]
            line = dump_batch(answers) if batch else dump(answers[0])
        if len(line) - 1 <= MAX_LINE:
            return line
        sentence = f"The answer is longer than {MAX_LINE} bytes; ask for less at a time."
        short = [_refused(answer.id, ErrorCode.OVERLOADED, sentence) for answer in answers]
        return dump_batch(short) if batch else dump(short[0])

    # Writing

    async def _send(self, line: bytes) -> None:
        if line and not self._writer.is_closing():
            self._writer.write(line)
            await self._writer.drain()

    async def _send_events(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                lost, line = await self._events.get()
                if lost:
                    await self._send(dump(Notification(LOST, {"count": lost})))
                await self._send(line)

    # The connection's own methods

    async def _subscribe(self, params: Params) -> Mapping[str, Any]:
        wanted = params.get("events")
        if wanted is not None and not (
            isinstance(wanted, list) and all(isinstance(name, str) for name in wanted)
        ):
            raise ValueError("events is a list of names of events; leave it out for all.")
        self._wanted = None if wanted is None else frozenset(wanted)
        self._subscribed = True
        return {"events": wanted}

    async def _unsubscribe(self, _params: Params) -> Mapping[str, Any]:
        self._subscribed = False
        return {}


def _refused(number: int | str | None, code: ErrorCode, sentence: str) -> Response:
    return Response(number, error=Error(code, sentence))


def _overloaded(message: Message | Malformed) -> Response | None:
    sentence = f"A connection has at most {REQUESTS} requests at a time; wait for answers."
    match message:
        case Request():
            return _refused(message.id, ErrorCode.OVERLOADED, sentence)
        case Malformed():
            return message.answer
    return None


def _failed(number: int | str | None, name: str) -> Response:
    """The answer for an exception that is being handled; its text is the log's, not the peer's."""
    _log.exception("the method %s failed", name)
    sentence = f"The gateway failed at {name}; its log says why (journalctl -u gateway)."
    return _refused(number, ErrorCode.INTERNAL_ERROR, sentence)


def _can_be_said(answer: Response) -> bool:
    try:
        dump(answer)
    except (TypeError, ValueError, RecursionError):
        return False
    return True


def _unsaid(answer: Response) -> Response:
    sentence = "The gateway made an answer that cannot be sent; its log says more."
    return _refused(answer.id, ErrorCode.INTERNAL_ERROR, sentence)
