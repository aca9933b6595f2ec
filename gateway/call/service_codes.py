"""Dial codes: numbers that ask the gateway itself for something, instead of calling somebody."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import replace
from itertools import takewhile
from typing import Final

from gateway.call.dial_pattern import DialPattern
from gateway.call.number_plan import NumberPlan, Rule


class Service(enum.Enum):
    """What a code asks for; ``value`` is the stable name."""

    HELP = "help"
    BALANCE = "balance"
    ROUTE_TO_PHONE = "routing-phone"
    ROUTE_TO_MULTIFON = "routing-multifon"
    ROUTE_TO_BOTH = "routing-both"
    STATE = "state"
    PROVE = "prove"
    """The code that the set-up page shows is dialled behind this one."""
    SPEAK_CODE = "speak-code"
    """A code is spoken, which the set-up page asks for."""
    FINGERPRINT = "fingerprint"
    """The fingerprint of the set-up page's certificate is spoken."""
    SCENE = "scene"
    """The two digits behind it are told to the smart home."""


PROOF_DIGITS: Final = 6
"""Digits of the code that proves who is at the adapter."""
SCENE_DIGITS: Final = 2
"""Digits that name a scene of the smart home."""
_FURTHER: Mapping[Service, str] = {
    Service.PROVE: PROOF_DIGITS * "x",
    Service.SCENE: SCENE_DIGITS * "x",
}
"""What is dialled behind a code, as a dial pattern."""
_SECRET = frozenset({Service.PROVE})
"""Services with a secret behind their code."""


Codes = Mapping[Service, tuple[str, ...]]
"""The codes of each service; none switches it off."""

DEFAULT_CODES: Codes = {
    Service.HELP: ("***0", "2220"),
    Service.BALANCE: ("***1", "2221"),
    Service.ROUTE_TO_PHONE: ("***2", "2222"),
    Service.ROUTE_TO_MULTIFON: ("***3", "2223"),
    Service.ROUTE_TO_BOTH: ("***4", "2224"),
    Service.STATE: ("***5", "2225"),
    Service.PROVE: ("***6", "2226"),
    Service.SPEAK_CODE: ("***7", "2227"),
    Service.FINGERPRINT: ("***8", "2228"),
    Service.SCENE: ("***9", "2229"),
}
"""Three stars begin no code of the networks (3GPP TS 22.030: ``*``, ``#``, ``*#``, ``**``, ``##``).

A rotary dial has no star.  No number that MultiFon takes begins with 2.  The last digits of the
routing codes are those of MegaFon's own menu ``*137#``.
"""


def with_codes(plan: NumberPlan, codes: Codes) -> NumberPlan:
    """``plan`` in which the codes ask for services.  A code goes before every number."""
    rules = [
        Rule(
            f"{service.value}, {code}",
            DialPattern.parse(code + _FURTHER.get(service, "")),
            service=service.value,
            secret_behind=len(code) if service in _SECRET else None,
        )
        for service, given in codes.items()
        for code in given
    ]
    return replace(plan, rules=(*rules, *plan.rules))


def siblings(code: str, codes: Codes) -> Mapping[Service, str]:
    """For each service that has a code, the one that is most like ``code``."""

    def alike(other: str) -> int:
        pairs = zip(code, other, strict=False)
        return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))

    return {service: max(given, key=alike) for service, given in codes.items() if given}
