"""Diagnosis: the way to the provider, a test call, the SIP trace, a report to hand on."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.control.errors import ControlError
from gateway.report.contents import Found, questions
from gateway.web.daemon import AwayError
from gateway.web.rendering import back, form_of, page
from gateway.web.site import address_of, site_of
from gateway.web.visitor import visitor_of

TRACE_MINUTES = 10


async def diagnosis(request: Request) -> Response:
    status = await site_of(request).daemon.call("status")
    return page(request, "diagnosis.html", status=status)


async def check_network(request: Request) -> Response:
    """Every stretch of the way to the provider; takes some seconds."""
    await form_of(request)
    found = await site_of(request).daemon.call("network.check")
    return page(request, "network_check.html", found=found)


async def test_call(request: Request) -> Response:
    """A real call without a handset: what came back?"""
    form = await form_of(request)
    site = site_of(request)
    number = form.get("number", "").strip()
    found = await site.daemon.call("call.test", number=number)
    site.audit.note("test-call", address_of(request))
    text = visitor_of(request).tongue.of(found)
    if found["ok"]:
        return back(request, "/diagnosis", done=text)
    return back(request, "/diagnosis", wrong=text)


async def trace(request: Request) -> Response:
    """The SIP messages of the last minutes, without secrets."""
    found = await site_of(request).daemon.call("trace", minutes=TRACE_MINUTES)
    return page(request, "trace.html", trace=found)


async def log(request: Request) -> Response:
    return page(request, "log.html", lines=await site_of(request).daemon.call("log"))


async def report(request: Request) -> Response:
    """One file with everything that somebody who helps needs, all secrets removed."""
    form = await form_of(request)
    site = site_of(request)
    now = datetime.now(UTC)
    anonymous = form.get("anonymous") == "yes"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.zip"
        found = Found()
        for method, parameters in questions(TRACE_MINUTES):
            try:
                found.take(method, await site.daemon.call(method, **parameters))
            except (AwayError, ControlError) as error:
                found.problems.append(f"{method}: {error}")
        await asyncio.to_thread(found.write, path, now, anonymous=anonymous)
        content = await asyncio.to_thread(path.read_bytes)
    site.audit.note("report", address_of(request))
    name = f"gateway-report-{now:%Y%m%d-%H%M%S}.zip"
    return Response(
        content,
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


ROUTES = (
    Route("/diagnosis", diagnosis),
    Route("/diagnosis/network", check_network, methods=["POST"]),
    Route("/diagnosis/call", test_call, methods=["POST"]),
    Route("/diagnosis/trace", trace),
    Route("/diagnosis/log", log),
    Route("/diagnosis/report", report, methods=["POST"]),
)
