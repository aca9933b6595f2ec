"""The language of the scenarios: whole calls as a telephone engineer would write them down.

One step a line; blank lines are skipped, and so is everything from a ``#`` that stands at the
beginning of a line or between two spaces (a ``#`` next to a digit is a key)::

    # The far end answers and hears a digit.
    registered
    lift
    hear dial tone within 2 s
    dial 84951234567 by pulse
    far end rings
    hear ringback
    far end answers
    dial 5#
    far end hears 5#
    hang up
    line is idle

``GRAMMAR`` is the whole language.  In its patterns words in capitals are values (``VALUES``), words
in brackets may be left out.  A step that waits for something gives up after ``PATIENCE`` seconds
unless it says ``within``.  ``hall: lift`` is a step at the telephone of the line ``hall``; a step
that names no line is at that of the first.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

from gateway.call.reason import Reason
from gateway.call.state import State
from gateway.caller import Caller, Presentation
from gateway.line import DigitSource
from tests.scenarios.steps import (
    PATIENCE,
    AnotherCalls,
    AnotherHangsUp,
    AnotherHearsDigits,
    AnotherIsAnswered,
    AnotherIsRefused,
    AnotherIsReleased,
    AonShows,
    At,
    BellRingsWith,
    CallEnds,
    CallNumber,
    Dial,
    DisplayShows,
    FarEndAnswers,
    FarEndCalls,
    FarEndHangsUp,
    FarEndHears,
    FarEndHearsDigits,
    FarEndIsAnswered,
    FarEndIsCalled,
    FarEndIsCancelled,
    FarEndIsReleased,
    FarEndRefuses,
    FarEndRenews,
    FarEndRings,
    FarEndSays,
    FarEndSendsEarlyMedia,
    Flash,
    HandsetAction,
    HandsetDoes,
    HangUp,
    Hear,
    IsTold,
    Lift,
    LineIs,
    LoopIsOpened,
    MissedCallsShown,
    NetworkAccepts,
    NetworkAnswers,
    NetworkRefuses,
    NetworkSets,
    NetworkStarts,
    NetworkStops,
    NoToneWasHeard,
    NotRegistered,
    NotRinging,
    Plug,
    PolarityIsReversed,
    Registered,
    Ringing,
    Say,
    Step,
    Unplug,
    Wait,
)

# Values

SOUNDS: Mapping[str, str] = {
    "dial tone": "dial",
    "message waiting tone": "message-waiting",
    "ringback": "ringback",
    "busy tone": "busy",
    "congestion tone": "congestion",
    "confirmation tone": "confirmation",
    "call waiting tone": "call-waiting",
    "information tone": "sit",
    "howler": "howler",
    "silence": "silence",
    "speech": "voice",
}
"""What can be heard: the words of a scenario, and the name that the handset's ``hear`` takes."""

_UNITS = {"ms": 0.001, "s": 1.0, "min": 60.0}


@dataclass(frozen=True, slots=True)
class Value:
    """What a word in capitals stands for."""

    pattern: str
    read: Callable[[str], Any]
    help: str


def _one_of(names: Mapping[str, Any]) -> Value:
    # A hyphen may be written as a space: a person says "no answer".
    spoken = {name.replace("-", " "): value for name, value in names.items()}
    words = "|".join(re.escape(name).replace(r"\ ", "[ -]") for name in spoken)
    return Value(words, lambda text: spoken[text.replace("-", " ")], ", ".join(spoken))


def _amount(text: str) -> float:
    return float(text) if "." in text else int(text)


def _time(text: str) -> float:
    amount, unit = text.split()
    return float(amount) * _UNITS[unit]


