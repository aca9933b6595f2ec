"""More: everything that is not needed every day."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.web.rendering import back, form_of, page
from gateway.web.site import address_of, site_of
from gateway.web.visitor import session_of


async def more(request: Request) -> Response:
    return page(request, "more.html")


async def about(request: Request) -> Response:
    daemon = site_of(request).daemon
    report = None if daemon.away else await daemon.call("report")
    return page(request, "about.html", versions=report["versions"] if report else {})


async def security(request: Request) -> Response:
    """Who has signed in, and what was done on this page."""
    site = site_of(request)
    return page(
        request,
        "security.html",
        sessions=site.sessions.signed_in(),
        own=session_of(request).key,
        rows=site.audit.latest(),
    )


async def sign_others_out(request: Request) -> Response:
    await form_of(request)
    site = site_of(request)
    site.sessions.end_all(but=session_of(request).key)
    site.audit.note("others-signed-out", address_of(request))
    return back(request, "/security")


ROUTES = (
    Route("/more", more),
    Route("/about", about),
    Route("/security", security),
    Route("/security/sign-others-out", sign_others_out, methods=["POST"]),
)
