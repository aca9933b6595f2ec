"""The control socket for a program without an event loop: the command line.

Plain blocking calls, one at a time: an event loop would take longer to import than most commands
take to run.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from gateway.control.errors import (
    ConnectionLostError,
    FailedError,
    check_version,
    from_os_error,
    lost,
    result_of,
)
from gateway.control.protocol import (
    ErrorCode,
    Malformed,
    Notification,
    Request,
    Response,
    dump,
    parse,
)

PATIENCE = 10.0
"""Seconds that the gateway has for an answer which it can give at once."""


class BlockingClient:
    """A connection to the gateway at the socket ``path``; ``ControlError`` says what is wrong."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._ids = count(1)
        try:
            self._socket.settimeout(PATIENCE)
            self._socket.connect(str(path))
        except OSError as error:
            self._socket.close()
            raise from_os_error(error, str(path)) from error
        self._lines = self._socket.makefile("rb")
        try:
            check_version(self.call("gateway.version"))
        except BaseException:
            self.close()
            raise

    def call(
        self,
        method: str,
        params: dict[str, Any] | None = None,
        *,
        patience: float | None = PATIENCE,
    ) -> Any:
        """The result of ``method``; waits for ``patience`` seconds, ``None`` waits forever."""
        self._socket.settimeout(patience)
        number = next(self._ids)
        try:
            self._socket.sendall(dump(Request(number, method, params or {})))
            for message in self._messages():
                if isinstance(message, Response) and message.id == number:
                    return result_of(message)
        except TimeoutError as error:
            raise ConnectionLostError(
                f"The gateway has not answered for {patience:g} s; see: journalctl -u gateway"
            ) from error
        except OSError as error:
            raise lost() from error
        raise lost()

    def events(self, *names: str) -> Iterator[Notification]:
        """Subscribe to the events with these names, or to all, and yield them forever."""
        self.call("subscribe", {"events": list(names)} if names else {})
        self._socket.settimeout(None)
        for message in self._messages():
            if isinstance(message, Notification):
                yield message
        raise lost()

    def _messages(self) -> Iterator[Response | Notification]:
        for line in self._lines:
            for message in parse(line).messages:
                match message:
                    case Response(id=None, error=error) if error is not None:
                        # It is about the connection, not about one request.
                        raise FailedError(error.message, error.code)
                    case Malformed():
                        raise FailedError(
                            "The gateway sent something that makes no sense.",
                            ErrorCode.PARSE_ERROR,
                        )
                    case Response() | Notification():
                        yield message
                    case Request():
                        pass

    def close(self) -> None:
        """End the connection, also while another thread waits for events.  Idempotent."""
        with contextlib.suppress(OSError):
            # Whoever reads holds the lock that closing the file needs.
            self._socket.shutdown(socket.SHUT_RDWR)
        self._lines.close()
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
