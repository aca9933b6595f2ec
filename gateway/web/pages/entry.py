"""The door: the first visit, signing in and out, the language."""

from __future__ import annotations

import time
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from gateway.web import language, password
from gateway.web.language import N_
from gateway.web.rendering import back, form_of, page
from gateway.web.site import address_of, site_of
from gateway.web.visitor import session_of, visitor_of

AFTER_CLAIM = "/first-run"


async def welcome(request: Request) -> Response:
    """The first visit: who is at the adapter may choose the password."""
    site = site_of(request)
    if site.password.chosen:
        return RedirectResponse("/sign-in", 303)
    session = session_of(request)
    if session.proof and not session.proved:
        answer = await site.daemon.call("presence.state", id=session.proof)
        if answer["state"] == "proved":
            session = site.sessions.change(session, proved=True, proof="")
            visitor_of(request).session = session
            site.audit.note("proved", address_of(request))
    if session.proved:
        return page(request, "choose_password.html", problem="")
    code = request.query_params.get("code")
    return page(request, "welcome.html", shown=None, typing=code == "type", problem="")


async def show_code(request: Request) -> Response:
    """A code to dial at the telephone."""
    await form_of(request)
    site, session = site_of(request), session_of(request)
    shown = await site.daemon.call("presence.show")
    if not shown["shown"]:
        return page(
            request, "welcome.html", shown=None, typing=False, problem=_told(request, shown)
        )
    visitor_of(request).session = site.sessions.change(session, proof=shown["id"])
    return page(request, "welcome.html", shown=shown, typing=False, problem="")


async def speak_code(request: Request) -> Response:
    """The telephone rings and speaks a code, which is typed here."""
    await form_of(request)
    spoken = await site_of(request).daemon.call("presence.speak", ring=True)
    problem = "" if spoken["ready"] else _told(request, spoken)
    return page(request, "welcome.html", shown=None, typing=True, problem=problem)


async def check_code(request: Request) -> Response:
    """A code that was heard from the telephone."""
    form = await form_of(request)
    site = site_of(request)
    answer = await site.daemon.call("presence.check", code=form.get("code", "").strip())
    if not answer["proved"]:
        site.audit.note("code-refused", address_of(request))
        return page(
            request, "welcome.html", 422, shown=None, typing=True, problem=_told(request, answer)
        )
    site.audit.note("proved", address_of(request))
    session = session_of(request)
    visitor_of(request).session = site.sessions.change(session, proved=True)
    return RedirectResponse("/welcome", 303)


async def choose_password(request: Request) -> Response:
    """The page's password, by the visitor who proved to be at the adapter."""
    form = await form_of(request)
    site, session = site_of(request), session_of(request)
    if site.password.chosen or not session.proved:
        return RedirectResponse("/welcome", 303)
    chosen = form.get("password", "")
    problem = password.objection(chosen, form.get("again", ""))
    if problem is not None:
        return page(request, "choose_password.html", 422, problem=problem)
    await site.password.choose(chosen)
    site.audit.note("password-chosen", address_of(request))
    visitor_of(request).new_cookie = site.sessions.sign_in(session)
    return RedirectResponse(AFTER_CLAIM, 303)


async def sign_in(request: Request) -> Response:
    """The form, and what is typed into it."""
    site = site_of(request)
    if not site.password.chosen:
        return RedirectResponse("/welcome", 303)
    following = _inside(request.query_params.get("next", "/"))
    if request.method == "GET":
        return page(request, "sign_in.html", following=following, problem="", wait=0)
    form = await form_of(request)
    following = _inside(form.get("next", "/"))
    address, now = address_of(request), time.monotonic()
    wait = site.attempts.wait(address, now)
    if wait > 0:
        return page(
            request, "sign_in.html", 429, following=following, problem="", wait=int(wait) + 1
        )
    if not await site.password.fits(form.get("password", "")):
        site.attempts.failed(address, now)
        site.audit.note("sign-in-refused", address)
        problem = N_("This is not the page's password.")
        return page(request, "sign_in.html", 422, following=following, problem=problem, wait=0)
    site.attempts.succeeded(address)
    site.audit.note("signed-in", address)
    visitor_of(request).new_cookie = site.sessions.sign_in(session_of(request))
    return RedirectResponse(following, 303)


async def sign_out(request: Request) -> Response:
    await form_of(request)
    site = site_of(request)
    site.sessions.end(session_of(request).key)
    site.audit.note("signed-out", address_of(request))
    visitor_of(request).new_cookie = ""
    return RedirectResponse("/sign-in", 303)


async def choose_language(request: Request) -> Response:
    """Keeps the language in a cookie of its own."""
    form = await form_of(request)
    wanted = form.get("language", "")
    answer = RedirectResponse(_inside(form.get("next", "/")), 303)
    if wanted in language.languages():
        answer.set_cookie(
            language.COOKIE,
            wanted,
            max_age=5 * 365 * 86400,
            httponly=True,
            samesite="strict",
            secure=site_of(request).secure,
        )
    return answer


async def fingerprint(request: Request) -> Response:
    """What to compare with the browser's warning and with what the telephone says."""
    return page(request, "fingerprint.html", fingerprint=site_of(request).fingerprint)


def _told(request: Request, answer: dict[str, Any]) -> str:
    return visitor_of(request).tongue.of(answer)


def _inside(path: str) -> str:
    """A path of this page: never another site (open redirect)."""
    inside = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if inside and ":" not in path else "/"


async def _change_password(request: Request) -> Response:
    """Another password; every other browser is signed out."""
    if request.method == "GET":
        return page(request, "change_password.html", problem="")
    form = await form_of(request)
    site, session = site_of(request), session_of(request)
    address, now = address_of(request), time.monotonic()
    if site.attempts.wait(address, now) > 0 or not await site.password.fits(form.get("old", "")):
        site.attempts.failed(address, now)
        return page(
            request,
            "change_password.html",
            422,
            problem=N_("The present password is not right."),
        )
    chosen = form.get("password", "")
    problem = password.objection(chosen, form.get("again", ""))
    if problem is not None:
        return page(request, "change_password.html", 422, problem=problem)
    await site.password.choose(chosen)
    site.sessions.end_all(but=session.key)
    site.audit.note("password-changed", address)
    tongue = visitor_of(request).tongue
    done = tongue.text(N_("The password is changed. Other browsers have to sign in again."))
    return back(request, "/more", done=done)


ROUTES = (
    Route("/welcome", welcome),
    Route("/welcome/show", show_code, methods=["POST"]),
    Route("/welcome/speak", speak_code, methods=["POST"]),
    Route("/welcome/check", check_code, methods=["POST"]),
    Route("/welcome/password", choose_password, methods=["POST"]),
    Route("/sign-in", sign_in, methods=["GET", "POST"]),
    Route("/sign-out", sign_out, methods=["POST"]),
    Route("/language", choose_language, methods=["POST"]),
    Route("/fingerprint", fingerprint),
    Route("/password", _change_password, methods=["GET", "POST"]),
)
