"""Somebody on the internet: sends unsolicited requests to an address and sees if it answers.

python -m tests.simulators.multifon.scanner --target 127.0.0.1:5060 --source 127.0.0.9
"""

from __future__ import annotations

import argparse
import json
import secrets
import select
import socket
import sys
import time
from dataclasses import dataclass

METHODS = ("INVITE", "OPTIONS", "REGISTER")
LISTEN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Finding:
    """What came back to one request; ``answer`` is empty when nothing did."""

    method: str
    transport: str
    answer: str
    """First line of the answer; for TCP also ``connected`` or ``refused``."""

    @property
    def noticed(self) -> bool:
        """The target has shown that somebody is there."""
        return bool(self.answer)


def probe_request(method: str, target: tuple[str, int], source: tuple[str, int], via: str) -> bytes:
    """A request as scanners send it: the user 100 calls a premium number."""
    mark = secrets.token_hex(6)
    body = b""
    if method == "INVITE":
        lines = (
            "v=0", f"o=- 1 1 IN IP4 {source[0]}", "s=-", f"c=IN IP4 {source[0]}", "t=0 0",
            "m=audio 40000 RTP/AVP 8 0", "a=rtpmap:8 PCMA/8000",
        )  # fmt: skip
        body = "".join(f"{line}\r\n" for line in lines).encode()
    user = "900441904911000@" if method == "INVITE" else ""
    head = [
        f"{method} sip:{user}{target[0]}:{target[1]} SIP/2.0",
        f"Via: SIP/2.0/{via} {source[0]}:{source[1]};rport;branch=z9hG4bK{mark}",
        "Max-Forwards: 70",
        f"From: <sip:100@{target[0]}>;tag={mark}",
        f"To: <sip:{user or '100@'}{target[0]}>",
        f"Call-ID: {mark}",
        f"CSeq: 1 {method}",
        f"Contact: <sip:100@{source[0]}:{source[1]}>",
        "User-Agent: friendly-scanner",
        *(["Content-Type: application/sdp"] if body else []),
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*head, "", ""]).encode() + body


def scan_udp(
    target: tuple[str, int], source: str = "127.0.0.1", seconds: float = LISTEN_SECONDS
) -> list[Finding]:
    """Send one request of each method from a new port of ``source`` and listen ``seconds``."""
    sockets = {}
    answers = dict.fromkeys(METHODS, "")
    try:
        for method in METHODS:
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sockets[sock] = method
            sock.setblocking(False)
            sock.bind((source, 0))
            sock.sendto(probe_request(method, target, sock.getsockname(), "UDP"), target)
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            for sock in select.select(list(sockets), [], [], left)[0]:
                line = sock.recv(4096).partition(b"\r\n")[0].decode("utf-8", "replace")
                answers[sockets[sock]] = answers[sockets[sock]] or line
    finally:
        for sock in sockets:
            sock.close()
    return [Finding(method, "udp", answer) for method, answer in answers.items()]


def scan_tcp(
    target: tuple[str, int], source: str = "127.0.0.1", seconds: float = LISTEN_SECONDS
) -> list[Finding]:
    """Try to connect from ``source`` and send an OPTIONS.

    A refused connection shows that the machine is there, an accepted one that a server is; only a
    dropped SYN is silence.
    """
    with socket.socket() as sock:
        sock.settimeout(seconds)
        sock.bind((source, 0))
        try:
            sock.connect(target)
        except ConnectionRefusedError:
            return [Finding("connect", "tcp", "refused")]
        except OSError:
            return [Finding("connect", "tcp", "")]
        found = [Finding("connect", "tcp", "connected")]
        try:
            sock.sendall(probe_request("OPTIONS", target, sock.getsockname(), "TCP"))
            line = sock.recv(4096).partition(b"\r\n")[0].decode("utf-8", "replace")
        except OSError:
            line = ""
        return [*found, Finding("OPTIONS", "tcp", line)]


def main(arguments: list[str] | None = None) -> int:
    """Print one JSON line for each request; status 1 if anything was noticed."""
    parser = argparse.ArgumentParser(description="Scan a SIP address as a stranger would.")
    parser.add_argument("--target", required=True, help="HOST:PORT")
    parser.add_argument("--source", default="127.0.0.1", help="local address to send from")
    parser.add_argument("--seconds", type=float, default=LISTEN_SECONDS)
    parser.add_argument("--tcp", action="store_true", help="try TCP too")
    options = parser.parse_args(arguments)
    host, _, port = options.target.rpartition(":")
    if not port.isdigit():
        parser.error("--target is HOST:PORT")
    target = (host, int(port))
    findings = scan_udp(target, options.source, options.seconds)
    if options.tcp:
        findings += scan_tcp(target, options.source, options.seconds)
    for finding in findings:
        line = {"method": finding.method, "transport": finding.transport, "answer": finding.answer}
        sys.stdout.write(json.dumps(line) + "\n")
    return int(any(finding.noticed for finding in findings))


if __name__ == "__main__":
    sys.exit(main())
