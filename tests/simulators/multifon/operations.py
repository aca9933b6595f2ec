"""What can be asked of a running network, by name, with JSON values."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from tests.simulators.multifon.call import Call, CallState
from tests.simulators.multifon.conversation import Script
from tests.simulators.multifon.network import MultifonNetwork
from tests.simulators.multifon.offered_call import CallOffer
from tests.simulators.multifon.sound import load_wav

DEFAULT_TIMEOUT = 10.0
JsonObject: TypeAlias = dict[str, object]
Operation: TypeAlias = Callable[[Mapping[str, Any]], Awaitable[object]]


class Operations:
    """``table`` maps a method's name to its coroutine.

    Wrong parameters raise ``ValueError`` with a sentence for the user.
    """

    def __init__(self, network: MultifonNetwork) -> None:
        self._network = network
        self.table: Mapping[str, Operation] = {
            "account-api": self.account_api,
            "account-api-set": self.account_api_set,
            "status": self.status,
            "accounts": self.accounts,
            "call": self.call,
            "calls": self.calls,
            "call-info": self.call_info,
            "hang-up": self.hang_up,
            "play": self.play,
            "re-invite": self.re_invite,
            "save": self.save,
            "set": self.set,
            "trace": self.trace,
            "wait": self.wait,
            "wait-call": self.wait_call,
            "wait-registration": self.wait_registration,
        }

    async def status(self, parameters: Mapping[str, Any]) -> JsonObject:
        _only(parameters)
        return self._network.status()

    async def accounts(self, parameters: Mapping[str, Any]) -> list[JsonObject]:
        _only(parameters)
        return self._network.accounts()

    async def call(self, parameters: Mapping[str, Any]) -> JsonObject:
        _only(
            parameters,
            "account", "caller", "party", "text", "file", "hang_up", "answer_timeout",
            "cancel_after",
        )  # fmt: skip
        file = _text(parameters, "file", "")
        recording = await asyncio.to_thread(load_wav, Path(file)) if file else None
        script = Script(
            _text(parameters, "party", "speech"),
            _text(parameters, "text", ""),
            recording,
            _number(parameters, "hang_up", 0.0),
        )
        offer = CallOffer(
            _text(parameters, "caller", "") or None,
            script,
            _number(parameters, "answer_timeout", 60.0),
            _number(parameters, "cancel_after", 0.0),
        )
        call = self._network.call(self._account(parameters), offer)
        return {"call": call.identifier}

    async def calls(self, parameters: Mapping[str, Any]) -> list[JsonObject]:
        _only(parameters)
        keys = ("call", "direction", "account", "number", "party", "state", "status", "reason")
        infos = [call.info() for call in self._network.calls]
        return [{key: info[key] for key in keys} for info in infos]

    async def call_info(self, parameters: Mapping[str, Any]) -> JsonObject:
        _only(parameters, "call")
        return self._call(parameters).info()

    async def hang_up(self, parameters: Mapping[str, Any]) -> JsonObject:
        _only(parameters, "call")
        call = self._call(parameters)
        call.hang_up()
        return call.info()

    async def play(self, parameters: Mapping[str, Any]) -> JsonObject:
        """Let the party of a call play a WAV file, instead of what it says."""
        _only(parameters, "call", "file")
        call = self._call(parameters)
        call.voice.play(await asyncio.to_thread(load_wav, Path(_text(parameters, "file", ""))))
        return {}

    async def re_invite(self, parameters: Mapping[str, Any]) -> JsonObject:
        _only(parameters, "call", "direction", "codec", "offer")
        codec = parameters.get("codec")
        self._call(parameters).send_reinvite(
            _text(parameters, "direction", "sendrecv"),
            None if codec is None else int(codec),
            offer=parameters.get("offer", True) is True,
        )
        return {}

    async def save(self, parameters: Mapping[str, Any]) -> JsonObject:
        _only(parameters, "call", "heard", "sent")
        paths = {name: _text(parameters, name, "") for name in ("heard", "sent")}
        if not any(paths.values()):
            raise ValueError("save needs a path in heard, in sent or in both")
        call = self._call(parameters)
        call.save(*(Path(path) if path else None for path in paths.values()))
        return call.info()

    async def account_api(self, parameters: Mapping[str, Any]) -> JsonObject:
        """How the account service behaves, and what it was asked."""
        _only(parameters)
        return self._network.account_api.as_json()

    async def account_api_set(self, parameters: Mapping[str, Any]) -> JsonObject:
        self._network.account_api.change(parameters)
        return self._network.account_api.as_json()

    async def set(self, parameters: Mapping[str, Any]) -> JsonObject:
        self._network.change(parameters)
        return self._network.settings.changeable()

    async def trace(self, parameters: Mapping[str, Any]) -> list[JsonObject]:
        """The last messages; ``since`` is a monotonic time, ``contains`` a text in the message."""
        _only(parameters, "since", "contains")
        since = _number(parameters, "since", 0.0)
        contains = _text(parameters, "contains", "")
        return [
            entry.as_json()
            for entry in self._network.trace.entries
            if entry.monotonic >= since and contains in entry.text
        ]

    async def wait(self, parameters: Mapping[str, Any]) -> JsonObject:
        """Until a call has reached ``state`` or heard ``digits``."""
        _only(parameters, "call", "state", "digits", "timeout")
        call = self._call(parameters)
        timeout = _number(parameters, "timeout", DEFAULT_TIMEOUT)
        state, digits = _text(parameters, "state", ""), _text(parameters, "digits", "")
        if bool(state) == bool(digits):
            raise ValueError("wait needs a state or digits, one of them")
        if state:
            await self._network.wait_for(call, _state(state), timeout)
        else:
            await self._network.wait_for_digits(call, digits, timeout)
        return call.info()

    async def wait_call(self, parameters: Mapping[str, Any]) -> JsonObject:
        """The next call that an account places; ``after`` is the newest call id that is old."""
        _only(parameters, "after", "number", "timeout")
        after = _text(parameters, "after", "0")
        if not after.isdigit():
            raise ValueError("after is a call id")
        timeout = _number(parameters, "timeout", DEFAULT_TIMEOUT)
        number = _text(parameters, "number", "") or None
        call = await self._network.wait_for_placed_call(timeout, after=int(after), number=number)
        return call.info()

    async def wait_registration(self, parameters: Mapping[str, Any]) -> JsonObject:
        _only(parameters, "account", "registered", "timeout")
        account = self._account(parameters)
        await self._network.wait_for_registration(
            account,
            _number(parameters, "timeout", DEFAULT_TIMEOUT),
            registered=parameters.get("registered", True) is True,
        )
        return self._network.subscriber(account).as_json()

    def _call(self, parameters: Mapping[str, Any]) -> Call:
        return self._network.calls.find(_text(parameters, "call", ""))

    def _account(self, parameters: Mapping[str, Any]) -> str:
        """The account that is named, or the only one."""
        numbers = [account.number for account in self._network.settings.accounts]
        named = _text(parameters, "account", "")
        if not named and len(numbers) != 1:
            raise ValueError("account is needed: the network does not have exactly one")
        return named or numbers[0]


def _only(parameters: Mapping[str, Any], *known: str) -> None:
    unknown = set(parameters) - set(known)
    if unknown:
        there = ", ".join(known) or "none"
        raise ValueError(f"no parameter {', '.join(sorted(unknown))}; there are: {there}")


def _text(parameters: Mapping[str, Any], name: str, default: str) -> str:
    value = parameters.get(name)
    if value is None:
        return default
    if isinstance(value, str):
        return value
    raise ValueError(f"{name} is a text")


def _number(parameters: Mapping[str, Any], name: str, default: float) -> float:
    value = parameters.get(name)
    if value is None:
        return default
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    raise ValueError(f"{name} is a number")


def _state(text: str) -> CallState:
    try:
        return CallState(text)
    except ValueError:
        known = ", ".join(state.value for state in CallState)
        raise ValueError(f"there is no state {text!r}; there are: {known}") from None
