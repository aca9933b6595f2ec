"""SIP messages with everything that RFC 4475 is about, written for the gateway under test.

Each is named after the section of the RFC whose question it asks.  The texts are our own: what is
asked is the same, the names and numbers are those of the account, so that the gateway has to look
at the message and cannot refuse it for another reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 40000 RTP/AVP 8 0\r\na=rtpmap:8 PCMA/8000\r\n"
)


@dataclass(frozen=True, slots=True)
class Scene:
    """``account`` at ``target`` (``host:port``) gets messages from ``source``."""

    account: str
    target: str
    source: str

    @property
    def uri(self) -> str:
        return f"sip:{self.account}@{self.target}"


def request(
    scene: Scene,
    name: str,
    method: str = "INVITE",
    *,
    line: str = "",
    change: Mapping[str, str | None] | None = None,
    extra: str = "",
    body: str = "",
    length: int | None = None,
) -> bytes:
    """A request in order, but for ``line`` (the request line), ``change`` and ``extra`` headers."""
    headers: dict[str, str | None] = {
        "Via": f"SIP/2.0/UDP {scene.source};branch=z9hG4bK-{name}",
        "Max-Forwards": "70",
        "From": f"<sip:74951234567@multifon.ru>;tag={name}",
        "To": f"<sip:{scene.account}@multifon.ru>",
        "Call-ID": f"{name}@torture",
        "CSeq": f"1 {method}",
        "Contact": f"<sip:74951234567@{scene.source}>",
        "Content-Type": "application/sdp" if body else None,
        "Content-Length": str(len(_octets(body)) if length is None else length),
    }
    headers |= change or {}
    text = line or f"{method} {scene.uri} SIP/2.0"
    text += "".join(f"\r\n{key}: {value}" for key, value in headers.items() if value is not None)
    return _octets(f"{text}\r\n{extra}\r\n{body}")


def _octets(text: str) -> bytes:
    """``text`` in UTF-8; a surrogate is a byte that is none."""
    return text.encode("utf-8", "surrogateescape")


def response(scene: Scene, name: str, line: str, extra: str = "") -> bytes:
    """A response that belongs to nothing."""
    return (
        f"{line}\r\nVia: SIP/2.0/UDP {scene.target};branch=z9hG4bK-{name}\r\n"
        f"From: <sip:{scene.account}@multifon.ru>;tag={name}\r\n"
        f"To: <sip:{scene.account}@multifon.ru>;tag=x\r\nCall-ID: {name}@torture\r\n"
        f"CSeq: 8 INVITE\r\n{extra}Content-Length: 0\r\n\r\n"
    ).encode()


Make = Callable[[Scene, str], bytes]


def _wsinv(scene: Scene, name: str) -> bytes:
    return (
        f"INVITE {scene.uri};unknownparam SIP/2.0\r\n"
        f"TO :\r\n <sip:{scene.account}@multifon.ru>;x=y"
        f'\r\nfrom   : "J Rosenberg \\\\\\""  <sip:74951234567@multifon.ru>\r\n ;\r\n tag = {name}'
        f"\r\nMaX-fOrWaRdS: 0068\r\nCall-ID: {name}@torture\r\nCSeq: 0009\r\n  INVITE\r\n"
        f"Via  : SIP  /   2.0\r\n /UDP\r\n    {scene.source};branch=z9hG4bK-{name}\r\ns :\r\n"
        "NewFangledHeader:   newfangled value\r\n continued newfangled value\r\n"
        "UnknownHeaderWithUnusualValue: ;;,,;;,;\r\nContent-Type: application/sdp\r\n"
        f"Route:\r\n <sip:{scene.target};unknownwith=value;unknown-no-value>\r\n"
        f'm:"Quoted string \\"\\"" <sip:74951234567@{scene.source}> ; newparam =\r\n  newvalue ;'
        f"\r\n  secondparam ; q = 0.33\r\nl: {len(SDP)}\r\n\r\n{SDP}"
    ).encode()


def _twice(scene: Scene, name: str) -> bytes:
    first = request(scene, name, "REGISTER", length=0)
    return first + request(scene, name + "-second", body=SDP)


def _long(scene: Scene, name: str) -> bytes:
    long = "long" * 60
    extra = f"Unknown-{long}: {long}\r\n" + "".join(
        f"Via: SIP/2.0/UDP host{number}.example.com;branch={long}\r\n" for number in range(30)
    )
    return request(
        scene,
        name,
        change={
            "From": f"{long} <sip:{long}@example.com>;tag={long};{long}={long}",
            "Call-ID": long,
        },
        extra=extra,
        body=SDP,
    )


MESSAGES: Mapping[str, Make] = {
    # 3.1.1, valid
    "3.1.1.1 wsinv": _wsinv,
    "3.1.1.2 intmeth": lambda s, n: request(
        s,
        n,
        line=f"!interesting-Method0123456789_*+`.%indeed'~ {s.uri} SIP/2.0",
        change={
            "CSeq": "139122385 !interesting-Method0123456789_*+`.%indeed'~",
            "To": '"BEL:\x07 NUL:\x00 DEL:\x7f" <sip:1_unusual.URI~(to-be!sure)&isn\'t+it$/crazy?'
            ",/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com>",
        },
        extra="extensionHeader-!.%*+_`'~:\ufeff大停電\r\n",
    ),
    "3.1.1.3 esc01": lambda s, n: request(
        s,
        n,
        line=f"INVITE sip:sips%3A{s.account}%40example.com@{s.target};other-param=summit SIP/2.0",
        change={"From": f"<sip:I%20have%20spaces@example.net>;tag={n}"},
        body=SDP,
    ),
    "3.1.1.4 escnull": lambda s, n: request(
        s,
        n,
        "REGISTER",
        change={
            "To": "<sip:null-%00-null@example.com>",
            "Contact": "<sip:%00@host5.example.com>, <sip:%00%00@host5.example.com>",
        },
    ),
    "3.1.1.5 esc02": lambda s, n: request(
        s, n, line=f"RE%47IST%45R {s.uri} SIP/2.0", change={"CSeq": "29344 RE%47IST%45R"}
    ),
    "3.1.1.6 lwsdisp": lambda s, n: request(
        s, n, "OPTIONS", change={"From": f"caller<sip:caller@example.com>;tag={n}"}
    ),
    "3.1.1.7 longreq": _long,
    "3.1.1.8 dblreq": _twice,
    "3.1.1.9 semiuri": lambda s, n: request(
        s, n, "OPTIONS", line=f"OPTIONS sip:user;par=u%40example.net@{s.target} SIP/2.0"
    ),
    "3.1.1.10 transports": lambda s, n: request(
        s,
        n,
        "OPTIONS",
        extra="".join(
            f"Via: SIP/2.0/{kind} t{number}.example.com;branch=z9hG4bK{number}\r\n"
            for number, kind in enumerate(("SCTP", "TLS", "UNKNOWN", "TCP"))
        ),
    ),
    "3.1.1.11 mpart01": lambda s, n: request(
        s,
        n,
        "MESSAGE",
        change={"Content-Type": "multipart/mixed;boundary=7a9cbec02ceef655"},
        body="--7a9cbec02ceef655\r\nContent-Type: text/plain\r\n\r\nHello\r\n--7a9cbec02ceef655\r\n"
        "Content-Type: application/octet-stream\r\n\r\n\x00\x01\x02\udcff\r\n--7a9cbec02ceef655--",
    ),
    "3.1.1.12 unreason": lambda s, n: response(s, n, "SIP/2.0 200 = 2**3 * 5**2 но сто девяносто"),
    "3.1.1.13 noreason": lambda s, n: response(s, n, "SIP/2.0 100 "),
    # 3.1.2, invalid
    "3.1.2.1 badinv01": lambda s, n: request(
        s,
        n,
        change={"Via": f"SIP/2.0/UDP {s.source};;,;,,", "Contact": '"Joe" <sip:joe@x.org>;;;;'},
        body=SDP,
    ),
    "3.1.2.2 clerr": lambda s, n: request(s, n, body=SDP, length=9999),
    "3.1.2.3 ncl": lambda s, n: request(s, n, body=SDP, length=-999),
    "3.1.2.4 scalar02": lambda s, n: request(
        s, n, "REGISTER", change={"CSeq": "36893488147419103232 REGISTER", "Max-Forwards": "300"}
    ),
    "3.1.2.5 scalarlg": lambda s, n: response(
        s, n, "SIP/2.0 503 Service Unavailable", "Retry-After: 949302838503028349304023988\r\n"
    ),
    "3.1.2.6 quotbal": lambda s, n: request(
        s, n, change={"To": f'"Mr. J. User <sip:{s.account}@multifon.ru>'}, body=SDP
    ),
    "3.1.2.7 ltgtruri": lambda s, n: request(s, n, line=f"INVITE <{s.uri}> SIP/2.0", body=SDP),
    "3.1.2.8 lwsruri": lambda s, n: request(s, n, line=f"INVITE {s.uri}; lr SIP/2.0", body=SDP),
    "3.1.2.9 lwsstart": lambda s, n: request(s, n, line=f"INVITE  {s.uri}  SIP/2.0", body=SDP),
    "3.1.2.10 trws": lambda s, n: request(s, n, "OPTIONS", line=f"OPTIONS {s.uri} SIP/2.0  \t"),
    "3.1.2.11 escruri": lambda s, n: request(
        s, n, line=f"INVITE {s.uri}?Route=%3Csip:example.com%3E SIP/2.0", body=SDP
    ),
    "3.1.2.12 baddate": lambda s, n: request(
        s, n, extra="Date: Fri, 01 Jan 2010 16:00:00 EST\r\n", body=SDP
    ),
    "3.1.2.13 regbadct": lambda s, n: request(
        s, n, "REGISTER", change={"Contact": "sip:user@example.com?Route=%3Csip:sip.example.com%3E"}
    ),
    "3.1.2.14 badaspec": lambda s, n: request(
        s, n, "OPTIONS", change={"To": f'"Watson, Thomas" < sip:{s.account}@multifon.ru >'}
    ),
    "3.1.2.15 baddn": lambda s, n: request(
        s, n, "OPTIONS", change={"From": f"Bell, Alexander <sip:a.g.bell@example.com>;tag={n}"}
    ),
    "3.1.2.16 badvers": lambda s, n: request(s, n, "OPTIONS", line=f"OPTIONS {s.uri} SIP/7.0"),
    "3.1.2.17 mismatch01": lambda s, n: request(s, n, "OPTIONS", change={"CSeq": "8 INVITE"}),
    "3.1.2.18 mismatch02": lambda s, n: request(
        s, n, line=f"NEWMETHOD {s.uri} SIP/2.0", change={"CSeq": "8 INVITE"}, body=SDP
    ),
    "3.1.2.19 bigcode": lambda s, n: response(s, n, "SIP/2.0 4294967301 better not break"),
    # 3.2, transaction layer
    "3.2.1 badbranch": lambda s, n: request(
        s, n, "OPTIONS", change={"Via": f"SIP/2.0/UDP {s.source};branch=z9hG4bK"}
    ),
    # 3.3, application layer
    "3.3.1 insuf": lambda s, n: request(
        s, n, change={"From": None, "To": None, "Call-ID": None}, body=SDP
    ),
    "3.3.2 unkscm": lambda s, n: request(
        s, n, "OPTIONS", line="OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0"
    ),
    "3.3.3 novelsc": lambda s, n: request(
        s, n, "OPTIONS", line="OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0"
    ),
    "3.3.4 unksm2": lambda s, n: request(
        s, n, "REGISTER", change={"To": "isbn:2983792873", "Contact": "<name:John_Smith>"}
    ),
    "3.3.5 bext01": lambda s, n: request(
        s, n, "OPTIONS", extra="Require: nothingSupportsThis\r\nProxy-Require: norThis\r\n"
    ),
    "3.3.6 invut": lambda s, n: request(
        s, n, change={"Content-Type": "application/unknownformat"}, body="<audio>\r\n</audio>\r\n"
    ),
    "3.3.7 regaut01": lambda s, n: request(
        s, n, "REGISTER", extra="Authorization: NoOneKnowsThisScheme opaque-data=here\r\n"
    ),
    "3.3.8 multi01": lambda s, n: request(
        s,
        n,
        extra="CSeq: 59 INVITE\r\nMax-Forwards: 5\r\nFrom: sip:other@example.net;tag=2\r\n"
        f"Call-ID: {n}-2\r\nTo: sip:t.watson@example.org\r\n",
        body=SDP,
    ),
    "3.3.9 mcl01": lambda s, n: request(
        s, n, "OPTIONS", extra="Content-Length: 15\r\nl: 138\r\n", body="There's no way to know"
    ),
    "3.3.10 bcast": lambda s, n: response(
        s, n, "SIP/2.0 200 OK", "Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23\r\n"
    ),
    "3.3.11 zeromf": lambda s, n: request(s, n, "OPTIONS", change={"Max-Forwards": "0"}),
    "3.3.12 cparam01": lambda s, n: request(
        s, n, "REGISTER", change={"Contact": f"sip:+19725552222@{s.source};unknownparam"}
    ),
    "3.3.13 cparam02": lambda s, n: request(
        s, n, "REGISTER", change={"Contact": f"<sip:+19725552222@{s.source};unknownparam>"}
    ),
    "3.3.14 regescrt": lambda s, n: request(
        s, n, "REGISTER", change={"Contact": "<sip:user@example.com?Route=%3Csip:s.org%3E>"}
    ),
    "3.3.15 sdp01": lambda s, n: request(s, n, extra="Accept: text/nobodyKnowsThis\r\n"),
    # 3.4, backward compatibility
    "3.4.1 inv2543": lambda s, n: request(
        s,
        n,
        change={
            "Via": f"SIP/2.0/UDP {s.source}",
            "From": "sip:74951234567@multifon.ru",
            "Max-Forwards": None,
            "Contact": None,
        },
        body=SDP,
    ),
}
