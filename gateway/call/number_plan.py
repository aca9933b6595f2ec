"""Number plan: what the digits dialled so far mean, and which number the provider is sent.

The plan is an ordered list of rules, read from the ``[[number]]`` tables of a provider's profile:

``dial``
    Which numbers the rule means: a pattern (``gateway.call.dial_pattern``).
``send``
    What is sent instead.  ``()`` stands for what the round brackets of ``dial`` take.  Without
    ``send`` the number is sent as it was dialled.
``name``
    What the rule is for, in a few words; no two rules share one.
``emergency``
    ``true`` for numbers that are sent at once, and even while the line is not registered.
``otherwise``
    ``true`` for a rule that means whatever no other rule means.

How they work together:

* The first rule that matches wins; the ``otherwise`` rules are asked last.
* A number is complete, and is sent without waiting, when no rule could match a longer one.
  ``otherwise`` rules do not count here, or everything would wait for what they might match; and
  an emergency number, a dial code and an internal number wait for nothing.
* A rule that can never win because of the others is an error.
"""

from __future__ import annotations

import difflib
import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from gateway.call.dial_pattern import SIGNS, DialPattern

_KEYS: Mapping[str, type] = {
    "name": str,
    "dial": str,
    "send": str,
    "emergency": bool,
    "otherwise": bool,
}
_TAKEN = "()"


class Verdict(enum.Enum):
    """What the digits dialled so far amount to."""

    COMPLETE = "complete"
    """A number, and no more digits are to be expected."""
    POSSIBLE = "possible"
    """A number, but it may be the beginning of a longer one."""
    INCOMPLETE = "incomplete"
    """Not a number yet."""
    IMPOSSIBLE = "impossible"
    """Not a number, whatever follows."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """The verdict; if it is ``COMPLETE`` or ``POSSIBLE`` also the number and its rule."""

    verdict: Verdict
    number: str = ""
    """The number to send, in the provider's form."""
    rule: str = ""
    """Name of the rule that won."""
    emergency: bool = False
    service: str = ""
    """What the gateway itself is asked for instead (``gateway.call.service_codes``)."""
    inside: bool = False
    """The number is that of another line (``gateway.call.internal_numbers``)."""

    @property
    def is_number(self) -> bool:
        """Whether there is a number to send."""
        return self.verdict in {Verdict.COMPLETE, Verdict.POSSIBLE} and not self.service


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, read and found right."""

    name: str
    dial: DialPattern
    send: str | None = None
    emergency: bool = False
    otherwise: bool = False
    service: str = ""
    """Not from a table: dial codes are the gateway's own, whatever the provider."""
    inside: bool = False
    """Not from a table either: the number rings another line and is sent to nobody."""
    secret_behind: int | None = None
    """So many signs are known to everybody; what is dialled behind them is a secret.  It is never
    sent, whatever the other rules say, and must not be written down.
    """

    def number(self, dialled: str) -> str:
        """The number to send for ``dialled``, which matches."""
        if self.send is None:
            return dialled
        if self.dial.brackets is None:
            return self.send
        return self.send.replace(_TAKEN, self.dial.taken(dialled))


Places: TypeAlias = frozenset[tuple[int, int]]
"""Where a number stands in the plan: pairs of a rule's index and a position in its pattern."""


