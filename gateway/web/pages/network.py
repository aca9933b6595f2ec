"""The adapter's own network: cable, Wi-Fi, address, name, time zone."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.network.host import Clock, Host, host_name
from gateway.network.model import Join, Security, WishError, static_address
from gateway.network.troubles import NetworkError
from gateway.web.language import N_
from gateway.web.rendering import back, form_of, page
from gateway.web.site import address_of, site_of
from gateway.web.visitor import visitor_of


async def network(request: Request) -> Response:
    """What there is, and the change that waits for confirmation."""
    system = await site_of(request).systems.system()
    name, clock, zones = await _about_host(system.host)
    return page(
        request,
        "network.html",
        interfaces=await system.network.interfaces(),
        pending=system.changes.pending,
        name=name,
        clock=clock,
        zones=zones,
    )


async def _about_host(host: Host) -> tuple[str, Clock | None, tuple[str, ...]]:
    """Name, clock and time zones, as far as the system has the services."""
    name, clock, zones = "", None, tuple[str, ...]()
    try:
        name = await host.name()
        clock = await host.clock()
        zones = await host.zones()
    except NetworkError:
        pass
    return name, clock, zones


async def wifi(request: Request) -> Response:
    """The Wi-Fi networks in reach."""
    interface = request.path_params["interface"]
    found = await (await site_of(request).systems.system()).network.scan(interface)
    return page(request, "wifi.html", interface=interface, found=found, ssid="", problem="")


async def join(request: Request) -> Response:
    """Use a Wi-Fi network; the old one comes back when that does not work."""
    form = await form_of(request)
    interface = request.path_params["interface"]
    site, tongue = site_of(request), visitor_of(request).tongue
    system = await site.systems.system()
    try:
        wish = wish_of(form)
    except WishError as error:
        found = await system.network.scan(interface)
        problem = tongue.both(error.words)
        ssid = form.get("network", "").rpartition("|")[0]
        return page(
            request, "wifi.html", 422, interface=interface, found=found, ssid=ssid, problem=problem
        )
    await system.changes.join(interface, wish)
    site.audit.note("wifi-joined", address_of(request), wish.ssid)
    return back(request, "/network", done=tongue.text(N_("The adapter is in this network now.")))


def wish_of(form: Mapping[str, str]) -> Join:
    """The Wi-Fi network that was chosen, or typed; ``WishError`` if it cannot be right."""
    hidden = form.get("other", "").strip()
    password = form.get("password", "")
    if hidden:
        return Join(hidden, Security.WPA if password else Security.OPEN, password, hidden=True)
    ssid, _, asks = form.get("network", "").rpartition("|")
    return Join(ssid, _security(asks), password)


def _security(text: str) -> Security:
    try:
        return Security(text)
    except ValueError:
        return Security.WPA


async def address(request: Request) -> Response:
    """An address set by hand, or one from the router."""
    form = await form_of(request)
    site, tongue = site_of(request), visitor_of(request).tongue
    static = None
    if form.get("method") == "static":
        fields = (form.get(name, "") for name in ("address", "router", "name_servers"))
        try:
            static = static_address(*fields)
        except WishError as error:
            return back(request, "/network", wrong=tongue.both(error.words))
    system = await site.systems.system()
    await system.changes.set_address(request.path_params["interface"], static)
    site.audit.note("address-set", address_of(request), form.get("address", ""))
    if static is not None:
        return back(request, "/network")
    return back(request, "/network", done=tongue.text(N_("The address comes from the router.")))


async def confirm(request: Request) -> Response:
    """The new address works: this very request came by it."""
    await form_of(request)
    await (await site_of(request).systems.system()).changes.confirm()
    done = visitor_of(request).tongue.text(N_("The new address stays."))
    return back(request, "/network", done=done)


async def name_and_time(request: Request) -> Response:
    """Host name and time zone."""
    form = await form_of(request)
    site, tongue = site_of(request), visitor_of(request).tongue
    system = await site.systems.system()
    try:
        if form.get("host_name"):
            await system.host.set_name(host_name(form["host_name"]))
        if form.get("zone"):
            await system.host.set_zone(form["zone"])
    except WishError as error:
        return back(request, "/network", wrong=tongue.both(error.words))
    site.audit.note("name-or-time", address_of(request))
    return back(request, "/network", done=tongue.text(N_("Saved.")))


ROUTES = (
    Route("/network", network),
    Route("/network/confirm", confirm, methods=["POST"]),
    Route("/network/name", name_and_time, methods=["POST"]),
    Route("/network/{interface}/wifi", wifi),
    Route("/network/{interface}/join", join, methods=["POST"]),
    Route("/network/{interface}/address", address, methods=["POST"]),
)
