"""The account service as a program sees it: plain calls with plain answers.

Blocks; belongs in a thread of its own.  Every failure is a ``ServiceError`` whose sentences can be
shown and logged as they are.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Protocol, TypeVar
from urllib.parse import quote, quote_plus

from gateway.multifon import request, result_codes, troubles
from gateway.multifon.answer import Answer, BadAnswerError, amount, parse, printable
from gateway.multifon.errors import NoSuchAddressError, ServiceError
from gateway.multifon.https import HttpsDoor
from gateway.multifon.request import Form, Request
from gateway.multifon.routing import Routing
from gateway.settings.secret import STARS, Secret

PAUSES: Final = (1.0, 4.0)
"""Seconds before each repeat of a request that failed in passing; there are as many repeats."""
JITTER: Final = 0.5
"""Share of a pause by which it may be longer or shorter: adapters that failed together must not
come back together.
"""

_NOT_HERE: Final = frozenset({404, 405, 501})

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Status:
    """Whether the account is blocked, and until when it is paid for if the provider says so."""

    active: bool
    expires: str = ""


class AccountClient(Protocol):
    """What the rest of the gateway asks of the account service of one account."""

    def read_routing(self, password: Secret | None = None) -> Routing: ...

    def set_routing(self, mode: Routing) -> Routing: ...

    def read_balance(self, password: Secret | None = None) -> Decimal: ...

    def read_status(self) -> Status: ...

    def read_lines(self) -> int: ...

    def change_password(self, new: Secret) -> None: ...

    def close(self) -> None: ...


class Client:
    """The account ``login`` at the service behind ``door``.

    ``password`` gives the present one.  ``forms`` are tried in their order while the provider says
    that there is no such address; what it knew last is tried first from then on.  ``pause`` waits
    between repeats.
    """

    def __init__(
        self,
        door: HttpsDoor,
        login: str,
        password: Callable[[], Secret],
        forms: Sequence[Form] = (Form.NEWER, Form.CLASSIC),
        *,
        pause: Callable[[float], object] | None = None,
        jitter: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._door = door
        self._login = login
        self._password = password
        self._forms = tuple(forms)
        self._closed = threading.Event()
        self._pause = pause or self._closed.wait
        self._jitter = jitter

    def close(self) -> None:
        """End the request that runs, from any thread; there will be no other."""
        self._closed.set()
        self._door.close()

    def read_routing(self, password: Secret | None = None) -> Routing:
        """Where calls go now; harmless, so it also shows whether ``password`` is right."""
        answer = self._ask(request.READ_ROUTING, password)
        return _read(lambda: Routing.from_digit(answer.value("routing")))

    def set_routing(self, mode: Routing) -> Routing:
        """Send calls to ``mode``; returns where they go afterwards.

        That is another mode where the provider did not take the value.  Only the newer form of the
        URL tells that by itself, so it is read where the answer does not say it.  A server that
        knows the classic form only would take the newer one for a question: so both are tried.
        """

        def ask(form: Form) -> tuple[Routing, bool]:
            answer = self._ask(request.set_routing(mode, form))
            if "routing" in answer.values:
                present = _read(lambda: Routing.from_digit(answer.value("routing")))
            else:
                present = self.read_routing()
            return present, present is mode

        return self._in_some_form(ask)

    def read_balance(self, password: Secret | None = None) -> Decimal:
        """Roubles; below zero when the account is overdrawn."""
        answer = self._ask(request.READ_BALANCE, password)
        return _read(lambda: amount(answer.value("balance")))

    def read_status(self) -> Status:
        answer = self._ask(request.READ_STATUS)

        def status() -> Status:
            value = answer.value("status")
            if value not in {"0", "1"}:
                raise BadAnswerError("the status is neither 0 nor 1")
            return Status(value == "0", printable(answer.values.get("expires", "")))

        return _read(status)

    def read_lines(self) -> int:
        """How many outgoing calls there may be at a time."""
        answer = self._ask(request.READ_LINES)

        def lines() -> int:
            value = answer.value("ParallelCallsSipOut")
            if not (value.isascii() and value.isdigit() and 0 < len(value) <= 4):
                raise BadAnswerError("the number of lines is not a number")
            return int(value)

        return _read(lines)

    def change_password(self, new: Secret) -> None:
        """Ask for ``new``.  Never repeated: after an ``UnclearError`` it may be in force or not."""

        def ask(form: Form) -> tuple[None, bool]:
            self._ask(request.change_password(new, form))
            return None, True

        self._in_some_form(ask)

    def _in_some_form(self, ask: Callable[[Form], tuple[T, bool]]) -> T:
        """The result of the first form that the provider knows and that has had its effect.

        Else the last result, if there is any.
        """
        unknown: NoSuchAddressError | None = None
        results: list[T] = []
        for form in self._forms:
            try:
                result, effective = ask(form)
            except NoSuchAddressError as error:
                unknown = error
                continue
            if effective:
                self._forms = (form, *(other for other in self._forms if other is not form))
                return result
            results.append(result)
        if results:
            return results[-1]
        assert unknown is not None, "there is a form"
        raise unknown

    def _ask(self, wanted: Request, password: Secret | None = None) -> Answer:
        """One call, repeated where that is harmless; ``RefusedError`` for a result but 200."""
        pauses = list(PAUSES) if wanted.repeatable else []
        while True:
            outcome = self._attempt(wanted, password or self._password())
            if isinstance(outcome, Answer):
                return outcome
            if not (outcome.passing and pauses) or self._closed.is_set():
                raise outcome
            self._pause(pauses.pop(0) * self._jitter(1 - JITTER, 1 + JITTER))

    def _attempt(self, wanted: Request, password: Secret) -> Answer | ServiceError:
        """The answer or the error, which is returned: a raised one would show what came in."""
        parameters = {"login": self._login, "password": password, **wanted.parameters}
        try:
            reply = self._door.fetch(wanted.method, wanted.path, parameters)
        except ServiceError as error:
            return error.with_traceback(None)
        if reply.status in _NOT_HERE:
            return troubles.no_such_address(reply.status)
        if reply.status != 200:
            return troubles.http_status(reply.status)
        try:
            answer = _masked(parse(reply.body), parameters.values())
        except BadAnswerError:
            return troubles.bad_answer()
        if answer.code != result_codes.DONE:
            return result_codes.refusal(answer.code, answer.description)
        return answer


def _read(value: Callable[[], T]) -> T:
    """What stands in an answer, or the error that it makes no sense."""
    try:
        return value()
    except ValueError:
        pass
    raise troubles.bad_answer()


def _masked(answer: Answer, parameters: Iterable[str | Secret]) -> Answer:
    """``answer``, which comes from outside, without any form of a password."""
    shapes = []
    for secret in parameters:
        if isinstance(secret, Secret):
            plain = secret.reveal()
            shapes += [plain, printable(plain), quote(plain, safe=""), quote_plus(plain)]

    def masked(text: str) -> str:
        for shape in filter(None, shapes):
            text = text.replace(shape, STARS)
        return text

    values = {name: masked(value) for name, value in answer.values.items()}
    return Answer(answer.code, masked(answer.description), values)
