"""One account at the provider, as pjsua2 knows it."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pjsua2 as pj

from gateway.sip.message_form import MessageForm, compose, read
from gateway.sip.registration import Backoff, Registration
from gateway.sip.voice_reserve import VoiceReserve

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AccountParameters:
    """What an account is made of; from the settings and the provider profile.

    ``expiry`` is the interval asked for, in seconds.  ``password`` does not print.
    """

    name: str
    user: str
    login: str
    """Name that goes with the password."""
    domain: str
    proxy_host: str
    proxy_port: int
    transport: str
    expiry: int
    keep_alive: int
    backoff: Backoff
    password: Callable[[], str]
    rtp_port: int
    """First UDP port for voice; each call takes an even one of ``rtp_ports``."""
    rtp_ports: int
    message_form: MessageForm
    digit_events: bool
    """Send and take digits as telephone events (RFC 4733), where the far end does."""
    tells_hold: bool
    """The network is told of a call on hold."""
    bound_address: str = ""


@dataclass(frozen=True, slots=True)
class AccountEvents:
    """How an account tells what happens; all are called in the SIP thread."""

    incoming: Callable[[Account, int, str, str], None]
    """pjsua's number of a call, where its INVITE came from, and its whole text."""
    registration: Callable[[Account], None]
    """A REGISTER has an outcome."""
    message: Callable[[Account, str, str, str], None]
    """Where a MESSAGE came from, its whole text, and what it says."""
    message_outcome: Callable[[int, int, str], None]
    """Which message of ours, the final status and its reason phrase."""


class Account(pj.Account):  # type: ignore[misc]
    """Registers, and takes incoming calls.  Lives in the SIP thread."""

    def __init__(
        self,
        parameters: AccountParameters,
        transport_id: int,
        events: AccountEvents,
    ) -> None:
        super().__init__()
        self.parameters = parameters
        self.registration = Registration(parameters.backoff)
        self.addresses: tuple[str, ...] = ()
        self.reserve = VoiceReserve()
        self._transport_id = transport_id
        self._events = events
        self._messages: dict[tuple[str, str], deque[int]] = {}
        """Messages without an outcome, by receiver and text: pjsua2's user data takes no number."""
        self._created = False
        self.leaving = False

    def _route(self) -> str:
        """The outbound proxy as a route: a literal address, so that we resolve and filter alike."""
        p = self.parameters
        suffix = ";transport=tcp" if p.transport == "tcp" else ""
        return f"sip:{self.addresses[0]}:{p.proxy_port}{suffix};lr"

    def _config(self) -> Any:
        p = self.parameters
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
        sip.transportId = self._transport_id
        sip.proxies.append(self._route())
        # Any realm: MultiFon's is BREDBAND, not its domain.
        sip.authCreds.append(pj.AuthCredInfo("digest", "*", p.login, 0, p.password()))
        config.mediaConfig.transportConfig.boundAddress = p.bound_address
        config.natConfig.sipOutboundUse = 0
        config.natConfig.udpKaIntervalSec = p.keep_alive
        config.natConfig.contactRewriteUse = 1
        config.natConfig.viaRewriteUse = 1
        config.natConfig.sdpNatRewriteUse = 1
        # Session timers are not offered by MultiFon; those asked for are honoured.
        config.callConfig.timerUse = pj.PJSUA_SIP_TIMER_OPTIONAL
        config.mediaConfig.transportConfig.port = p.rtp_port
        config.mediaConfig.transportConfig.portRange = p.rtp_ports
        config.mediaConfig.srtpUse = pj.PJMEDIA_SRTP_DISABLED
        config.mediaConfig.lockCodecEnabled = False
        return config

    def reach(self, addresses: tuple[str, ...]) -> None:
        """Use these addresses of the proxy from now on."""
        if addresses == self.addresses:
            return
        self.addresses = addresses
        if self._created:
            self.modify(self._config())
        else:
            self.create(self._config())
            self._created = True

    def renew(self) -> None:
        """The password has changed: use it from now on, and register with it."""
        if not self._created:
            self.registration.restart(time.monotonic())
            return
        # pjsua registers by itself when credentials change; a REGISTER of ours would meet its own.
        self.registration.sent()
        try:
            self.modify(self._config())
        except pj.Error as error:
            _log.warning("%s: REGISTER not sent: %s", self.parameters.name, error.reason)
            self.registration.restart(time.monotonic())

    def register(self) -> None:
        """Send a REGISTER now; its outcome comes by ``onRegState``."""
        try:
            self.setRegistration(True)
        except pj.Error as error:
            _log.warning("%s: REGISTER not sent: %s", self.parameters.name, error.reason)
            self.registration.failed(time.monotonic(), 503)
            self._events.registration(self)

    def send_message(self, message: int, number: str, text: str) -> None:
        """Send a text; its outcome comes by ``onInstantMessageStatus``.

        ``ValueError`` with a sentence when the provider cannot carry it, ``pj.Error`` when it
        cannot be sent.
        """
        p = self.parameters
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

    def unregister(self) -> None:
        """Take the registration back; ``leaving`` until the answer comes."""
        registered = self.registration.registered
        self.registration.stop()
        if self._created and registered:
            self.leaving = True
            self.setRegistration(False)

    def dispose(self) -> None:
        if self._created:
            self._created = False
            self.shutdown()

    # The names below are pjsua2's.

    def onRegState(self, prm: Any) -> None:  # noqa: N802
        """The outcome of a REGISTER."""
        self.leaving = False
        now = time.monotonic()
        code, expires = int(prm.code), int(prm.expiration)
        if code // 100 == 2:
            if expires > 0:
                self.registration.granted(now, expires)
        else:
            self.registration.failed(now, code)
            _log.warning("%s: REGISTER failed: %d %s", self.parameters.name, code, prm.reason)
        self._events.registration(self)

    def onIncomingCall(self, prm: Any) -> None:  # noqa: N802
        """An INVITE for this account."""
        rdata = prm.rdata
        self._events.incoming(self, int(prm.callId), str(rdata.srcAddress), str(rdata.wholeMsg))

    def onInstantMessage(self, prm: Any) -> None:  # noqa: N802
        """A MESSAGE for this account; pjsua has answered it."""
        rdata = prm.rdata
        text = read(str(prm.contentType), str(prm.msgBody))
        self._events.message(self, str(rdata.srcAddress), str(rdata.wholeMsg), text)

    def onInstantMessageStatus(self, prm: Any) -> None:  # noqa: N802
        """The outcome of a MESSAGE of ours."""
        key = str(prm.toUri), str(prm.msgBody)
        waiting = self._messages.get(key)
        if not waiting:
            _log.warning("%s: the outcome of a message that was not sent", self.parameters.name)
            return
        message = waiting.popleft()
        if not waiting:
            del self._messages[key]
        self._events.message_outcome(message, int(prm.code), str(prm.reason))