VALUES: Mapping[str, Value] = {
    "DIGITS": Value("[0-9*#A-D]+", str, "one or more of 0-9 * # A-D"),
    "NUMBER": Value(r"\+?[0-9]+", str, "digits, perhaps with a + before them"),
    "NAME": Value(r'"[^"]+"', lambda text: text[1:-1], "a name in quotes"),
    "ANSWER": Value(r'"[-a-z0-9+., ]+"', lambda text: text[1:-1], "phrases and numbers in quotes"),
    "LANGUAGE": Value("Russian|English", lambda text: text[:2].lower(), "Russian or English"),
    "WAY": Value("tone|pulse|keypad", DigitSource, "tone, pulse or keypad"),
    "SOUND": _one_of(SOUNDS),
    "FILE": Value(r"[\w./-]+\.wav", str, "the name of a WAV file"),
    "TIME": Value(r"\d+(?:\.\d+)? (?:ms|s|min)", _time, "such as 500 ms, 2.5 s or 1 min"),
    "SETTING": Value("[a-z][a-z0-9_]*", str, "a setting of tests/simulators/multifon"),
    "AMOUNT": Value(r"\d+(?:\.\d+)?", _amount, "a number such as 2 or 1.5"),
    "COUNT": Value(r"\d", int, "a number from 0 to 9"),
    "TIMES": Value(r"[1-9]\d?", int, "a number from 1 to 99"),
    "CODE": Value(r"[3-6]\d\d", int, "a SIP status from 300 to 699"),
    "STATE": _one_of({state.value: state for state in State}),
    "REASON": _one_of({reason.value: reason for reason in Reason}),
}
"""What the words in capitals stand for."""


def _withheld(within: float = PATIENCE) -> DisplayShows:
    return DisplayShows(Caller(presentation=Presentation.WITHHELD), within)


