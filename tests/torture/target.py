"""A gateway under attack: what is sent to it, and whether it still answers."""

from __future__ import annotations

import secrets
import socket
import time

PROXY = "127.0.0.1"
"""The address from which the gateway takes SIP."""
PATIENCE = 10.0
"""Seconds within which a gateway that is well answers a question."""


class Attacker:
    """One UDP socket at ``source`` that sends to the gateway's SIP port."""

    def __init__(self, port: int, source: str = PROXY) -> None:
        self._target = ("127.0.0.1", port)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self._socket.bind((source, 0))
        host, own = self._socket.getsockname()
        self.place = f"{host}:{own}"
        self.answers = 0
        """Messages that came back."""

    def __enter__(self) -> Attacker:
        return self

    def __exit__(self, *exc: object) -> None:
        self._socket.close()

    def send(self, message: bytes) -> None:
        self._socket.sendto(message[:65000], self._target)

    def drain(self, seconds: float, until: bytes = b"") -> bool:
        """Take what comes back for so long, or until a message with ``until`` in it has come."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                message = self._socket.recv(65536)
            except TimeoutError:
                break
            self.answers += 1
            if until and until in message:
                return True
        return False

    def answers_options(self) -> bool:
        """Whether the gateway answers an ordinary question."""
        call_id = secrets.token_hex(8)
        question = (
            f"OPTIONS sip:{self._target[0]}:{self._target[1]} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {self.place};rport;branch=z9hG4bK{call_id}\r\n"
            f"Max-Forwards: 70\r\nFrom: <sip:sbc@{PROXY}>;tag=1\r\nTo: <sip:{PROXY}>\r\n"
            f"Call-ID: {call_id}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
        ).encode()
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            self.send(question)
            if self.drain(0.5, until=call_id.encode()):
                return True
        return False
