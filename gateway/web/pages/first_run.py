"""Set-up step by step: number, where calls ring, telephone, done."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from gateway.control.errors import RefusedError
from gateway.network.model import WishError
from gateway.network.troubles import NetworkError
from gateway.web.access_point import own_name
from gateway.web.language import N_
from gateway.web.pages.lines import schemes_of
from gateway.web.pages.network import wish_of
from gateway.web.rendering import back, form_of, page
from gateway.web.saving import countries, problems_of, refusal_of, save
from gateway.web.site import address_of, site_of
from gateway.web.visitor import visitor_of

STEPS = 4
MOSCOW = "Europe/Moscow"
ACCOUNT = "main"
"""What the first account is called."""


async def number(request: Request) -> Response:
    """Step 1: the number and its password, checked at once at the provider.

    Who came by the adapter's own network chooses another one first: the provider is not here.
    """
    if site_of(request).access_point.open:
        return RedirectResponse("/first-run/wifi", 303)
    status = await site_of(request).daemon.call("status")
    present = status["accounts"][0]["number"] if status["accounts"] else ""
    return page(request, "first_number.html", number=present, problem="", unchecked=False)


async def take_number(request: Request) -> Response:
    """Check, and keep what works; kept unchecked only when the visitor insists."""
    form = await form_of(request)
    site, tongue = site_of(request), visitor_of(request).tongue
    typed, password = form.get("number", "").strip(), form.get("password", "")
    status = await site.daemon.call("status")
    found: dict[str, Any] = {"ok": True, "number": "".join(c for c in typed if c.isdigit())}
    if form.get("anyway") != "yes":
        try:
            found = await site.daemon.call("account.check", number=typed, password=password)
        except RefusedError as error:
            found = {"ok": False, "text": str(error)}
    if not found["ok"]:
        return page(
            request,
            "first_number.html",
            422,
            number=typed,
            problem=tongue.of(found),
            unchecked=found.get("reason") not in {"number-form", "wrong-password", None},
        )
    names = [account["name"] for account in status["accounts"]]
    account = {"number": found.get("number") or typed, "password": password}
    if names:
        changes = [
            {"set": f"account.{names[0]}.{name}", "value": value} for name, value in account.items()
        ]
    else:
        changes = [{"add": "account", "value": {"name": ACCOUNT, **account}}]
    try:
        await save(request, changes)
    except RefusedError as error:
        problem = " ".join(problems_of(error, tongue).values())
        return page(
            request, "first_number.html", 422, number=typed, problem=problem, unchecked=False
        )
    site.audit.note("account-saved", address_of(request), account["number"])
    return RedirectResponse("/first-run/routing", 303)


async def wifi(request: Request) -> Response:
    """Before the first step, where there is no cable: a Wi-Fi network of the home."""
    access_point = site_of(request).access_point
    if not access_point.open:
        return RedirectResponse("/first-run", 303)
    trouble = access_point.trouble
    return _wifi(request, "" if trouble is None else visitor_of(request).tongue.both(trouble))


async def take_wifi(request: Request) -> Response:
    """Leave our own network for the chosen one; this answer is the last that it carries."""
    form = await form_of(request)
    site, tongue = site_of(request), visitor_of(request).tongue
    if not site.access_point.open:
        return RedirectResponse("/first-run", 303)
    try:
        wish = wish_of(form)
    except WishError as error:
        return _wifi(request, tongue.both(error.words), 422)
    site.access_point.join(wish)
    site.audit.note("wifi-join", address_of(request), wish.ssid)
    return page(
        request, "first_joining.html", ssid=wish.ssid, name=own_name(), address=_later_address()
    )


def _wifi(request: Request, problem: str, code: int = 200) -> Response:
    found = site_of(request).access_point.found
    return page(
        request,
        "first_wifi.html",
        code,
        found=found,
        problem=problem,
        ssid="",
        address=_later_address(),
    )


def _later_address() -> str:
    """Where the page is in the home's network (multicast DNS)."""
    return f"https://{own_name()}.local/"


