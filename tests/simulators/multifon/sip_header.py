"""The structured header values: addresses, URIs, Via, credentials (RFC 3261 §20, §25)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.simulators.multifon.sip_message import MalformedMessageError

_URI = re.compile(
    r"(?P<scheme>sips?|tel):(?:(?P<user>[^@?]*)@)?(?P<host>\[[^\]]*\]|[^:;?@]+)?"
    r"(?::(?P<port>\d{1,5}))?(?P<params>(?:;[^?]*)?)(?:\?.*)?",
    re.IGNORECASE,
)
_VIA = re.compile(
    r"SIP\s*/\s*2\.0\s*/\s*(?P<transport>[A-Za-z0-9-]+)\s+(?P<host>\[[^\]]*\]|[^\s:;]+)"
    r"(?:\s*:\s*(?P<port>\d{1,5}))?\s*(?P<params>(?:;.*)?)",
    re.IGNORECASE,
)
_PARAMETER = re.compile(r";\s*([^\s=;]+)\s*(?:=\s*(\"(?:[^\"\\]|\\.)*\"|[^\s;]*))?\s*")
_CREDENTIAL = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=\s*(\"(?:[^\"\\]|\\.)*\"|[^,\s]*)\s*(?:,|$)")


def parse_parameters(text: str) -> dict[str, str]:
    """``;name=value;flag`` as a mapping; names in lower case, a flag's value is empty."""
    return {name.lower(): unquote(value) for name, value in _PARAMETER.findall(text)}


def format_parameters(parameters: Mapping[str, str]) -> str:
    return "".join(f";{n}={v}" if v else f";{n}" for n, v in parameters.items())


def unquote(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] == '"':
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    return value


@dataclass(frozen=True, slots=True)
class SipUri:
    """A SIP or tel URI; ``port`` is ``None`` when not written."""

    scheme: str
    user: str
    host: str
    port: int | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)


def parse_uri(text: str) -> SipUri:
    """Raises ``MalformedMessageError`` for anything but ``sip:``, ``sips:`` and ``tel:``."""
    found = _URI.fullmatch(text.strip())
    if found is None:
        raise MalformedMessageError(f"{text[:80]!r} is not a SIP URI")
    scheme = found["scheme"].lower()
    user, host = found["user"] or "", (found["host"] or "").lower()
    if scheme == "tel":
        user, host = host, ""
    elif not host:
        raise MalformedMessageError(f"{text[:80]!r} has no host")
    # A password behind the user is ignored (RFC 3261 §19.1.1 advises against it).
    user = user.partition(":")[0].partition(";")[0]
    port = int(found["port"]) if found["port"] else None
    return SipUri(scheme, user, host, port, parse_parameters(found["params"]))


@dataclass(frozen=True, slots=True)
class Address:
    """A From, To or Contact value; ``uri`` is the text between the angle brackets."""

    uri: str
    display: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def tag(self) -> str:
        return self.parameters.get("tag", "")


def parse_address(text: str) -> Address:
    """``"Name" <uri>;params``, or ``uri;params`` whose parameters are then the header's."""
    text = text.strip()
    bracketed = re.fullmatch(r'("(?:[^"\\]|\\.)*"|[^<"]*)\s*<([^>]*)>\s*((?:;.*)?)', text)
    if bracketed is not None:
        display = unquote(bracketed[1].strip())
        return Address(bracketed[2].strip(), display, parse_parameters(bracketed[3]))
    if "<" in text or not text:
        raise MalformedMessageError(f"{text[:80]!r} is not an address")
    uri, _, rest = text.partition(";")
    return Address(uri.strip(), "", parse_parameters(";" + rest) if rest else {})


@dataclass(frozen=True, slots=True)
class Via:
    transport: str
    host: str
    port: int | None
    parameters: Mapping[str, str]

    @property
    def branch(self) -> str:
        return self.parameters.get("branch", "")

    def __str__(self) -> str:
        port = "" if self.port is None else f":{self.port}"
        parameters = format_parameters(self.parameters)
        return f"SIP/2.0/{self.transport} {self.host}{port}{parameters}"


def parse_via(text: str) -> Via:
    found = _VIA.fullmatch(text.strip())
    if found is None:
        raise MalformedMessageError(f"{text[:80]!r} is not a Via")
    port = int(found["port"]) if found["port"] else None
    parameters = parse_parameters(found["params"])
    return Via(found["transport"].upper(), found["host"], port, parameters)


def parse_credentials(text: str) -> dict[str, str]:
    """The parameters of ``Digest name="value", …``; empty if it is another scheme."""
    scheme, _, rest = text.strip().partition(" ")
    if scheme.lower() != "digest":
        return {}
    return {name.lower(): unquote(value) for name, value in _CREDENTIAL.findall(rest)}
