"""The page's application: every route, and what stands before them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from gateway.control.errors import ControlError, RefusedError
from gateway.interfaces.interfaces import FREE
from gateway.network.troubles import NetworkError
from gateway.web.daemon import AwayError
from gateway.web.follow import follow, follow_trace
from gateway.web.hosts import OwnHostOnly, own_names
from gateway.web.language import N_
from gateway.web.pages import ROUTES
from gateway.web.protection import Protection
from gateway.web.rendering import STATIC, back, page
from gateway.web.saving import refusal_of
from gateway.web.site import Site
from gateway.web.telephone import TelephoneDoor, telephone_routes
from gateway.web.visitor import Visitors, visitor_of

_log = logging.getLogger(__name__)

_WORDS = {
    403: N_("This form is too old or came from elsewhere. Open the page again and repeat it."),
    404: N_("There is no such page."),
    405: N_("There is no such page."),
    413: N_("This file is too large."),
    503: N_("Too many pages are open. Close some and try again."),
}


def application(
    site: Site,
    *,
    names: frozenset[str] = frozenset(),
    more: tuple[BaseRoute, ...] = (),
    free: tuple[str, ...] = (),
    elsewhere: ASGIApp | None = None,
) -> ASGIApp:
    """The whole page.

    ``names`` are further host names of ours.  ``more`` routes go before our own; those below
    ``free`` look after who may use them themselves.  ``elsewhere`` answers for foreign hosts.
    """
    free = (*free, *FREE)
    routes: list[BaseRoute] = [
        *more,
        *site.interfaces.routes,
        Route("/events", follow),
        Route("/diagnosis/trace/events", follow_trace),
        *ROUTES,
        *telephone_routes(_telephone(site)),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(OwnHostOnly, names=own_names() | names, elsewhere=elsewhere),
            Middleware(Protection, secure=site.secure, free=free),
            Middleware(Visitors, site=site, free=free),
        ],
        exception_handlers={
            HTTPException: _http_error,
            AwayError: _away,
            RefusedError: _refused,
            ControlError: _failed,
            NetworkError: _network_error,
            500: _defect,
        },
    )
    app.state.site = site
    return app


def _telephone(site: Site) -> TelephoneDoor:
    """The telephone in the browser, for who has signed in."""

    async def allowed(connection: HTTPConnection) -> bool:
        session = visitor_of(connection).session
        return session is not None and session.signed_in

    async def show(request: Request, template: str, values: Mapping[str, Any]) -> Response:
        return page(request, template, **values)

    return TelephoneDoor(site.daemon.runtime, allowed, show)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    words = _WORDS.get(error.status_code, N_("This did not work."))
    return _trouble(request, error.status_code, words)


async def _away(request: Request, error: Exception) -> Response:
    """The gateway does not answer: the page says so, and stays."""
    assert isinstance(error, AwayError)
    return page(request, "away.html", 503, error=error)


async def _refused(request: Request, error: Exception) -> Response:
    """The gateway says no: the sentence is shown where the visitor came from."""
    assert isinstance(error, RefusedError)
    return back(request, request.url.path, wrong=refusal_of(error, visitor_of(request).tongue))


async def _network_error(request: Request, error: Exception) -> Response:
    """The system's network services say no, or are not there."""
    assert isinstance(error, NetworkError)
    _log.warning("%s: %s", request.url.path, error)
    text = error.trouble.words.of("ru" if visitor_of(request).tongue.language == "ru" else "en")
    if request.method == "GET":
        return page(request, "no_network.html", 503, text=text)
    return back(request, "/network", wrong=text)


async def _failed(request: Request, error: Exception) -> Response:
    _log.error("%s: %s", request.url.path, error)
    return _trouble(request, 502, N_("The gateway failed at this. Its log says why."))


async def _defect(request: Request, _error: Exception) -> Response:
    return _trouble(request, 500, N_("The page has a defect here. Its log says more."))


def _trouble(request: Request, status: int, words: str) -> Response:
    if "visitor" not in request.scope:
        return RedirectResponse("/", 303)
    return page(request, "trouble.html", status, words=words, number=status)
