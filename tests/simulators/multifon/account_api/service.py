"""What the account service does and answers, apart from HTTP."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.simulators.multifon.account_api.behaviour import Behaviour
from tests.simulators.multifon.settings import Account

if TYPE_CHECKING:
    from tests.simulators.multifon.network import MultifonNetwork
    from tests.simulators.multifon.registrar import Subscriber

PHONE = "0"
MODES = (PHONE, "1", "2")
DESCRIPTIONS = {
    200: "OK",
    101: "Password contains invalid symbols or too long",
    102: "Parameters incorrect",
    404: "Subscription Not Found",
}
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
MOST_REQUESTS = 1000


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that came in; parameters without passwords."""

    method: str
    path: str
    parameters: Mapping[str, str]
    agent: str
    monotonic: float


def document(code: int, description: str = "", **values: str) -> str:
    """An answer; ``values`` are the elements beside ``result``."""
    said = description or DESCRIPTIONS.get(code, "Internal error")
    others = "".join(f"  <{name}>{value}</{name}>\n" for name, value in values.items())
    return (
        f"{DECLARATION}<response>\n  <result><code>{code}</code>"
        f"<description>{said}</description></result>\n{others}</response>\n"
    )


class AccountApi:
    """The accounts of ``network``: its balance, its passwords, its routing."""

    def __init__(self, network: MultifonNetwork) -> None:
        self.behaviour = Behaviour()
        self.asked: list[Asked] = []
        self._network = network
        self._faults = 0

    def change(self, values: Mapping[str, object]) -> None:
        """Change the behaviour; a new fault is counted from here."""
        self.behaviour = self.behaviour.changed(values)
        self._faults = 0

    def balance_changed(self) -> None:
        """A balance near zero makes routing fall back; a higher one does not bring it back."""
        if self._network.settings.balance < self.behaviour.falls_back_below:
            for subscriber in self._network.subscribers.values():
                subscriber.routing = PHONE

    def fault(self, path: str) -> str:
        """The fault that this request is to meet; it is counted."""
        behaviour = self.behaviour
        if behaviour.fault_on and behaviour.fault_on != path:
            return ""
        if behaviour.fault_times and self._faults >= behaviour.fault_times:
            return ""
        self._faults += bool(behaviour.fault)
        return behaviour.fault

    def note(self, method: str, path: str, parameters: Mapping[str, str], agent: str) -> None:
        plain = {name: value for name, value in parameters.items() if "password" not in name}
        self.asked.append(Asked(method, path, plain, agent, time.monotonic()))
        del self.asked[:-MOST_REQUESTS]

    def answer(self, method: str, path: str, parameters: Mapping[str, str]) -> str | None:
        """The XML for a request, which is performed; ``None`` if there is no such address."""
        self.balance_changed()
        newer, classic = (form in self.behaviour.forms for form in ("newer", "classic"))
        known: dict[str, Callable[[Subscriber, Mapping[str, str]], str]] = {
            "routing": self._routing,
            "balance": self._balance,
            "status": self._status,
            "lines": self._lines,
        }
        if classic:
            known |= {"routing/set": self._set_routing, "password/change": self._password}
        if newer and method == "POST":
            known["password"] = self._password
        if path not in known:
            return None
        number = parameters.get("login", "").removesuffix("@multifon.ru")
        subscriber = self._network.subscribers.get(number)
        if subscriber is None:
            return document(404)
        if parameters.get("password") != subscriber.account.password:
            return document(101)
        return known[path](subscriber, parameters)

    def as_json(self) -> dict[str, object]:
        """For the control socket."""
        return {
            "behaviour": dataclasses.asdict(self.behaviour),
            "routing": {
                number: subscriber.routing
                for number, subscriber in self._network.subscribers.items()
            },
            "asked": [dataclasses.asdict(entry) for entry in self.asked],
        }

    def _routing(self, subscriber: Subscriber, parameters: Mapping[str, str]) -> str:
        if not self.behaviour.routing_allowed:
            return document(102)
        if "routing" in parameters and "newer" in self.behaviour.forms:
            return self._set_routing(subscriber, parameters, echoes=True)
        return document(200, routing=subscriber.routing)

    def _set_routing(
        self, subscriber: Subscriber, parameters: Mapping[str, str], *, echoes: bool = False
    ) -> str:
        wanted = parameters.get("routing", "")
        if not self.behaviour.routing_allowed or wanted not in MODES:
            return document(102)
        low = self._network.settings.balance < self.behaviour.falls_back_below
        if low and wanted != PHONE:
            echo = {"routing": subscriber.routing}
            return document(200, **echo if echoes and self.behaviour.refused_set == "echo" else {})
        subscriber.routing = wanted
        return document(200, "Ok")

    def _password(self, subscriber: Subscriber, parameters: Mapping[str, str]) -> str:
        new = parameters.get("new_password", "")
        if not 8 <= len(new) <= 20:
            return document(101)
        subscriber.account = Account(subscriber.account.number, new)
        return document(200)

    def _balance(self, _subscriber: Subscriber, _parameters: Mapping[str, str]) -> str:
        text = f"{self._network.settings.balance:.2f}"
        match self.behaviour.balance_form:
            case "comma":
                text = text.replace(".", ",")
            case "lines":
                text = f"\n    {text}\n  "
        return document(200, balance=text)

    def _status(self, _subscriber: Subscriber, _parameters: Mapping[str, str]) -> str:
        values = {"status": str(int(self.behaviour.blocked))}
        if self.behaviour.expires:
            values["expires"] = self.behaviour.expires
        return document(200, **values)

    def _lines(self, _subscriber: Subscriber, _parameters: Mapping[str, str]) -> str:
        return document(200, ParallelCallsSipOut=str(self.behaviour.lines))
