"""What the SIP thread tells the exchange."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from gateway.call.events import CallId, Incoming, NetworkEvent
from gateway.call.evidence import CallEvidence, RegistrationEvidence
from gateway.call.reason import Reason
from gateway.caller import Caller
from gateway.sip.registration import RegistrationState


@dataclass(frozen=True, slots=True)
class RegistrationChanged:
    """An account's registration, as the control socket shows it."""

    account: str
    number: str
    state: RegistrationState
    registered: bool
    reason: Reason | None
    expires: float
    next_try: float | None
    evidence: RegistrationEvidence | None = None
    """Of the last REGISTER."""
    way: str = ""
    """Transport, address and port of the provider that are used, as ``udp 192.0.2.1:5060``."""
    public: str = ""
    """Our own address and port as the provider sees them."""


@dataclass(frozen=True, slots=True)
class CallArrived:
    """An INVITE that is to be offered to a line of ``account``."""

    account: str
    event: Incoming


@dataclass(frozen=True, slots=True)
class CallDetail:
    """What is known of a call when it ends; comes before its ``Ended``."""

    call: CallId
    detail: str
    figures: Mapping[str, float]
    evidence: CallEvidence | None = None
    """Its ``cause`` and times are those of the exchange, which knows them."""


@dataclass(frozen=True, slots=True)
class MessageArrived:
    """A text message for ``account``."""

    account: str
    sender: Caller
    text: str


@dataclass(frozen=True, slots=True)
class MessageOutcome:
    """What the network said of the message ``message`` that was sent."""

    message: int
    sent: bool
    detail: str


@dataclass(frozen=True, slots=True)
class FarEndVoice:
    """Voice that should come from the far end does not, though the call lives; or comes again."""

    call: CallId
    heard: bool


SipEvent: TypeAlias = (
    NetworkEvent
    | RegistrationChanged
    | CallArrived
    | CallDetail
    | FarEndVoice
    | MessageArrived
    | MessageOutcome
)
