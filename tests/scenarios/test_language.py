import asyncio
import contextlib
import inspect
import re
import typing
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.call.reason import Reason
from gateway.call.state import State
from gateway.caller import Caller, Presentation
from gateway.line import DigitSource
from hardware.simulated import tones
from tests.scenarios import steps as say
from tests.scenarios.language import (
    GRAMMAR,
    SOUNDS,
    VALUES,
    Line,
    Rule,
    Scenario,
    ScenarioError,
    parse,
    read,
)
from tests.scenarios.runner import Stage, StepError, perform, run
from tests.scenarios.steps import PATIENCE, Step

WITHHELD = Caller(presentation=Presentation.WITHHELD)
UNAVAILABLE = Caller(presentation=Presentation.UNAVAILABLE)

STEPS: list[tuple[str, Step]] = [
    ("lift", say.Lift()),
    ("hang up", say.HangUp()),
    ("flash", say.Flash()),
    ("call 100", say.CallNumber("100")),
    ("refuse", say.HandsetDoes(say.HandsetAction.REFUSE)),
    ("walk out of range", say.HandsetDoes(say.HandsetAction.WALK_AWAY)),
    ("walk back", say.HandsetDoes(say.HandsetAction.WALK_BACK)),
    ("register another handset", say.HandsetDoes(say.HandsetAction.REGISTER)),
    ("unplug", say.Unplug()),
    ("plug", say.Plug()),
    ("dial 84951234567", say.Dial("84951234567", DigitSource.TONE)),
    ("dial 84951234567 by pulse", say.Dial("84951234567", DigitSource.PULSE)),
    ("dial *21# by keypad", say.Dial("*21#", DigitSource.KEYPAD)),
    ("dial #", say.Dial("#", DigitSource.TONE)),
    ("say speech.wav", say.Say("speech.wav")),
    ("hear dial tone", say.Hear("dial", PATIENCE)),
    ("hear dial tone within 2 s", say.Hear("dial", 2.0)),
    ("hear busy tone within 500 ms", say.Hear("busy", 0.5)),
    ("hear call waiting tone within 1.5 min", say.Hear("call-waiting", 90.0)),
    ("hear silence", say.Hear("silence", PATIENCE)),
    ("hear speech", say.Hear("voice", PATIENCE)),
    (
        'telephone is told "line-works. number-is 79261234567" in English',
        say.IsTold("line-works. number-is 79261234567", "en", PATIENCE),
    ),
    (
        'telephone is told "balance-is -12.50" in Russian within 20 s',
        say.IsTold("balance-is -12.50", "ru", 20.0),
    ),
    ("no tone was heard", say.NoToneWasHeard()),
    ("ringing", say.Ringing(1, PATIENCE)),
    ("ringing 3 times within 20 s", say.Ringing(3, 20.0)),
    ("ringing within 20 s", say.Ringing(1, 20.0)),
    ("not ringing", say.NotRinging(PATIENCE)),
    ("not ringing within 1 s", say.NotRinging(1.0)),
    ("display shows 74951234567", say.DisplayShows(Caller("74951234567"), PATIENCE)),
    ('display shows +7495 named "A B" within 1 s', say.DisplayShows(Caller("+7495", "A B"), 1)),
    ("display shows withheld", say.DisplayShows(WITHHELD, PATIENCE)),
    ("display shows unavailable within 1 s", say.DisplayShows(UNAVAILABLE, 1.0)),
    ("display shows nothing", say.DisplayShows(None, PATIENCE)),
    ("bell rings with 25 hertz", say.BellRingsWith(25)),
    ("loop is opened", say.LoopIsOpened(PATIENCE)),
    ("polarity is reversed within 5 s", say.PolarityIsReversed(5.0)),
    ("aon shows 1234567", say.AonShows("1234567", PATIENCE)),
    ("far end calls from 74951234567", say.FarEndCalls(Caller("74951234567"))),
    ('far end calls from 7495 named "Ann"', say.FarEndCalls(Caller("7495", "Ann"))),
    ("far end withheld calls", say.FarEndCalls(WITHHELD)),
    ("far end is called as 84951234567", say.FarEndIsCalled("84951234567", PATIENCE)),
    ("far end rings", say.FarEndRings(PATIENCE)),
    ("far end sends early media", say.FarEndSendsEarlyMedia(PATIENCE)),
    ("far end answers within 3 s", say.FarEndAnswers(3.0)),
    ("far end is busy", say.FarEndRefuses(486, PATIENCE)),
    ("far end refuses with 603", say.FarEndRefuses(603, PATIENCE)),
    ("far end is answered", say.FarEndIsAnswered(PATIENCE)),
    ("far end is released within 2 s", say.FarEndIsReleased(2.0)),
    ("far end is cancelled", say.FarEndIsCancelled(PATIENCE)),
    ("far end renews the call", say.FarEndRenews()),
    ("far end hangs up", say.FarEndHangsUp()),
    ("far end says ../speech/a-b_1.wav", say.FarEndSays("../speech/a-b_1.wav")),
    ("far end hears 0123#", say.FarEndHearsDigits("0123#", PATIENCE)),
    ("far end hears 5 within 1 s", say.FarEndHearsDigits("5", 1.0)),
    ("far end hears speech", say.FarEndHears("voice", PATIENCE)),
    ("another caller calls from 74950000001", say.AnotherCalls("74950000001")),
    ("another caller is refused with 486", say.AnotherIsRefused(486, PATIENCE)),
    ("another caller is answered", say.AnotherIsAnswered(PATIENCE)),
    ("another caller is released within 1 s", say.AnotherIsReleased(1.0)),
    ("another caller hangs up", say.AnotherHangsUp()),
    ("another caller hears 12", say.AnotherHearsDigits("12", PATIENCE)),
    ("display shows 2 missed calls", say.MissedCallsShown(2, PATIENCE)),
    ("network sets balance to 7.5", say.NetworkSets("balance", 7.5)),
    ("network sets call_limit to 0", say.NetworkSets("call_limit", 0)),
    ("network answers with 407", say.NetworkAnswers(407, PATIENCE)),
    ("network stops", say.NetworkStops()),
    ("network starts", say.NetworkStarts()),
    ("network refuses registration with 403", say.NetworkRefuses(403)),
    ("network accepts registration", say.NetworkAccepts()),
    ("registered within 5 s", say.Registered(5.0)),
    ("not registered", say.NotRegistered(PATIENCE)),
    ("line is idle", say.LineIs(State.IDLE, PATIENCE)),
    ("line is out of service within 1 s", say.LineIs(State.OUT_OF_SERVICE, 1.0)),
    ("line is out-of-service", say.LineIs(State.OUT_OF_SERVICE, PATIENCE)),
    ("call ends with busy", say.CallEnds(Reason.BUSY, PATIENCE)),
    ("call ends with no answer", say.CallEnds(Reason.NO_ANSWER, PATIENCE)),
    ("wait 2 s", say.Wait(2.0)),
]  # fmt: skip

