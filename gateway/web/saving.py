"""Settings as the gateway declares them, and changes to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request

from gateway.control.errors import RefusedError
from gateway.web.language import Tongue
from gateway.web.site import address_of, site_of
from gateway.web.visitor import visitor_of


async def declaration(request: Request) -> Sequence[Mapping[str, Any]]:
    """The sections of the settings, see ``settings.declaration``."""
    found = await site_of(request).daemon.call("settings.declaration")
    sections: Sequence[Mapping[str, Any]] = found["sections"]
    return sections


async def save(
    request: Request, changes: Sequence[Mapping[str, Any]], revision: str | None = None
) -> Mapping[str, Any]:
    """Change settings, all or none; what takes effect when.

    With the ``revision`` that the visitor saw, a change that somebody else made meanwhile is not
    overwritten.  ``RefusedError`` with a list of problems; ``problems_of`` reads it.
    """
    daemon = site_of(request).daemon
    seen = revision or (await daemon.call("settings.read"))["revision"]
    saved: Mapping[str, Any] = await daemon.call(
        "settings.change", changes=list(changes), by=f"page {address_of(request)}", revision=seen
    )
    return saved


def refusal_of(error: RefusedError, tongue: Tongue) -> str:
    """Why the gateway says no, in the visitor's language where it has that."""
    data = error.data if isinstance(error.data, dict) else {}
    return tongue.of({"text": str(error), **data})


def problems_of(error: RefusedError, tongue: Tongue) -> dict[str, str]:
    """What is wrong, a sentence by the path of its setting; at ``""`` where it is about none."""
    data = error.data.get("problems") if isinstance(error.data, dict) else error.data
    if not isinstance(data, list) or not data:
        return {"": str(error)}
    return {str(problem["path"]): tongue.words(problem) for problem in data}


async def countries(request: Request) -> list[tuple[str, str]]:
    """The countries with a tone plan: code, and name in the visitor's language."""
    codes: Sequence[str] = ()
    for section in await declaration(request):
        for setting in section["settings"]:
            if (section["name"], setting["name"]) == ("tones", "country"):
                codes = setting["choices"] or ()
    territories = visitor_of(request).tongue.locale.territories
    named = ((code, str(territories.get(code.upper(), code))) for code in codes)
    return sorted(named, key=lambda entry: entry[1])
