"""The verdict on a call or a registration that failed: evidence in, one plain reason out.  Pure.

The rows of ``CALL_ROWS`` and ``REGISTRATION_ROWS`` are tried in order; the first that fits gives
the verdict.  No source tells which status MultiFon uses for a low balance or a third call, so what
is only inferred is marked as such.  docs/verdicts.md shows the same rows.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from gateway.call.evidence import CallEvidence, RegistrationEvidence, SipEvidence, shown
from gateway.call.quality import POOR_MOS
from gateway.call.reason import Language, Reason

BALANCE_WORDS = ("balance", "funds", "credit", "баланс", "средств")
LIMIT_WORDS = ("limit", "too many", "maximum", "лимит")
REGISTER_WORDS = ("not registered", "unregistered", "не зарегистрирован")
ACK_TIME = (30.0, 36.0)
"""Seconds after an answer at which a call without an ACK is ended: 64 T1 = 32 s (RFC 3261)."""
REPEATS = 3
"""Repeated answers that are no accident: an ACK that is lost once makes one or two."""
SILENT_AFTER = 2.0
"""Seconds of an answered call after which voice must have come."""
UNHEARD_PERCENT = 20.0
"""Loss at the far end above which it hears little of what is said."""
_SENT_RIGHT = re.compile(r"7\d{10}|\d{2,6}")
"""The forms of a number that MultiFon is known to take: 7 and ten digits, service numbers."""
_RUSSIAN = re.compile(r"(?:8|\+7|\+8)?\d{10}")


class Certainty(enum.Enum):
    """How sure a verdict is."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