KINDS: tuple[type, ...] = typing.get_args(Step)


def only(text: str) -> Step:
    (line,) = parse(text, "one").lines
    return line.step


@pytest.mark.parametrize(("text", "step"), STEPS)
def test_a_line_is_read_as_its_step(text: str, step: Step) -> None:
    assert only(text) == step


def test_every_kind_of_step_can_be_written() -> None:
    assert {type(step) for _, step in STEPS} | {say.At} == set(KINDS)


def test_a_step_may_be_at_the_telephone_of_another_line() -> None:
    assert only("hall: hear busy tone") == say.At("hall", say.Hear("busy", PATIENCE))


# What each word in capitals may be, for lines made from the grammar itself.
EXAMPLES: dict[str, st.SearchStrategy[str]] = {
    "DIGITS": st.text("0123456789*#ABCD", min_size=1, max_size=20),
    "NUMBER": st.from_regex(r"\+?[0-9]{1,15}", fullmatch=True),
    "NAME": st.from_regex(r'"[a-z]+( [a-z]+)?"', fullmatch=True),
    "ANSWER": st.from_regex(r'"[a-z]+(-[a-z]+)?[.,]? [0-9]{1,11}"', fullmatch=True),
    "LANGUAGE": st.sampled_from(["Russian", "English"]),
    "WAY": st.sampled_from([source.value for source in DigitSource]),
    "SOUND": st.sampled_from(sorted(SOUNDS)),
    "FILE": st.from_regex(r"[a-z]+(/[a-z]+)?\.wav", fullmatch=True),
    "TIME": st.from_regex(r"[0-9]{1,3}(\.[0-9])? (ms|s|min)", fullmatch=True),
    "SETTING": st.from_regex(r"[a-z]+(_[a-z]+)?", fullmatch=True),
    "AMOUNT": st.from_regex(r"[0-9]{1,3}(\.[0-9])?", fullmatch=True),
    "COUNT": st.integers(0, 9).map(str),
    "TIMES": st.integers(1, 99).map(str),
    "CODE": st.integers(300, 699).map(str),
    "STATE": st.sampled_from([state.value.replace("-", " ") for state in State]),
    "REASON": st.sampled_from([reason.value for reason in Reason]),
}


