"""What the gateway answers to a dial code, as pieces to be spoken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from gateway.call.reason import Reason
from gateway.call.service_codes import Codes, Service, siblings
from gateway.prompts.amounts import amount_of_money, code, telephone_number
from gateway.prompts.language import LONG_PAUSE, SHORT_PAUSE, Language

Pieces = tuple[str, ...]

MODES: Mapping[Service, str] = {
    Service.ROUTE_TO_PHONE: "phone",
    Service.ROUTE_TO_MULTIFON: "multifon",
    Service.ROUTE_TO_BOTH: "both",
}
"""Where incoming calls go: the names of the modes, by the service that sets them."""

_WHY: Mapping[Reason | None, str] = {
    None: "why-connecting",
    Reason.NOT_REGISTERED: "why-connecting",
    Reason.WRONG_PASSWORD: "why-password",
    Reason.NOT_ALLOWED: "why-refused",
    Reason.REFUSED: "why-refused",
    Reason.NO_ROUTE: "why-address",
    Reason.NO_REPLY: "why-silent",
    Reason.NETWORK_LOST: "why-silent",
}
_ANY_OTHER = "why-network"

_HELP: Mapping[Service, str] = {
    Service.BALANCE: "help-balance",
    Service.ROUTE_TO_PHONE: "help-phone",
    Service.ROUTE_TO_MULTIFON: "help-multifon",
    Service.ROUTE_TO_BOTH: "help-both",
    Service.STATE: "help-state",
    Service.HELP: "help-menu",
}


def balance(amount: Decimal, language: Language) -> Pieces:
    """The balance; ``ValueError`` if the amount cannot be one."""
    return ("balance-is", *amount_of_money(amount, language))


def routing(mode: str) -> Pieces:
    """Where incoming calls go."""
    return (f"routing-{mode}",)


def routing_set(mode: str) -> Pieces:
    return ("done", LONG_PAUSE, *routing(mode))


def state(registered: bool, reason: Reason | None, number: str, language: Language) -> Pieces:
    """Whether the line works, and why not; its number.  Without an account it has none."""
    if registered:
        spoken: Pieces = ("line-works",)
    elif not number:
        spoken = ("line-fails", LONG_PAUSE, "why-no-account")
    else:
        spoken = ("line-fails", LONG_PAUSE, _WHY.get(reason, _ANY_OTHER))
    if number:
        spoken += (LONG_PAUSE, "number-is", *telephone_number(number, language))
    return spoken


PROOF_ACCEPTED: Pieces = ("proof-accepted",)
PROOF_REFUSED: Pieces = ("proof-refused",)


def proof(digits: str, language: Language) -> Pieces:
    """A code for the set-up page, twice, in two groups."""
    half = len(digits) // 2
    said = (*code(digits[:half], language), LONG_PAUSE, *code(digits[half:], language))
    return ("proof-is", LONG_PAUSE, *said, LONG_PAUSE, "proof-again", LONG_PAUSE, *said)


def fingerprint(groups: Sequence[str], language: Language) -> Pieces:
    """The beginning of a certificate's fingerprint, sign by sign; none: there is no certificate."""
    if not groups:
        return ("fingerprint-missing",)
    spoken: list[str] = ["fingerprint-is"]
    for group in groups:
        spoken.append(LONG_PAUSE)
        for sign in group:
            spoken += code(sign, language) if sign.isdigit() else (f"letter-{sign}",)
    return tuple(spoken)


def menu(dialled: str, codes: Codes, language: Language) -> Pieces:
    """Every service that has a code, with the code that is most like the one ``dialled``."""
    known = siblings(dialled, codes)
    prefix = _common([*known.values()])
    spoken: list[str] = []
    if prefix and prefix not in known.values():
        spoken += ["help-dial", *code(prefix, language), SHORT_PAUSE, "help-then", LONG_PAUSE]
    else:
        prefix = ""
    for service, phrase in _HELP.items():
        if service in known:
            rest = known[service].removeprefix(prefix)
            spoken += [*code(rest, language), SHORT_PAUSE, phrase, LONG_PAUSE]
    return tuple(spoken)


def _common(codes: Sequence[str]) -> str:
    """What all codes begin with."""
    shortest = min(codes, key=len, default="")
    ends = (n for n in range(len(shortest), 0, -1) if all(c[:n] == shortest[:n] for c in codes))
    return shortest[: next(ends, 0)]