async def routing(request: Request) -> Response:
    """Step 2: where calls to the number ring; passed over where the provider cannot be asked."""
    status = await site_of(request).daemon.call("status")
    service = status["accounts"][0]["service"] if status["accounts"] else None
    if service is None:
        return RedirectResponse("/first-run/telephone", 303)
    return page(request, "first_routing.html", service=service)


async def take_routing(request: Request) -> Response:
    form = await form_of(request)
    site, tongue = site_of(request), visitor_of(request).tongue
    try:
        await site.daemon.call("account.routing", mode=form.get("mode", ""), keep=True)
    except RefusedError as error:
        return back(request, "/first-run/routing", wrong=refusal_of(error, tongue))
    site.audit.note("routing", address_of(request), form.get("mode", ""))
    return RedirectResponse("/first-run/telephone", 303)


async def telephone(request: Request) -> Response:
    """Step 3: which telephone it is, in which country, and whether it rings and dials."""
    daemon = site_of(request).daemon
    status = await daemon.call("status")
    line = status["lines"][0] if status["lines"] else None
    zone, zones = await _zones(request)
    return page(
        request,
        "first_telephone.html",
        line=line,
        zone=zone,
        zones=zones,
        kinds=await daemon.known("line.kinds") or [],
        schemes=await schemes_of(request, line["name"]) if line else [],
        countries=await countries(request),
    )


async def _zones(request: Request) -> tuple[str, tuple[str, ...]]:
    """The time zone to propose, and all of them; none where the system does not tell."""
    try:
        host = (await site_of(request).systems.system()).host
        present, zones = (await host.clock()).zone, await host.zones()
    except NetworkError:
        return "", ()
    # A new adapter has none: most of the families that use this provider live by Moscow's.
    return (MOSCOW if present in {"", "UTC", "Etc/UTC"} and MOSCOW in zones else present), zones


async def take_telephone(request: Request) -> Response:
    """Keep the kind of telephone and the country."""
    form = await form_of(request)
    daemon, tongue = site_of(request).daemon, visitor_of(request).tongue
    status = await daemon.call("status")
    changes: list[dict[str, Any]] = []
    kind = next(
        (k for k in await daemon.known("line.kinds") or [] if k["name"] == form.get("kind")), None
    )
    line = status["lines"][0] if status["lines"] else None
    if kind is not None and line is not None:
        place = f"line.{line['name']}"
        changes += [
            {"set": f"{place}.{n}", "value": v} for n, v in kind.get("settings", {}).items()
        ]
        if line["driver"] == "slic":  # the options of a kind are those of a board
            options = kind.get("options", {})
            changes += [{"set": f"{place}.options.{n}", "value": v} for n, v in options.items()]
    if form.get("country"):
        changes.append({"set": "tones.country", "value": form["country"]})
    if form.get("zone"):
        try:
            await (await site_of(request).systems.system()).host.set_zone(form["zone"])
        except WishError as error:
            return back(request, "/first-run/telephone", wrong=tongue.both(error.words))
    if changes:
        try:
            await save(request, changes)
        except RefusedError as error:
            wrong = " ".join(problems_of(error, tongue).values())
            return back(request, "/first-run/telephone", wrong=wrong)
    return back(request, "/first-run/telephone", done=tongue.text(N_("Saved.")))


async def done(request: Request) -> Response:
    """Step 4: what to do now."""
    status = await site_of(request).daemon.call("status")
    return page(request, "first_done.html", status=status)


ROUTES = (
    Route("/first-run", number),
    Route("/first-run/wifi", wifi),
    Route("/first-run/wifi", take_wifi, methods=["POST"]),
    Route("/first-run/number", take_number, methods=["POST"]),
    Route("/first-run/routing", routing),
    Route("/first-run/routing/save", take_routing, methods=["POST"]),
    Route("/first-run/telephone", telephone),
    Route("/first-run/telephone/save", take_telephone, methods=["POST"]),
    Route("/first-run/done", done),
)
