"""The line doctor on the page: leads a person through the examination of a telephone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.web.language import N_
from gateway.web.rendering import back, form_of, page
from gateway.web.saving import save
from gateway.web.site import address_of, site_of
from gateway.web.visitor import visitor_of

STEPS: Mapping[str, tuple[str, str]] = {
    "receiver": (N_("Receiver"), N_("Lift the receiver.")),
    "digits": (
        N_("Dial"),
        N_("Dial 0 twice, with the dial or with the keys. You call nobody."),
    ),
    "silence": (N_("Silence"), N_("Be silent for a moment.")),
    "echo": (N_("Echo"), N_("You hear a hiss: stay silent until it ends.")),
    "speech": (N_("Voice"), N_("Say a sentence or two in your usual voice.")),
    "flash": (N_("Key R"), N_("Tap the cradle once, or press the key R.")),
    "hang-up": (N_("End"), N_("Replace the receiver.")),
}
"""What each step is called, and what the person is to do; in their order."""


async def doctor(request: Request) -> Response:
    """Before, during and after an examination, as the gateway tells."""
    name = request.path_params["name"]
    progress = await site_of(request).daemon.call("line.examination", line=name)
    results = {result["step"]: result for result in progress["results"]}
    now = list(STEPS).index(progress["step"]) + 1 if progress["step"] in STEPS else 0
    return page(
        request,
        "doctor.html",
        name=name,
        progress=progress,
        results=results,
        steps=STEPS,
        now=now,
    )


async def begin(request: Request) -> Response:
    return await _ask(request, "line.examine")


async def skip(request: Request) -> Response:
    return await _ask(request, "line.examine-skip")


async def stop(request: Request) -> Response:
    return await _ask(request, "line.examine-stop")


async def apply(request: Request) -> Response:
    """Write into the settings what the examination suggests."""
    await form_of(request)
    name, site = request.path_params["name"], site_of(request)
    report = (await site.daemon.call("line.examination", line=name))["report"]
    suggested: Mapping[str, Any] = {} if report is None else report["suggested"]
    changes = [
        {"set": f"line.{name}.options.{option}", "value": value}
        for option, value in suggested.items()
    ]
    if changes:
        await save(request, changes)
        site.audit.note("settings", address_of(request), f"line {name}: line doctor")
    return back(request, f"/lines/{name}", done=visitor_of(request).tongue.text(N_("Saved.")))


async def _ask(request: Request, method: str) -> Response:
    await form_of(request)
    name = request.path_params["name"]
    await site_of(request).daemon.call(method, line=name)
    return back(request, f"/lines/{name}/doctor")


ROUTES = (
    Route("/lines/{name}/doctor", doctor),
    Route("/lines/{name}/doctor/begin", begin, methods=["POST"]),
    Route("/lines/{name}/doctor/skip", skip, methods=["POST"]),
    Route("/lines/{name}/doctor/stop", stop, methods=["POST"]),
    Route("/lines/{name}/doctor/apply", apply, methods=["POST"]),
)
