"""How the account service behaves, and misbehaves.  Nothing was tested against the real one."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FORMS = ("classic", "newer")
BALANCE_FORMS = ("point", "comma", "lines")
FAULTS = {
    "": "none",
    "http-NNN": "HTTP status NNN instead of an answer",
    "code-NNN": "result code NNN; nothing is performed",
    "no-result": "an answer without its result",
    "broken-xml": "XML that ends in the middle",
    "bomb": "XML whose entities grow when they are expanded",
    "windows-1251": "an answer in another encoding",
    "huge": "ten megabytes",
    "slow": "a byte now and then, for ever",
    "slow-head": "the same with the head of the answer",
    "hang": "no answer; nothing is performed",
    "reset": "the connection is reset; nothing is performed",
    "lost": "performed, and the connection is reset instead of an answer",
    "error": "performed, and answered with result code 500",
    "echo": "result code 101 with the password and the new password in its description",
    "redirect": "HTTP status 302 to ``redirect``",
}
_FAULT = re.compile("|".join(re.escape(name).replace("NNN", "[1-9][0-9]{2}") for name in FAULTS))


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A wrong value raises ``ValueError`` with a sentence."""

    forms: tuple[str, ...] = FORMS
    """Forms of the URLs that the service knows; another gets HTTP status 404."""
    refused_set: str = "echo"
    """A value that is not taken: ``echo`` (newer form only), or ``silent``: 200 and nothing."""
    falls_back_below: float = 1.0
    """Roubles of balance below which routing falls back to 0, and nothing else is taken."""
    balance_form: str = "point"
    """How the balance is written: ``point``, ``comma``, or ``lines`` with white space around."""
    routing_allowed: bool = True
    """False: result code 102 for everything about routing."""
    lines: int = 2
    blocked: bool = False
    expires: str = ""
    """The text of the element of that name in the status; empty leaves it out."""
    fault: str = ""
    """One of ``FAULTS``."""
    fault_on: str = ""
    """Path on which the fault happens; empty: on every one."""
    fault_times: int = 0
    """How often the fault happens; 0: always."""
    redirect: str = ""

    def __post_init__(self) -> None:
        if not self.forms or set(self.forms) - set(FORMS):
            raise ValueError(f"forms are some of {', '.join(FORMS)}")
        if self.balance_form not in BALANCE_FORMS:
            raise ValueError(f"balance_form is one of {', '.join(BALANCE_FORMS)}")
        if self.refused_set not in {"echo", "silent"}:
            raise ValueError("refused_set is echo or silent")
        if not _FAULT.fullmatch(self.fault):
            raise ValueError(f"fault is one of {', '.join(FAULTS)}")

    def changed(self, values: Mapping[str, Any]) -> Behaviour:
        """This behaviour with ``values`` instead."""
        known = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        typed = {}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"there is no {name!r} to change; there are: {', '.join(known)}")
            kind = type(known[name])
            fits = isinstance(value, list) if kind is tuple else type(value) is kind
            if not (fits or (kind is float and type(value) is int)):
                raise ValueError(f"{name} is not a {type(value).__name__}")
            typed[name] = kind(value)
        return dataclasses.replace(self, **typed)
