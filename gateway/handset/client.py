"""The handset socket for a program with an event loop, such as the page."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from types import TracebackType
from typing import Self

from gateway.handset.packet import LARGEST, Message, message_packet, read_packet, voice_packet


class HandsetError(Exception):
    """The receiver cannot be had; ``reason`` is ``away``, ``in-use`` or ``no-line``."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


class HandsetClient:
    """The receiver of one line.  Made by ``attach``; closed by ``close`` or ``async with``."""

    def __init__(self, sock: socket.socket, line: str) -> None:
        self.line = line
        self.lost = 0
        """Frames that the gateway was too slow to take."""
        self._sock = sock

    @classmethod
    async def attach(cls, path: Path, line: str | None = None, *, take_over: bool = False) -> Self:
        """Have the receiver of ``line`` (of the first one without a name).

        ``take_over`` takes it from whoever has it.  ``HandsetError`` says why not.
        """
        loop = asyncio.get_running_loop()
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            sock.setblocking(False)
            await loop.sock_connect(sock, str(path))
            await loop.sock_sendall(sock, message_packet({"line": line, "take_over": take_over}))
            packet = await loop.sock_recv(sock, LARGEST)
            answer = read_packet(packet) if packet else {}
        except OSError as error:
            sock.close()
            raise HandsetError("away", "The gateway does not answer: is it running?") from error
        except BaseException:
            sock.close()
            raise
        if isinstance(answer, bytes) or answer.get("type") != "attached":
            sock.close()
            refused = {} if isinstance(answer, bytes) else answer
            raise HandsetError(
                str(refused.get("reason", "away")),
                str(refused.get("text", "The gateway has too many telephones open already.")),
            )
        return cls(sock, str(answer["line"]))

    async def receive(self) -> bytes | Message | None:
        """The next frame for the ear, or the next message; ``None`` when the gateway has gone."""
        try:
            packet = await asyncio.get_running_loop().sock_recv(self._sock, LARGEST)
        except OSError:
            return None
        return read_packet(packet) if packet else None

    def speak(self, frame: bytes) -> None:
        """Say a frame of ``FRAME_BYTES``; one that the gateway cannot take now is lost."""
        try:
            self._sock.send(voice_packet(frame))
        except BlockingIOError:
            self.lost += 1
        except OSError:
            """``receive`` tells that the gateway has gone."""

    async def do(self, what: str, **arguments: str) -> None:
        """Operate the telephone; ``receive`` tells what came of it."""
        packet = message_packet({"do": what, **arguments})
        try:
            await asyncio.get_running_loop().sock_sendall(self._sock, packet)
        except OSError:
            """``receive`` tells that the gateway has gone."""

    def close(self) -> None:
        """Leave the receiver as it is.  Idempotent."""
        self._sock.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
