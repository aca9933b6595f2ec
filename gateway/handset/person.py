"""One program that is attached to a line: its voice both ways, and what it is told."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time

from gateway.handset.packet import Message, message_packet, seen_message, voice_packet
from gateway.handset.playout import Playout
from gateway.line import Seen

SEND_BUFFER = 8192
"""Bytes that the kernel keeps for a program that does not read: with what it adds to each packet
about a third of a second of voice.  What comes later is lost, and counted."""
_AGAIN = 0.02
"""Seconds until a message is sent again to a program whose buffer is full."""


class AttachedPerson:
    """Implements ``gateway.line.Person`` over ``sock``, which does not block.

    The voice thread calls ``speak`` and ``hear``, any thread ``notice``, the event loop the rest.
    """

    def __init__(self, sock: socket.socket) -> None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self.voice = Playout()
        self.lost = 0
        """Frames for the ear that the program was too slow to take."""
        self._sock = sock
        self._loop = asyncio.get_running_loop()
        self._seen: Seen | None = None
        self._messages: list[Message] = []
        self._again: asyncio.TimerHandle | None = None
        self._gone = False

    def speak(self) -> bytes:
        return self.voice.take(time.monotonic())

    def hear(self, frame: bytes) -> None:
        try:
            self._sock.send(voice_packet(frame))
        except BlockingIOError:
            self.lost += 1
        except OSError:
            """It has gone; the event loop notices by itself."""

    def notice(self, seen: Seen) -> None:
        self._seen = seen  # only the newest counts
        # A loop that is closed has nobody left to be told.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._flush)

    def tell(self, message: Message) -> None:
        """Send a message as soon as the program takes it."""
        self._messages.append(message)
        self._flush()

    def leave(self) -> None:
        """Send nothing more.  Idempotent."""
        self._gone = True
        if self._again is not None:
            self._again.cancel()
            self._again = None

    def _flush(self) -> None:
        if self._gone or self._again is not None:
            return
        seen, self._seen = self._seen, None
        if seen is not None:
            self._messages.append(seen_message(seen))
        while self._messages:
            try:
                self._sock.send(message_packet(self._messages[0]))
            except BlockingIOError:
                self._again = self._loop.call_later(_AGAIN, self._try_again)
                return
            except OSError:
                self._messages.clear()
                return
            del self._messages[0]

    def _try_again(self) -> None:
        self._again = None
        self._flush()
