"""Mutated SIP messages, the same ones for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from tests.torture.messages import MESSAGES, SDP, Scene, request, response

PIECES = (
    b"\r\n", b"\r\n\r\n", b"\x00", b"\xff\xfe", b"%00", b"<", b">", b'"', b";", b",", b"=", b"@",
    b":", b"sip:", b"sips:", b"tel:", b"[::1]", b"127.0.0.1:0", b"999999999999999999999", b"-1",
    b";tag=", b";branch=", b";lr", b";rport", b";received=", b"A" * 600, b"\xd0\x9c" * 80, b"*",
    b"Content-Length: 4294967296\r\n", b"Via: SIP/2.0/UDP a;branch=b\r\n", b"Require: 100rel\r\n",
    b"Record-Route: <sip:x;lr>\r\n", b"Replaces: a;to-tag=b;from-tag=c\r\n", b"Contact: *\r\n",
    b"Session-Expires: 1\r\nMin-SE: 1\r\n", b"Service-Route: \r\n", b"P-Associated-URI: \r\n",
    b"Join: a;to-tag=b;from-tag=c\r\n", b"Refer-To: <sip:0@0>\r\n", b"RSeq: 4294967295\r\n",
    b"m=audio 0 RTP/AVP 255\r\n", b"a=rtpmap:8 PCMA/0\r\n", b"c=IN IP4 256.1.1.1\r\n",
    b"a=ptime:0\r\n", b"m=audio 40000 RTP/SAVPF 8\r\na=crypto:1 X inline:Y\r\n",
)  # fmt: skip
"""What is put into messages: the words and signs that parsers turn on."""
METHODS = (
    "INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REGISTER", "INFO", "UPDATE", "PRACK", "REFER",
    "NOTIFY", "SUBSCRIBE", "MESSAGE", "PUBLISH",
)  # fmt: skip


def _grown(scene: Scene) -> Sequence[bytes]:
    """The messages that mutations begin with."""
    whole = [make(scene, f"m{number}") for number, make in enumerate(MESSAGES.values())]
    for method in METHODS:
        whole.append(request(scene, f"in-{method}", method, body=SDP))
        tagged = {"To": f"<sip:{scene.account}@multifon.ru>;tag=known"}
        whole.append(request(scene, f"at-{method}", method, change=tagged, body=SDP))
    statuses = (100, 180, 183, 200, 302, 401, 407, 422, 481, 491, 500, 603)
    whole.extend(response(scene, f"r{code}", f"SIP/2.0 {code} Text") for code in statuses)
    return whole


def mutated(scene: Scene, seed: int, count: int) -> Iterator[bytes]:
    """``count`` messages, each with a call, a transaction and one to six faults of its own."""
    luck = random.Random(seed)
    grown = _grown(scene)
    for number in range(count):
        message = bytearray(luck.choice(grown))
        # So that no message is absorbed as the repetition of an earlier one.
        unique = f"z9hG4bK{seed}-{number}-".encode()
        message = bytearray(message.replace(b"z9hG4bK-", unique).replace(b"@torture", unique))
        for _ in range(luck.randint(1, 6)):
            _spoil(luck, message, grown)
        yield bytes(message)


def _spoil(luck: random.Random, message: bytearray, grown: Sequence[bytes]) -> None:
    size = len(message)
    if not size:
        message += luck.choice(grown)
        return
    begin = luck.randrange(size)
    end = min(size, begin + luck.choice((1, 2, 4, 16, 64)))
    match luck.randrange(8):
        case 0:
            message[begin] = luck.randrange(256)
        case 1:
            del message[begin:end]
        case 2:
            message[begin:begin] = luck.choice(PIECES)
        case 3:
            message[begin:begin] = message[begin:end] * luck.choice((2, 3, 40))
        case 4:
            del message[begin:]
        case 5:
            lines = bytes(message).split(b"\r\n")
            luck.shuffle(lines)
            message[:] = b"\r\n".join(lines)
        case 6:
            other = luck.choice(grown)
            message[begin:] = other[luck.randrange(len(other)) :]
        case 7:
            lines = bytes(message).split(b"\r\n")
            del lines[luck.randrange(len(lines))]
            message[:] = b"\r\n".join(lines)
