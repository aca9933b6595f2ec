"""What call control knows of one line between two events."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from gateway.call.events import CallId
from gateway.call.number_plan import NumberPlan
from gateway.call.reason import Reason
from gateway.call.state import IN_CALL, State
from gateway.call.timers import Timers
from gateway.caller import Caller


@dataclass(frozen=True, slots=True)
class Session:
    """One line.  New settings take effect with ``replace(session, plan=…, timers=…)``."""

    line: str
    """Name of the line."""
    id_prefix: str
    """Begins the ids of outgoing calls; another one after every start of the gateway."""
    plan: NumberPlan
    timers: Timers = field(default_factory=Timers)
    state: State = State.IDLE
    down: Reason | None = Reason.NOT_REGISTERED
    """Why the line is not registered; ``None`` while it is."""
    digits: str = ""
    """The digits dialled so far, in ``DIALLING``."""
    call: CallId | None = None
    """The call, in the states that have one: ``IN_CALL`` and ``RINGING``."""
    caller: Caller | None = None
    """Who calls, if the call came in."""
    early_media: bool = False
    """In ``RINGBACK``: the network sends its own sound."""
    reason: Reason | None = None
    """Why the last call, or the last attempt at one, ended."""
    placed: int = 0
    """How many calls this line has made."""

    @classmethod
    def start(
        cls, *, line: str, id_prefix: str, plan: NumberPlan, timers: Timers | None = None
    ) -> Session:
        """A line with the receiver on the hook, not registered yet.

        ``id_prefix`` must differ from start to start, because a call id is never used twice.
        """
        if not line or not id_prefix:
            raise ValueError("a session needs the name of its line and a prefix for its call ids")
        return cls(line, id_prefix, plan, timers or Timers())

    @property
    def registered(self) -> bool:
        return self.down is None

    @property
    def held(self) -> CallId:
        """The call, in a state that has one."""
        assert self.call is not None
        return self.call

    @property
    def next_call(self) -> CallId:
        """The id of the next call that this line makes."""
        return f"{self.id_prefix}-{self.line}-out-{self.placed + 1}"

    def enter(self, state: State) -> Session:
        """The session in ``state``, without what that state does not hold."""
        has_call = state in IN_CALL or state is State.RINGING
        return replace(
            self,
            state=state,
            digits=self.digits if state is State.DIALLING else "",
            call=self.call if has_call else None,
            caller=self.caller if has_call else None,
            early_media=self.early_media and state is State.RINGBACK,
        )
