"""Why a call or the service ended, and what the telephone hears for it."""

from __future__ import annotations

import enum

from gateway.toneplan import Tone


class Reason(enum.Enum):
    """One plain reason for each way a call or a registration ends.

    ``value`` is the stable name (records, control socket), ``tone`` is what the telephone hears,
    ``text`` says it in plain English.
    """

    tone: Tone
    text: str

    def __new__(cls, name: str, tone: Tone, text: str) -> Reason:
        member = object.__new__(cls)
        member._value_ = name
        member.tone = tone
        member.text = text
        return member

    COMPLETED = "completed", Tone.BUSY, "The call ended normally."
    CANCELLED = "cancelled", Tone.BUSY, "The caller hung up before the answer."
    BUSY = "busy", Tone.BUSY, "The number is engaged."
    NO_ANSWER = "no-answer", Tone.BUSY, "Nobody answered."
    REFUSED = "refused", Tone.BUSY, "The other side refused the call."
    UNREACHABLE = "unreachable", Tone.CONGESTION, "The subscriber cannot be reached."
    WRONG_NUMBER = "wrong-number", Tone.SIT, "This number does not exist, or is not complete."
    NOT_ALLOWED = "not-allowed", Tone.SIT, "The provider does not allow this call."
    NO_BALANCE = "no-balance", Tone.SIT, "The balance is too low for this call."
    CALL_LIMIT = "call-limit", Tone.CONGESTION, "The account has no more calls at a time."
    CODEC = "codec", Tone.CONGESTION, "The two sides have no voice format in common."
    CONGESTION = "congestion", Tone.CONGESTION, "The provider's network is overloaded."
    PROVIDER_FAILED = "provider-failed", Tone.CONGESTION, "The provider's equipment failed."
    NO_REPLY = "no-reply", Tone.CONGESTION, "The provider did not reply to the call."
    NO_DIGITS = "no-digits", Tone.BUSY, "No number was dialled."
    NOT_REGISTERED = "not-registered", Tone.CONGESTION, "The line is not registered."
    WRONG_PASSWORD = (
        "wrong-password",
        Tone.CONGESTION,
        "The provider does not accept the number or the password.",
    )
    NO_ROUTE = "no-route", Tone.CONGESTION, "The provider's address cannot be found or reached."
    NETWORK_LOST = (
        "network-lost",
        Tone.CONGESTION,
        "The provider went silent in the call.",
    )
    NOT_CONFIRMED = (
        "not-confirmed",
        Tone.CONGESTION,
        "The provider never confirmed our answer; a router between may spoil SIP.",
    )
    LINE_FAULT = "line-fault", Tone.CONGESTION, "The telephone line of the gateway has a fault."
    STOPPED = "stopped", Tone.CONGESTION, "The gateway was stopped."