@given(st.sampled_from(GRAMMAR), st.data())
def test_every_rule_of_the_grammar_reads_what_its_pattern_promises(
    rule: Rule, data: st.DataObject
) -> None:
    def choose(optional: re.Match[str]) -> str:
        return optional[1] if data.draw(st.booleans(), label=optional[1]) else ""

    chosen = " ".join(re.sub(r"\[([^]]*)\]", choose, rule.pattern).split())
    text = re.sub("[A-Z]+", lambda name: data.draw(EXAMPLES[name[0]], label=name[0]), chosen)
    assert isinstance(only(text), KINDS)


def test_every_value_is_explained_and_used() -> None:
    used = {name for rule in GRAMMAR for name in re.findall("[A-Z]+", rule.pattern)}
    assert used == set(VALUES) == set(EXAMPLES)
    assert all(value.help for value in VALUES.values())


def test_no_two_rules_are_written_alike() -> None:
    patterns = [rule.pattern for rule in GRAMMAR]
    assert len(set(patterns)) == len(patterns)


def test_the_ear_knows_every_sound_of_the_language() -> None:
    assert set(SOUNDS.values()) == set(tones.NAMES)


# Lines


def test_comments_and_blank_lines_are_skipped_and_lines_keep_their_numbers() -> None:
    text = "# A call.\n\n  lift   # the family\n\t\n   # later\nhang   up\n#lift\n"
    assert parse(text, "call") == Scenario(
        "call", (Line(3, "lift", say.Lift()), Line(6, "hang up", say.HangUp()))
    )


@pytest.mark.parametrize("text", ["dial 12#", "dial #12", "dial #", "dial 1#2  # a comment"])
def test_a_hash_among_digits_is_a_key(text: str) -> None:
    step = only(text)
    assert isinstance(step, say.Dial)
    assert "#" in step.digits


def test_a_scenario_is_read_from_a_file_and_named_after_it(tmp_path: Path) -> None:
    path = tmp_path / "call-out.txt"
    path.write_text("lift\ndial 112 # скорая\n", encoding="utf-8")
    scenario = read(path)
    assert scenario.name == "call-out"
    assert [line.number for line in scenario.lines] == [1, 2]


def test_steps_are_values() -> None:
    assert only("dial 1") == only("dial  1")
    assert hash(only("dial 1")) == hash(only("dial 1"))
    with pytest.raises(AttributeError):
        only("dial 1").digits = "2"  # type: ignore[union-attr, misc]


# Errors


def error(text: str) -> str:
    with pytest.raises(ScenarioError) as found:
        parse(text, "call")
    return str(found.value)


def test_all_wrong_lines_are_named_together() -> None:
    said = error("lift\nfly\n\nhear nothing\nhang up\n")
    assert 'call, line 2: "fly" is not a step' in said
    assert 'call, line 4: "hear nothing" is not a step' in said
    assert said.count("is not a step") == 2


def test_a_wrong_value_is_answered_with_what_is_allowed() -> None:
    said = error("hear dail tone")
    assert "hear SOUND [within TIME]" in said
    assert f"SOUND: {', '.join(SOUNDS)}" in said
    assert "500 ms" in said
    assert "dial DIGITS" not in said


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("far end hung up", "far end hangs up"),
        ("dail 112", "dial DIGITS [by WAY]"),
        ("hangup", "hang up"),
        ("registred", "registered [within TIME]"),
        ("dial 12E", "0-9 * # A-D"),
        ("wait 2", "wait TIME"),
        ("wait 2s", "wait TIME"),
        ("hear dial tone in 2 s", "hear SOUND [within TIME]"),
        ("far end refuses with 200", "a SIP status from 300 to 699"),
        ("call ends with a bang", "no answer"),
        ("line is lost", "out of service"),
        ("ringing 0 times", "1 to 99"),
        ("dial 1 2", "dial DIGITS [by WAY]"),
        ("Lift", "lift"),
        ("lift up", "lift"),
        ("say", "say FILE"),
        ("display shows", "display shows NUMBER [named NAME] [within TIME]"),
        ("dial # # a key and a comment, which is too much", "dial DIGITS"),
    ],
)
def test_a_wrong_line_is_answered_with_the_nearest_steps(text: str, allowed: str) -> None:
    said = error(text)
    assert "line 1" in said
    assert allowed in said


