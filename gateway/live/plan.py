"""What has to be done so that other settings take effect.  Pure: two settings in, steps out.

THE RULES

1.  ``EFFECTS`` says for every setting which steps its change takes.  A setting with none takes a
    restart; the declaration says the same (``takes_effect``), and a test compares them.
2.  A step names what it works on and reads the settings themselves when it is done: a step that has
    waited for a line does what is wanted by then.
3.  A line that is reopened, or goes, waits until nobody uses it.  Everything else is done at once:
    a call has what it began with, and the next has what is wanted by then.
4.  What goes comes first, then what comes: a name may be used anew.  Lines follow accounts, because
    they call by them.
5.  What takes a restart is no part of the settings in force until then (``in_force``).
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from gateway.settings.changes import Change, diff
from gateway.settings.declaration import Settings
from gateway.settings.setting import TakesEffect, sections_of


class Do(enum.Enum):
    """What a step does, in the order in which the steps are done."""

    LOG = "log"
    """Log as the settings say."""
    RECORDS = "records"
    """Drop the records that are too old or too many."""
    REMOVE_ACCOUNT = "remove account"
    """Unregister an account; its calls go on to their end."""
    REGISTER = "register"
    """Register an account anew, or for the first time; its calls go on to their end."""
    RENEW = "renew"
    """Register an account with its other password."""
    SERVICE = "service"
    """Ask the account service of an account anew."""
    ROUTING = "routing"
    """Keep another routing of calls at the provider."""
    CALL_LIMITS = "call limits"
    DIAL_CODES = "dial codes"
    """Serve the dial codes of the settings, in their language."""
    REMOVE_LINE = "remove line"
    """Close a line that is not used."""
    REOPEN_LINE = "reopen line"
    """Close a line that is not used, and open it anew."""
    ADD_LINE = "add line"
    TUNE_LINE = "tune line"
    """Give a line its timers, its number plan, its accounts and call waiting."""
    NUMBER_LINES = "number lines"
    """Give every line its internal number, and a number plan with those of all."""


WAITS: Final = frozenset({Do.REMOVE_LINE, Do.REOPEN_LINE, Do.ADD_LINE})
"""Steps that wait until the line is idle; one that comes waits for one that goes.