_LIKELY = {
    Certainty.LIKELY: ("Probably: ", "Вероятно: "),
    Certainty.POSSIBLE: ("Perhaps: ", "Возможно: "),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """``where`` names ports and hosts that the sentence is about; it may be empty."""

    reason: Reason
    certainty: Certainty
    where: str = ""

    def sentence(self, language: Language) -> str:
        """What happened and what to do, as one sentence."""
        said = self.reason.sentence(language)
        if self.where:
            said = f"{said[:-1]} ({self.where})."
        if self.certainty is Certainty.CERTAIN:
            return said
        return _LIKELY[self.certainty][language == "ru"] + said[0].lower() + said[1:]

    def as_json(self, evidence: CallEvidence | RegistrationEvidence) -> Mapping[str, Any]:
        """For the records and the control socket."""
        return {
            "reason": self.reason.value,
            "certainty": self.certainty.value,
            "text": self.sentence("en"),
            "text_ru": self.sentence("ru"),
            "evidence": shown(evidence),
        }


E = TypeVar("E", CallEvidence, RegistrationEvidence)


@dataclass(frozen=True, slots=True)
class Row(Generic[E]):
    """One rule: ``reason`` with ``certainty`` where ``fits``.  ``why`` is for the documentation."""

    reason: Reason
    certainty: Certainty
    why: str
    fits: Callable[[E], bool]
    where: Callable[[E], str] = lambda _: ""


def _said(sip: SipEvidence, words: Sequence[str]) -> bool:
    text = f"{sip.phrase} {sip.warning} {sip.reason_header}".lower()
    return any(word in text for word in words)


def _failed(e: CallEvidence) -> bool:
    """An outgoing call that the network did not connect."""
    return e.direction == "out" and not e.talked and e.cause is not Reason.COMPLETED


def _refused(e: CallEvidence) -> bool:
    return _failed(e) and e.sip.status >= 400


def _unacknowledged(e: CallEvidence) -> bool:
    theirs_is_lost = e.sip.ack_missing
    ours_is_lost = e.talked and e.sip.ended_by == "network"
    return e.sip.answer_repeats >= REPEATS and (theirs_is_lost or ours_is_lost)


def _after_half_a_minute(e: CallEvidence) -> bool:
    first, last = ACK_TIME
    return e.answered_s is not None and first <= e.answered_s <= last


def _silent(e: CallEvidence) -> bool:
    lasted = e.answered_s is not None and e.answered_s >= SILENT_AFTER
    return lasted and e.sent > 0 and e.received == 0


def _no_reply(e: CallEvidence) -> bool:
    return _failed(e) and e.cause is Reason.NO_REPLY and e.sip.replies == 0


def _unsent(sip: SipEvidence) -> bool:
    """The request never left, or nothing answered: the status is pjproject's own."""
    return sip.requests > 0 and sip.replies == 0


def _voice_ports(e: CallEvidence) -> str:
    return f"UDP {e.rtp_ports}" if e.rtp_ports else ""


def _proxy(e: RegistrationEvidence) -> str:
    """The ways that were tried, else the proxy by its name."""
    tried = ", ".join(f"{way[:3].upper()}{way[3:]}" for way in e.sip.tried)
    return tried or e.proxy


_CERTAIN, _PROBABLE, _MAYBE = Certainty.CERTAIN, Certainty.LIKELY, Certainty.POSSIBLE
_OF_SERVERS = frozenset({Reason.CONGESTION, Reason.PROVIDER_FAILED})
_OWN = frozenset({Reason.LINE_FAULT, Reason.STOPPED, Reason.NO_DIGITS, Reason.BLOCKED})

CALL_ROWS: tuple[Row[CallEvidence], ...] = (
    Row(
        Reason.LOST_ACK,
        _CERTAIN,
        "the answer was repeated three times or more, and the call ended 32 s after it",
        lambda e: _unacknowledged(e) and _after_half_a_minute(e),
    ),
    Row(
        Reason.LOST_ACK,
        _PROBABLE,
        "the same at another time: the network ended the call, or our answer was never confirmed",
        lambda e: _unacknowledged(e) and e.cause not in _OWN,
    ),
    Row(
        Reason.ALG,
        _PROBABLE,
        "headers of ours came back changed, and no voice came or nothing was answered",
        lambda e: bool(e.sip.changed) and (_silent(e) or _no_reply(e)),
    ),
    Row(
        Reason.NO_VOICE,
        _CERTAIN,
        "answered for 2 s or more, voice was sent, and not one packet came",
        _silent,
        _voice_ports,
    ),
    Row(
        Reason.NETWORK_LOST,
        _CERTAIN,
        "voice stopped for 15 s and a question in the dialog was not answered, or with 481",
        lambda e: e.cause is Reason.NETWORK_LOST,
    ),
    Row(
        Reason.NOT_HEARD,
        _PROBABLE,
        "the far end's RTCP reports that it lost a fifth of our voice or more",
        lambda e: e.talked and (e.far_loss_percent or 0) >= UNHEARD_PERCENT,
        _voice_ports,
    ),
    Row(
        Reason.POOR_VOICE,
        _CERTAIN,
        f"the estimated MOS of what was heard is below {POOR_MOS}",
        lambda e: e.talked and e.mos is not None and e.mos < POOR_MOS,
    ),
    Row(
        Reason.NO_BALANCE,
        _CERTAIN,
        "402, or the refusal speaks of balance, funds or credit",
        lambda e: _refused(e) and (e.sip.status == 402 or _said(e.sip, BALANCE_WORDS)),
    ),
    Row(
        Reason.CALL_LIMIT,
        _CERTAIN,
        "the refusal speaks of a limit, a maximum or too many calls",
        lambda e: _refused(e) and _said(e.sip, LIMIT_WORDS),
    ),
    Row(
        Reason.NOT_REGISTERED,
        _CERTAIN,
        "the account was not registered, or the refusal says that it is not",
        lambda e: (
            _failed(e)
            and (
                e.cause is Reason.NOT_REGISTERED
                or (e.sip.status == 403 and not e.registered)
                or (e.sip.status >= 400 and _said(e.sip, REGISTER_WORDS))
            )
        ),
    ),
    Row(
        Reason.CALL_LIMIT,
        _PROBABLE,
        "403, 480, 486 or 503 while the account had more calls than the provider allows",
        lambda e: _refused(e) and e.sip.status in {403, 480, 486, 503} and e.calls > e.limit,
    ),
    Row(
        Reason.NO_ANSWER,
        _PROBABLE,
        "480 after 180: it rang until the network gave up",
        lambda e: _refused(e) and e.sip.status == 480 and e.rang,
    ),
    Row(
        Reason.CALLS_DROPPED,
        _PROBABLE,
        "no reply to the INVITE, but the provider answered a REGISTER after it",
        lambda e: _no_reply(e) and e.heard_since,
    ),
    Row(
        Reason.NO_ROUTE,
        _CERTAIN,
        "the INVITE could not be sent: a failure without any reply",
        lambda e: _failed(e) and e.cause in _OF_SERVERS and _unsent(e.sip),
    ),
    Row(
        Reason.NUMBER_FORM,
        _PROBABLE,
        "404, 410, 484 or 604, and a Russian number was not sent as 7 and ten digits",
        lambda e: (
            _refused(e)
            and e.cause is Reason.WRONG_NUMBER
            and not _SENT_RIGHT.fullmatch(e.number)
            and _RUSSIAN.fullmatch(e.number) is not None
        ),
    ),
    Row(
        Reason.NUMBER_FORM,
        _MAYBE,
        "the same, and the number sent has a form of which it is not known whether it is taken",
        lambda e: (
            _refused(e)
            and e.cause is Reason.WRONG_NUMBER
            and bool(e.number)
            and not _SENT_RIGHT.fullmatch(e.number)
        ),
    ),
    Row(
        Reason.NOT_ALLOWED,
        _PROBABLE,
        "403 without a word why",
        lambda e: _refused(e) and e.cause is Reason.NOT_ALLOWED,
    ),
)
"""Where none fits, the verdict is call control's own reason."""

REGISTRATION_ROWS: tuple[Row[RegistrationEvidence], ...] = (
    Row(
        Reason.DNS,
        _CERTAIN,
        "the proxy's name has no address and never had one",
        lambda e: not e.found,
    ),
    Row(
        Reason.ALG,
        _MAYBE,
        "registered, but headers of ours came back changed",
        lambda e: e.cause is None and bool(e.sip.changed),
    ),
    Row(
        Reason.UNKNOWN_ACCOUNT,
        _CERTAIN,
        "404 or 604 to a REGISTER",
        lambda e: e.cause is not None and e.sip.status in {404, 604},
    ),
    Row(
        Reason.WRONG_PASSWORD,
        _CERTAIN,
        "401 or 407 to a REGISTER with credentials",
        lambda e: e.cause is not None and e.sip.status in {401, 407},
    ),
    Row(
        Reason.WRONG_PASSWORD,
        _PROBABLE,
        "403 to a REGISTER; it may be a ban, too",
        lambda e: e.cause is not None and e.sip.status == 403,
    ),
    Row(
        Reason.NO_ROUTE,
        _CERTAIN,
        "the REGISTER could not be sent: a failure without any reply",
        lambda e: e.cause in _OF_SERVERS and _unsent(e.sip),
        _proxy,
    ),
    Row(
        Reason.FIREWALL,
        _PROBABLE,
        "REGISTER was sent, and nothing has come back since the gateway started",
        lambda e: e.cause is Reason.NO_REPLY and e.sip.replies == 0 and not e.answered,
        _proxy,
    ),
)
"""Where none fits, the verdict is the SIP thread's own reason, or none for a good registration."""


def judge_call(evidence: CallEvidence) -> Verdict:
    """The verdict on a call that is over."""
    found = _first(CALL_ROWS, evidence)
    return found or Verdict(evidence.cause, Certainty.CERTAIN)


def judge_registration(evidence: RegistrationEvidence) -> Verdict | None:
    """The verdict on a registration; ``None`` if there is nothing to say."""
    found = _first(REGISTRATION_ROWS, evidence)
    if found is not None or evidence.cause is None:
        return found
    return Verdict(evidence.cause, Certainty.CERTAIN)


def registration_verdict(evidence: RegistrationEvidence | None) -> Mapping[str, Any] | None:
    """The same for JSON; ``None`` too where there is no evidence."""
    verdict = None if evidence is None else judge_registration(evidence)
    return None if verdict is None or evidence is None else verdict.as_json(evidence)


def _first(rows: tuple[Row[E], ...], evidence: E) -> Verdict | None:
    for row in rows:
        if row.fits(evidence):
            return Verdict(row.reason, row.certainty, row.where(evidence))
    return None
