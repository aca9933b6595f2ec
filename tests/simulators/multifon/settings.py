"""What the network is told: its accounts, and every behaviour of MultiFon that is uncertain.

Nothing here was tested against a live account; each value is a setting because the real one is
known from a few traces only, or not at all.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Account:
    """A subscriber: ``number`` is 11 digits without ``+`` and also the digest user name."""

    number: str
    password: str

    def __post_init__(self) -> None:
        if not (self.number.isascii() and self.number.isdigit()):
            raise ValueError(f"account number {self.number!r} is not made of digits")
        if not self.password:
            raise ValueError(f"account {self.number} needs a password")


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings.  Those of ``START_ONLY`` cannot change while the network runs.

    Times are in seconds, money in roubles.  A wrong value raises ``ValueError`` with a sentence.
    """

    accounts: tuple[Account, ...] = ()
    address: str = "127.0.0.1"
    port: int = 0
    """UDP and TCP port; 0 takes a free one."""
    control: str = ""
    """Path of the control socket; empty for none."""
    t1: float = 0.5
    """Round-trip estimate of RFC 3261 §17.1.1.1; all retransmissions follow from it."""

    farewell: float = 1.0
    """How long the network waits for answers to its last BYE and CANCEL when it stops."""
    domains: tuple[str, ...] = ("multifon.ru", "sbc.megafon.ru", "sbc.multifon.ru", "localhost")
    """Hosts of request URIs that are ours, besides ``address``."""
    realm: str = "BREDBAND"
    expires: int = 60
    """Longest registration that is granted."""
    register_challenge: int = 401
    register_status: int = 0
    """Every REGISTER is refused with this SIP status; 0 judges them."""
    invite_challenge: int = 407
    bye_challenge: int = 0
    """401 or 407 asks for credentials on BYE too; 0 does not."""
    dialog_challenge: int = 0
    """401 or 407 asks for credentials on OPTIONS and re-INVITE; 0 does not."""
    wrong_password: int = 403
    """Answer to a second wrong password in a row; 401 challenges for ever."""
    unknown_account: int = 404
    nonce_lifetime: float = 3600.0
    idle_500: float = 0.0
    """After so long without REGISTER or INVITE, INVITE gets 500 until a REGISTER; 0: never."""
    call_limit: int = 2
    call_limit_status: int = 503
    balance: float = 100.0
    minimum_balance: float = 7.5
    """Five minutes at 1.5 roubles: below it outgoing calls are refused."""
    low_balance_status: int = 403
    ring_cycle: float = 5.0
    """Length of one ringback: 1 s of tone and 4 s of silence in Russia."""
    no_answer: float = 60.0
    """How long a called party rings before the network gives up with 480."""
    unreachable_status: int = 480
    codecs: tuple[int, ...] = (8, 0, 18, 4)
    """RTP payload types that are offered on a call to the account."""
    reachable: bool = True
    """False: the network has vanished; nothing is received and nothing is sent."""
    udp: bool = True
    """False: nothing is heard on UDP, as behind a router that spoils it; TCP works."""
    follow_contact: bool = False
    """Requests in a call go to the telephone's Contact, and not the way that its messages came."""
    service_route_transport: str = ""
    """``transport`` of the Service-Route; empty for that of the REGISTER."""
    speaks: bool = True
    """False: no voice is sent in any call, although SIP goes on as if."""
    drop_invites: bool = False
    """INVITEs get no answer at all, while REGISTER is answered."""
    lose_acks: bool = False
    """The ACK of an answered call never arrives, in neither direction."""
    alg: bool = False
    """A router on the way rewrites the Contact of REGISTER and does not write it back."""
    rtcp: bool = False
    """Reports on the voice are sent; whether MultiFon does is not known."""
    loss_to_account: float = 0.0
    """Voice packets to the account that are lost, per cent; of calls that begin from now on."""
    loss_from_account: float = 0.0
    """The same of those from the account."""
    loss_seed: int = 0
    """Chooses which packets those are: the same seed, the same places in every call."""
    voice: str = "ru"
    """Voice of espeak-ng for the announcements."""

    def __post_init__(self) -> None:
        for name, allowed in _ALLOWED.items():
            if getattr(self, name) not in allowed:
                choice = " or ".join(str(value) for value in allowed)
                raise ValueError(f"{name} is {choice}, not {getattr(self, name)!r}")
        for name in ("call_limit_status", "unreachable_status"):
            if not 400 <= getattr(self, name) <= 699:
                raise ValueError(f"{name} is a SIP status between 400 and 699")
        for name in ("t1", "nonce_lifetime", "ring_cycle", "no_answer"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} is more than 0 seconds")
        if self.register_status and not 400 <= self.register_status <= 699:
            raise ValueError("register_status is 0, or a SIP status between 400 and 699")
        if self.expires < 1 or self.call_limit < 0 or self.idle_500 < 0:
            raise ValueError("expires is 1 or more, call_limit and idle_500 are 0 or more")
        if not (0 <= self.loss_to_account <= 100 and 0 <= self.loss_from_account <= 100):
            raise ValueError("a loss is between 0 and 100 per cent")
        if not 0 <= self.port <= 65535:
            raise ValueError("a port is between 0 and 65535")
        if not self.codecs or self.codecs[0] not in {0, 8} or set(self.codecs) - {0, 4, 8, 18}:
            raise ValueError("codecs are of 8, 0, 18 and 4, and begin with 8 or 0")
        if len({account.number for account in self.accounts}) != len(self.accounts):
            raise ValueError("an account is given twice")

    def changed(self, values: Mapping[str, object], *, running: bool = True) -> Settings:
        """These settings with ``values`` instead; ``ValueError`` names a wrong one.

        Before the start (not ``running``) the settings of ``START_ONLY`` may be given too.
        """
        known = _CHANGEABLE if running else _CHANGEABLE + START_ONLY
        typed: dict[str, Any] = {}
        for name, value in values.items():
            if name not in known:
                there = ", ".join(known)
                raise ValueError(f"there is no setting {name!r} to change; there are: {there}")
            typed[name] = _typed(name, value)
        return dataclasses.replace(self, **typed)

    def changeable(self) -> dict[str, object]:
        """The settings that ``changed`` takes, with their present values."""
        return {name: getattr(self, name) for name in _CHANGEABLE}


