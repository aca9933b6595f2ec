"""Draws ``docs/line-states.md`` from the tables of call control.

``python -m gateway.call.diagram`` writes the page to the standard output, with ``--write`` to its
place in the source tree.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from gateway.call import effects as do
from gateway.call import guards as when
from gateway.call.condition import CONDITIONS, Condition
from gateway.call.events import Timeout, Timer
from gateway.call.machine import STAY, TRANSITIONS, Transition
from gateway.call.state import EVERY, LIFTED, State, States
from gateway.call.timers import Timers

PAGE = Path(__file__).parents[2] / "docs" / "line-states.md"

_HEAD = """\
# Line states

<!-- Written by "python -m gateway.call.diagram --write".  Change gateway/call, not this page. -->

What a telephone line does, drawn from the tables of `gateway/call`. The rules behind them stand at
the top of `gateway/call/machine.py`.
"""

_DIAGRAM = """
## Diagram

Events that stay in their state are left out. An arrow from the frame starts in every state inside
that has none of its own for that event. A condition stands in brackets; without one, the arrow is
for the event that fits no other.
"""

_CONDITIONS = """
## What the telephone hears

Voice, bell, tone and timer belong to the state: entering it starts them, leaving it stops them.
*Taps* is what a tap of the cradle, or a short break by a dial, means there. The lengths of the
timers are the defaults of `gateway/call/timers.py`.
"""

_TRANSITIONS = """
## Transitions

The rows of an event are asked from top to bottom; the first that fits is taken. An event that no
row answers is unexpected: it changes nothing and is logged.
"""


def page() -> str:
    """The whole page."""
    sections = (
        (_HEAD,),
        (_DIAGRAM, "", "```mermaid", *_mermaid(), "```"),
        (_CONDITIONS, "", *_conditions()),
        (_TRANSITIONS, "", *_transitions()),
    )
    return "\n".join(line.removesuffix("\n") for section in sections for line in section) + "\n"


def _mermaid() -> Iterator[str]:
    yield "stateDiagram-v2"
    yield "    [*] --> idle"
    yield "    state lifted {"
    yield from (f"        {_node(state)} : {state.value}" for state in LIFTED)
    yield "    }"
    yield from (f"    {_node(state)} : {state.value}" for state in EVERY if state not in LIFTED)
    for (source, target), labels in _arrows().items():
        yield f"    {source} --> {target} : {' or '.join(labels)}"


def _arrows() -> dict[tuple[str, str], list[str]]:
    """The labels of every arrow.  What leaves the lifted states alike leaves their frame."""
    sources: dict[tuple[str, State], list[State]] = {}
    for row in TRANSITIONS:
        for state in row.states:
            if row.to is not STAY:
                sources.setdefault((_label(row, state), row.to), []).append(state)
    arrows: dict[tuple[str, str], list[str]] = {}
    for (label, target), found in sources.items():
        names = [_node(state) for state in found]
        elsewhere = {
            state
            for (other, to), states in sources.items()
            if other == label and to is not target
            for state in states
        }
        most = len({*found} & {*LIFTED}) > len(LIFTED) / 2
        if most and {*found, *elsewhere} >= set(LIFTED):
            names = ["lifted", *(_node(state) for state in found if state not in LIFTED)]
        for name in names:
            arrows.setdefault((name, _node(target)), []).append(label)
    return {ends: _without_special_cases(labels) for ends, labels in arrows.items()}


def _without_special_cases(labels: list[str]) -> list[str]:
    """``labels`` without those that only add a condition to another of them."""
    return [label for label in labels if label.split(" (")[0] not in labels or " (" not in label]


def _node(state: State) -> str:
    return state.name.lower()


def _label(row: Transition[Any], state: State) -> str:
    timer = CONDITIONS[state].timer
    name = f"{timer.value} timeout" if row.event is Timeout and timer else row.event.__name__
    return name if row.guard is when.always else f"{name} ({row.guard.__name__.replace('_', ' ')})"


def _conditions() -> Iterator[str]:
    timers = Timers()
    rows = []
    for state, condition in CONDITIONS.items():
        tone = condition.tone
        heard = _text(tone) if callable(tone) else tone.value if tone else "silence"
        if condition.speaks:
            heard = "speech"
        rows.append(
            (
                state.value,
                "lifted" if condition.voice else "rings" if condition.bell else "–",
                heard if condition.voice else "–",
                condition.taps.value if condition.voice else "–",
                _line(condition),
                _timer(condition.timer, timers),
            )
        )
    head = ("State", "Receiver, bell", "Tone", "Taps", "On the line", "Timer")
    yield from _table(head, rows)


def _line(condition: Condition) -> str:
    if condition.announces:
        return "the waiting caller is shown"
    return "its current tells of the end" if condition.tells_machines else "–"


def _timer(timer: Timer | None, timers: Timers) -> str:
    return f"{timer.value}, {timers.seconds(timer):g} s" if timer else "–"


def _transitions() -> Iterator[str]:
    rows = [
        (
            _states(row.states),
            row.event.__name__,
            "–" if row.guard is when.always else _text(row.guard),
            "stays" if row.to is STAY else row.to.value,
            "–" if row.effect is do.nothing else _text(row.effect),
        )
        for row in TRANSITIONS
    ]
    yield from _table(("State", "Event", "If", "Next state", "What happens"), rows)


def _states(states: States) -> str:
    if len(states) > len(EVERY) / 2:
        left_out = ", ".join(state.value for state in EVERY if state not in states)
        return f"every state but {left_out}" if left_out else "every state"
    return ", ".join(state.value for state in states)


def _text(function: Callable[..., object]) -> str:
    text = function.__doc__ or ""
    return text.removesuffix(".").replace("``", "`")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    for cells in (head, ["---"] * len(head), *rows):
        yield f"| {' | '.join(cells)} |"


def main(arguments: Sequence[str]) -> int:
    """Write the page where ``arguments`` say; 2 if they make no sense."""
    if list(arguments) == ["--write"]:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if arguments:
        sys.stderr.write("usage: python -m gateway.call.diagram [--write]\n")
        return 2
    sys.stdout.write(page())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
