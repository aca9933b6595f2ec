"""Session descriptions: read the gateway's, write the network's (RFC 4566, RFC 3264)."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from tests.simulators.multifon.transport import HostPort

PCMU, PCMA = 0, 8
RTPMAP = {
    PCMA: ("a=rtpmap:8 PCMA/8000",),
    PCMU: ("a=rtpmap:0 PCMU/8000",),
    18: ("a=rtpmap:18 G729/8000", "a=fmtp:18 annexb=yes"),
    4: ("a=rtpmap:4 G723/8000", "a=fmtp:4 bitrate=6.3"),
}
CODEC_NAMES = {PCMA: "PCMA", PCMU: "PCMU"}
MIRRORED = {"sendrecv": "sendrecv", "sendonly": "recvonly", "recvonly": "sendonly"}
"""The answer's direction for the offer's (RFC 3264 §6.1)."""

_MEDIA = re.compile(r"m=audio\s+(\d{1,5})(?:/\d+)?\s+(\S+)\s+(.+)")
_CONNECTION = re.compile(r"c=IN\s+IP4\s+([0-9.]+)(?:/\d+)*\s*")


class UnusableSdpError(ValueError):
    """The description names no voice stream that G.711 over RTP could use."""


@dataclass(frozen=True, slots=True)
class Description:
    """The first audio stream of a session description."""

    address: str
    port: int
    profile: str
    formats: tuple[int, ...]
    direction: str

    @property
    def remote(self) -> HostPort:
        return (self.address, self.port)

    @property
    def carries_voice(self) -> bool:
        return self.port != 0 and self.direction != "inactive" and self.address != "0.0.0.0"

    @property
    def g711(self) -> int | None:
        """The first of PCMA and PCMU that is listed."""
        return next((pt for pt in self.formats if pt in CODEC_NAMES), None)


def parse_sdp(body: bytes) -> Description:
    """Raises ``UnusableSdpError`` with the reason."""
    lines = [line.strip() for line in body.decode("utf-8", "replace").splitlines()]
    start = next((i for i, line in enumerate(lines) if line.startswith("m=audio")), None)
    if start is None:
        raise UnusableSdpError("there is no audio stream")
    media = _MEDIA.fullmatch(lines[start])
    if media is None or int(media[1]) > 65535:
        raise UnusableSdpError(f"{lines[start]!r} cannot be read")
    first_media = next(i for i, line in enumerate(lines) if line.startswith("m="))
    following = start + 1
    end = next((i for i in range(following, len(lines)) if lines[i].startswith("m=")), len(lines))
    session, stream = lines[:first_media], lines[following:end]
    connection = None
    direction = "sendrecv"
    for line in [*session, *stream]:
        if found := _CONNECTION.fullmatch(line):
            connection = found[1]
        elif line.removeprefix("a=") in {*MIRRORED, "inactive"} and line.startswith("a="):
            direction = line.removeprefix("a=")
    if connection is None:
        raise UnusableSdpError("there is no IPv4 connection address")
    formats = tuple(int(word) for word in media[3].split() if word.isdigit())
    return Description(connection, int(media[1]), media[2].upper(), formats, direction)


def voice_codec(description: Description) -> int:
    """The payload type to use; ``UnusableSdpError`` if no G.711 voice would flow."""
    codec = description.g711
    if codec is None or not description.carries_voice:
        raise UnusableSdpError("it has no G.711 voice")
    return codec


class LocalDescription:
    """What the network says of its side of one call; versions count up."""

    def __init__(self, local: HostPort) -> None:
        self._local = local
        self._session = 1000000000 + secrets.randbelow(1000000000)
        self._version = self._session - 1

    def write(self, formats: tuple[int, ...], direction: str = "sendrecv") -> bytes:
        """Like the traces: no ``ptime``, no telephone-event, ``silenceSupp:off``."""
        self._version += 1
        address, port = self._local
        payloads = " ".join(str(pt) for pt in formats)
        lines = [
            "v=0",
            f"o=Dialogic_SDP {self._session} {self._version} IN IP4 {address}",
            "s=Dialogic-SIP",
            f"c=IN IP4 {address}",
            "t=0 0",
            f"m=audio {port} RTP/AVP {payloads}",
            *(line for pt in formats for line in RTPMAP[pt]),
            "a=silenceSupp:off - - - -",
        ]
        if direction != "sendrecv":
            lines.append(f"a={direction}")
        return ("\r\n".join(lines) + "\r\n").encode("ascii")