_ALLOWED: Mapping[str, tuple[int, ...]] = {
    "register_challenge": (401, 407),
    "invite_challenge": (401, 407),
    "bye_challenge": (0, 401, 407),
    "dialog_challenge": (0, 401, 407),
    "wrong_password": (401, 403),
    "unknown_account": (403, 404),
    "low_balance_status": (402, 403),
}
_COMMAND_LINE = ("accounts", "address", "port", "control")
"""Given by options of their own."""
START_ONLY = ("t1", "farewell", "domains")
_CHANGEABLE = tuple(
    field.name
    for field in dataclasses.fields(Settings)
    if field.name not in _COMMAND_LINE + START_ONLY
)
_DEFAULTS = Settings()


def _typed(name: str, value: object) -> object:
    """``value`` (of JSON or of Python) as the type of the setting ``name``."""
    default = getattr(_DEFAULTS, name)
    whole = isinstance(value, int) and not isinstance(value, bool)
    match default:
        case bool():
            fits, kind = isinstance(value, bool), "true or false"
        case str():
            fits, kind = isinstance(value, str), "a text"
        case tuple():
            of = type(default[0])
            fits = isinstance(value, (list, tuple)) and all(type(v) is of for v in value)
            kind = "a list of numbers" if of is int else "a list of texts"
        case int():
            fits, kind = whole, "a whole number"
        case _:
            fits, kind = whole or isinstance(value, float), "a number"
    if not fits:
        raise ValueError(f"{name} is {kind}, not {value!r}")
    make: Callable[[object], object] = type(default)
    return make(value)
