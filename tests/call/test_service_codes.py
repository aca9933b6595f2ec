"""Dial codes in the number plan, and what a caller hears of call control."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.call import actions as do
from gateway.call.dial_pattern import SIGNS
from gateway.call.events import ServiceAnswered
from gateway.call.number_plan import Assessment, NumberPlan, Verdict
from gateway.call.service_codes import DEFAULT_CODES, Service, siblings, with_codes
from gateway.call.state import State
from gateway.line import DigitSource
from gateway.provider import load_provider, shipped_providers
from gateway.toneplan import Tone
from tests.call.model_line import MOSCOW, MULTIFON, ModelLine, multifon_numbers

EVERY_CODE = [
    (code + {Service.PROVE: "271828", Service.SCENE: "12"}.get(service, ""), service)
    for service, codes in DEFAULT_CODES.items()
    for code in codes
]


@pytest.mark.parametrize("provider", shipped_providers())
@pytest.mark.parametrize(("code", "service"), EVERY_CODE)
def test_a_code_asks_for_its_service_at_once_whatever_the_provider(
    provider: str, code: str, service: Service
) -> None:
    assessment = with_codes(load_provider(provider).numbers, DEFAULT_CODES).assess(code)
    assert (assessment.verdict, assessment.service) == (Verdict.COMPLETE, service.value)
    assert not assessment.is_number
    assert not assessment.number


@pytest.mark.parametrize(("code", "_service"), EVERY_CODE)
def test_no_beginning_of_a_code_is_sent_at_once(code: str, _service: Service) -> None:
    for length in range(1, len(code)):
        assert MULTIFON.assess(code[:length]).verdict is not Verdict.COMPLETE


def in_state(line: ModelLine, state: State) -> bool:
    return line.state is state


NETWORK_CODES = [
    "*100#", "*137#", "*105#", "*#06#", "*#21#", "**21*79990000001#", "**04*1*2*2#", "##002#",
    "#31#89261234567", "*31#", "*21#", "#21#", "*03*330*1*2*2#", "*43#",
]  # fmt: skip


@pytest.mark.parametrize("code", NETWORK_CODES)
def test_codes_of_the_provider_and_of_gsm_stay_the_networks(code: str) -> None:
    """3GPP TS 22.030, and MegaFon's USSD codes."""
    assert MULTIFON.assess(code) == multifon_numbers().assess(code)
    for length in range(1, len(code)):
        assert not MULTIFON.assess(code[:length]).service


@given(st.text(st.sampled_from(SIGNS), max_size=12))
def test_what_is_no_code_means_what_it_meant_without_codes(dialled: str) -> None:
    plain, ours = multifon_numbers().assess(dialled), MULTIFON.assess(dialled)
    begins_a_code = any(code.startswith(dialled) for code, _ in EVERY_CODE)
    if not begins_a_code and not MULTIFON.keeps_secret(dialled):
        assert ours == plain


@given(
    st.text(st.sampled_from("0134789"), min_size=1, max_size=1), st.text("0123456789", max_size=12)
)
def test_no_number_that_the_provider_takes_begins_like_a_code(first: str, rest: str) -> None:
    assert not MULTIFON.assess(first + rest).service
    assert MULTIFON.assess("2" + rest).rule in {
        "",
        "Everything else, as dialled",
        *(f"{service.value}, {code}" for service, codes in DEFAULT_CODES.items() for code in codes),
    }


@pytest.mark.parametrize("code", DEFAULT_CODES[Service.PROVE])
def test_the_secret_behind_a_code_is_sent_to_nobody_and_known_as_a_secret(code: str) -> None:
    assert not MULTIFON.keeps_secret(code)
    for length in range(1, 6):
        begun = code + "271828"[:length]
        assert MULTIFON.keeps_secret(begun)
        assert MULTIFON.assess(begun) == Assessment(Verdict.INCOMPLETE)
        assert MULTIFON.assess(f"{begun}#") == Assessment(Verdict.IMPOSSIBLE)
    line = ModelLine.new()
    line.lift()
    line.dial(f"{code}27182")
    line.wait()
    assert in_state(line, State.BUSY)
    assert line.placed == []


def test_a_service_without_a_code_is_switched_off() -> None:
    plan = with_codes(multifon_numbers(), {**DEFAULT_CODES, Service.BALANCE: ()})
    assert not plan.assess("***1").service
    assert plan.assess("***5").service == "state"


def test_the_first_of_two_equal_codes_wins() -> None:
    plan = with_codes(NumberPlan(()), {Service.HELP: ("77",), Service.STATE: ("77",)})
    assert plan.assess("77").service == "help"


def test_siblings_are_the_codes_of_the_same_kind() -> None:
    for code, _ in EVERY_CODE:
        assert {found[:3] for found in siblings(code, DEFAULT_CODES).values()} == {code[:3]}
    assert siblings("***0", DEFAULT_CODES)[Service.BALANCE] == "***1"
    assert Service.STATE not in siblings("***0", {Service.HELP: ("***0",), Service.STATE: ()})


@pytest.mark.parametrize(
    ("code", "source"), [("***1", DigitSource.TONE), ("2221", DigitSource.PULSE)]
)
def test_the_balance_is_asked_for_and_told_and_the_dial_tone_returns(
    code: str, source: DigitSource
) -> None:
    line = ModelLine.new()
    line.lift()
    line.dial(code, source)
    assert in_state(line, State.ASKED)
    assert line.asked == [do.AskService(1, "balance", code)]
    line.tell("balance-is", "ноль", "рублей")
    assert line.spoken[-1].pieces == ("balance-is", "ноль", "рублей")
    line.finish_speaking()
    assert in_state(line, State.DIAL_TONE)
    assert line.hears() is Tone.DIAL


def test_a_slow_answer_is_announced_once_and_spoken_after_that() -> None:
    line = ModelLine.new()
    line.lift()
    line.dial("***1")
    line.wait()
    assert in_state(line, State.AWAITED)
    line.tell()
    assert [speech.pieces for speech in line.spoken] == [("one-moment",), ("done",)]


def test_codes_work_without_registration_and_congestion_follows() -> None:
    line = ModelLine.new(registered=False)
    line.lift()
    line.dial("***5")
    line.tell("line-fails")
    line.finish_speaking()
    assert in_state(line, State.NO_SERVICE)
    assert line.hears() is Tone.CONGESTION


def test_a_number_may_be_dialled_into_the_answer() -> None:
    line = ModelLine.new()
    line.lift()
    line.dial("***1")
    line.tell()
    line.dial(MOSCOW)
    assert not line.spoken
    assert in_state(line, State.CALLING)
    assert line.placed[-1][1] == "74951234567"


def test_an_answer_that_nobody_waits_for_is_not_spoken() -> None:
    line = ModelLine.new()
    line.lift()
    line.dial("***1")
    line.replace()
    assert line.tell().expected
    assert in_state(line, State.IDLE)
    line.lift()
    line.dial("***5")
    line.feed(ServiceAnswered(1, ("done",)))
    assert in_state(line, State.ASKED)
    assert not line.spoken


def test_a_caller_meanwhile_gets_busy() -> None:
    line = ModelLine.new()
    line.lift()
    line.dial("***1")
    line.incoming()
    assert line.rejected
    assert in_state(line, State.ASKED)
