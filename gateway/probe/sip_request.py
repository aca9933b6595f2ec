"""The few SIP requests that ask without changing anything.  Pure.

``OPTIONS`` asks whether somebody is there (RFC 3261 §11).  ``REGISTER`` without a Contact asks for
the bindings there are (§10.2.3): it proves the password and leaves every registration as it is.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

_STATUS = re.compile(r"SIP/2\.0 ([1-6][0-9]{2}) ?(.*)")
_CHALLENGE = re.compile(r'(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')
_SHORT = {"v": "via", "f": "from", "t": "to", "i": "call-id", "l": "content-length"}


@dataclass(frozen=True, slots=True)
class Question:
    """One request; ``tag``, ``branch`` and ``call_id`` are random texts that nobody else uses."""

    method: str
    domain: str
    user: str
    transport: str
    """``udp`` or ``tcp``."""
    host: str
    port: int
    """Where the answer comes: our own address."""
    call_id: str
    tag: str
    branch: str
    user_agent: str
    sequence: int = 1

    @property
    def uri(self) -> str:
        return f"sip:{self.domain}"

    def text(self, authorization: tuple[str, str] | None = None) -> str:
        """The request; ``authorization`` is a header's name and value."""
        address = f"sip:{self.user}@{self.domain}" if self.user else self.uri
        lines = [
            f"{self.method} {self.uri} SIP/2.0",
            f"Via: SIP/2.0/{self.transport.upper()} {self.host}:{self.port};rport"
            f";branch=z9hG4bK{self.branch}{self.sequence}",
            "Max-Forwards: 70",
            f"From: <{address}>;tag={self.tag}",
            f"To: <{address}>",
            f"Call-ID: {self.call_id}",
            f"CSeq: {self.sequence} {self.method}",
            f"User-Agent: {self.user_agent}",
        ]
        if authorization is not None:
            lines.append(": ".join(authorization))
        return "\r\n".join([*lines, "Content-Length: 0", "", ""])


@dataclass(frozen=True, slots=True)
class Reply:
    """A response; names of ``headers`` are small letters, of equal ones the first counts."""

    status: int
    phrase: str
    headers: Mapping[str, str]
    text: str

    @property
    def final(self) -> bool:
        return self.status >= 200


def parse_reply(data: bytes) -> Reply | None:
    """The response in ``data``; ``None`` if it is none, or not all of its headers are there."""
    text = data.decode("utf-8", "replace")
    head, end, _ = text.partition("\r\n\r\n")
    lines = head.split("\r\n")
    status = _STATUS.fullmatch(lines[0])
    if status is None or not end:
        return None
    headers: dict[str, str] = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        name = name.strip().lower()
        if colon:
            headers.setdefault(_SHORT.get(name, name), value.strip())
    return Reply(int(status[1]), status[2].strip(), headers, head)


def authorization(
    reply: Reply, question: Question, user: str, password: str, cnonce: str
) -> tuple[str, str] | None:
    """The header that answers the challenge of ``reply``; ``None`` if it has none that we know."""
    proxy = reply.status == 407
    challenge = reply.headers.get("proxy-authenticate" if proxy else "www-authenticate", "")
    kind, _, rest = challenge.partition(" ")
    given = {key.lower(): quoted or plain for key, quoted, plain in _CHALLENGE.findall(rest)}
    if kind.lower() != "digest" or given.get("algorithm", "MD5").upper() != "MD5":
        return None
    realm, nonce = given.get("realm", ""), given.get("nonce", "")
    secret = _md5(f"{user}:{realm}:{password}")
    what = _md5(f"{question.method}:{question.uri}")
    fields = {"username": user, "realm": realm, "nonce": nonce, "uri": question.uri}
    tail = ""
    if "auth" in [one.strip() for one in given.get("qop", "").split(",")]:
        fields["response"] = _md5(f"{secret}:{nonce}:00000001:{cnonce}:auth:{what}")
        fields["cnonce"] = cnonce
        tail = ", qop=auth, nc=00000001"
    else:
        fields["response"] = _md5(f"{secret}:{nonce}:{what}")
    if "opaque" in given:
        fields["opaque"] = given["opaque"]
    shown = ", ".join(f'{key}="{value}"' for key, value in fields.items())
    name = "Proxy-Authorization" if proxy else "Authorization"
    return name, f"Digest {shown}, algorithm=MD5{tail}"


def _md5(text: str) -> str:
    # SIP's digest (RFC 3261 §22.4) is MD5; the provider knows no other.
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
