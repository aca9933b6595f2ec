"""Telephones: each line, what it measured, and its tests."""

from __future__ import annotations

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.control.errors import RefusedError
from gateway.web.language import N_
from gateway.web.rendering import back, form_of, page
from gateway.web.saving import problems_of, save
from gateway.web.site import address_of, site_of
from gateway.web.visitor import visitor_of

RING_S = 20
"""Seconds for which the bell is tried."""


async def lines(request: Request) -> Response:
    status = await site_of(request).daemon.call("status")
    return page(request, "lines.html", lines=status["lines"])


async def line(request: Request) -> Response:
    """One line, with its tests."""
    name = request.path_params["name"]
    daemon = site_of(request).daemon
    status = await daemon.call("status")
    found = [entry for entry in status["lines"] if entry["name"] == name]
    if not found:
        raise HTTPException(404)
    return page(
        request,
        "line.html",
        line=found[0],
        accounts=status["accounts"],
        test=await daemon.call("line.self-test", line=name),
        schemes=await schemes_of(request, name),
    )


async def schemes_of(request: Request, name: str) -> list[dict[str, Any]]:
    """The forms of caller ID to choose from; none where the telephone shows callers by itself."""
    try:
        found = await site_of(request).daemon.known("line.caller-id-schemes", line=name)
    except RefusedError:
        return []
    return list(found or [])


async def ring(request: Request) -> Response:
    """The bell, until the receiver is lifted."""
    form = await form_of(request)
    name = request.path_params["name"]
    result = await site_of(request).daemon.call("line.ring", line=name, seconds=RING_S)
    return _tested(request, result, form, passed=result["lifted"])


async def dial(request: Request) -> Response:
    """Lift the receiver and dial 1."""
    form = await form_of(request)
    result = await site_of(request).daemon.call("line.digit-test", line=request.path_params["name"])
    return _tested(request, result, form, passed=result["passed"])


async def caller_id(request: Request) -> Response:
    """One ring in the chosen form: what did the display show?"""
    form = await form_of(request)
    name = request.path_params["name"]
    result = await site_of(request).daemon.call(
        "line.try-caller-id", line=name, scheme=form.get("scheme", "")
    )
    tongue = visitor_of(request).tongue
    shown = tongue.text(
        N_("The telephone rang once and was told the number %(number)s. Did the display show it?"),
        number=result["number"],
    )
    after = "/first-run/telephone" if form.get("after") == "first-run" else f"/lines/{name}"
    return back(request, after, done=shown)


async def stop(request: Request) -> Response:
    await form_of(request)
    name = request.path_params["name"]
    await site_of(request).daemon.call("line.stop-test", line=name)
    return back(request, f"/lines/{name}")


async def numbers(request: Request) -> Response:
    """What rings a telephone, and what it calls by: only what differs is saved."""
    form = await form_of(request)
    site, tongue = site_of(request), visitor_of(request).tongue
    name = request.path_params["name"]
    after = "/handsets" if form.get("after") == "/handsets" else f"/lines/{name}"
    status = await site.daemon.call("status")
    found = [entry for entry in status["lines"] if entry["name"] == name]
    if not found:
        raise HTTPException(404)
    accounts = sorted(account["name"] for account in status["accounts"])
    wanted = {
        "number": form.get("number", "").strip(),
        "account": form.get("account", found[0]["account"]),
        "rings_for": [one for one in accounts if f"rings-{one}" in form],
    }
    if accounts and not wanted["rings_for"]:
        wrong = tongue.text(N_("A telephone rings for one number at least."))
        return back(request, after, wrong=wrong)
    changes = [
        # A telephone that rings for every account goes on to do so when one more comes.
        {"set": f"line.{name}.{key}", "value": [] if value == accounts else value}
        for key, value in wanted.items()
        if value != found[0][key]
    ]
    if not changes:
        return back(request, after, done=tongue.text(N_("Nothing was changed.")))
    try:
        await save(request, changes)
    except RefusedError as error:
        return back(request, after, wrong=" ".join(problems_of(error, tongue).values()))
    site.audit.note("settings", address_of(request), f"line.{name}")
    return back(request, after, done=tongue.text(N_("Saved.")))


async def routing(request: Request) -> Response:
    """Where calls to a number ring."""
    form = await form_of(request)
    site = site_of(request)
    account, mode = form.get("account", ""), form.get("mode", "")
    await site.daemon.call("account.routing", account=account, mode=mode, keep=True)
    site.audit.note("routing", address_of(request), f"{account}: {mode}")
    return back(request, "/", done=visitor_of(request).tongue.text(N_("Saved.")))


def _tested(
    request: Request, result: dict[str, Any], form: dict[str, str], *, passed: bool
) -> Response:
    text = visitor_of(request).tongue.of(result)
    first_run = form.get("after") == "first-run"
    after = "/first-run/telephone" if first_run else f"/lines/{result['line']}"
    return back(request, after, done=text if passed else "", wrong="" if passed else text)


ROUTES = (
    Route("/lines", lines),
    Route("/lines/{name}", line),
    Route("/lines/{name}/numbers", numbers, methods=["POST"]),
    Route("/lines/{name}/ring", ring, methods=["POST"]),
    Route("/lines/{name}/dial", dial, methods=["POST"]),
    Route("/lines/{name}/caller-id", caller_id, methods=["POST"]),
    Route("/lines/{name}/stop", stop, methods=["POST"]),
    Route("/routing", routing, methods=["POST"]),
)
