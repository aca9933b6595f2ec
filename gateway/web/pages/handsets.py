"""Cordless handsets: register, name, find, remove."""

from __future__ import annotations

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.control.errors import RefusedError
from gateway.web.language import N_
from gateway.web.rendering import back, form_of, page
from gateway.web.saving import refusal_of
from gateway.web.site import address_of, site_of
from gateway.web.visitor import visitor_of

REGISTER_S = 120
"""Seconds in which a handset can be registered."""

_DOES = {
    "register": ("dect.register", N_("Now start the registration at the handset.")),
    "register-stop": ("dect.register-stop", N_("No handset can be registered any more.")),
    "rename": ("dect.rename", N_("Saved.")),
    "delete": ("dect.delete", N_("The handset does not belong to the base any more.")),
    "page": ("dect.page", N_("Every handset rings now.")),
    "locate": ("dect.locate", N_("The handset rings now.")),
}
"""What a button asks the gateway for, and what is told when it is done."""


async def handsets(request: Request) -> Response:
    try:
        found = await site_of(request).daemon.known("dect.status")
    except RefusedError:
        found = None
    status = await site_of(request).daemon.call("status")
    return page(
        request,
        "handsets.html",
        bases=(found or {}).get("bases", []),
        lines={line["name"]: line for line in status["lines"]},
        accounts=status["accounts"],
    )


async def act(request: Request) -> Response:
    """One button of the page."""
    form = await form_of(request)
    site, tongue = site_of(request), visitor_of(request).tongue
    doing = request.path_params["doing"]
    if doing not in _DOES:
        raise HTTPException(404)
    method, done = _DOES[doing]
    wanted: dict[str, Any] = {"base": form.get("base", "")}
    if form.get("handset", "").isdecimal():
        wanted["handset"] = int(form["handset"])
    if doing == "register":
        wanted["seconds"] = REGISTER_S
    if doing == "rename":
        wanted["name"] = form.get("name", "").strip()
    try:
        await site.daemon.call(method, **wanted)
    except RefusedError as error:
        return back(request, "/handsets", wrong=refusal_of(error, tongue))
    site.audit.note(f"handset-{doing}", address_of(request), str(wanted.get("handset", "")))
    return back(request, "/handsets", done=tongue.text(done))


ROUTES = (
    Route("/handsets", handsets),
    Route("/handsets/{doing}", act, methods=["POST"]),
)
