"""Webhooks, delivered to a real HTTP server and judged by the library of Standard Webhooks."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import trustme
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from gateway.interfaces import delivery, signature
from gateway.interfaces.delivery import DeliveryError
from gateway.interfaces.occurrences import Occurrence
from gateway.interfaces.settings import Webhook
from gateway.interfaces.webhooks import WAITING, Sender
from gateway.settings.secret import Secret
from tests.interfaces.programs import program
from tests.web.visit import CALL, until

MISSED = Occurrence("missed", 1795000000.25, {"id": "c-1", "text": "Никто не ответил."})


@dataclass
class Receiver:
    """An HTTP server that answers each request with the next of ``answers``, then with 204."""

    port: int = 0
    answers: list[bytes] = field(default_factory=list)
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def url(self, path: str = "/hook", scheme: str = "http") -> str:
        return f"{scheme}://127.0.0.1:{self.port}{path}"

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {
            name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])
        }
        body = await reader.readexactly(int(headers["content-length"]))
        self.requests.append((head[0], headers, body))
        answer = self.answers.pop(0) if self.answers else b"HTTP/1.1 204 No Content\r\n\r\n"
        if answer:
            writer.write(answer)
            await writer.drain()
        else:
            await reader.read()  # until the other side has had enough
        writer.close()


@asynccontextmanager
async def receiver(*answers: bytes, tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    found = Receiver(answers=list(answers))
    server = await asyncio.start_server(found.take, "127.0.0.1", 0, ssl=tls)
    found.port = server.sockets[0].getsockname()[1]
    async with server:
        yield found


def hook(url: str, **values: Any) -> Webhook:
    return Webhook(url=url, **values)


@asynccontextmanager
async def sending(webhook: Webhook, *pauses: float) -> AsyncIterator[Sender]:
    sender = Sender(webhook, pauses or (0.0,))
    sender.start()
    try:
        yield sender
    finally:
        await sender.close()


def test_a_delivery_is_signed_so_that_the_standards_own_library_takes_it() -> None:
    secret = signature.new_secret()

    async def run() -> None:
        async with (
            receiver() as home,
            sending(hook(home.url("/hook?key=1"), secret=Secret(secret))) as sender,
        ):
            sender.put(MISSED)
            await until(lambda: sender.tally.delivered == 1)
            ((line, headers, body),) = home.requests
        assert line == "POST /hook?key=1 HTTP/1.1"
        assert headers["content-type"] == "application/json"
        told = Verifier(secret).verify(body, headers)
        assert told == {
            "type": "missed",
            "timestamp": "2026-11-18T11:06:40.250+00:00",
            "data": {"id": "c-1", "text": "Никто не ответил."},
        }
        with pytest.raises(WebhookVerificationError):
            Verifier(secret).verify(body.replace(b"c-1", b"c-2"), headers)
        with pytest.raises(WebhookVerificationError):
            Verifier(signature.new_secret()).verify(body, headers)

    asyncio.run(run())


def test_it_is_tried_again_and_is_known_as_the_same_delivery() -> None:
    async def run() -> None:
        broken = b"HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n"
        async with (
            receiver(broken, b"nonsense\r\n\r\n") as home,
            sending(hook(home.url()), 0.0, 0.0, 0.0) as sender,
        ):
            sender.put(MISSED)
            await until(lambda: sender.tally.delivered == 1)
            assert len(home.requests) == 3
            assert len({headers["webhook-id"] for _, headers, _ in home.requests}) == 1
            assert sender.tally.last == "204"

    asyncio.run(run())


@pytest.mark.parametrize(
    ("answers", "tries"),
    [
        ([b"HTTP/1.1 404 No\r\n\r\n"] * 2, 2),
        ([b"HTTP/1.1 410 Gone\r\n\r\n"], 1),
        # Followed nowhere: who answers so could send us to another computer of the home.
        ([b"HTTP/1.1 307 There\r\nLocation: http://192.0.2.1/\r\n\r\n"] * 2, 2),
    ],
)
def test_what_does_not_arrive_is_given_up_and_the_next_goes_on(
    answers: list[bytes], tries: int
) -> None:
    async def run() -> None:
        async with receiver(*answers) as home, sending(hook(home.url()), 0.0, 0.0) as sender:
            sender.put(MISSED)
            sender.put(Occurrence("scene", 1.0, {"code": "12"}))
            await until(lambda: sender.tally.delivered == 1)
            assert sender.tally.given_up == 1
            assert len(home.requests) == tries + 1

    asyncio.run(run())


def test_a_webhook_is_told_what_it_is_for() -> None:
    async def run() -> None:
        async with receiver() as home, sending(hook(home.url(), events=("scene",))) as sender:
            sender.put(MISSED)
            sender.put(Occurrence("scene", 1.0, {"code": "12"}))
            await until(lambda: sender.tally.delivered == 1)
            assert [json.loads(body)["type"] for _, _, body in home.requests] == ["scene"]

    asyncio.run(run())


def test_a_home_that_is_away_for_long_costs_no_memory() -> None:
    async def run() -> None:
        sender = Sender(hook("http://127.0.0.1:9/"))
        for count in range(WAITING + 50):
            sender.put(Occurrence("line", float(count)))
        assert sender.waiting == WAITING
        assert sender.tally.given_up == 50

    asyncio.run(run())


def test_a_receiver_that_never_answers_holds_nobody() -> None:
    async def run() -> None:
        async with receiver(b"") as home:
            with pytest.raises(DeliveryError, match=r"no answer within 0\.2 s"):
                await delivery.post(home.url(), {}, b"{}", check=True, seconds=0.2)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 40000, "no HTTP"),
        (b"HTTP/1.1 20", "no HTTP"),
        (b"\r\n", "no HTTP"),
    ],
)
def test_an_answer_that_is_none_is_no_delivery(answer: bytes, sentence: str) -> None:
    async def run() -> None:
        async with receiver(answer) as home:
            with pytest.raises(DeliveryError, match=sentence):
                await delivery.post(home.url(), {}, b"{}", check=True, seconds=30)

    asyncio.run(run())


def test_nobody_at_the_address_is_a_sentence_without_the_address() -> None:
    async def run() -> None:
        with pytest.raises(DeliveryError) as caught:
            await delivery.post("http://127.0.0.1:9/secret-path", {}, b"{}", check=True, seconds=30)
        assert "secret-path" not in str(caught.value)

    asyncio.run(run())


def test_a_certificate_that_nobody_vouches_for_is_refused_unless_it_is_allowed() -> None:
    authority = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)

    async def run() -> None:
        async with receiver(tls=tls) as home:
            url = home.url(scheme="https")
            with pytest.raises(DeliveryError):
                await delivery.post(url, {}, b"{}", check=True, seconds=30)
            assert home.requests == []
            assert await delivery.post(url, {}, b"{}", check=False, seconds=30) == 204

    asyncio.run(run())


def test_a_missed_call_of_the_gateway_arrives_with_who_it_was(tmp_path: Path) -> None:
    async def run() -> None:
        async with receiver() as home, program(tmp_path) as opened:
            interfaces = opened.visit.site.interfaces
            missed = hook(home.url(), events=("missed",))
            await interfaces.change(replace_webhooks(interfaces.settings, missed))
            opened.visit.server.publish("call", {"id": CALL["id"], "reason": "no-answer"})
            await until(lambda: bool(home.requests))
            told = json.loads(home.requests[0][2])
            assert told["type"] == "missed"
            assert told["data"]["record"]["number"] == CALL["number"]

    asyncio.run(run())


def replace_webhooks(settings: Any, *hooks: Webhook) -> Any:
    return type(settings)(settings.api, settings.metrics, settings.mqtt, hooks)
