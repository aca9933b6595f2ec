"""No password gets into a log, an exception or a traceback, whatever goes wrong."""

from __future__ import annotations

import http.client
import logging
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from gateway.multifon.client import Client
from gateway.multifon.errors import ServiceError
from gateway.multifon.request import Form
from gateway.multifon.routing import Routing
from gateway.settings.secret import Secret
from tests.certificates import Certificates
from tests.multifon.provider import Provider, provider

OLD, NEW = "Old&Secret 47/%я", "New+Secret 48?ю"
CALLS: dict[str, Callable[[Client], object]] = {
    "read routing": lambda client: client.read_routing(),
    "set routing": lambda client: client.set_routing(Routing.BOTH),
    "balance": lambda client: client.read_balance(),
    "status": lambda client: client.read_status(),
    "lines": lambda client: client.read_lines(),
    "change password": lambda client: client.change_password(Secret(NEW)),
}
FAULTS = [
    *("http-404", "http-403", "http-500", "code-101", "code-102", "code-404", "code-500"),
    *("no-result", "broken-xml", "bomb", "huge", "slow", "slow-head", "hang", "reset", "lost"),
    *("error", "echo", "redirect"),
]
SHORT = 0.15
SHAPES = {
    shape
    for secret in (OLD, NEW)
    for shape in (secret, quote(secret, safe=""), quote_plus(secret), quote(secret), repr(secret))
}


def words_of(error: BaseException) -> Iterator[str]:
    """Everything that a log, a debugger or a report of a crash could make of ``error``."""
    yield from traceback.format_exception(error)
    yield repr(error)
    yield repr(vars(error))
    frame = error.__traceback__
    while frame is not None:
        if "/tests/" not in frame.tb_frame.f_code.co_filename:
            yield repr(frame.tb_frame.f_locals)
        frame = frame.tb_next
    for other in (error.__cause__, error.__context__):
        if other is not None:
            yield from words_of(other)


def look(told: str) -> None:
    for shape in SHAPES:
        assert shape not in told, f"{shape!r} is told"


@pytest.fixture
def everything_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG)
    # The one thing that http.client says by itself goes to the standard output, if it is asked to.
    assert http.client.HTTPConnection.debuglevel == 0
    return caplog


def provoke(call: Callable[[Client], object], client: Client) -> None:
    try:
        call(client)
    except ServiceError as error:
        logging.getLogger("gateway").exception("it went wrong")
        look("\n".join([*words_of(error), error.words.en, error.words.ru]))


@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize("fault", FAULTS)
def test_no_fault_of_the_provider_brings_a_password_to_light(
    multifon: Provider,
    everything_is_logged: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    fault: str,
    form: Form,
) -> None:
    logging.getLogger("http.client").debug("the log works")
    multifon.client().change_password(Secret(OLD))
    for call in CALLS.values():
        where = f"https://{OLD}.invalid/?password={quote(OLD)}&new={quote(NEW)}"
        multifon.behaves(fault=fault, redirect=quote(where, safe=":/?&="))
        provoke(call, multifon.client(OLD, forms=[form], timeout=SHORT))
    said = capfd.readouterr()
    look("\n".join([everything_is_logged.text, said.out, said.err]))
    assert "the log works" in everything_is_logged.text


@pytest.mark.parametrize("call", list(CALLS))
def test_no_trouble_on_the_way_brings_a_password_to_light(
    tmp_path: Path,
    authority: Certificates,
    everything_is_logged: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    call: str,
) -> None:
    with provider(tmp_path, authority, host="elsewhere.example") as running:
        for client in (
            running.client(OLD),  # the certificate is for another host
            running.client(OLD, bundle=""),
            running.client(OLD, bundle="/nowhere"),
            running.client(OLD, url="https://127.0.0.1:1/"),
            running.client(OLD, url="https://nowhere.invalid/"),
        ):
            provoke(CALLS[call], client)
        assert running.asked == []
    said = capfd.readouterr()
    look("\n".join([everything_is_logged.text, said.out, said.err]))


def test_a_client_does_not_show_its_password(multifon: Provider) -> None:
    client = multifon.client(OLD)
    for part in (client, multifon.door()):
        look(f"{part!r} {part}")
