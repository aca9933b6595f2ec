"""Dial codes: numbers that ask the gateway itself for something, instead of calling somebody."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import replace
from itertools import takewhile

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


Codes = Mapping[Service, tuple[str, ...]]
"""The codes of each service; none switches it off."""

DEFAULT_CODES: Codes = {
    Service.HELP: ("***0", "2220"),
    Service.BALANCE: ("***1", "2221"),
    Service.ROUTE_TO_PHONE: ("***2", "2222"),
    Service.ROUTE_TO_MULTIFON: ("***3", "2223"),
    Service.ROUTE_TO_BOTH: ("***4", "2224"),
    Service.STATE: ("***5", "2225"),
}
"""Three stars begin no code of the networks (3GPP TS 22.030: ``*``, ``#``, ``*#``, ``**``, ``##``).

A rotary dial has no star.  No number that MultiFon takes begins with 2.  The last digits of the
routing codes are those of MegaFon's own menu ``*137#``.
"""


def with_codes(plan: NumberPlan, codes: Codes) -> NumberPlan:
    """``plan`` in which the codes ask for services.  A code goes before every number."""
    rules = [
        Rule(f"{service.value}, {code}", DialPattern.parse(code), service=service.value)
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
