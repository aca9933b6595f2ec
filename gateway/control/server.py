"""The gateway's side of the control socket: the socket file and its connections."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
import stat
import struct
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import gateway
from gateway.control.connection import Connection
from gateway.control.protocol import (
    MAX_LINE,
    PROTOCOL_VERSION,
    Error,
    ErrorCode,
    Notification,
    Params,
    Response,
    dump,
)

_log = logging.getLogger(__name__)

Method: TypeAlias = Callable[[Params], Awaitable[Any]]
"""A coroutine from parameters to a result of JSON values.

``ValueError`` refuses with a sentence for the user; any other exception is logged and the peer
learns only that it happened.
"""

MODE = 0o660
"""Who may talk to the gateway: its own user, and the members of the socket's group."""
CONNECTIONS = 64
"""At a time: a program that leaks connections shall not eat the gateway's file descriptors."""

_CREDENTIALS = struct.Struct("3i")  # struct ucred of unix(7): pid, uid, gid


class AlreadyRunningError(OSError):
    """Another gateway answers at the socket."""


class ControlServer:
    """Serves ``methods`` (a name to a coroutine) at the Unix socket ``path``.

    Events of ``named_only`` go to those who name them, not to who subscribes to all.
    ``methods`` may be added to until ``start``.  Everything runs on the event loop; the server
    also answers ``gateway.version``, ``subscribe`` and ``unsubscribe`` by itself.
    """

    def __init__(
        self,
        path: Path,
        methods: Mapping[str, Method],
        named_only: frozenset[str] = frozenset(),
    ) -> None:
        self.path = path
        self.methods: dict[str, Method] = {"gateway.version": _version, **methods}
        self._named_only = named_only
        self._server: asyncio.Server | None = None
        self._inode: int | None = None
        self._connections: dict[Connection, asyncio.Task[None]] = {}

    async def start(self) -> None:
        """Take the socket and begin to answer.

        ``AlreadyRunningError`` when a gateway answers there, another ``OSError`` with a sentence
        for the user when the socket cannot be made.
        """
        if self._server is not None:
            raise RuntimeError("the control socket is open already")
        sock = _listen(self.path)
        try:
            self._inode = self.path.stat().st_ino
            self._server = await asyncio.start_unix_server(self._accept, sock=sock, limit=MAX_LINE)
        except BaseException:
            sock.close()
            raise

    def wanted(self, name: str) -> bool:
        """Whether anybody subscribed to the event ``name``."""
        return any(connection.wants(name) for connection in self._connections)

    def publish(self, name: str, params: Params) -> None:
        """Send an event to every connection that subscribed to it.  Returns at once."""
        try:
            line = dump(Notification(name, params))
        except (TypeError, ValueError):
            _log.exception("the event %s cannot be sent", name)
            return
        for connection in self._connections:
            connection.publish(name, line)

    async def close(self) -> None:
        """End every connection and remove the socket.  Idempotent."""
        server, self._server = self._server, None
        if server is None:
            return
        server.close()
        tasks = list(self._connections.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()
        self._remove_socket()

    def _remove_socket(self) -> None:
        # A file of another gateway that took our place is left alone.
        try:
            if self.path.stat().st_ino == self._inode:
                self.path.unlink()
        except FileNotFoundError:
            pass
        except OSError as error:
            _log.warning("the control socket %s could not be removed: %s", self.path, error)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = _peer(writer)
        if len(self._connections) >= CONNECTIONS:
            _log.warning("%s was turned away: %d connections are open", peer, CONNECTIONS)
            sentence = f"{CONNECTIONS} programs are connected already; close some."
            writer.write(dump(Response(None, error=Error(ErrorCode.OVERLOADED, sentence))))
            writer.close()
            return
        _log.debug("%s connected", peer)
        connection = Connection(reader, writer, self.methods, peer, self._named_only)
        task = asyncio.create_task(connection.serve(), name=f"control {peer}")
        self._connections[connection] = task
        task.add_done_callback(lambda done: self._ended(connection, done))

    def _ended(self, connection: Connection, task: asyncio.Task[None]) -> None:
        del self._connections[connection]
        if not task.cancelled() and task.exception() is not None:
            _log.error("the connection of %s failed", connection.peer, exc_info=task.exception())
        else:
            _log.debug("%s went", connection.peer)


async def _version(_params: Params) -> Mapping[str, Any]:
    return {"protocol": PROTOCOL_VERSION, "software": gateway.__version__}


def _peer(writer: asyncio.StreamWriter) -> str:
    """Which program is at the other end."""
    sock: socket.socket = writer.get_extra_info("socket")
    raw = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    pid, uid, gid = _CREDENTIALS.unpack(raw)
    return f"process {pid} (uid {uid}, gid {gid})"


def _listen(path: Path) -> socket.socket:
    """A socket that listens at ``path``; a file that nobody listens at is replaced."""
    _refuse_if_taken(path)
    # Made under another name, so that nobody meets it before its mode is right.
    new = path.with_name(f"{path.name}.{os.getpid()}")
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        new.unlink(missing_ok=True)
        sock.bind(str(new))
        new.chmod(MODE)
        sock.listen()
        new.replace(path)
    except OSError as error:
        sock.close()
        # A path that is too long is no errno but a plain message.
        why = error.strerror or str(error)
        raise OSError(
            f"The control socket {path} cannot be made: {why}. Choose another folder with --run."
        ) from error
    return sock


def _refuse_if_taken(path: Path) -> None:
    try:
        mode = path.lstat().st_mode
    except OSError:
        return
    if not stat.S_ISSOCK(mode):
        raise OSError(f"{path} is in the way: it is not a socket. Move it, then start again.")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        code = probe.connect_ex(str(path))
    # EAGAIN: there is a listener with a long queue.
    if code in {0, errno.EAGAIN}:
        raise AlreadyRunningError(
            f"A gateway is running at {path} already. Stop it first (sudo systemctl stop gateway), "
            "or choose another folder with --run."
        )