Both may use the same port of the same board.
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One step; ``name`` is that of the account or the line, empty where it concerns all."""

    do: Do
    name: str = ""

    @property
    def waits(self) -> bool:
        return self.do in WAITS


_SIP = (Do.REGISTER,)
_SIP_AND_SERVICE = (Do.REGISTER, Do.SERVICE, Do.DIAL_CODES)

EFFECTS: Final[Mapping[str, tuple[Do, ...]]] = {
    # A table that comes, goes or changes places: see ``_rows``.
    "account.name": (),
    "line.name": (),
    "account.number": _SIP_AND_SERVICE,
    "account.provider": (*_SIP_AND_SERVICE, Do.CALL_LIMITS, Do.TUNE_LINE),
    "account.login": _SIP,
    "account.domain": _SIP,
    "account.proxy": _SIP,
    "account.transport": _SIP,
    "account.calls": (Do.CALL_LIMITS,),
    "account.messages": _SIP,
    "account.expiry": _SIP,
    "account.routing": (Do.ROUTING,),
    "account.service_url": (Do.SERVICE,),
    "account.password": (Do.RENEW,),
    "line.driver": (Do.REOPEN_LINE,),
    "line.account": (Do.TUNE_LINE,),
    "line.rings_for": (Do.TUNE_LINE,),
    "line.number": (Do.NUMBER_LINES,),
    "line.call_waiting": (Do.TUNE_LINE,),
    "line.options": (Do.REOPEN_LINE,),
    "tones": (Do.REOPEN_LINE,),
    "dialling": (Do.NUMBER_LINES,),
    "dial_codes": (Do.DIAL_CODES, Do.NUMBER_LINES),
    "prompts": (Do.DIAL_CODES,),
    "ringing": (Do.TUNE_LINE,),
    "busy": (Do.TUNE_LINE,),
    "voice.rtp_port_min": _SIP,
    "voice.rtp_port_max": _SIP,
    "voice.jitter_buffer_max": (),
    "network": (),
    "provider": (Do.SERVICE,),
    "log": (Do.LOG,),
    "records": (Do.RECORDS,),
}
"""By setting, or by a whole table."""

_OF_ACCOUNTS: Final = frozenset({Do.REMOVE_ACCOUNT, Do.REGISTER, Do.RENEW, Do.SERVICE, Do.ROUTING})
_OF_LINES: Final = frozenset({Do.REMOVE_LINE, Do.REOPEN_LINE, Do.ADD_LINE, Do.TUNE_LINE})
_ORDER: Final = {do: place for place, do in enumerate(Do)}


def effects_of(table: str, setting: str) -> tuple[Do, ...]:
    """What a change of the setting takes; none: a restart."""
    return EFFECTS[table] if table in EFFECTS else EFFECTS[f"{table}.{setting}"]


def plan(old: Settings, new: Settings) -> Sequence[Step]:
    """The steps from ``old``, which is in force, to ``new``, in their order."""
    steps: set[Step] = set()
    for change in diff(old, new):
        steps.update(_rows(change, new) if not change.setting else _values(change, new))
    come = {step.name for step in steps if step.do is Do.ADD_LINE}
    renewed = {step.name for step in steps if step.do is Do.REGISTER}
    # What begins anew begins with everything that is wanted.
    steps -= {Step(do, name) for name in come for do in (Do.REOPEN_LINE, Do.TUNE_LINE)}
    steps -= {Step(Do.RENEW, name) for name in renewed}
    steps -= {Step(Do.ROUTING, step.name) for step in steps if step.do is Do.SERVICE}
    return in_order(steps)


def in_order(steps: Iterable[Step]) -> Sequence[Step]:
    """The steps in the order in which they are done."""
    return sorted(set(steps), key=lambda step: (_ORDER[step.do], step.name))


def _rows(change: Change, new: Settings) -> Iterable[Step]:
    """Tables that come, go, or change places."""
    came = [name for name in change.new if name not in change.old]
    went = [name for name in change.old if name not in change.new]
    if change.table == "line":
        yield from (Step(Do.ADD_LINE, name) for name in came)
        yield from (Step(Do.REMOVE_LINE, name) for name in went)
        yield Step(Do.NUMBER_LINES)
        return
    for name in came:
        yield from (Step(Do.REGISTER, name), Step(Do.SERVICE, name))
    yield from (Step(Do.REMOVE_ACCOUNT, name) for name in went)
    yield from (Step(Do.CALL_LIMITS), Step(Do.DIAL_CODES))
    # A line calls by the first account and rings for every one, unless it says otherwise.
    yield from (Step(Do.TUNE_LINE, line.name) for line in new.lines)


def _values(change: Change, new: Settings) -> Iterable[Step]:
    for do in effects_of(change.table, change.setting):
        if do in _OF_ACCOUNTS:
            names = [change.row] if change.row else [account.name for account in new.accounts]
        elif do in _OF_LINES:
            own = change.table == "line"
            names = [change.row] if own else [line.name for line in new.lines]
        else:
            names = [""]
        yield from (Step(do, name) for name in names)


def in_force(old: Settings, new: Settings) -> Settings:
    """``new`` as far as it takes no restart: the rest is as it is in ``old``."""
    found: dict[str, Any] = {}
    for change in diff(old, new):
        if change.takes_effect is TakesEffect.RESTART:
            attribute = sections_of(Settings)[change.table].attribute
            section = found.get(attribute, getattr(new, attribute))
            found[attribute] = replace(section, **{change.setting: change.old})
    return replace(new, **found)
