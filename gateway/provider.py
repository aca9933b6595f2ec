"""Provider profile: what is particular to one SIP provider, as data (``gateway/providers``)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib import resources
from typing import Any

from gateway.call.number_plan import NumberPlan

KNOWN_FORMS = ("classic", "newer")
KNOWN_LOGINS = ("address", "number")
KNOWN_CODECS = ("PCMA", "PCMU")
MESSAGES = ("none", "plain", "movial")
VOICE, EVENTS = "voice", "events"
"""How digits travel in a call: as tones in the voice, or as telephone events (RFC 4733)."""
LOCAL, RE_INVITE = "local", "re-invite"
"""How a call is put on hold: here alone, or by telling the network (RFC 3264 §8.4)."""


@dataclass(frozen=True, slots=True)
class AccountServiceProfile:
    """The provider's account service over HTTPS (``gateway/multifon``)."""

    url: str
    """Address that the calls of the service are appended to; ``https://`` only."""
    login: str
    """What the account is called there: ``address`` (number@domain) or ``number``."""
    forms: tuple[str, ...]
    """Forms of the URLs, the one to try first at the front (``gateway/multifon/request.py``)."""

    def __post_init__(self) -> None:
        if not self.url.startswith("https://"):
            raise ValueError("the url of the account service begins with https://")
        if self.login not in KNOWN_LOGINS:
            raise ValueError(f"login is one of {', '.join(KNOWN_LOGINS)}, not {self.login!r}")
        if not self.forms or set(self.forms) - set(KNOWN_FORMS):
            raise ValueError(f"forms are some of {', '.join(KNOWN_FORMS)}")


@dataclass(frozen=True, slots=True)
class ProviderProfile:
    """One provider.  Every figure can be overridden by the settings of an account."""

    name: str
    domain: str
    """SIP domain of the address of record, and of the request URI of REGISTER and INVITE.

    Empty: each account names its own.
    """
    proxy: str
    """Host name of the outbound proxy; requests go there whatever the domain says.  Empty: the
    domain is a host name, too.
    """
    ports: tuple[int, ...]
    """Ports of the proxy, the best first."""
    transports: tuple[str, ...]
    """``udp`` and ``tcp``, the best first."""
    expiry: int
    """Registration interval that is asked for, seconds; the granted one is obeyed."""
    keep_alive: int
    """Seconds between keep-alive packets on UDP; 0 sends none."""
    codecs: tuple[str, ...]
    """Voice formats that are offered, the best first."""
    messages: str
    """How text messages travel (``gateway.sip.message_form.MessageForm``)."""
    digits: str
    """``voice`` or ``events``.  Events are only sent to a far end that takes them."""
    hold: str
    """``local``: the far end hears silence and the network is told nothing; or ``re-invite``."""
    calls: int
    """Calls at a time."""
    blocked_status: int
    """SIP status for a caller on the block list: 486 looks busy; 603 also ends the ringing of other
    telephones on the number.
    """
    retry_first: float
    """Seconds before the second try of a failed registration; doubles from try to try."""
    retry_longest: float
    """Longest delay between tries, seconds."""
    numbers: NumberPlan
    account_service: AccountServiceProfile | None
    """``None``: the provider has no such service."""

    def __post_init__(self) -> None:
        unknown = [codec for codec in self.codecs if codec not in KNOWN_CODECS]
        if unknown or not self.codecs:
            raise ValueError(f"codecs are some of {', '.join(KNOWN_CODECS)}, not {unknown}")
        if self.messages not in MESSAGES:
            raise ValueError(f"messages are {', '.join(MESSAGES)}, not {self.messages!r}")
        if self.digits not in (VOICE, EVENTS):
            raise ValueError(f"digits are {VOICE} or {EVENTS}, not {self.digits!r}")
        if self.hold not in (LOCAL, RE_INVITE):
            raise ValueError(f"hold is {LOCAL} or {RE_INVITE}, not {self.hold!r}")
        if not 400 <= self.blocked_status <= 699:
            raise ValueError("blocked_status is a SIP status from 400 to 699")
        if not self.transports or set(self.transports) - {"udp", "tcp"}:
            raise ValueError("transports are udp and tcp")
        if not self.ports or any(not 0 < port < 65536 for port in self.ports):
            raise ValueError("a port is from 1 to 65535")


def parse_provider(name: str, text: str) -> ProviderProfile:
    """Read a profile; ``ValueError`` says what is missing or wrong in it."""
    data: Mapping[str, Any] = tomllib.loads(text)
    values: dict[str, Any] = {}
    for field in fields(ProviderProfile):
        if field.name in {"numbers", "account_service"}:
            continue
        if field.name not in data:
            raise ValueError(f"provider {name}: {field.name} is missing")
        value = data[field.name]
        values[field.name] = tuple(value) if isinstance(value, list) else value
    unknown = set(data) - set(values) - {"number", "account_service"}
    if unknown:
        raise ValueError(f"provider {name}: unknown: {', '.join(sorted(unknown))}")
    numbers = NumberPlan.from_tables(data.get("number", []))
    service = _account_service(name, data.get("account_service"))
    return ProviderProfile(**values, numbers=numbers, account_service=service)


def _account_service(name: str, data: Mapping[str, Any] | None) -> AccountServiceProfile | None:
    if data is None:
        return None
    known = {field.name for field in fields(AccountServiceProfile)}
    if set(data) != known:
        raise ValueError(f"provider {name}: account_service has {', '.join(sorted(known))}")
    return AccountServiceProfile(data["url"], data["login"], tuple(data["forms"]))


def load_provider(name: str) -> ProviderProfile:
    """The shipped profile ``name``; ``ValueError`` lists those that there are."""
    source = resources.files("gateway") / "providers" / f"{name}.toml"
    if not source.is_file():
        raise ValueError(
            f"there is no provider {name!r}; there are: {', '.join(shipped_providers())}"
        )
    return parse_provider(name, source.read_text(encoding="utf-8"))


def shipped_providers() -> tuple[str, ...]:
    """The names of the profiles that are shipped, in order."""
    folder = resources.files("gateway") / "providers"
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))
