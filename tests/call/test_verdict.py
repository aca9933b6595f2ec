"""The verdict on every way in which a call or a registration can fail."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from gateway.call.evidence import LONGEST_TEXT, CallEvidence, RegistrationEvidence, SipEvidence
from gateway.call.evidence import shown as shown_evidence
from gateway.call.reason import Reason
from gateway.call.verdict import (
    CALL_ROWS,
    REGISTRATION_ROWS,
    Certainty,
    Verdict,
    judge_call,
    judge_registration,
)

CERTAIN, LIKELY, POSSIBLE = Certainty.CERTAIN, Certainty.LIKELY, Certainty.POSSIBLE


def out(cause: Reason, status: int = 0, phrase: str = "", **more: Any) -> CallEvidence:
    """An outgoing call that was not answered; names of ``SipEvidence`` go there."""
    names = SipEvidence.__dataclass_fields__
    sip = {name: more.pop(name) for name in list(more) if name in names}
    sip.setdefault("replies", 1 if status else 0)
    return CallEvidence(
        "out", cause, sip=SipEvidence(status=status, phrase=phrase, **sip),
        **{"number": "74951234567", **more},
    )  # fmt: skip


def talked(seconds: float = 60.0, **more: Any) -> CallEvidence:
    values = {"received": 3000, "sent": 3000, "mos": 4.4, "cause": Reason.COMPLETED, **more}
    return out(values.pop("cause"), 200, "OK", answered_s=seconds, **values)


CALLS: tuple[tuple[str, CallEvidence, Reason, Certainty], ...] = (
    ("a good call", talked(), Reason.COMPLETED, CERTAIN),
    ("engaged", out(Reason.BUSY, 486, "Busy Here"), Reason.BUSY, CERTAIN),
    ("nobody answers", out(Reason.NO_ANSWER, 480), Reason.NO_ANSWER, CERTAIN),
    (
        "it rings until the network gives up",
        out(Reason.UNREACHABLE, 480, rang=True),
        Reason.NO_ANSWER,
        LIKELY,
    ),
    ("rejected", out(Reason.REFUSED, 603, "Decline"), Reason.REFUSED, CERTAIN),
    ("out of range", out(Reason.UNREACHABLE, 480), Reason.UNREACHABLE, CERTAIN),
    ("an unknown number", out(Reason.WRONG_NUMBER, 404), Reason.WRONG_NUMBER, CERTAIN),
    (
        "a number sent with 8",
        out(Reason.WRONG_NUMBER, 404, number="84951234567"),
        Reason.NUMBER_FORM,
        LIKELY,
    ),
    (
        "a number sent with +7",
        out(Reason.WRONG_NUMBER, 484, number="+74951234567"),
        Reason.NUMBER_FORM,
        LIKELY,
    ),
    (
        "a foreign number",
        out(Reason.WRONG_NUMBER, 404, number="4930123456"),
        Reason.NUMBER_FORM,
        LIKELY,
    ),
    (
        "a long foreign number",
        out(Reason.WRONG_NUMBER, 404, number="493012345678"),
        Reason.NUMBER_FORM,
        POSSIBLE,
    ),
    (
        "a service number",
        out(Reason.WRONG_NUMBER, 404, number="0500"),
        Reason.WRONG_NUMBER,
        CERTAIN,
    ),
    ("forbidden", out(Reason.NOT_ALLOWED, 403, "Forbidden"), Reason.NOT_ALLOWED, LIKELY),
    ("payment required", out(Reason.NO_BALANCE, 402), Reason.NO_BALANCE, CERTAIN),
    (
        "the balance in the phrase",
        out(Reason.NO_BALANCE, 403, "The balance is too low"),
        Reason.NO_BALANCE,
        CERTAIN,
    ),
    (
        "the balance in a Warning",
        out(Reason.NOT_ALLOWED, 403, "Forbidden", warning='399 m "Недостаточно средств"'),
        Reason.NO_BALANCE,
        CERTAIN,
    ),
    (
        "the limit in the phrase",
        out(Reason.CALL_LIMIT, 503, "Too many calls"),
        Reason.CALL_LIMIT,
        CERTAIN,
    ),
    ("a third call", out(Reason.CONGESTION, 503, "Sorry", calls=3), Reason.CALL_LIMIT, LIKELY),
    ("a second call", out(Reason.CONGESTION, 503, "Sorry", calls=2), Reason.CONGESTION, CERTAIN),
    ("no codec", out(Reason.CODEC, 488), Reason.CODEC, CERTAIN),
    ("an overload", out(Reason.CONGESTION, 503), Reason.CONGESTION, CERTAIN),
    ("a server error", out(Reason.PROVIDER_FAILED, 500), Reason.PROVIDER_FAILED, CERTAIN),
    ("no network", out(Reason.CONGESTION, requests=1), Reason.NO_ROUTE, CERTAIN),
    ("a call that cannot be placed", out(Reason.PROVIDER_FAILED), Reason.PROVIDER_FAILED, CERTAIN),
    ("silence", out(Reason.NO_REPLY, requests=5), Reason.NO_REPLY, CERTAIN),
    (
        "silence for calls only",
        out(Reason.NO_REPLY, requests=5, heard_since=True),
        Reason.CALLS_DROPPED,
        LIKELY,
    ),
    (
        "silence behind an ALG",
        out(Reason.NO_REPLY, requests=5, changed=("Via",), heard_since=True),
        Reason.ALG,
        LIKELY,
    ),
    (
        "not registered",
        out(Reason.NOT_REGISTERED, registered=False),
        Reason.NOT_REGISTERED,
        CERTAIN,
    ),
    (
        "refused because it is not registered",
        out(Reason.NOT_ALLOWED, 403, "The account is not registered"),
        Reason.NOT_REGISTERED,
        CERTAIN,
    ),
    (
        "forbidden without a registration",
        out(Reason.NOT_ALLOWED, 403, "Forbidden", registered=False),
        Reason.NOT_REGISTERED,
        CERTAIN,
    ),
    ("no voice", talked(received=0, mos=None, rtp_ports="10000-10100"), Reason.NO_VOICE, CERTAIN),
    ("no voice, too short to tell", talked(1.0, received=0, mos=None), Reason.COMPLETED, CERTAIN),
    (
        "no voice behind an ALG",
        talked(received=0, mos=None, changed=("Via", "Contact")),
        Reason.ALG,
        LIKELY,
    ),
    ("gaps", talked(mos=3.5), Reason.POOR_VOICE, CERTAIN),
    ("gaps at the far end", talked(far_loss_percent=35.0), Reason.NOT_HEARD, LIKELY),
    ("lost in the call", talked(cause=Reason.NETWORK_LOST), Reason.NETWORK_LOST, CERTAIN),
    (
        "a lost ACK",
        talked(32.1, answer_repeats=9, ended_by="network"),
        Reason.LOST_ACK,
        CERTAIN,
    ),
    (
        "a lost ACK of a faster network",
        talked(6.4, answer_repeats=9, ended_by="network"),
        Reason.LOST_ACK,
        LIKELY,
    ),
    (
        "one repeated answer",
        talked(32.1, answer_repeats=1, ended_by="network"),
        Reason.COMPLETED,
        CERTAIN,
    ),
    (
        "their ACK is lost",
        replace(out(Reason.COMPLETED, ack_missing=True, answer_repeats=7), direction="in"),
        Reason.LOST_ACK,
        LIKELY,
    ),
    (
        "hung up before their ACK came",
        replace(out(Reason.COMPLETED, ack_missing=True), direction="in"),
        Reason.COMPLETED,
        CERTAIN,
    ),
    (
        "the caller gave up",
        replace(out(Reason.CANCELLED), direction="in"),
        Reason.CANCELLED,
        CERTAIN,
    ),
    ("nothing dialled", out(Reason.NO_DIGITS), Reason.NO_DIGITS, CERTAIN),
    ("a fault of the line", talked(cause=Reason.LINE_FAULT), Reason.LINE_FAULT, CERTAIN),
    ("a blocked caller", replace(out(Reason.BLOCKED), direction="in"), Reason.BLOCKED, CERTAIN),
    ("a stop", talked(cause=Reason.STOPPED), Reason.STOPPED, CERTAIN),
)


def registration(cause: Reason | None, status: int = 0, **more: Any) -> RegistrationEvidence:
    names = SipEvidence.__dataclass_fields__
    sip = {name: more.pop(name) for name in list(more) if name in names}
    sip.setdefault("replies", 1 if status else 0)
    values = {"answered": True, "proxy": "sbc.megafon.ru", **more}
    return RegistrationEvidence(cause, sip=SipEvidence(status=status, **sip), **values)


REGISTRATIONS: tuple[tuple[str, RegistrationEvidence, Reason | None, Certainty], ...] = (
    ("registered", registration(None, 200), None, CERTAIN),
    ("registered through an ALG", registration(None, 200, changed=("Via",)), Reason.ALG, POSSIBLE),
    ("no name", registration(Reason.NO_ROUTE, found=False), Reason.DNS, CERTAIN),
    (
        "an unknown account",
        registration(Reason.WRONG_NUMBER, 404),
        Reason.UNKNOWN_ACCOUNT,
        CERTAIN,
    ),
    (
        "a wrong password",
        registration(Reason.WRONG_PASSWORD, 401),
        Reason.WRONG_PASSWORD,
        CERTAIN,
    ),
    (
        "a wrong password or a ban",
        registration(Reason.WRONG_PASSWORD, 403),
        Reason.WRONG_PASSWORD,
        LIKELY,
    ),
    (
        "no network",
        registration(Reason.PROVIDER_FAILED, requests=1),
        Reason.NO_ROUTE,
        CERTAIN,
    ),
    (
        "never an answer",
        registration(Reason.NO_REPLY, requests=7, answered=False),
        Reason.FIREWALL,
        LIKELY,
    ),
    ("no answer any more", registration(Reason.NO_REPLY, requests=7), Reason.NO_REPLY, CERTAIN),
    ("a server error", registration(Reason.PROVIDER_FAILED, 500), Reason.PROVIDER_FAILED, CERTAIN),
    ("an overload", registration(Reason.PROVIDER_FAILED, 503), Reason.PROVIDER_FAILED, CERTAIN),
)


@pytest.mark.parametrize(
    ("evidence", "reason", "certainty"), [row[1:] for row in CALLS], ids=[row[0] for row in CALLS]
)
def test_a_call(evidence: CallEvidence, reason: Reason, certainty: Certainty) -> None:
    found = judge_call(evidence)
    assert (found.reason, found.certainty) == (reason, certainty)


@pytest.mark.parametrize(
    ("evidence", "reason", "certainty"),
    [row[1:] for row in REGISTRATIONS],
    ids=[row[0] for row in REGISTRATIONS],
)
def test_a_registration(
    evidence: RegistrationEvidence, reason: Reason | None, certainty: Certainty
) -> None:
    found = judge_registration(evidence)
    assert (found and found.reason) == reason
    if found is not None:
        assert found.certainty is certainty


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_two_sentences_and_is_found_by_some_evidence(reason: Reason) -> None:
    for sentence in (reason.text, reason.russian):
        assert sentence.endswith(".")
        assert sentence.count(".") - sentence.count("(G.711).") == 1 or "G.711" in sentence
        assert len(sentence) > 15
    assert not any("а" <= letter <= "я" for letter in reason.text.lower())
    assert any("а" <= letter <= "я" for letter in reason.russian.lower())
    assert reason in {row[2] for row in (*CALLS, *REGISTRATIONS)}


def test_every_rule_is_found_by_some_evidence() -> None:
    for call_row in CALL_ROWS:
        fitting = [e for _, e, reason, _ in CALLS if reason is call_row.reason and call_row.fits(e)]
        assert fitting, call_row.why
    for row in REGISTRATION_ROWS:
        found = [e for _, e, reason, _ in REGISTRATIONS if reason is row.reason and row.fits(e)]
        assert found, row.why


def test_a_suspicion_says_that_it_is_one() -> None:
    likely = Verdict(Reason.ALG, LIKELY)
    assert likely.sentence("en").startswith("Probably: something on the way")
    assert likely.sentence("ru").startswith("Вероятно: что-то в пути")
    assert Verdict(Reason.ALG, POSSIBLE).sentence("ru").startswith("Возможно: ")
    assert Verdict(Reason.BUSY, CERTAIN).sentence("en") == Reason.BUSY.text


def test_the_sentence_names_the_ports() -> None:
    no_voice = judge_call(talked(received=0, mos=None, rtp_ports="10000-10100"))
    assert no_voice.sentence("ru").endswith("(UDP 10000-10100).")
    firewall = judge_registration(
        registration(
            Reason.NO_REPLY, requests=7, answered=False, tried=("udp a:5060", "tcp a:8080")
        )
    )
    assert firewall is not None
    assert firewall.sentence("en").endswith("(UDP a:5060, TCP a:8080).")
    unsent = judge_registration(registration(Reason.PROVIDER_FAILED, requests=1))
    assert unsent is not None
    assert unsent.sentence("ru").endswith("(sbc.megafon.ru).")


def test_what_is_kept_is_small_and_plain_json() -> None:
    long = "x" * 10_000
    evidence = out(
        Reason.NOT_ALLOWED, 403, long, warning=long, reason_header=long, source=long,
        changed=("Via", "Contact"), number="7" * 11,
    )  # fmt: skip
    text = json.dumps(judge_call(evidence).as_json(evidence))
    assert len(text) < 4000
    assert json.loads(text)["evidence"]["phrase"] == "x" * LONGEST_TEXT
    assert "calls" not in shown_evidence(evidence), "what is as usual is not kept"
