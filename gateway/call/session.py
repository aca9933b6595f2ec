"""What call control knows of one line between two events."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from gateway.call.events import CallId
from gateway.call.number_plan import NumberPlan
from gateway.call.reason import Reason
from gateway.call.state import HAS_CALL, TWO_CALLS, State
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
    """The call, in the states that have one (``HAS_CALL``)."""
    caller: Caller | None = None
    """The far end of the call, or who is made up for a test of the bell, as a display shows it."""
    other: CallId | None = None
    """The call that waits or is on hold beside ``call``, in ``TWO_CALLS``."""
    other_caller: Caller | None = None
    """The far end of that call."""
    early_media: bool = False
    """In ``RINGBACK``: the network sends its own sound."""
    reason: Reason | None = None
    """Why the last call, or the last attempt at one, ended."""
    placed: int = 0
    """How many calls this line has made."""
    question: int = 0
    """The last question that a dial code asked, counted from 1."""
    call_waiting: bool = True
    """A second call may wait while the telephone is in use."""
    messages: bool = False
    """Messages wait."""
    warned: bool = False
    """The user should look at the line's account."""

    @classmethod
    def start(
        cls,
        *,
        line: str,
        id_prefix: str,
        plan: NumberPlan,
        timers: Timers | None = None,
        call_waiting: bool = True,
    ) -> Session:
        """A line with the receiver on the hook, not registered yet.

        ``id_prefix`` must differ from start to start, because a call id is never used twice.
        """
        if not line or not id_prefix:
            raise ValueError("a session needs the name of its line and a prefix for its call ids")
        return cls(line, id_prefix, plan, timers or Timers(), call_waiting=call_waiting)

    @property
    def registered(self) -> bool:
        return self.down is None

    @property
    def takes_second_call(self) -> bool:
        """A call that comes in now would wait, not be refused."""
        return self.call_waiting and self.state is State.TALKING

    @property
    def calls(self) -> tuple[CallId, ...]:
        """Every call of the line."""
        return tuple(call for call in (self.call, self.other) if call is not None)

    @property
    def first(self) -> CallId:
        """The call, in a state that has one."""
        assert self.call is not None
        return self.call

    @property
    def second(self) -> CallId:
        """The other call, in a state that has two."""
        assert self.other is not None
        return self.other

    @property
    def turned(self) -> Session:
        """The session with the other call as the call, and the call as the other one."""
        return replace(
            self,
            call=self.other,
            caller=self.other_caller,
            other=self.call,
            other_caller=self.caller,
        )

    @property
    def next_call(self) -> CallId:
        """The id of the next call that this line makes."""
        return f"{self.id_prefix}-{self.line}-out-{self.placed + 1}"

    def enter(self, state: State) -> Session:
        """The session in ``state``, without what that state does not hold."""
        has_call, has_other = state in HAS_CALL, state in TWO_CALLS
        shows = has_call or state is State.EXAMINATION_RINGS
        return replace(
            self,
            state=state,
            digits=self.digits if state is State.DIALLING else "",
            call=self.call if has_call else None,
            caller=self.caller if shows else None,
            other=self.other if has_other else None,
            other_caller=self.other_caller if has_other else None,
            early_media=self.early_media and state is State.RINGBACK,
        )