@dataclass(frozen=True, slots=True)
class NumberPlan:
    """The rules in the order in which they are asked."""

    rules: tuple[Rule, ...]

    @classmethod
    def from_tables(cls, tables: Iterable[Mapping[str, Any]]) -> NumberPlan:
        """Read the ``[[number]]`` tables.

        ``ValueError`` lists everything that is wrong, a line each, with the name of the rule.
        """
        rules: list[Rule] = []
        names: list[object] = []
        problems: list[str] = []
        for place, table in enumerate(tables, start=1):
            label = _label(place, table)
            found = list(_problems(table))
            name = table.get("name")
            if name and name in names:
                found.append("another rule has the same name")
            names.append(name)
            problems += [f"{label}: {problem}" for problem in found]
            if not found:
                rules.append(_rule(table))
        plan = cls(tuple(sorted(rules, key=lambda rule: rule.otherwise)))
        if not problems:
            problems = plan._faults_of_order()
        if problems:
            raise ValueError("\n".join(problems))
        return plan

    def assess(self, dialled: str) -> Assessment:
        """What ``dialled`` amounts to; any sign that no telephone has makes it impossible."""
        verdict, winner = self._judge(self._places(dialled))
        if winner is None:
            return Assessment(verdict)
        rule = self.rules[winner]
        number = "" if rule.service else rule.number(dialled)
        return Assessment(verdict, number, rule.name, rule.emergency, rule.service, rule.inside)

    def keeps_secret(self, dialled: str) -> bool:
        """Whether a secret begins in ``dialled`` (``Rule.secret_behind``)."""
        return any(self._secrets(self._places(dialled[:end])) for end in range(1, len(dialled) + 1))

    def _places(self, dialled: str) -> Places:
        """Where ``dialled`` stands; a rule whose secret has begun leaves no other."""
        places = self._start()
        for sign in dialled:
            places = self._step(places, sign)
            places = self._secrets(places) or places
        return places

    def _secrets(self, places: Places) -> Places:
        return frozenset(
            (index, position)
            for index, position in places
            if (known := self.rules[index].secret_behind) is not None and position > known
        )

    def _start(self) -> Places:
        return frozenset(
            (index, position)
            for index, rule in enumerate(self.rules)
            for position in rule.dial.start()
        )

    def _step(self, places: Places, sign: str) -> Places:
        return frozenset(
            (index, onward)
            for index, position in places
            for onward in self.rules[index].dial.step(position, sign)
        )

    def _judge(self, places: Places) -> tuple[Verdict, int | None]:
        """The verdict at ``places`` and the index of the rule that wins, if one matches."""
        matching = {index for index, position in places if position == self.rules[index].dial.end}
        growing = {index for index, position in places if position < self.rules[index].dial.end}
        if not matching:
            return Verdict.INCOMPLETE if growing else Verdict.IMPOSSIBLE, None
        winner = min(matching)
        rule = self.rules[winner]
        if rule.emergency or rule.service or rule.inside:
            return Verdict.COMPLETE, winner
        waits = any(rule.otherwise or not self.rules[index].otherwise for index in growing)
        return Verdict.POSSIBLE if waits else Verdict.COMPLETE, winner

    def _faults_of_order(self) -> list[str]:
        """A sentence for every rule that no number can reach, found by dialling every number.

        Numbers that stand at the same places are as good as one number, so there are few.
        """
        if not self.rules:
            return ["there is no rule, so that no number could be dialled; add [[number]] tables"]
        winners: set[int] = set()
        known = {self._start()}
        unexplored = [self._start()]
        while unexplored:
            places = unexplored.pop()
            for onward in {self._step(places, sign) for sign in SIGNS} - known:
                known.add(onward)
                verdict, winner = self._judge(onward)
                if winner is not None:
                    winners.add(winner)
                if verdict is not Verdict.COMPLETE:
                    unexplored.append(onward)
        return [
            f"number rule {rule.name!r}: other rules take every number that it means; "
            "change their order, or drop it"
            for index, rule in enumerate(self.rules)
            if index not in winners
        ]


def _label(place: int, table: Mapping[str, Any]) -> str:
    name = table.get("name")
    return f"number rule {name!r}" if name else f"number rule {place} (without a name)"


def _problems(table: Mapping[str, Any]) -> Iterable[str]:
    """Everything that is wrong with one rule by itself, as parts of a sentence."""
    for key in table:
        if key not in _KEYS:
            near = difflib.get_close_matches(key, _KEYS, n=1)
            yield f"{key!r} is unknown" + (f"; did you mean {near[0]!r}?" if near else "")
    for key, kind in _KEYS.items():
        if key in table and not isinstance(table[key], kind):
            yield f"{key!r} is {'true or false' if kind is bool else 'text in quotes'}"
    if not table.get("name"):
        yield "'name' is missing"
    if "dial" not in table:
        yield "'dial' is missing"
    dial, send = table.get("dial"), table.get("send")
    if not isinstance(dial, str):
        return
    try:
        pattern = DialPattern.parse(dial)
    except ValueError as error:
        yield f"dial = {dial!r}: {error}"
        return
    if isinstance(send, str):
        yield from (f"send = {send!r}: {problem}" for problem in _send_problems(pattern, send))
    elif send is None and pattern.brackets is not None:
        yield f"dial = {dial!r}: without 'send' the round brackets have no use"


def _send_problems(pattern: DialPattern, send: str) -> Iterable[str]:
    fixed = send.replace(_TAKEN, "", 1)
    if any(sign not in SIGNS for sign in fixed):
        yield f"it is made of {SIGNS} and one () at most"
    if (_TAKEN in send) != (pattern.brackets is not None):
        yield "() in 'send' and round brackets in 'dial' go together"
    elif not fixed and (pattern.brackets is None or pattern.may_take_nothing()):
        yield "it can be empty"


def _rule(table: Mapping[str, Any]) -> Rule:
    return Rule(
        name=table["name"],
        dial=DialPattern.parse(table["dial"]),
        send=table.get("send"),
        emergency=table.get("emergency", False),
        otherwise=table.get("otherwise", False),
    )