def test_a_line_like_no_step_is_answered_with_all_of_them() -> None:
    said = error("xyzzy")
    assert all(rule.pattern in said for rule in GRAMMAR)


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n"])
def test_a_scenario_has_steps(text: str) -> None:
    assert error(text) == "call has no steps."


@given(st.text("adhil tone#0126 \n\t"))
def test_no_text_is_read_in_any_other_way_than_as_steps_or_an_error(text: str) -> None:
    with contextlib.suppress(ScenarioError):
        assert parse(text, "noise").lines


# The runner


class Recorder:
    """A stage that notes what it is asked for, and fails when it is told to."""

    def __init__(self, failing: str = "", error: Exception | None = None) -> None:
        self.asked: list[tuple[str, tuple[object, ...]]] = []
        self._failing = failing
        self._error = error

    def __getattr__(self, name: str) -> Callable[..., Coroutine[Any, Any, None]]:
        async def perform(*values: object) -> None:
            self.asked.append((name, values))
            if name == self._failing and self._error is not None:
                raise self._error

        return perform


def recorded(text: str) -> list[tuple[str, tuple[object, ...]]]:
    recorder = Recorder()
    asyncio.run(run(parse(text, "call"), cast("Stage", recorder)))
    return recorder.asked


def test_steps_are_performed_in_order_with_their_values() -> None:
    asked = recorded("lift\nhear dial tone within 2 s\ndial 112 by pulse\nfar end is busy\nhang up")
    assert asked == [
        ("lift", ()),
        ("hear", ("dial", 2.0)),
        ("dial", ("112", DigitSource.PULSE)),
        ("far_end_refuses", (486, PATIENCE)),
        ("hang_up", ()),
    ]


@pytest.mark.parametrize("step", [step for _, step in STEPS], ids=[text for text, _ in STEPS])
def test_every_step_asks_a_coroutine_of_the_stage_that_takes_its_values(step: Step) -> None:
    recorder = Recorder()
    asyncio.run(perform(step, cast("Stage", recorder)))
    ((name, values),) = recorder.asked
    declared = inspect.signature(getattr(Stage, name))
    declared.bind(recorder, *values)
    assert values == tuple(getattr(step, field) for field in step.__dataclass_fields__)


def test_the_stage_has_nothing_that_no_step_asks_for() -> None:
    recorder = Recorder()
    for _, step in STEPS:
        asyncio.run(perform(step, cast("Stage", recorder)))
    declared = {name for name, _ in inspect.getmembers(Stage, inspect.isfunction)}
    declared = {name for name in declared if not name.startswith("_")}
    assert {name for name, _ in recorder.asked} | {"at"} == declared


def test_a_step_of_another_line_asks_the_stage_of_that_line() -> None:
    class House(Recorder):
        def at(self, line: str) -> Recorder:
            return elsewhere if line == "hall" else self

    here, elsewhere = House(), Recorder()
    asyncio.run(perform(say.At("hall", say.Lift()), cast("Stage", here)))
    assert (here.asked, elsewhere.asked) == ([], [("lift", ())])


@pytest.mark.parametrize(
    ("failure", "why"),
    [
        (AssertionError("heard busy tone instead"), "heard busy tone instead"),
        (TimeoutError(), "TimeoutError"),
        (ValueError("the receiver is on-hook"), "the receiver is on-hook"),
    ],
)
def test_a_step_that_does_not_happen_ends_the_scenario_with_its_place(
    failure: Exception, why: str
) -> None:
    scenario = parse("# A call.\nlift\nhear dial tone\nhang up\n", "call-out")
    recorder = Recorder("hear", failure)
    with pytest.raises(StepError) as found:
        asyncio.run(run(scenario, cast("Stage", recorder)))
    assert str(found.value).splitlines() == [
        f"call-out, line 3: hear dial tone: {why}",
        "     2  lift",
        ">    3  hear dial tone",
    ]
    assert found.value.__cause__ is failure
    assert [name for name, _ in recorder.asked] == ["lift", "hear"]
