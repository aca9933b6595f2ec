"""What is known of a call or a registration that failed: the ground of its verdict.  Pure values.

Everything here is kept with the call's record, so it is small and holds no secret: texts of the
network are cut to ``LONGEST_TEXT`` characters, and only named headers are taken.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from gateway.call.reason import Reason

LONGEST_TEXT = 160


@dataclass(frozen=True, slots=True)
class SipEvidence:
    """What the SIP messages of one call, or of one account's REGISTERs, showed."""

    status: int = 0
    """The last final status that came; 0 if none did."""
    phrase: str = ""
    """Its reason phrase."""
    warning: str = ""
    """The ``Warning`` header (RFC 3261 §20.43)."""
    reason_header: str = ""
    """The ``Reason`` header (RFC 3326)."""
    source: str = ""
    """``address:port`` from which the last reply came."""
    transport: str = ""
    """``udp`` or ``tcp``."""
    replies: int = 0
    """Replies to our request, of whatever kind."""
    tried: tuple[str, ...] = ()
    """Transport, address and port of each way on which REGISTER was sent without any reply."""
    requests: int = 0
    """How often the request was sent, repetitions included."""
    answer_repeats: int = 0
    """How often a 200 to INVITE came, or went, again: somebody did not get its ACK."""
    ack_missing: bool = False
    """Our 200 to an INVITE was never acknowledged."""
    ended_by: str = ""
    """``network`` or ``gateway``: who sent BYE, CANCEL or the refusal."""
    changed: tuple[str, ...] = ()
    """Headers of ours that came back changed: something on the way rewrites SIP."""
    local_media: str = ""
    """``address:port`` for voice in our SDP."""
    remote_media: str = ""
    """The same of the far end's."""


@dataclass(frozen=True, slots=True)
class CallEvidence:
    """A call that is over.  Times are seconds."""

    direction: str
    """``in`` or ``out``."""
    cause: Reason
    """What call control made of it."""
    number: str = ""
    """As it was sent to the network."""
    sip: SipEvidence = SipEvidence()
    answered_s: float | None = None
    """From the answer to the end; ``None`` without an answer."""
    rang: bool = False
    """The network said that the telephone called rings, and sent no voice of its own."""
    registered: bool = True
    """The account was registered when the call began."""
    heard_since: bool = False
    """The provider answered something else (a REGISTER) after the INVITE was sent."""
    calls: int = 1
    """Calls of the account when this one began, itself included."""
    limit: int = 2
    """Calls that the provider allows at a time."""
    proxy: str = ""
    """Its name."""
    rtp_ports: str = ""
    """``first-last`` UDP ports for voice."""
    received: int = 0
    """Voice packets."""
    sent: int = 0
    mos: float | None = None
    """Of what the telephone heard (``gateway.call.quality``)."""
    far_loss_percent: float | None = None
    """What the far end lost of our voice, by its RTCP."""

    @property
    def talked(self) -> bool:
        return self.answered_s is not None


@dataclass(frozen=True, slots=True)
class RegistrationEvidence:
    """A registration that is not there, or looks odd."""

    cause: Reason | None
    """What the SIP thread made of it; ``None`` if the account is registered."""
    sip: SipEvidence = SipEvidence()
    found: bool = True
    """The proxy's name has an address, now or earlier."""
    answered: bool = False
    """The provider has answered a REGISTER since the gateway started."""
    proxy: str = ""
    """Its name."""


Evidence = CallEvidence | RegistrationEvidence


def shown(evidence: Evidence | SipEvidence) -> dict[str, Any]:
    """``evidence`` for JSON: what differs from its default, texts cut short."""
    values: dict[str, Any] = {}
    for field in dataclasses.fields(evidence):
        given = getattr(evidence, field.name)
        if given == field.default:
            continue
        match given:
            case SipEvidence():
                values |= shown(given)
            case Reason():
                values[field.name] = given.value
            case str():
                values[field.name] = given[:LONGEST_TEXT]
            case tuple():
                values[field.name] = list(given)
            case float():
                values[field.name] = round(given, 2)
            case _:
                values[field.name] = given
    return values
