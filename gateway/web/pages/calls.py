"""Calls: who called whom, how it ended and how well it was heard."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.web.language import N_
from gateway.web.rendering import back, form_of, page
from gateway.web.site import address_of, site_of
from gateway.web.visitor import visitor_of

PAGE = 50
"""Calls on one page."""
DIRECTIONS = {"in": "in", "out": "out"}


async def calls(request: Request) -> Response:
    """A page of calls, the newest first; who sees it has seen the missed ones."""
    asked, daemon = request.query_params, site_of(request).daemon
    show, search = asked.get("show", ""), asked.get("search", "")[:80]
    place = max(1, min(1000, int(asked["page"]))) if asked.get("page", "").isdecimal() else 1
    wanted = {"search": search, "missed": show == "missed"}
    if show in DIRECTIONS:
        wanted["direction"] = show
    found = await daemon.call("calls", limit=PAGE + 1, offset=(place - 1) * PAGE, **wanted)
    if show in {"", "missed"} and not search:
        await daemon.known("calls.seen")
    return page(
        request,
        "calls.html",
        calls=found[:PAGE],
        show=show,
        search=search,
        newer=_link(show, search, place - 1) if place > 1 else "",
        older=_link(show, search, place + 1) if len(found) > PAGE else "",
    )


def _link(show: str, search: str, place: int) -> str:
    given = {"show": show, "search": search, "page": str(place) if place > 1 else ""}
    return "/calls?" + urlencode({name: value for name, value in given.items() if value})


async def call(request: Request) -> Response:
    """One call with its verdict and its figures."""
    wanted = request.path_params["id"]
    for found in await site_of(request).daemon.call("calls", limit=1000):
        if found["id"] == wanted:
            return page(request, "call.html", call=found)
    raise HTTPException(404)


async def delete(request: Request) -> Response:
    """Forget one call, or with ``all`` every one."""
    form = await form_of(request)
    site, ident = site_of(request), form.get("id", "")
    await site.daemon.call("calls.delete", ids="all" if form.get("all") == "yes" else [ident])
    site.audit.note("calls-delete", address_of(request), "all" if not ident else "one")
    return back(request, "/calls", done=visitor_of(request).tongue.text(N_("Deleted.")))


ROUTES = (
    Route("/calls", calls),
    Route("/calls/delete", delete, methods=["POST"]),
    Route("/calls/{id}", call),
)