def _unavailable(within: float = PATIENCE) -> DisplayShows:
    return DisplayShows(Caller(presentation=Presentation.UNAVAILABLE), within)


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of step: how it is written, and what makes it from the values."""

    pattern: str
    make: Callable[..., Step]

    @property
    def opening(self) -> list[str]:
        """The words before the first value."""
        return list(takewhile(lambda word: word.islower(), self.pattern.split()))


GRAMMAR: tuple[Rule, ...] = (
    Rule("lift", Lift),
    Rule("hang up", HangUp),
    Rule("flash", Flash),
    Rule("unplug", Unplug),
    Rule("plug", Plug),
    Rule("dial DIGITS [by WAY]", lambda digits, way=DigitSource.TONE: Dial(digits, way)),
    Rule("call DIGITS", CallNumber),
    Rule("refuse", lambda: HandsetDoes(HandsetAction.REFUSE)),
    Rule("walk out of range", lambda: HandsetDoes(HandsetAction.WALK_AWAY)),
    Rule("walk back", lambda: HandsetDoes(HandsetAction.WALK_BACK)),
    Rule("register another handset", lambda: HandsetDoes(HandsetAction.REGISTER)),
    Rule("say FILE", Say),
    Rule("hear SOUND [within TIME]", lambda sound, time=PATIENCE: Hear(sound, time)),
    Rule(
        "telephone is told ANSWER in LANGUAGE [within TIME]",
        lambda answer, language, time=PATIENCE: IsTold(answer, language, time),
    ),
    Rule("no tone was heard", NoToneWasHeard),
    Rule(
        "ringing [TIMES times] [within TIME]",
        lambda times=1, time=PATIENCE: Ringing(times, time),
    ),
    Rule("not ringing [within TIME]", lambda time=PATIENCE: NotRinging(time)),
    Rule(
        "display shows NUMBER [named NAME] [within TIME]",
        lambda number, name="", time=PATIENCE: DisplayShows(Caller(number, name), time),
    ),
    Rule("display shows withheld [within TIME]", lambda time=PATIENCE: _withheld(time)),
    Rule("display shows unavailable [within TIME]", lambda time=PATIENCE: _unavailable(time)),
    Rule("display shows nothing", lambda: DisplayShows(None)),
    Rule(
        "display shows COUNT missed calls [within TIME]",
        lambda count, time=PATIENCE: MissedCallsShown(count, time),
    ),
    Rule("bell rings with AMOUNT hertz", BellRingsWith),
    Rule("loop is opened [within TIME]", lambda time=PATIENCE: LoopIsOpened(time)),
    Rule("polarity is reversed [within TIME]", lambda time=PATIENCE: PolarityIsReversed(time)),
    Rule("aon shows NUMBER [within TIME]", lambda number, time=PATIENCE: AonShows(number, time)),
    Rule(
        "far end calls from NUMBER [named NAME]",
        lambda number, name="": FarEndCalls(Caller(number, name)),
    ),
    Rule(
        "far end withheld calls",
        lambda: FarEndCalls(Caller(presentation=Presentation.WITHHELD)),
    ),
    Rule(
        "far end is called as NUMBER [within TIME]",
        lambda number, time=PATIENCE: FarEndIsCalled(number, time),
    ),
    Rule("far end rings [within TIME]", lambda time=PATIENCE: FarEndRings(time)),
    Rule(
        "far end sends early media [within TIME]",
        lambda time=PATIENCE: FarEndSendsEarlyMedia(time),
    ),
    Rule("far end answers [within TIME]", lambda time=PATIENCE: FarEndAnswers(time)),
    Rule("far end is busy [within TIME]", lambda time=PATIENCE: FarEndRefuses(486, time)),
    Rule(
        "far end refuses with CODE [within TIME]",
        lambda code, time=PATIENCE: FarEndRefuses(code, time),
    ),
    Rule("far end is answered [within TIME]", lambda time=PATIENCE: FarEndIsAnswered(time)),
    Rule("far end is released [within TIME]", lambda time=PATIENCE: FarEndIsReleased(time)),
    Rule("far end is cancelled [within TIME]", lambda time=PATIENCE: FarEndIsCancelled(time)),
    Rule("far end renews the call", FarEndRenews),
    Rule("far end hangs up", FarEndHangsUp),
    Rule("far end says FILE", FarEndSays),
    Rule(
        "far end hears SOUND [within TIME]", lambda sound, time=PATIENCE: FarEndHears(sound, time)
    ),
    Rule(
        "far end hears DIGITS [within TIME]",
        lambda digits, time=PATIENCE: FarEndHearsDigits(digits, time),
    ),
    Rule("another caller calls from NUMBER", AnotherCalls),
    Rule(
        "another caller is refused with CODE [within TIME]",
        lambda code, time=PATIENCE: AnotherIsRefused(code, time),
    ),
    Rule(
        "another caller is answered [within TIME]",
        lambda time=PATIENCE: AnotherIsAnswered(time),
    ),
    Rule(
        "another caller is released [within TIME]",
        lambda time=PATIENCE: AnotherIsReleased(time),
    ),
    Rule("another caller hangs up", AnotherHangsUp),
    Rule(
        "another caller hears DIGITS [within TIME]",
        lambda digits, time=PATIENCE: AnotherHearsDigits(digits, time),
    ),
    Rule("network stops", NetworkStops),
    Rule("network starts", NetworkStarts),
    Rule("network refuses registration with CODE", NetworkRefuses),
    Rule("network accepts registration", NetworkAccepts),
    Rule("network sets SETTING to AMOUNT", NetworkSets),
    Rule(
        "network answers with CODE [within TIME]",
        lambda code, time=PATIENCE: NetworkAnswers(code, time),
    ),
    Rule("registered [within TIME]", lambda time=PATIENCE: Registered(time)),
    Rule("not registered [within TIME]", lambda time=PATIENCE: NotRegistered(time)),
    Rule("line is STATE [within TIME]", lambda state, time=PATIENCE: LineIs(state, time)),
    Rule(
        "call ends with REASON [within TIME]", lambda reason, time=PATIENCE: CallEnds(reason, time)
    ),
    Rule("wait TIME", Wait),
)
"""Every step that there is."""


# Reading


@dataclass(frozen=True, slots=True)
class Line:
    """One step, where it stands and how it is written there."""

    number: int
    text: str
    step: Step


@dataclass(frozen=True, slots=True)
class Scenario:
    """The steps of one file, in order."""

    name: str
    lines: tuple[Line, ...]


class ScenarioError(ValueError):
    """A scenario cannot be read; the message tells everything that is wrong."""


def read(path: Path) -> Scenario:
    """The scenario in the file ``path``, named after it."""
    return parse(path.read_text(encoding="utf-8"), path.stem)


def parse(text: str, name: str) -> Scenario:
    """Read a scenario; ``ScenarioError`` names every wrong line and what it could be."""
    lines: list[Line] = []
    problems: list[str] = []
    for number, written in enumerate(text.splitlines(), start=1):
        words = _without_comment(written)
        if not words:
            continue
        try:
            lines.append(Line(number, words, _step(words)))
        except ValueError as error:
            problems.append(f"{name}, line {number}: {error}")
    if not lines and not problems:
        problems.append(f"{name} has no steps.")
    if problems:
        raise ScenarioError("\n".join(problems))
    return Scenario(name, tuple(lines))


def _without_comment(written: str) -> str:
    """The words of a line, one space apart, without the comment."""
    if written.lstrip().startswith("#"):
        return ""
    return " ".join(re.split(r"\s#\s", written, maxsplit=1)[0].split())


def _expression(pattern: str) -> re.Pattern[str]:
    """The regular expression of a pattern; a value becomes a group with its name."""
    parts = re.split(r"( ?\[[^]]*\])", pattern)
    return re.compile("".join(f"(?:{_part(p)})?" if "[" in p else _part(p) for p in parts))


def _part(pattern: str) -> str:
    words = re.split(r"([A-Z]+)", pattern.replace("[", "").replace("]", ""))
    return "".join(
        f"(?P<{word.lower()}>{VALUES[word].pattern})" if word.isupper() else re.escape(word)
        for word in words
    )


_EXPRESSIONS = tuple((rule, _expression(rule.pattern)) for rule in GRAMMAR)


_ELSEWHERE = re.compile(r"(?P<line>[a-z][a-z0-9]*): (?P<words>.+)")
"""``LINE: STEP`` is a step at the telephone of another line than the first."""


def _step(words: str) -> Step:
    elsewhere = _ELSEWHERE.fullmatch(words)
    if elsewhere is not None:
        return At(elsewhere["line"], _step(elsewhere["words"]))
    for rule, expression in _EXPRESSIONS:
        found = expression.fullmatch(words)
        if found is None:
            continue
        given = {name: text for name, text in found.groupdict().items() if text is not None}
        values = {name: VALUES[name.upper()].read(text) for name, text in given.items()}
        return _made(rule, values)
    raise ValueError(_not_a_step(words))


def _made(rule: Rule, values: Mapping[str, Any]) -> Step:
    # A plain class takes its values in the order of its pattern, whatever it calls them.
    return rule.make(*values.values()) if isinstance(rule.make, type) else rule.make(**values)


def _not_a_step(words: str) -> str:
    near = tuple(_nearest(words.split()))
    patterns = "".join(f"\n    {rule.pattern}" for rule in near)
    names = dict.fromkeys(name for rule in near for name in re.findall("[A-Z]+", rule.pattern))
    values = "".join(f"\n  {name}: {VALUES[name].help}" for name in names)
    return f'"{words}" is not a step. Allowed here:{patterns}{values}'


def _nearest(words: list[str]) -> Iterable[Rule]:
    """The rules that begin like ``words``; else those that nearly do; else all."""
    alike = [(_common(words, rule.opening), rule) for rule in GRAMMAR]
    most = max(count for count, _ in alike)
    if most:
        return [rule for count, rule in alike if count == most]
    return list(_nearly(words)) or GRAMMAR


def _nearly(words: list[str]) -> Iterator[Rule]:
    openings = {" ".join(rule.opening): rule for rule in GRAMMAR}
    for count in range(len(words), 0, -1):
        near = difflib.get_close_matches(" ".join(words[:count]), openings, n=3, cutoff=0.75)
        if near:
            yield from (openings[opening] for opening in near)
            return


def _common(words: list[str], opening: list[str]) -> int:
    pairs = zip(words, opening, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
