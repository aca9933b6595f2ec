"""Settings as the gateway declares them, and changes to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request

from gateway.control.errors import RefusedError
from gateway.web.language import Tongue
from gateway.web.site import address_of, site_of
from gateway.web.visitor import visitor_of


async def save(
    request: Request, changes: Sequence[Mapping[str, Any]], revision: str | None = None
) -> Mapping[str, Any]:
    """Change settings, all or none; what takes effect when.

    ``RefusedError`` with a list of problems; ``problems_of`` reads it.
    """
    told = {} if revision is None else {"revision": revision}
    saved: Mapping[str, Any] = await site_of(request).daemon.call(
        "settings.change", changes=list(changes), by=f"page {address_of(request)}", **told
    )
    return saved


def problems_of(error: RefusedError, tongue: Tongue) -> dict[str, str]:
    """What is wrong, a sentence by the path of its setting; the whole at ``""`` else."""
    data = error.data if isinstance(error.data, dict) else {}
    listed = data.get("problems") if isinstance(data.get("problems"), list) else error.data
    if not isinstance(listed, list):
        return {"": str(error)}
    return {str(problem["path"]): tongue.of(problem) for problem in listed}


async def countries(request: Request) -> list[tuple[str, str]]:
    """The countries with a tone plan: code and name in the visitor's language."""
    found = await site_of(request).daemon.known("settings.declaration")
    codes: Sequence[str] = ()
    for section in (found or {}).get("sections", ()):
        for setting in section["settings"]:
            if section["name"] == "tones" and setting["name"] == "country":
                codes = setting["choices"] or ()
    territories = visitor_of(request).tongue.locale.territories
    return sorted(((c, str(territories.get(c.upper(), c))) for c in codes), key=lambda e: e[1])
