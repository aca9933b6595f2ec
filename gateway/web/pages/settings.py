"""Settings: few shown, the rest under "more"; search; what was changed, and its undoing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from gateway.control.errors import RefusedError
from gateway.web import typed
from gateway.web.language import N_, Tongue
from gateway.web.rendering import back, form_of, page
from gateway.web.saving import declaration, problems_of, save
from gateway.web.site import address_of, site_of
from gateway.web.visitor import visitor_of

Told = Mapping[str, Any]

HISTORY = 50
"""Changes that are shown."""


async def settings(request: Request) -> Response:
    """All sections, or the settings that fit what was searched for."""
    daemon, tongue = site_of(request).daemon, visitor_of(request).tongue
    sections = await declaration(request)
    read = await daemon.call("settings.read")
    wanted = request.query_params.get("q", "").strip()
    found = _search(sections, read["values"], wanted, tongue) if wanted else None
    return page(request, "settings.html", sections=sections, read=read, wanted=wanted, found=found)


async def section(request: Request) -> Response:
    """One table of settings to change."""
    about, row = await _place(request)
    read = await site_of(request).daemon.call("settings.read")
    values = _values(read, about, row)
    fields = {s["name"]: typed.shown(s["kind"], values.get(s["name"])) for s in about["settings"]}
    return _section(request, about, row, read["revision"], fields)


async def change(request: Request) -> Response:
    """Save what differs from what is in force; what is wrong comes back as it was typed."""
    form = await form_of(request)
    about, row = await _place(request)
    site, tongue = site_of(request), visitor_of(request).tongue
    read = await site.daemon.call("settings.read")
    values = _values(read, about, row)
    changes, problems = _changes(about, row, values, form, tongue)
    if not problems and changes:
        try:
            saved = await save(request, changes, form.get("revision"))
        except RefusedError as error:
            problems = problems_of(error, tongue)
        else:
            site.audit.note("settings", address_of(request), ", ".join(_paths(saved)))
            return back(request, request.url.path, done=_effect(saved, tongue))
    if problems:
        fields = {s["name"]: form.get(s["name"], "") for s in about["settings"]}
        return _section(request, about, row, read["revision"], fields, problems)
    return back(request, request.url.path, done=tongue.text(N_("Nothing was changed.")))


async def add(request: Request) -> Response:
    """Another account or line."""
    form = await form_of(request)
    table, name = request.path_params["section"], form.get("name", "").strip()
    tongue = visitor_of(request).tongue
    row: dict[str, Any] = {"name": name}
    if table == "account":
        row |= {"number": form.get("number", "").strip(), "password": form.get("password", "")}
    try:
        await save(request, [{"add": table, "value": row}])
    except RefusedError as error:
        return back(request, "/settings", wrong=" ".join(problems_of(error, tongue).values()))
    site_of(request).audit.note("settings", address_of(request), f"+ {table}.{name}")
    return RedirectResponse(f"/settings/{table}/{name}", 303)


async def remove(request: Request) -> Response:
    """Take an account or a line away."""
    await form_of(request)
    about, row = await _place(request)
    tongue = visitor_of(request).tongue
    try:
        saved = await save(request, [{"remove": f"{about['name']}.{row}"}])
    except RefusedError as error:
        return back(request, "/settings", wrong=" ".join(problems_of(error, tongue).values()))
    site_of(request).audit.note("settings", address_of(request), f"- {about['name']}.{row}")
    return back(request, "/settings", done=_effect(saved, tongue))


async def history(request: Request) -> Response:
    found = await site_of(request).daemon.call("settings.history", limit=HISTORY)
    return page(request, "history.html", history=found)


async def undo(request: Request) -> Response:
    form = await form_of(request)
    site, tongue = site_of(request), visitor_of(request).tongue
    number = form.get("id", "")
    if not number.isdecimal():
        raise HTTPException(404)
    undone = await site.daemon.call(
        "settings.undo", id=int(number), by=f"page {address_of(request)}"
    )
    site.audit.note("undo", address_of(request), number)
    stays = " ".join(tongue.words(problem) for problem in undone["stays"])
    if undone["saved"]:
        return back(request, "/settings/history", done=f"{_effect(undone, tongue)} {stays}".strip())
    wrong = stays or tongue.text(N_("There is nothing to undo any more."))
    return back(request, "/settings/history", wrong=wrong)


async def restart(request: Request) -> Response:
    """Restart the gateway as soon as nobody speaks."""
    await form_of(request)
    site, tongue = site_of(request), visitor_of(request).tongue
    await site.daemon.call("restart", when_idle=True)
    site.audit.note("restart", address_of(request))
    return back(
        request, "/", done=tongue.text(N_("The gateway restarts as soon as no call is on."))
    )


def _section(  # noqa: PLR0917 - what the form needs
    request: Request,
    about: Told,
    row: str,
    revision: str,
    fields: Mapping[str, str],
    problems: Mapping[str, str] | None = None,
) -> Response:
    place = f"{about['name']}.{row}." if row else f"{about['name']}."
    return page(
        request,
        "section.html",
        422 if problems else 200,
        about=about,
        row=row,
        revision=revision,
        fields=fields,
        problems={path.removeprefix(place): text for path, text in (problems or {}).items()},
    )


async def _place(request: Request) -> tuple[Told, str]:
    """The section of the path and the name of its row; 404 if there is no such section."""
    wanted, row = request.path_params["section"], request.path_params.get("row", "")
    for about in await declaration(request):
        if about["name"] == wanted and about["repeated"] is bool(row):
            return about, row
    raise HTTPException(404)


def _values(read: Told, about: Told, row: str) -> Told:
    values = read["values"][about["name"]]
    if not about["repeated"]:
        return dict(values)
    for entry in values:
        if entry["name"] == row:
            return dict(entry)
    raise HTTPException(404)


def _changes(
    about: Told, row: str, values: Told, form: Mapping[str, str], tongue: Tongue
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """What was typed differently, and what cannot be a value at all."""
    changes: list[dict[str, Any]] = []
    problems: dict[str, str] = {}
    place = f"{about['name']}.{row}" if row else about["name"]
    for setting in about["settings"]:
        name, kind = setting["name"], setting["kind"]
        text = form.get(name, "")
        if kind == "secret" and not text:
            continue  # it stays as it is
        try:
            new = typed.value(kind, text)
        except typed.TypedError as error:
            problems[f"{place}.{name}"] = tongue.both(error.words)
            continue
        if kind == "secret" or new != values.get(name):
            changes.append({"set": f"{place}.{name}", "value": new})
    return changes, problems


def _search(sections: Sequence[Told], values: Told, wanted: str, tongue: Tongue) -> list[Told]:
    """Settings whose name, title or help has every word that was searched for."""
    words = wanted.lower().split()
    found: list[Told] = []
    for about in sections:
        rows = [entry["name"] for entry in values[about["name"]]] if about["repeated"] else [""]
        for setting in about["settings"]:
            texts = (
                about["name"],
                setting["name"],
                *setting["title"].values(),
                *setting["help"].values(),
            )
            if all(any(word in text.lower() for text in texts) for word in words):
                for row in rows:
                    path = f"/settings/{about['name']}" + (f"/{row}" if row else "")
                    where = tongue.words(about["title"]) + (f" {row}" if row else "")
                    found.append(
                        {"path": f"{path}#f-{setting['name']}", "setting": setting, "where": where}
                    )
    return found


def _paths(saved: Told) -> list[str]:
    return [str(entry["path"]) for entry in saved["changes"]]


def _effect(saved: Told, tongue: Tongue) -> str:
    """When what was saved takes effect."""
    when = {entry["takes_effect"] for entry in saved["changes"]}
    if "restart" in when:
        return tongue.text(N_("Saved. It takes effect after a restart of the gateway."))
    if when & {"when the line is idle", "next call"}:
        return tongue.text(N_("Saved. It takes effect when the telephone is not used."))
    return tongue.text(N_("Saved. It is in force already."))


ROUTES = (
    Route("/settings", settings),
    Route("/restart", restart, methods=["POST"]),
    Route("/settings/history", history),
    Route("/settings/undo", undo, methods=["POST"]),
    Route("/settings/{section}/add", add, methods=["POST"]),
    Route("/settings/{section}/{row}/remove", remove, methods=["POST"]),
    Route("/settings/{section}", section),
    Route("/settings/{section}", change, methods=["POST"]),
    Route("/settings/{section}/{row}", section),
    Route("/settings/{section}/{row}", change, methods=["POST"]),
)
