"""The control socket: JSON-RPC 2.0, one object a line, on a Unix socket."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from tests.simulators.multifon.network import CallWaitError, MultifonNetwork
from tests.simulators.multifon.operations import Operations
from tests.simulators.multifon.sound import SoundError

LONGEST_LINE = 1 << 20
PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMETERS = -32602
INTERNAL_ERROR = -32603
WAIT_FAILED = 1
"""What was waited for did not come."""

Operation: TypeAlias = Callable[[Mapping[str, Any]], Awaitable[object]]


class ControlServer:
    """Serves one network.  Requests of one connection are answered in order, each as it ends."""

    def __init__(self, network: MultifonNetwork, path: Path) -> None:
        self._operations = Operations(network)
        self._path = path
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Listen; ``OSError`` if the path cannot be used.  A socket left over is replaced."""
        if self._path.is_socket():
            self._path.unlink()
        self._server = await asyncio.start_unix_server(
            self._serve, path=self._path, limit=LONGEST_LINE
        )
        self._path.chmod(0o600)

    async def close(self) -> None:
        if self._server is None:
            return
        self._server.close()
        for connection in tuple(self._connections):
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._server.wait_closed()
        with contextlib.suppress(OSError):
            self._path.unlink()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            while line := await reader.readline():
                answer = await self._answer(line)
                if answer is not None:
                    writer.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
                    await writer.drain()
        except (ConnectionError, ValueError):  # gone, or a line that is too long
            pass
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            self._connections.discard(task)

    async def _answer(self, line: bytes) -> dict[str, object] | None:
        try:
            request = json.loads(line)
        except ValueError as error:
            return _error(None, PARSE_ERROR, f"this is not JSON: {error}")
        if not isinstance(request, dict) or not isinstance(request.get("method"), str):
            return _error(None, INVALID_REQUEST, "a request is an object with a method")
        identifier, parameters = request.get("id"), request.get("params", {})
        if not isinstance(parameters, dict):
            return _error(identifier, INVALID_PARAMETERS, "params is an object")
        answer = await self._perform(identifier, request["method"], parameters)
        return answer if "id" in request else None

    async def _perform(
        self, identifier: object, method: str, parameters: Mapping[str, Any]
    ) -> dict[str, object]:
        operation = self._operations.table.get(method)
        if operation is None:
            known = ", ".join(self._operations.table)
            return _error(identifier, METHOD_NOT_FOUND, f"no method {method!r}; there are: {known}")
        try:
            result = await operation(parameters)
        except CallWaitError as error:
            return _error(identifier, WAIT_FAILED, str(error))
        except (ValueError, SoundError) as error:
            return _error(identifier, INVALID_PARAMETERS, str(error))
        except OSError as error:
            return _error(identifier, INTERNAL_ERROR, str(error))
        return {"jsonrpc": "2.0", "id": identifier, "result": result}


def _error(identifier: object, code: int, message: str) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": identifier, "error": {"code": code, "message": message}}
