"""A telephone operated over a Unix socket: JSON-RPC 2.0, one object a line.

Every connection has a thread of its own; its requests are answered in order, each when it is done.
"""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeAlias

from tests.simulators.multifon.sound import SoundError
from tests.simulators.telephone.rotary import Dial
from tests.simulators.telephone.telephone import Telephone

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMETERS = -32700, -32600, -32601, -32602
FAILED = 1
"""The telephone could not do it now."""

Parameters: TypeAlias = Mapping[str, Any]


class Commands:
    """What can be asked of a telephone; every method takes the request's parameters."""

    def __init__(self, telephone: Telephone) -> None:
        self._telephone = telephone
        self.table: dict[str, Callable[[Parameters], object]] = {
            "lift": lambda _: telephone.lift(),
            "hang-up": lambda _: telephone.hang_up(),
            "flash": lambda given: telephone.tap(float(given.get("ms", 350)) / 1000),
            "dial-pulse": self._dial_pulse,
            "dial-tone": self._dial_tone,
            "say": self._say,
            "hearing": lambda _: {"hearing": telephone.hearing()},
            "ring-report": self._ring_report,
            "line-report": lambda _: [asdict(event) for event in telephone.line_events],
            "display-report": self._display_report,
            "violations": lambda _: telephone.violations,
            "state": self._state,
        }

    def _dial_pulse(self, given: Parameters) -> None:
        dial = Dial(
            pps=float(given.get("pps", self._telephone.settings.dial.pps)),
            break_ratio=float(given.get("ratio", self._telephone.settings.dial.break_ratio)),
            contacts=self._telephone.settings.dial.contacts,
            count=self._telephone.settings.dial.count,
        )
        self._telephone.dial(str(given["digits"]), dial)

    def _dial_tone(self, given: Parameters) -> None:
        self._telephone.press(str(given["digits"]))

    def _say(self, given: Parameters) -> None:
        wait = bool(given.get("wait", True))
        self._telephone.speak(str(given["text"]), str(given.get("voice", "ru")), wait=wait)

    def _ring_report(self, _: Parameters) -> dict[str, object]:
        return {
            "ringing": self._telephone.ringing,
            "bursts": [asdict(burst) for burst in self._telephone.bursts],
            "duty": self._telephone.slic.worst_duty(),
        }

    def _display_report(self, _: Parameters) -> dict[str, object]:
        told = [
            {
                "shown": None if one.shown is None else asdict(one.shown),
                "how": one.how,
                "raw": one.raw.hex(),
                "start": one.start,
                "end": one.end,
                "complaints": list(one.complaints),
            }
            for one in self._telephone.told()
        ]
        shown, packet = self._telephone.shown, self._telephone.aon_packet
        return {
            "shown": None if shown is None else asdict(shown),
            "lamp": self._telephone.lamp,
            "aon": None if packet is None else asdict(packet),
            "told": told,
        }

    def _state(self, _: Parameters) -> dict[str, object]:
        return {
            "lifted": self._telephone.lifted,
            "ringing": self._telephone.ringing,
            "hearing": self._telephone.hearing(),
        }


class _Connection(socketserver.StreamRequestHandler):
    server: _Socket

    def handle(self) -> None:
        for line in self.rfile:
            answer = answer_to(line, self.server.commands)
            self.wfile.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")


class _Socket(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True

    def __init__(self, path: Path, commands: Commands) -> None:
        self.commands = commands
        super().__init__(str(path), _Connection)


class TelephoneServer:
    """Listens on ``path`` until it is closed.  ``OSError`` if the path cannot be used."""

    def __init__(self, telephone: Telephone, path: Path) -> None:
        self._path = path
        if path.is_socket():
            path.unlink()
        self._socket = _Socket(path, Commands(telephone))
        path.chmod(0o600)
        self._thread = threading.Thread(
            target=self._socket.serve_forever, args=(0.05,), name="telephone-server", daemon=True
        )
        self._thread.start()

    def __enter__(self) -> TelephoneServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._socket.shutdown()
        self._thread.join()
        self._socket.server_close()
        self._path.unlink(missing_ok=True)


def answer_to(line: bytes, commands: Commands) -> dict[str, object]:
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
