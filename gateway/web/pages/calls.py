"""Calls: who called whom, how it ended and how well it was heard."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.web.rendering import page
from gateway.web.site import site_of

MOST = 200


async def calls(request: Request) -> Response:
    found = await site_of(request).daemon.call("calls", limit=MOST)
    return page(request, "calls.html", calls=found)


async def call(request: Request) -> Response:
    """One call with its verdict and its figures."""
    wanted = request.path_params["id"]
    for found in await site_of(request).daemon.call("calls", limit=1000):
        if found["id"] == wanted:
            return page(request, "call.html", call=found)
    raise HTTPException(404)


ROUTES = (Route("/calls", calls), Route("/calls/{id}", call))
