"""The calls of the account service, in both forms in which its URLs are known.

*classic* has a path for each verb (``routing/set``, ``password/change``); it is what MegaFon's
page of 2016 describes.  *newer* sets by giving the value to the path that reads; programs of 2019
to 2026 use it, and only its answer tells that a value was not taken.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.multifon.routing import Routing
from gateway.settings.secret import Secret


class Form(enum.Enum):
    """A form of the URLs; ``value`` is its name in a provider's profile."""

    CLASSIC = "classic"
    NEWER = "newer"


@dataclass(frozen=True, slots=True)
class Request:
    """One call: ``parameters`` join login and password in the query of the URL."""

    method: str
    path: str
    parameters: Mapping[str, str | Secret] = field(default_factory=dict)
    repeatable: bool = True
    """Performing it twice is the same as performing it once."""


READ_ROUTING = Request("GET", "routing")
READ_BALANCE = Request("GET", "balance")
READ_STATUS = Request("GET", "status")
READ_LINES = Request("GET", "lines")


def set_routing(mode: Routing, form: Form) -> Request:
    """Send calls to ``mode`` from now on."""
    path = "routing/set" if form is Form.CLASSIC else "routing"
    return Request("GET", path, {"routing": mode.digit})


def change_password(new: Secret, form: Form) -> Request:
    """Take ``new`` instead of the password that the request is signed with."""
    parameters = {"new_password": new}
    if form is Form.CLASSIC:
        return Request("GET", "password/change", parameters, repeatable=False)
    return Request("POST", "password", parameters, repeatable=False)
