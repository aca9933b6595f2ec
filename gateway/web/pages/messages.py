"""Text messages: read, written."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.control.errors import RefusedError
from gateway.web.language import N_
from gateway.web.rendering import back, form_of, page
from gateway.web.site import address_of, site_of
from gateway.web.visitor import visitor_of

MOST = 200


async def messages(request: Request) -> Response:
    """The messages, which count as read once they were shown."""
    daemon = site_of(request).daemon
    found = await daemon.call("messages", limit=MOST)
    unread = [message["id"] for message in found if message["state"] == "unread"]
    if unread and request.method == "GET":
        await daemon.call("messages.read", ids=unread)
    number = request.query_params.get("number", "")
    return page(request, "messages.html", texts=found, number=number, text="", problem="")


async def send(request: Request) -> Response:
    form = await form_of(request)
    site, tongue = site_of(request), visitor_of(request).tongue
    number, text = form.get("number", "").strip(), form.get("text", "")
    try:
        outcome = await site.daemon.call("messages.send", number=number, text=text)
    except RefusedError as error:
        found = await site.daemon.call("messages", limit=MOST)
        return page(
            request, "messages.html", 422, texts=found, number=number, text=text, problem=str(error)
        )
    site.audit.note("message-sent", address_of(request))
    if outcome["sent"]:
        return back(request, "/messages", done=tongue.text(N_("The network took the message.")))
    refused = tongue.text(
        N_("The network did not take the message: %(why)s"), why=outcome["detail"]
    )
    return back(request, "/messages", wrong=refused)


ROUTES = (Route("/messages", messages), Route("/messages/send", send, methods=["POST"]))
