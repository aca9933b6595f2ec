"""A telephone operated over a Unix socket: JSON-RPC 2.0, one object a line.

Every connection has a thread of its own; its requests are answered in order, each when it is done.
"""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, Self

from tests.simulators.multifon.sound import SoundError
from tests.simulators.telephone.commands import Commands
from tests.simulators.telephone.fake_card import FakeSoundCard
from tests.simulators.telephone.fake_chip import FakeChip
from tests.simulators.telephone.telephone import Telephone

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMETERS = -32700, -32600, -32601, -32602
FAILED = 1
"""The telephone could not do it now."""


class Table(Protocol):
    """Whatever can be asked by name."""

    @property
    def table(self) -> Mapping[str, Callable[[dict[str, Any]], object]]: ...


class _Connection(socketserver.StreamRequestHandler):
    server: _Socket

    def handle(self) -> None:
        for line in self.rfile:
            answer = answer_to(line, self.server.commands)
            self.wfile.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")


class _Socket(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True

    def __init__(self, path: Path, commands: Table) -> None:
        self.commands = commands
        super().__init__(str(path), _Connection)


class CommandServer:
    """Listens on ``path`` until it is closed.  ``OSError`` if the path cannot be used."""

    def __init__(self, path: Path, commands: Table) -> None:
        self._path = path
        if path.is_socket():
            path.unlink()
        self._socket = _Socket(path, commands)
        path.chmod(0o600)
        self._thread = threading.Thread(
            target=self._socket.serve_forever, args=(0.05,), name="telephone-server", daemon=True
        )
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._socket.shutdown()
        self._thread.join()
        self._socket.server_close()
        self._path.unlink(missing_ok=True)


class TelephoneServer(CommandServer):
    """That of a telephone.  With ``card`` and ``chip`` these can be pulled and put back."""

    def __init__(
        self,
        telephone: Telephone,
        path: Path,
        card: FakeSoundCard | None = None,
        chip: FakeChip | None = None,
    ) -> None:
        super().__init__(path, Commands(telephone, card, chip))


def answer_to(line: bytes, commands: Table) -> dict[str, object]:
    """The answer to one line."""
    try:
        request = json.loads(line)
    except ValueError as error:
        return _error(None, PARSE_ERROR, f"this is not JSON: {error}")
    if not isinstance(request, dict) or not isinstance(request.get("params", {}), dict):
        return _error(None, INVALID_REQUEST, "a request is an object with a method and params")
    identifier, method = request.get("id"), str(request.get("method"))
    command = commands.table.get(method)
    if command is None:
        known = ", ".join(commands.table)
        return _error(identifier, METHOD_NOT_FOUND, f"no method {method!r}; there are: {known}")
    try:
        result = command(request.get("params", {}))
    except (KeyError, TypeError, ValueError, SoundError) as error:
        return _error(identifier, INVALID_PARAMETERS, str(error))
    except (RuntimeError, OSError) as error:  # a TimeoutError is an OSError
        return _error(identifier, FAILED, str(error))
    return {"jsonrpc": "2.0", "id": identifier, "result": result}


def _error(identifier: object, code: int, message: str) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": identifier, "error": {"code": code, "message": message}}
