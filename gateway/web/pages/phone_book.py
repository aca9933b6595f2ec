"""The phone book, and who is not to ring."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.control.errors import RefusedError
from gateway.web.language import N_
from gateway.web.rendering import back, file_of, form_of, page
from gateway.web.saving import refusal_of
from gateway.web.site import address_of, site_of
from gateway.web.visitor import visitor_of

KINDS = {
    "mobile": N_("Mobile"),
    "home": N_("Home telephone"),
    "work": N_("Work"),
    "other": N_("Other"),
}
FIELDS = 4
"""Numbers that a new contact can have on the page; an existing one shows all and one more."""
LARGEST_FILE = 2 * 1024 * 1024
"""Bytes of a vCard file."""
NO_VCARD = {
    "none": N_("This file holds no contacts. Export them from a telephone as a .vcf file."),
    "large": N_("This file is too large. Export the contacts without their photographs."),
    "encoding": N_("This file holds no contacts. Export them from a telephone as a .vcf file."),
}


async def phone_book(request: Request) -> Response:
    search = request.query_params.get("search", "")[:80]
    found = await site_of(request).daemon.call("phonebook", search=search)
    return page(request, "phone_book.html", contacts=found, search=search)


async def contact(request: Request) -> Response:
    """One contact to change, or a new one, with the ``number`` of a call perhaps."""
    ident = request.path_params.get("id", 0)
    found: dict[str, Any] = {"id": 0, "name": "", "numbers": []}
    if ident:
        contacts = await site_of(request).daemon.call("phonebook")
        found = next((one for one in contacts if one["id"] == ident), {})
        if not found:
            raise HTTPException(404)
    else:
        number = request.query_params.get("number", "")[:40]
        found["name"] = request.query_params.get("name", "")[:80]
        found["numbers"] = [{"number": number, "kind": "mobile"}] if number else []
    return _form(request, found)


async def save(request: Request) -> Response:
    form = await form_of(request)
    ident = request.path_params.get("id", 0)
    numbers = [
        {"number": number, "kind": form.get(f"kind{place}", "other")}
        for place in range(50)
        if (number := form.get(f"number{place}", "").strip())
    ]
    wanted = {"id": ident, "name": form.get("name", ""), "numbers": numbers}
    try:
        await site_of(request).daemon.call("phonebook.save", **wanted)
    except RefusedError as error:
        return _form(request, wanted, refusal_of(error, visitor_of(request).tongue))
    return back(request, "/phone-book", done=visitor_of(request).tongue.text(N_("Saved.")))


async def delete(request: Request) -> Response:
    await form_of(request)
    await site_of(request).daemon.call("phonebook.delete", ids=[request.path_params["id"]])
    return back(request, "/phone-book", done=visitor_of(request).tongue.text(N_("Deleted.")))


async def take(request: Request) -> Response:
    """Add the contacts of a vCard file."""
    from gateway import vcard  # noqa: PLC0415 - a library that is hardly ever needed

    _form_fields, content = await file_of(request, "file", LARGEST_FILE)
    tongue, site = visitor_of(request).tongue, site_of(request)
    try:
        reading = await asyncio.to_thread(vcard.read, content)
    except vcard.VCardError as error:
        return back(request, "/phone-book", wrong=tongue.text(NO_VCARD[error.code]))
    done = await site.daemon.call("phonebook.import", contacts=list(reading.contacts))
    site.audit.note("phone-book-import", address_of(request), str(len(reading.contacts)))
    said = tongue.text(
        N_("New: %(added)s, with further numbers: %(merged)s, there already: %(unchanged)s."),
        **done,
    )
    if reading.left_out:
        lines = ", ".join(map(str, reading.left_out[:20]))
        left_out = N_("Left out, without a number or broken: the cards at the lines %(lines)s.")
        said = f"{said} {tongue.text(left_out, lines=lines)}"
    return back(request, "/phone-book", done=said)


async def give(request: Request) -> Response:
    """All contacts as a vCard file."""
    from gateway import vcard  # noqa: PLC0415 - a library that is hardly ever needed

    await form_of(request)
    contacts = await site_of(request).daemon.call("phonebook")
    content = await asyncio.to_thread(vcard.write, contacts)
    name = f"phone-book-{datetime.now(UTC):%Y%m%d}.vcf"
    return Response(
        content,
        media_type="text/vcard",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def blocked(request: Request) -> Response:
    found = await site_of(request).daemon.call("block")
    return page(request, "blocked.html", entries=found)


async def block(request: Request) -> Response:
    """Block a number; from a call with one click."""
    form = await form_of(request)
    site, number = site_of(request), form.get("pattern", "").strip()
    await site.daemon.call("block.add", pattern=number, note=form.get("note", ""))
    site.audit.note("block", address_of(request), number)
    done = N_("%(number)s does not ring any more.")
    return back(request, "/blocked", done=visitor_of(request).tongue.text(done, number=number))


async def unblock(request: Request) -> Response:
    await form_of(request)
    site = site_of(request)
    await site.daemon.call("block.remove", id=request.path_params["id"])
    site.audit.note("unblock", address_of(request))
    return back(request, "/blocked", done=visitor_of(request).tongue.text(N_("Removed.")))


def _form(request: Request, contact: dict[str, Any], wrong: str = "") -> Response:
    numbers = list(contact["numbers"])
    empty = {"number": "", "kind": "home"}
    numbers += [empty] * max(1, FIELDS - len(numbers))
    return page(
        request,
        "contact.html",
        422 if wrong else 200,
        contact=contact,
        numbers=numbers,
        kinds=KINDS,
        wrong=wrong,
    )


ROUTES = (
    Route("/phone-book", phone_book),
    Route("/phone-book/new", contact),
    Route("/phone-book/new", save, methods=["POST"]),
    Route("/phone-book/import", take, methods=["POST"]),
    Route("/phone-book/export", give, methods=["POST"]),
    Route("/phone-book/{id:int}", contact),
    Route("/phone-book/{id:int}", save, methods=["POST"]),
    Route("/phone-book/{id:int}/delete", delete, methods=["POST"]),
    Route("/blocked", blocked),
    Route("/blocked", block, methods=["POST"]),
    Route("/blocked/{id:int}/remove", unblock, methods=["POST"]),
)
