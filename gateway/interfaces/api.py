"""The control socket over HTTPS: ``POST /api/v1/METHOD`` and JSON-RPC 2.0 at ``POST /api/v1``."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Send
from starlette.types import Scope as Asgi

from gateway.control.errors import ControlError, FailedError, RefusedError
from gateway.control.protocol import (
    Error,
    ErrorCode,
    Malformed,
    Notification,
    dump,
    dump_batch,
    parse,
)
from gateway.control.protocol import Request as Asked
from gateway.control.protocol import Response as Answer
from gateway.interfaces.bearer import Bearers, NoEntry
from gateway.interfaces.methods import METHODS, Method, Scope
from gateway.interfaces.openapi import ROOT, description
from gateway.interfaces.parameters import checked
from gateway.interfaces.tokens import Token
from gateway.web.audit import Audit
from gateway.web.daemon import AwayError, Daemon

DESCRIPTION = "openapi.json"

LARGEST_BODY = 64 * 1024
"""Bytes of a request."""
BATCH = 20
"""Requests in one list."""
RUNNING = 16
"""Requests at a time of all programs together: the page shares the connection to the gateway."""

_NOTED = frozenset({Scope.TELEPHONE, Scope.ACCOUNT, Scope.SERVICE})
"""Scopes whose use stands in the audit log."""


class DeniedError(Exception):
    """There is no result.  ``status`` is for an answer of a method at its own address."""

    def __init__(self, status: int, code: int, sentence: str, data: Any = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.error = Error(code, sentence, data)


class Api:
    """``on`` tells whether it is switched on; while it is not, nothing of it is there."""

    def __init__(
        self, daemon: Daemon, bearers: Bearers, audit: Audit, on: Callable[[], bool]
    ) -> None:
        self._daemon = daemon
        self._bearers = bearers
        self._audit = audit
        self._on = on
        self._running = 0

    @property
    def routes(self) -> tuple[BaseRoute, ...]:
        """To be mounted where the page's password and forms are not asked for."""
        return Route(ROOT, self), Route(f"{ROOT}/{{rest:path}}", self)

    async def __call__(self, scope: Asgi, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI), also what is no method of ours: always with JSON."""
        request = Request(scope, receive)
        try:
            answer = await self._answer(request)
        except ClientDisconnect:
            answer = _failure(400, ErrorCode.INVALID_REQUEST, "The request has no end.")
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        name = request.path_params.get("rest")
        if not self._on():
            sentence = "The interface is switched off: see the set-up page, More, Interfaces."
            return _failure(404, ErrorCode.REFUSED, sentence)
        wanted = "GET" if name == DESCRIPTION else "POST"
        if request.method != wanted:
            sentence = f"This takes {wanted} only."
            return _failure(405, ErrorCode.INVALID_REQUEST, sentence, headers={"Allow": wanted})
        if name == DESCRIPTION:
            return _json(200, description())
        return await (self._json_rpc(request) if name is None else self._method(request, name))

    async def _method(self, request: Request, name: str) -> Response:
        """One method by its own address."""
        opened = await self._open(request)
        if isinstance(opened, Response):
            return opened
        token, body = opened
        try:
            params = json.loads(body, parse_constant=_refuse) if body.strip() else {}
        except (ValueError, RecursionError) as error:
            return _failure(400, ErrorCode.PARSE_ERROR, f"This is not JSON: {error}.")
        if not isinstance(params, dict):
            return _failure(400, ErrorCode.INVALID_PARAMS, "The parameters are an object.")
        try:
            result = await self._perform(request, token, name, params)
        except DeniedError as denied:
            why = denied.error
            return _failure(denied.status, why.code, why.message, why.data)
        return _json(200, {"result": result})

    async def _json_rpc(self, request: Request) -> Response:
        """One request or a list of them, as on the control socket."""
        opened = await self._open(request)
        if isinstance(opened, Response):
            return opened
        token, body = opened
        parcel = parse(body)
        if len(parcel.messages) > BATCH:
            sentence = f"A list has at most {BATCH} requests."
            line = dump(Answer(None, error=Error(ErrorCode.INVALID_REQUEST, sentence)))
            return Response(line, media_type="application/json")
        answers: list[Answer] = []
        for message in parcel.messages:
            match message:
                case Malformed():
                    answers.append(message.answer)
                case Asked() | Notification():
                    answer = await self._respond(request, token, message)
                    if isinstance(message, Asked):
                        answers.append(answer)
                case _:
                    pass  # a response: we have asked nothing
        if not answers:
            return Response(status_code=204)
        line = dump_batch(answers) if parcel.batch else dump(answers[0])
        return Response(line, media_type="application/json")

    async def _open(self, request: Request) -> tuple[Token, bytes] | Response:
        """Who asks, and the body; or why not."""
        token = self._bearers.token_of(request)
        if isinstance(token, NoEntry):
            return refusal(token)
        kind = request.headers.get("content-type", "application/json").partition(";")[0]
        if kind.strip().lower() != "application/json":
            return _failure(415, ErrorCode.INVALID_REQUEST, "The body is application/json.")
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > LARGEST_BODY:
                sentence = f"A request has at most {LARGEST_BODY} bytes."
                return _failure(413, ErrorCode.INVALID_REQUEST, sentence)
        return token, bytes(body)

    async def _respond(self, request: Request, token: Token, asked: Asked | Notification) -> Answer:
        number = asked.id if isinstance(asked, Asked) else None
        try:
            result = await self._perform(request, token, asked.method, asked.params)
        except DeniedError as denied:
            return Answer(number, error=denied.error)
        return Answer(number, result)

    async def _perform(
        self, request: Request, token: Token, name: str, params: Mapping[str, Any]
    ) -> Any:
        """The result of a method, or ``DeniedError``."""
        method = _allowed(token, name)
        try:
            given = checked(method.parameters, params)
        except ValueError as error:
            raise DeniedError(400, ErrorCode.INVALID_PARAMS, str(error)) from error
        if self._running >= RUNNING:
            sentence = f"{RUNNING} requests are under way already; wait for their answers."
            raise DeniedError(429, ErrorCode.OVERLOADED, sentence)
        if method.scope in _NOTED:
            address = request.client.host if request.client else "unknown"
            self._audit.note("api", address, f"{token.name}: {name}")
        self._running += 1
        try:
            return await self._call(method, given)
        finally:
            self._running -= 1

    async def _call(self, method: Method, given: Mapping[str, Any]) -> Any:
        try:
            async with asyncio.timeout(method.patience):
                return await self._daemon.call(method.name, **given)
        except TimeoutError as error:
            sentence = f"The gateway has not answered for {method.patience:g} s."
            raise DeniedError(504, ErrorCode.INTERNAL_ERROR, sentence) from error
        except AwayError as error:
            sentence = "The gateway does not answer; it is started again by itself."
            raise DeniedError(503, ErrorCode.INTERNAL_ERROR, sentence) from error
        except RefusedError as error:
            raise DeniedError(409, ErrorCode.REFUSED, str(error), error.data) from error
        except FailedError as error:
            raise DeniedError(_STATUSES.get(error.code, 502), error.code, str(error)) from error
        except ControlError as error:
            raise DeniedError(502, ErrorCode.INTERNAL_ERROR, str(error)) from error


_STATUSES: Mapping[int, int] = {ErrorCode.METHOD_NOT_FOUND: 404, ErrorCode.OVERLOADED: 503}
"""Of what the gateway cannot do; anything else is its failure."""


def _allowed(token: Token, name: str) -> Method:
    method = METHODS.get(name)
    if method is None:
        sentence = f"There is no method {name[:60]!r}; see {ROOT}/{DESCRIPTION}."
        raise DeniedError(404, ErrorCode.METHOD_NOT_FOUND, sentence)
    if method.scope not in token.scopes:
        sentence = f"This token is not good for {name}: it lacks {method.scope.value}."
        raise DeniedError(403, ErrorCode.REFUSED, sentence)
    return method


def refusal(why: NoEntry) -> Response:
    """The answer to somebody without a good token."""
    return _failure(why.status, ErrorCode.REFUSED, why.sentence, headers=why.headers)


def _failure(
    status: int,
    code: int,
    sentence: str,
    data: Any = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    error = {"code": int(code), "message": sentence} | ({} if data is None else {"data": data})
    more = dict(headers or {})
    if status == 503:
        more["Retry-After"] = "5"
    return _json(status, {"error": error}, more)


def _json(status: int, value: Any, headers: Mapping[str, str] | None = None) -> Response:
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    return Response(text, status, headers, media_type="application/json")


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")
