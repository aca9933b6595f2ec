"""The gateway's side of the handset socket: who has the receiver of which line."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

from gateway.handset.packet import LARGEST, Message, message_packet, read_packet
from gateway.handset.person import AttachedPerson
from gateway.line import Receiver

_log = logging.getLogger(__name__)

MODE = 0o660
"""As of the control socket: the gateway's own user, and the members of the socket's group."""
CONNECTIONS = 16
"""At a time."""
HELLO = 5.0
"""Seconds in which a program has to name its line."""
GRACE = 10.0
"""Seconds that a lifted receiver waits for a page that is loaded again; then it is replaced."""
REPORT = 1.0
"""Seconds between two reports of how the voice comes."""
FASTEST = 400
"""Packets a second; a telephone sends 50. A program that sends more is cut off, since every packet
takes time from the event loop."""
Find = Callable[[str | None], tuple[str, Receiver]]
"""The name and the receiver of a line, of the first one that has one if no name is given.

``ValueError`` with a sentence says that there is none.
"""


class _Refusal(Exception):  # noqa: N818 - it is no error of ours
    """The program cannot have the receiver."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


class HandsetServer:
    """Serves the Unix socket ``path`` (SOCK_SEQPACKET); everything runs on the event loop.

    A receiver that was lifted by a person who has gone is replaced after ``grace`` seconds, unless
    another one comes.
    """

    def __init__(self, path: Path, find: Find, grace: float = GRACE) -> None:
        self.path = path
        self._find = find
        self._grace = grace
        self._socket: socket.socket | None = None
        self._accepting: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._attached: dict[str, tuple[AttachedPerson, asyncio.Task[None]]] = {}
        self._lifted: set[str] = set()
        """Lines whose receiver a person lifted."""
        self._replacing: dict[str, asyncio.TimerHandle] = {}

    def start(self) -> None:
        """Take the socket; ``OSError`` when it cannot be made.

        The control socket is taken first and refuses a second gateway.
        """
        new = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            sock.setblocking(False)
            new.unlink(missing_ok=True)
            sock.bind(str(new))
            new.chmod(MODE)
            sock.listen()
            new.replace(self.path)
        except OSError as error:
            sock.close()
            why = error.strerror or str(error)
            raise OSError(f"The handset socket {self.path} cannot be made: {why}.") from error
        self._socket = sock
        self._accepting = asyncio.create_task(self._accept(sock), name="handset socket")

    async def close(self) -> None:
        """End every connection and remove the socket.  Idempotent."""
        sock, self._socket = self._socket, None
        if sock is None or self._accepting is None:
            return
        tasks = [self._accepting, *self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for timer in self._replacing.values():
            timer.cancel()
        self._replacing.clear()
        sock.close()
        self.path.unlink(missing_ok=True)

    async def _accept(self, sock: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                peer, _ = await loop.sock_accept(sock)
            except OSError:
                # Too many open files: there may be fewer in a moment.
                _log.exception("the handset socket cannot accept")
                await asyncio.sleep(1.0)
                continue
            if len(self._tasks) >= CONNECTIONS:
                _log.warning("a handset was turned away: %d are connected", CONNECTIONS)
                peer.close()
                continue
            task = asyncio.create_task(self._serve(peer), name="handset")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _serve(self, sock: socket.socket) -> None:
        """One program, from its first packet to its end."""
        with sock:
            sock.setblocking(False)
            try:
                name, receiver = await self._admit(sock)
            except _Refusal as refusal:
                answer = {"type": "refused", "reason": refusal.reason, "text": str(refusal)}
                with contextlib.suppress(OSError):
                    sock.send(message_packet(answer))
                return
            except (OSError, TimeoutError, ValueError) as error:
                _log.info("a handset did not say what it wants: %s", error)
                return
            person = AttachedPerson(sock)
            await self._have(name, receiver, person, sock)

    async def _admit(self, sock: socket.socket) -> tuple[str, Receiver]:
        """The line that a program wants and may have."""
        async with asyncio.timeout(HELLO):
            hello = read_packet(await asyncio.get_running_loop().sock_recv(sock, LARGEST))
        if isinstance(hello, bytes):
            raise ValueError("voice before a line was named")  # noqa: TRY004 - the peer's error
        line, take_over = hello.get("line"), hello.get("take_over", False)
        if not (line is None or isinstance(line, str)) or not isinstance(take_over, bool):
            raise ValueError("line is a name, and take_over is true or false")
        try:
            name, receiver = self._find(line)
        except ValueError as error:
            raise _Refusal("no-line", str(error)) from error
        present = self._attached.get(name)
        if present is not None:
            if not take_over:
                raise _Refusal("in-use", f"Line {name} is open as a telephone somewhere else.")
            person, task = present
            person.tell({"type": "taken"})
            task.cancel()
            # Not gathered: it ends by itself, and ``_have`` leaves a line that is another's alone.
        return name, receiver

    async def _have(
        self, name: str, receiver: Receiver, person: AttachedPerson, sock: socket.socket
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._attached[name] = (person, task)
        timer = self._replacing.pop(name, None)
        if timer is not None:
            timer.cancel()
        person.tell({"type": "attached", "line": name})
        receiver.attach(person)
        _log.info("line %s: a person has the receiver", name)
        reports = asyncio.create_task(_report(person), name=f"handset report {name}")
        try:
            with contextlib.suppress(OSError):
                await self._read(name, receiver, person, sock)
        finally:
            reports.cancel()
            person.leave()
            if self._attached.get(name) == (person, task):
                del self._attached[name]
                receiver.attach(None)
                self._left(name, receiver)

    async def _read(
        self, name: str, receiver: Receiver, person: AttachedPerson, sock: socket.socket
    ) -> None:
        loop = asyncio.get_running_loop()
        second, count = 0, 0
        while packet := await loop.sock_recv(sock, LARGEST):
            # A packet that is there already is received without giving way to anybody else.
            await asyncio.sleep(0)
            now = time.monotonic()
            second, count = (second, count + 1) if int(now) == second else (int(now), 1)
            if count > FASTEST:
                _log.warning("line %s: a program was cut off, it sent too much", name)
                return
            try:
                content = read_packet(packet)
            except ValueError as error:
                person.tell({"type": "refused", "reason": "malformed", "text": str(error)})
                continue
            if isinstance(content, bytes):
                person.voice.put(content, now)
                continue
            try:
                self._operate(name, receiver, content)
            except ValueError as error:
                person.tell({"type": "refused", "reason": "not-now", "text": str(error)})

    def _operate(self, name: str, receiver: Receiver, message: Message) -> None:
        match message:
            case {"do": "lift"}:
                receiver.lift()
                self._lifted.add(name)
            case {"do": "hang-up"}:
                receiver.hang_up()
                self._lifted.discard(name)
            case {"do": "flash"}:
                receiver.flash()
            case {"do": "digit", "digit": str(digit)}:
                receiver.press(digit)
            case _:
                known = "lift, hang-up, flash, digit"
                raise ValueError(f"there is no such thing to do; there are: {known}")

    def _left(self, name: str, receiver: Receiver) -> None:
        """Nobody has the receiver now; one that a person lifted is replaced in a while."""
        _log.info("line %s: the person has gone", name)
        if name in self._lifted and receiver.seen.off_hook:
            self._replacing[name] = asyncio.get_running_loop().call_later(
                self._grace, self._replace, name, receiver
            )

    def _replace(self, name: str, receiver: Receiver) -> None:
        self._replacing.pop(name, None)
        self._lifted.discard(name)
        # A program may have hung up the simulated telephone meanwhile.
        with contextlib.suppress(ValueError):
            receiver.hang_up()


async def _report(person: AttachedPerson) -> None:
    """Tell the program how its voice comes, while there is any."""
    taken = 0
    while True:
        await asyncio.sleep(REPORT)
        report = person.voice.report()
        if report.taken != taken:
            taken = report.taken
            person.tell({"type": "voice", **asdict(report), "lost": person.lost})


def finder(receivers: Mapping[str, Receiver]) -> Find:
    """Finds a line among those with a receiver, by name."""

    def find(name: str | None) -> tuple[str, Receiver]:
        if name is None and receivers:
            return next(iter(receivers.items()))
        if name is None or name not in receivers:
            known = ", ".join(receivers) or "none; add a line with the driver browser"
            raise ValueError(f"No such line takes a page as its telephone; there are: {known}.")
        return name, receivers[name]

    return find
