"""Home: how everything is, and what needs attention."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.web.daemon import AwayError
from gateway.web.rendering import page
from gateway.web.site import site_of

LAST_CALLS = 5


async def home(request: Request) -> Response:
    """The state of lines and accounts; what was known last while the gateway is away."""
    daemon = site_of(request).daemon
    try:
        status = await daemon.call("status")
        calls = await daemon.call("calls", limit=LAST_CALLS)
    except AwayError:
        status, calls = daemon.last_status, []
    return page(request, "home.html", status=status, calls=calls)


ROUTES = (Route("/", home),)
