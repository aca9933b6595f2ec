"""pjsua2's account: how one of ours speaks on one way."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pjsua2 as pj

from gateway.media.callback import callback
from gateway.sip.account_parameters import AccountParameters
from gateway.sip.message_form import compose, read
from gateway.sip.ways import Way

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a REGISTER.  ``message`` is the response, empty if there was none."""

    code: int
    reason: str
    expires: int
    message: str


@dataclass(frozen=True, slots=True)
class AgentEvents:
    """How an agent tells what happens; all are called in the SIP thread."""

    outcome: Callable[[Agent, Outcome], None]
    incoming: Callable[[Agent, int, str, str], None]
    """pjsua's number of a call, where its INVITE came from, and its whole text."""
    message: Callable[[str, str, str], None]
    """Where a MESSAGE came from, its whole text, and what it says."""
    message_outcome: Callable[[int, int, str], None]
    """Which message of ours, the final status and its reason phrase."""


class Agent(pj.Account):  # type: ignore[misc]
    """pjsua2's account: it speaks on one way.  Lives in the SIP thread."""

    def __init__(
        self,
        parameters: AccountParameters,
        way: Way,
        transport_id: int,
        events: AgentEvents,
    ) -> None:
        super().__init__()
        self.way = way
        self.asking = False
        """A REGISTER is under way: pjsua2 would refuse another one."""
        self.holds = False
        """The registrar knows of us through this agent."""
        self._parameters = parameters
        self._transport_id = transport_id
        self._events = events
        self._messages: dict[tuple[str, str], deque[int]] = {}
        """Messages without an outcome, by receiver and text: pjsua2's user data takes no number."""
        self.create(_config(parameters, way, transport_id))

    def ask(self, *, renew: bool = True) -> None:
        """Send a REGISTER, or take the registration back; ``pj.Error`` if it cannot be sent."""
        self.setRegistration(renew)
        self.asking = True

    def renew(self) -> None:
        """Take the password of now, and register with it; ``pj.Error`` if that cannot be sent.

        Changed credentials make pjsua2 register by itself.
        """
        self.modify(_config(self._parameters, self.way, self._transport_id))
        self.asking = True

    def send_message(self, message: int, number: str, text: str) -> None:
        """Send a text; its outcome comes by ``onInstantMessageStatus``.

        ``ValueError`` with a sentence when the provider cannot carry it, ``pj.Error`` when it
        cannot be sent.
        """
        p = self._parameters
        outgoing = compose(p.message_form, number, p.domain, text)
        config = pj.BuddyConfig()
        config.uri = outgoing.uri
        prm = pj.SendInstantMessageParam()
        prm.contentType = outgoing.content_type
        prm.content = outgoing.body
        for name, value in outgoing.headers:
            header = pj.SipHeader()
            header.hName, header.hValue = name, value
            prm.txOption.headers.append(header)
        receiver = pj.Buddy()
        receiver.create(self, config)
        receiver.sendInstantMessage(prm)
        self._messages.setdefault((outgoing.uri, outgoing.body), deque()).append(message)

    # The names below are pjsua2's.

    @callback
    def onRegState(self, prm: Any) -> None:  # noqa: N802
        """The outcome of a REGISTER."""
        self.asking = False
        rdata = prm.rdata
        outcome = Outcome(int(prm.code), str(prm.reason), int(prm.expiration), str(rdata.wholeMsg))
        self.holds = outcome.code // 100 == 2 and outcome.expires > 0
        self._events.outcome(self, outcome)

    @callback
    def onIncomingCall(self, prm: Any) -> None:  # noqa: N802
        """An INVITE for this account."""
        rdata = prm.rdata
        self._events.incoming(self, int(prm.callId), str(rdata.srcAddress), str(rdata.wholeMsg))

    @callback
    def onInstantMessage(self, prm: Any) -> None:  # noqa: N802
        """A MESSAGE for this account; pjsua has answered it."""
        rdata = prm.rdata
        text = read(str(prm.contentType), str(prm.msgBody))
        self._events.message(str(rdata.srcAddress), str(rdata.wholeMsg), text)

    @callback
    def onInstantMessageStatus(self, prm: Any) -> None:  # noqa: N802
        """The outcome of a MESSAGE of ours."""
        key = str(prm.toUri), str(prm.msgBody)
        waiting = self._messages.get(key)
        if not waiting:
            _log.warning("%s: the outcome of a message that was not sent", self._parameters.name)
            return
        message = waiting.popleft()
        if not waiting:
            del self._messages[key]
        self._events.message_outcome(message, int(prm.code), str(prm.reason))


def _config(p: AccountParameters, way: Way, transport_id: int) -> Any:
    config = pj.AccountConfig()
    config.idUri = f"sip:{p.user}@{p.domain}"
    reg = config.regConfig
    reg.registrarUri = f"sip:{p.domain}"
    reg.timeoutSec = p.expiry
    reg.registerOnAdd = False
    # Retries are ours (registration.py); pjsua's would double them.
    reg.retryIntervalSec = 0
    reg.firstRetryIntervalSec = 0
    sip = config.sipConfig
    sip.transportId = transport_id
    # The outbound proxy as a literal address, so that we resolve and filter alike.
    suffix = ";transport=tcp" if way.transport == "tcp" else ""
    sip.proxies.append(f"sip:{way.address}:{way.port}{suffix};lr")
    # Any realm: MultiFon's is BREDBAND, not its domain.
    sip.authCreds.append(pj.AuthCredInfo("digest", "*", p.login, 0, p.password()))
    nat = config.natConfig
    nat.sipOutboundUse = 0
    nat.udpKaIntervalSec = p.keep_alive
    # The public address that the registrar tells goes into Contact, Via and SDP; 2 takes it also
    # where only the port differs, or where the provider's network is a private one.
    nat.contactRewriteUse = 2
    nat.viaRewriteUse = 1
    nat.sdpNatRewriteUse = 1
    # Session timers are not offered by MultiFon; those asked for are honoured.
    config.callConfig.timerUse = pj.PJSUA_SIP_TIMER_OPTIONAL
    media = config.mediaConfig
    media.transportConfig.boundAddress = p.bound_address
    media.transportConfig.port = p.rtp_port
    media.transportConfig.portRange = p.rtp_ports
    media.srtpUse = pj.PJMEDIA_SRTP_DISABLED
    media.lockCodecEnabled = False
    # A router forgets a port on which nothing is sent, also while the far end has us on hold.
    media.streamKaEnabled = True
    return config
