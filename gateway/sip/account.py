"""One account at the provider: its registration, its ways, and what pjsua2 knows of it.

pjsua2's own account cannot be moved to another proxy: ``modify`` takes the Service-Route for the
proxy and leaves the old one in the route set, and takes the registration back by the way that may
be dead.  So each way gets an account of pjsua2's of its own (``Agent``); one that calls still use
lives until they have ended.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import pjsua2 as pj

from gateway.sip.account_parameters import AccountParameters
from gateway.sip.agent import Agent, AgentEvents, Outcome
from gateway.sip.public_address import public_address_of
from gateway.sip.registration import Registration
from gateway.sip.voice_reserve import VoiceReserve
from gateway.sip.ways import Way, Ways

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AccountEvents:
    """How an account tells what happens; all are called in the SIP thread."""

    incoming: Callable[[Account, Agent, int, str, str], None]
    """pjsua's number of a call, where its INVITE came from, and its whole text."""
    registration: Callable[[Account], None]
    """A REGISTER has an outcome."""
    message: Callable[[Account, str, str, str], None]
    """Where a MESSAGE came from, its whole text, and what it says."""
    message_outcome: Callable[[int, int, str], None]
    """Which message of ours, the final status and its reason phrase."""


class Account:
    """Registers by the way that works, and takes calls and messages.  Lives in the SIP thread."""

    def __init__(
        self,
        parameters: AccountParameters,
        transports: Mapping[str, int],
        events: AccountEvents,
    ) -> None:
        self.parameters = parameters
        self.registration = Registration(parameters.backoff)
        self.reserve = VoiceReserve()
        self.ways = Ways(parameters.doors)
        self.public = ""
        """``host:port`` as the provider sees it; empty before the first answer."""
        self.moved = False
        """Our address is another one than the calls under way were told."""
        self.agent: Agent | None = None
        self._retired: list[Agent] = []
        self._transports = transports
        self._events = events
        self._leaving = False

    @property
    def addresses(self) -> frozenset[str]:
        """From where the provider may speak to us."""
        kept = {agent.way.address for agent in self._retired}
        return self.ways.addresses | kept

    @property
    def leaving(self) -> bool:
        """The registration is being taken back, and its answer is awaited."""
        return self._leaving and self.agent is not None and self.agent.asking

    def renew(self) -> None:
        """The password has changed: use it from now on, and register with it."""
        now = time.monotonic()
        if self.agent is None:
            self.registration.restart(now)
            return
        self.registration.sent(now)
        try:
            self.agent.renew()
        except pj.Error as error:
            _log.warning("%s: REGISTER not sent: %s", self.parameters.name, error.reason)
            self._failed(503, "", answered=False)

    def change(self, parameters: AccountParameters) -> None:
        """Be another account from now on, and register as that.

        The calls under way stay with the agent that has them, until they have ended.
        """
        self.retire()
        self.parameters = parameters
        self.registration = Registration(parameters.backoff)
        self.ways = Ways(parameters.doors)
        self.public = ""
        self.moved = False

    def retire(self) -> None:
        """Begin nothing more; ``tidy`` takes the registration back when no call needs it."""
        self.registration.stop()
        if self.agent is not None:
            self._retired.append(self.agent)
            self.agent = None

    @property
    def gone(self) -> bool:
        """Nothing of pjsua2's is left."""
        return self.agent is None and not self._retired

    def register(self) -> None:
        """Send a REGISTER now, by the way of the moment."""
        way = self.ways.current
        if way is None:
            return
        try:
            agent = self.agent
            # One whose last REGISTER still waits for its answer takes no other.
            if agent is None or agent.asking or agent.way != way:
                agent = self._renew(way)
            agent.ask()
        except pj.Error as error:
            _log.warning("%s: REGISTER not sent: %s", self.parameters.name, error.reason)
            self._failed(503, "", answered=False)

    def no_answer(self) -> None:
        """The last REGISTER has waited long enough."""
        way = self.ways.current
        _log.warning("%s: no answer to REGISTER by %s", self.parameters.name, way)
        self._failed(408, "", answered=False)

    def no_address(self) -> None:
        """DNS does not know the proxy, and never did."""
        _log.warning("the address of %s is not found", self.parameters.proxy_host)
        self.registration.failed(time.monotonic(), 0)
        self._events.registration(self)

    def tidy(self, calls: Iterable[Agent]) -> None:
        """Dispose of the agents of earlier ways that have nothing more to do.

        ``calls`` are the agents of the calls under way.  One whose REGISTER still waits for an
        answer is left alone for the 32 s at most that this may last: pjsua2 would complain.  One
        that the registrar knows takes its registration back as it goes, and ours with it, since
        the address is the same: so that comes before a REGISTER and not after.
        """
        if not self._retired:
            return
        in_use = set(calls)
        for agent in [one for one in self._retired if one not in in_use and not one.asking]:
            if agent.holds and self.registration.awaiting:
                continue
            self._retired.remove(agent)
            agent.shutdown()
            if agent.holds:
                self.registration.restart(time.monotonic())

    def send_message(self, message: int, number: str, text: str) -> None:
        """Send a text; its outcome follows.

        ``ValueError`` with a sentence when the provider cannot carry it, ``pj.Error`` when it
        cannot be sent.
        """
        if self.agent is None:
            raise ValueError("The account is not registered.")
        self.agent.send_message(message, number, text)

    def unregister(self) -> None:
        """Take the registration back; ``leaving`` until the answer comes."""
        registered = self.registration.registered
        self.registration.stop()
        if self.agent is not None and registered:
            self._leaving = True
            self.agent.ask(renew=False)

    def dispose(self) -> None:
        """Let go of everything of pjsua2's."""
        agents = [*self._retired, *([self.agent] if self.agent else [])]
        self._retired, self.agent = [], None
        for agent in agents:
            agent.shutdown()

    def _renew(self, way: Way) -> Agent:
        if self.agent is not None:
            self._retired.append(self.agent)
            self.agent = None
        _log.info("%s: by %s", self.parameters.name, way)
        events = AgentEvents(
            self._outcome, self._incoming, self._message, self._events.message_outcome
        )
        self.agent = Agent(self.parameters, way, self._transports[way.transport], events)
        return self.agent

    def _outcome(self, agent: Agent, outcome: Outcome) -> None:
        if agent is not self.agent or self._leaving:
            return
        if outcome.code // 100 != 2:
            self._failed(outcome.code, outcome.reason, answered=bool(outcome.message))
        elif outcome.expires > 0:
            self.ways.answered()
            public = public_address_of(outcome.message)
            if public and public != self.public:
                _log.info("%s: seen by the provider as %s", self.parameters.name, public)
                self.moved = self.moved or bool(self.public)
                self.public = public
            self.registration.granted(time.monotonic(), outcome.expires)
            self._events.registration(self)

    def _failed(self, code: int, reason: str, *, answered: bool) -> None:
        if answered:
            self.ways.answered()
        else:
            self.ways.silent()
        self.registration.failed(time.monotonic(), code)
        _log.warning("%s: REGISTER failed: %d %s", self.parameters.name, code, reason)
        self._events.registration(self)

    def _incoming(self, agent: Agent, pjsua_id: int, source: str, message: str) -> None:
        self._events.incoming(self, agent, pjsua_id, source, message)

    def _message(self, source: str, message: str, text: str) -> None:
        self._events.message(self, source, message, text)
