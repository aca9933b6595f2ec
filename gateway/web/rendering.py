"""From a template and values to an answer."""

from __future__ import annotations

import functools
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

import gateway
from gateway.web.language import languages
from gateway.web.site import site_of
from gateway.web.visitor import session_of, visitor_of

_FOLDER = Path(__file__).parent
STATIC = _FOLDER / "static"


@pass_context
def _(context: Context, message: str, **values: object) -> str:
    return str(context["tongue"].text(message, **values))


@pass_context
def _n(context: Context, one: str, many: str, n: int) -> str:
    return str(context["tongue"].count(one, many, n))


@functools.cache
def icon(name: str) -> Markup:
    """One of our own drawings, ``static/icons/NAME.svg``, to stand in the page."""
    drawing = (STATIC / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    return Markup(drawing.strip().replace("<svg ", '<svg class="icon" aria-hidden="true" ', 1))  # noqa: S704 - our own


def pairs(values: Iterable[str]) -> list[tuple[str, str]]:
    """Choices that are called what they are."""
    return [(value, value) for value in values]


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        _=_, _n=_n, icon=icon, pairs=pairs, languages=languages(), version=gateway.__version__
    )
    return environment


def page(request: Request, template: str, code: int = 200, **values: Any) -> Response:
    """The template, with what every page knows: ``tongue``, ``token``, ``messages``, ``away``."""
    site, visitor = site_of(request), visitor_of(request)
    session = session_of(request)
    messages = session.messages
    if messages:
        session = visitor.session = site.sessions.change(session, messages=())
    text = (
        _environment()
        .get_template(template)
        .render(
            tongue=visitor.tongue,
            token=session.token,
            signed_in=session.signed_in,
            messages=messages,
            away=site.daemon.away,
            path=request.url.path,
            **values,
        )
    )
    return HTMLResponse(text, code)


def back(request: Request, path: str, *, done: str = "", wrong: str = "") -> Response:
    """See another page next (RFC 9110, 303), which tells what was done or went wrong.

    Both are texts for the visitor, translated already.
    """
    kind, text = ("done", done) if done else ("wrong", wrong)
    if text:
        session = session_of(request)
        messages = (*session.messages[-4:], (kind, text))
        visitor_of(request).session = site_of(request).sessions.change(session, messages=messages)
    return RedirectResponse(path, 303)


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a form of ours; 403 if it is not (CSRF).  Files are left out."""
    async with request.form(max_files=1, max_fields=400) as form:
        return checked(request, form)


async def file_of(request: Request, name: str, largest: int) -> tuple[dict[str, str], bytes]:
    """A form of ours with one file of at most ``largest`` bytes; 413 if it is larger."""
    async with request.form(max_files=1, max_fields=50) as form:
        fields = checked(request, form)
        upload = form.get(name)
        content = await upload.read(largest + 1) if isinstance(upload, UploadFile) else b""
        if len(content) > largest:
            raise HTTPException(413)
        return fields, content


def checked(request: Request, form: FormData) -> dict[str, str]:
    """The fields of a form of ours that are no files; 403 if it is not ours (CSRF)."""
    token = form.get("token")
    expected = session_of(request).token
    if not isinstance(token, str) or not secrets.compare_digest(token.encode(), expected.encode()):
        raise HTTPException(403, "token")
    return {name: value for name, value in form.items() if isinstance(value, str)}
