"""A SIP peer made of plain sockets: it sends exactly what a test writes.

It shares no code with the network: messages are text, and the digest is computed here.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.test_multifon_network.conftest import ACCOUNT, PASSWORD

SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio {port} RTP/AVP {formats}\r\na=rtpmap:8 PCMA/8000\r\n"
)


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class Received:
    """A message as text; ``monotonic`` is when it was read."""

    text: str
    monotonic: float

    @property
    def first_line(self) -> str:
        return self.text.partition("\r\n")[0]

    @property
    def status(self) -> int:
        """0 for a request."""
        found = re.match(r"SIP/2\.0 (\d\d\d)", self.text)
        return int(found[1]) if found else 0

    @property
    def method(self) -> str:
        return "" if self.status else self.text.partition(" ")[0]

    def header(self, name: str) -> str:
        """The first value; ``KeyError`` if the header is not there."""
        found = re.search(rf"^{name}[ \t]*:[ \t]*(.*?)\r$", self.text, re.MULTILINE | re.IGNORECASE)
        if found is None:
            raise KeyError(name)
        return found[1]

    @property
    def body(self) -> str:
        return self.text.partition("\r\n\r\n")[2]

    @property
    def rtp_port(self) -> int:
        found = re.search(r"^m=audio (\d+) ", self.body, re.MULTILINE)
        assert found is not None
        return int(found[1])


def authorization(
    challenge: str,
    method: str,
    uri: str,
    *,
    user: str = ACCOUNT,
    password: str = PASSWORD,
    count: int = 1,
) -> str:
    """Digest credentials for a challenge, with the nonce count ``count``."""
    fields = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge))
    cnonce = secrets.token_hex(4)
    ha1 = md5(f"{user}:{fields['realm']}:{password}")
    ha2 = md5(f"{method}:{uri}")
    response = md5(f"{ha1}:{fields['nonce']}:{count:08x}:{cnonce}:auth:{ha2}")
    return (
        f'Digest username="{user}", realm="{fields["realm"]}", nonce="{fields["nonce"]}", '
        f'uri="{uri}", response="{response}", algorithm=MD5, opaque="{fields["opaque"]}", '
        f'qop=auth, nc={count:08x}, cnonce="{cnonce}"'
    )


class RawPeer:
    """One UDP socket that talks to the network."""

    def __init__(self, port: int, account: str = ACCOUNT, password: str = PASSWORD) -> None:
        self.account = account
        self.password = password
        self.network = ("127.0.0.1", port)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]
        self.sequence = 1

    def __enter__(self) -> RawPeer:
        return self

    def __exit__(self, *exc: object) -> None:
        self.socket.close()

    def send(self, text: str) -> None:
        self.socket.sendto(text.encode(), self.network)

    def receive(self, seconds: float = 5.0) -> Received:
        """The next message; ``TimeoutError`` if none comes."""
        self.socket.settimeout(seconds)
        return Received(self.socket.recv(65536).decode(), time.monotonic())

    def receive_status(self, status: int, seconds: float = 5.0) -> Received:
        return self.receive_until(lambda message: message.status == status, seconds)

    def receive_method(self, method: str, seconds: float = 5.0) -> Received:
        return self.receive_until(lambda message: message.method == method, seconds)

    def receive_until(self, wanted: Callable[[Received], bool], seconds: float = 5.0) -> Received:
        passed: list[str] = []
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                message = self.receive(left)
            except TimeoutError:
                break
            if wanted(message):
                return message
            passed.append(message.first_line)
        raise AssertionError(f"only these came: {passed}")

    def is_silent(self, seconds: float = 0.3) -> bool:
        try:
            self.receive(seconds)
        except TimeoutError:
            return True
        return False

    def request(
        self,
        method: str,
        uri: str,
        *,
        headers: tuple[str, ...] = (),
        body: str = "",
        to: str | None = None,
        call_id: str | None = None,
        sequence: int | None = None,
        branch: str | None = None,
        from_tag: str = "raw",
        rport: str = ";rport",
    ) -> str:
        """The text of a request with everything that RFC 3261 demands."""
        if sequence is None:
            self.sequence += 1
            sequence = self.sequence
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port}{rport};"
            f"branch={branch or 'z9hG4bK' + secrets.token_hex(6)}",
            "Max-Forwards: 70",
            f"From: <sip:{self.account}@multifon.ru>;tag={from_tag}",
            f"To: {to or f'<{uri}>'}",
            f"Call-ID: {call_id or secrets.token_hex(8)}",
            f"CSeq: {sequence} {method}",
            *headers,
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        return "\r\n".join([*lines, "", body])

    def respond(self, request: Received, status: int, *, tag: str = "raw", body: str = "") -> None:
        """Answer a request of the network."""
        lines = [f"SIP/2.0 {status} Raw"]
        lines += [f"{name}: {request.header(name)}" for name in ("Via", "From", "Call-ID", "CSeq")]
        to = request.header("To")
        lines.append(f"To: {to}" if "tag=" in to else f"To: {to};tag={tag}")
        lines.append(f"Contact: <sip:{self.account}@127.0.0.1:{self.port}>")
        if body:
            lines.append("Content-Type: application/sdp")
        lines.append(f"Content-Length: {len(body)}")
        self.send("\r\n".join([*lines, "", body]))

    # Whole exchanges.

    def register(self, *, contact: str | None = None, expires: int = 60) -> Received:
        """REGISTER, twice as needed; the last response."""
        uri = "sip:multifon.ru"
        contact = contact or f"<sip:{self.account}@127.0.0.1:{self.port}>"
        to = f"<sip:{self.account}@multifon.ru>"
        headers = (f"Contact: {contact}", f"Expires: {expires}")
        self.send(self.request("REGISTER", uri, headers=headers, to=to))
        answer = self.receive()
        if answer.status in {401, 407}:
            self.send(
                self.request(
                    "REGISTER", uri, headers=(*headers, self.credentials(answer, "REGISTER", uri)),
                    to=to,
                )
            )  # fmt: skip
            answer = self.receive()
        return answer

    def credentials(self, challenge: Received, method: str, uri: str, count: int = 1) -> str:
        proxy = challenge.status == 407
        name = "Proxy-Authenticate" if proxy else "WWW-Authenticate"
        value = authorization(
            challenge.header(name), method, uri,
            user=self.account, password=self.password, count=count,
        )  # fmt: skip
        return f"{'Proxy-' if proxy else ''}Authorization: {value}"

    def invite(self, number: str, *, formats: str = "8 0", rtp_port: int = 40000) -> OutgoingCall:
        """INVITE with credentials; returns before any answer to the second one is read."""
        call = OutgoingCall(self, number, SDP.format(port=rtp_port, formats=formats))
        call.send_invite()
        challenge = self.receive()
        if challenge.status != 407:
            call.first = challenge
            return call
        call.acknowledge(challenge)
        call.send_invite(self.credentials(challenge, "INVITE", call.uri))
        call.first = self.receive()
        return call


@dataclass
class OutgoingCall:
    """An INVITE of the raw peer and what belongs to it."""

    peer: RawPeer
    number: str
    body: str
    call_id: str = field(default_factory=lambda: secrets.token_hex(8))
    branch: str = ""
    first: Received | None = None
    """The first response to the INVITE with credentials."""
    text: str = ""

    @property
    def uri(self) -> str:
        return f"sip:{self.number}@multifon.ru"

    @property
    def status(self) -> int:
        assert self.first is not None
        return self.first.status

    def send_invite(self, *headers: str) -> None:
        self.branch = "z9hG4bK" + secrets.token_hex(6)
        contact = f"Contact: <sip:{self.peer.account}@127.0.0.1:{self.peer.port}>"
        self.text = self.peer.request(
            "INVITE", self.uri, headers=(contact, *headers), body=self.body,
            call_id=self.call_id, branch=self.branch,
        )  # fmt: skip
        self.peer.send(self.text)

    def acknowledge(self, response: Received) -> None:
        """ACK: inside the transaction for a failure, in the dialog for a 2xx."""
        success = response.status < 300
        self.peer.send(
            self.peer.request(
                "ACK", self.uri, to=response.header("To"), call_id=self.call_id,
                sequence=int(response.header("CSeq").split()[0]),
                branch=None if success else self.branch,
            )
        )  # fmt: skip

    def cancel(self) -> None:
        self.peer.send(
            self.peer.request(
                "CANCEL", self.uri, call_id=self.call_id, sequence=self.peer.sequence,
                branch=self.branch,
            )
        )  # fmt: skip

    def in_dialog(self, method: str, answer: Received, *headers: str, body: str = "") -> None:
        contact = f"Contact: <sip:{self.peer.account}@127.0.0.1:{self.peer.port}>"
        self.peer.send(
            self.peer.request(
                method, self.uri, to=answer.header("To"), call_id=self.call_id,
                headers=(contact, *headers), body=body,
            )
        )  # fmt: skip
