"""Talks to the control socket of a running network; for tests and programs without asyncio."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from types import TracebackType
from typing import Any, Self

GRACE = 5.0
"""Seconds more than an operation's own timeout that its answer may take."""


class ControlError(Exception):
    """The network refused a request; ``code`` is JSON-RPC's, 1 when a wait was in vain."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class ControlClient:
    """One connection.  Each method waits for the answer; not for use by several threads."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        try:
            self._socket.connect(str(path))
        except OSError:
            self._socket.close()
            raise
        self._file = self._socket.makefile("rwb")
        self._identifier = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()
        self._socket.close()

    def request(self, method: str, **parameters: Any) -> Any:
        """Perform ``method`` and return its result; ``ControlError`` if it is refused."""
        self._identifier += 1
        self._socket.settimeout(float(parameters.get("timeout", 0.0)) + 10.0 + GRACE)
        request = {
            "jsonrpc": "2.0", "id": self._identifier, "method": method, "params": parameters,
        }  # fmt: skip
        self._file.write(json.dumps(request).encode() + b"\n")
        self._file.flush()
        line = self._file.readline()
        if not line:
            raise ConnectionError("the network has closed the control socket")
        answer = json.loads(line)
        if "error" in answer:
            raise ControlError(answer["error"]["code"], answer["error"]["message"])
        return answer["result"]

    def status(self) -> dict[str, Any]:
        return self._object("status")

    def accounts(self) -> list[dict[str, Any]]:
        return self._list("accounts")

    def call(self, account: str | None = None, **parameters: Any) -> str:
        """Call an account: caller, party, text, file, hang_up, answer_timeout, cancel_after."""
        return str(self._object("call", account=account, **parameters)["call"])

    def calls(self) -> list[dict[str, Any]]:
        return self._list("calls")

    def call_info(self, call: str) -> dict[str, Any]:
        return self._object("call-info", call=call)

    def hang_up(self, call: str) -> dict[str, Any]:
        return self._object("hang-up", call=call)

    def play(self, call: str, file: Path) -> None:
        self.request("play", call=call, file=str(file.absolute()))

    def re_invite(
        self,
        call: str,
        direction: str = "sendrecv",
        codec: int | None = None,
        *,
        offer: bool = True,
    ) -> None:
        self.request("re-invite", call=call, direction=direction, codec=codec, offer=offer)

    def save(
        self, call: str, heard: Path | None = None, sent: Path | None = None
    ) -> dict[str, Any]:
        return self._object(
            "save",
            call=call,
            heard=None if heard is None else str(heard.absolute()),
            sent=None if sent is None else str(sent.absolute()),
        )

    def set(self, **settings: Any) -> dict[str, Any]:
        return self._object("set", **settings)

    def account_api(self) -> dict[str, Any]:
        return self._object("account-api")

    def account_api_set(self, **behaviour: Any) -> dict[str, Any]:
        return self._object("account-api-set", **behaviour)

    def trace(self, since: float = 0.0, contains: str = "") -> list[dict[str, Any]]:
        return self._list("trace", since=since, contains=contains)

    def wait(self, call: str, state: str, timeout: float = 10.0) -> dict[str, Any]:
        return self._object("wait", call=call, state=state, timeout=timeout)

    def wait_digits(self, call: str, digits: str, timeout: float = 10.0) -> dict[str, Any]:
        return self._object("wait", call=call, digits=digits, timeout=timeout)

    def wait_call(
        self, after: str = "0", number: str | None = None, timeout: float = 10.0
    ) -> dict[str, Any]:
        return self._object("wait-call", after=after, number=number, timeout=timeout)

    def wait_registration(
        self, account: str | None = None, *, registered: bool = True, timeout: float = 10.0
    ) -> dict[str, Any]:
        return self._object(
            "wait-registration", account=account, registered=registered, timeout=timeout
        )

    def _object(self, method: str, **parameters: Any) -> dict[str, Any]:
        result: dict[str, Any] = self.request(method, **parameters)
        return result

    def _list(self, method: str, **parameters: Any) -> list[dict[str, Any]]:
        result: list[dict[str, Any]] = self.request(method, **parameters)
        return result
