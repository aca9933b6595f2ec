"""Commands for the SIP thread, and what it waits on between two polls of pjproject."""

from __future__ import annotations

import os
import queue
import select
import socket
from collections.abc import Callable, Iterator
from typing import TypeAlias

Command: TypeAlias = Callable[[], None]


class Commands:
    """A queue that wakes the SIP thread: a lifted receiver does not wait for the next poll.

    ``put`` may be called from any thread; everything else is the SIP thread's.
    """

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._watched: list[socket.socket] = []
        self._poll = select.poll()
        self._poll.register(self._bell, select.POLLIN)

    def put(self, command: Command) -> None:
        self._queue.put(command)
        os.eventfd_write(self._bell, 1)

    def watch(self, sock: socket.socket) -> None:
        """Also wake when ``sock`` can be read; it is closed with this object."""
        self._watched.append(sock)
        self._poll.register(sock, select.POLLIN)

    def wait(self, milliseconds: int) -> bool:
        """Until a command or a packet is there, or the time is over; true if it is a packet."""
        ready = {descriptor for descriptor, _ in self._poll.poll(milliseconds)}
        if self._bell in ready:
            os.eventfd_read(self._bell)
            ready.discard(self._bell)
        return bool(ready)

    def take(self) -> Iterator[Command]:
        """The commands that are there now."""
        while True:
            try:
                yield self._queue.get_nowait()
            except queue.Empty:
                return

    def close(self) -> None:
        """Forget the watched sockets.  A late ``put`` is still harmless."""
        for sock in self._watched:
            self._poll.unregister(sock)
            sock.close()
        self._watched.clear()
