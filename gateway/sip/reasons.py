"""SIP status codes and what they mean to a person (RFC 3261 §21; MultiFon notes in the profile)."""

from __future__ import annotations

from gateway.call.reason import Reason

_OF_STATUS = {
    401: Reason.WRONG_PASSWORD,
    402: Reason.NO_BALANCE,
    403: Reason.NOT_ALLOWED,
    404: Reason.WRONG_NUMBER,
    407: Reason.WRONG_PASSWORD,
    408: Reason.NO_REPLY,
    410: Reason.WRONG_NUMBER,
    415: Reason.CODEC,
    480: Reason.UNREACHABLE,
    484: Reason.WRONG_NUMBER,
    486: Reason.BUSY,
    487: Reason.CANCELLED,
    488: Reason.CODEC,
    503: Reason.CONGESTION,
    600: Reason.BUSY,
    603: Reason.REFUSED,
    604: Reason.WRONG_NUMBER,
    606: Reason.CODEC,
}

_BALANCE_WORDS = ("balance", "funds", "credit", "баланс", "средств")
_LIMIT_WORDS = ("limit", "too many", "maximum", "лимит")

_TO_STATUS = {
    Reason.BUSY: 486,
    # Not 603: that would also end the call for a mobile telephone that rings beside ours.
    Reason.REFUSED: 486,
    Reason.NO_ANSWER: 480,
    Reason.UNREACHABLE: 480,
    Reason.LINE_FAULT: 480,
    Reason.NOT_REGISTERED: 480,
    Reason.STOPPED: 480,
    Reason.CODEC: 488,
}


def reason_of_status(code: int, text: str = "") -> Reason:
    """The reason behind a final status; ``text`` is its reason phrase.

    No source tells which code MultiFon uses for a low balance or a third call, so the phrase is
    asked too (``multifon.md`` §2.9).
    """
    if code < 300:
        return Reason.COMPLETED
    words = text.lower()
    if any(word in words for word in _BALANCE_WORDS):
        return Reason.NO_BALANCE
    if any(word in words for word in _LIMIT_WORDS):
        return Reason.CALL_LIMIT
    if code in _OF_STATUS:
        return _OF_STATUS[code]
    return Reason.UNREACHABLE if code < 500 else Reason.PROVIDER_FAILED


def status_of_reason(reason: Reason) -> int:
    """The status with which an incoming call is refused."""
    return _TO_STATUS.get(reason, 480)
