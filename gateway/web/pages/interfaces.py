"""The interfaces for other programs: what is switched on, tokens, the broker, webhooks."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.interfaces import signature
from gateway.interfaces.methods import Scope
from gateway.interfaces.occurrences import NAMES
from gateway.interfaces.settings import (
    Api,
    InterfaceSettings,
    Metrics,
    Mqtt,
    Webhook,
)
from gateway.interfaces.tokens import LONGEST_NAME, MOST
from gateway.settings.load import SettingsError
from gateway.settings.secret import Secret
from gateway.settings.setting import settings_of
from gateway.web.language import N_
from gateway.web.rendering import back, form_of, page
from gateway.web.site import address_of, site_of
from gateway.web.visitor import visitor_of
from gateway.words import Language

PATH = "/interfaces"


async def interfaces(request: Request) -> Response:
    return _page(request)


def _page(request: Request, code: int = 200, **typed: Any) -> Response:
    """``typed`` is what was sent and is wrong, with ``problems``."""
    found = site_of(request).interfaces
    language = _language(request)
    home = found.smart_home
    values: dict[str, Any] = {
        "settings": found.settings,
        "mqtt": found.settings.mqtt,
        "hook": {"name": "", "url": ""},
        "chosen": (),
        "problems": (),
        "connection": None if home is None else home.connection,
        "senders": found.senders,
        "tokens": found.tokens.all(),
        "scopes": [(scope, scope.words.of(language)) for scope in Scope],
        "events": [(name, words.of(language)) for name, words in NAMES.items()],
        "help": {name: about.help.of(language) for name, about in settings_of(Mqtt).items()},
    }
    return page(request, "interfaces.html", code, **values | typed)


def _language(request: Request) -> Language:
    return "ru" if visitor_of(request).tongue.language == "ru" else "en"


async def _change(request: Request, settings: InterfaceSettings, **typed: Any) -> Response:
    """Go on with other settings, or show what is wrong with them."""
    site = site_of(request)
    try:
        await site.interfaces.change(settings)
    except SettingsError as error:
        language = _language(request)
        problems = [problem.text(language) for problem in error.problems]
        return _page(request, 422, problems=problems, **typed)
    site.audit.note("interfaces-changed", address_of(request))
    return back(request, PATH, done=visitor_of(request).tongue.text(N_("Saved.")))


async def switch(request: Request) -> Response:
    """The HTTP API and the metrics, on or off."""
    form = await form_of(request)
    settings = site_of(request).interfaces.settings
    api, metrics = Api(on="api" in form), Metrics(on="metrics" in form)
    return await _change(request, replace(settings, api=api, metrics=metrics))


async def broker(request: Request) -> Response:
    """Where the broker is and what it is told."""
    form = await form_of(request)
    settings = site_of(request).interfaces.settings
    typed: dict[str, Any] = {}
    for field in fields(Mqtt):
        given = form.get(field.name, "").strip()
        match getattr(settings.mqtt, field.name):
            case bool():
                typed[field.name] = field.name in form
            case int():
                # What is no number is out of range, and the sentence for that tells the range.
                typed[field.name] = (
                    int(given) if given.isdecimal() and len(given) < 9 else -bool(given)
                )
            case Secret() as before:
                # It is never sent to the page, so an empty field means: as before.
                kept = Secret(given) if given else before
                typed[field.name] = kept if form.get("user") else Secret("")
            case _:
                typed[field.name] = given
    mqtt = Mqtt(**typed)
    return await _change(request, replace(settings, mqtt=mqtt), mqtt=mqtt)


async def add_webhook(request: Request) -> Response:
    """One address more; its secret is shown this once."""
    form = await form_of(request)
    settings = site_of(request).interfaces.settings
    secret = signature.new_secret()
    hook = Webhook(
        name=form.get("hook-name", "").strip(),
        url=form.get("hook-url", "").strip(),
        events=tuple(name for name in NAMES if f"event-{name}" in form),
        check_certificate="hook-trust" not in form,
        secret=Secret(secret),
    )
    changed = replace(settings, webhooks=(*settings.webhooks, hook))
    answer = await _change(request, changed, hook=hook, chosen=hook.events)
    if answer.status_code != 303:
        return answer
    shown = visitor_of(request).tongue.text(
        N_("The webhook %(name)s signs with this secret, which is shown only now: %(secret)s"),
        name=hook.name,
        secret=secret,
    )
    return back(request, PATH, done=shown)


async def remove_webhook(request: Request) -> Response:
    form = await form_of(request)
    settings = site_of(request).interfaces.settings
    left = tuple(hook for hook in settings.webhooks if hook.name != form.get("name"))
    return await _change(request, replace(settings, webhooks=left))


async def make_token(request: Request) -> Response:
    """A token; its text is shown this once."""
    form = await form_of(request)
    site, tongue = site_of(request), visitor_of(request).tongue
    name = form.get("token-name", "")
    scopes = [scope for scope in Scope if f"scope-{scope.value}" in form]
    try:
        text = site.interfaces.tokens.make(name, scopes)
    except ValueError:
        words = N_(
            "A token needs a name of at most %(most)s letters and something that it is good for; "
            "there are %(tokens)s at most."
        )
        wrong = tongue.text(words, most=LONGEST_NAME, tokens=MOST)
        return _page(request, 422, problems=[wrong])
    site.audit.note("token-made", address_of(request), name.strip())
    shown = tongue.text(N_("The token is shown only now. Copy it: %(token)s"), token=text)
    return back(request, PATH, done=shown)


async def revoke_token(request: Request) -> Response:
    form = await form_of(request)
    site = site_of(request)
    token = site.interfaces.tokens.revoke(form.get("key", ""))
    if token is not None:
        site.audit.note("token-revoked", address_of(request), token.name)
    done = visitor_of(request).tongue.text(N_("The token is good for nothing any more."))
    return back(request, PATH, done=done)


ROUTES = (
    Route(PATH, interfaces),
    Route(f"{PATH}/switch", switch, methods=["POST"]),
    Route(f"{PATH}/mqtt", broker, methods=["POST"]),
    Route(f"{PATH}/webhooks/add", add_webhook, methods=["POST"]),
    Route(f"{PATH}/webhooks/remove", remove_webhook, methods=["POST"]),
    Route(f"{PATH}/tokens/make", make_token, methods=["POST"]),
    Route(f"{PATH}/tokens/revoke", revoke_token, methods=["POST"]),
)
