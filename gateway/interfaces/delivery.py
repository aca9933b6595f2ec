"""One POST of a webhook, by h11 over asyncio's streams.

A whole delivery has a deadline, no redirect is followed, and nothing of the answer but its status
is kept: a receiver can neither hold us nor send us elsewhere.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from urllib.parse import urlsplit

import h11

import gateway
from gateway.interfaces.trust import context

LARGEST_HEAD = 16 * 1024
"""Bytes of the answer's status line and headers."""


class DeliveryError(Exception):
    """It did not arrive; the message is a sentence, and holds no address: that may be a secret."""


async def post(
    url: str, headers: Mapping[str, str], body: bytes, *, check: bool, seconds: float
) -> int:
    """The status of the answer; ``DeliveryError`` if there is none within ``seconds``."""
    try:
        async with asyncio.timeout(seconds):
            return await _exchange(url, headers, body, check)
    except TimeoutError:
        raise DeliveryError(f"There was no answer within {seconds:g} s.") from None
    except h11.RemoteProtocolError:
        raise DeliveryError("The answer is no HTTP.") from None
    except OSError as error:
        raise DeliveryError(f"{error.strerror or type(error).__name__}.") from None


async def _exchange(url: str, headers: Mapping[str, str], body: bytes, check: bool) -> int:
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    reader, writer = await asyncio.open_connection(
        parts.hostname,
        parts.port or (443 if secure else 80),
        ssl=context(check=check) if secure else None,
        limit=LARGEST_HEAD,
    )
    try:
        http = h11.Connection(h11.CLIENT, max_incomplete_event_size=LARGEST_HEAD)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        request = h11.Request(
            method="POST",
            target=target,
            headers=[
                ("host", parts.netloc),
                ("user-agent", f"MultiFon-gateway/{gateway.__version__}"),
                ("content-type", "application/json"),
                ("content-length", str(len(body))),
                ("connection", "close"),
                *headers.items(),
            ],
        )
        for part in (request, h11.Data(body), h11.EndOfMessage()):
            writer.write(http.send(part) or b"")
        await writer.drain()
        while True:
            event = http.next_event()
            if event is h11.NEED_DATA:
                http.receive_data(await reader.read(LARGEST_HEAD))
            elif isinstance(event, h11.Response):
                return int(event.status_code)
            elif type(event) is not h11.InformationalResponse:
                raise DeliveryError("The connection was closed without an answer.")
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
