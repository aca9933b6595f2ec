"""A telephone's hook switch, from raw edges of the loop current to line events.

What counts is the stamp of an edge, never the moment of its report.  So a report is not judged
when it comes, but when no earlier one can come any more.

The driver's part
-----------------
* Every edge goes to ``edge`` with the kernel's stamp; the order may be wrong by some milliseconds,
  an edge may come twice, and many may come at once.
* The level is read again after an edge and every 100 to 500 ms: ``level(monotonic(), read())``,
  the time taken *before* the level.  That heals an edge that was missed.
* At ``deadline`` at the latest comes a ``level`` or an ``advance``, after the edges that wait in
  the driver's own queue.  ``level`` is better: before the ring trip it also shows that the closure
  is over although its edge is not here yet.
* No edge comes later than these lags after its stamp; then the result is that of reports in time:

=======================  ======  ==================================================================
``LAG_OFF_HOOK``         100 ms  A daemon that the system held up for 80 ms may ask for decisions
                                 before it delivers the edges of that time.  Too early a decision
                                 would split a digit or miss one.  Digits, flashes and on-hook are
                                 reported so much later; nobody waits for them.
``LAG_ON_HOOK``          30 ms   Only off-hook can be decided, and dial tone waits for it.
none, while it rings     --      The bell's current must be off soon (Ag1171: RM low within 500 ms
                                 of off-hook), and a person lifts the receiver to speak.
=======================  ======  ==================================================================

An edge that comes later still is taken for what it can say: it is moved behind what has been
decided, or dropped if a newer edge is known.
``edge`` decides nothing that lies after its own stamp, so a batch is complete before time passes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gateway.line import LineEvent
from gateway.signalling import HookTimes, PulseCount, Taps
from hardware.hook.arrivals import Arrival, Arrivals, Edge, Expectation, Feed, Reading
from hardware.hook.bounce import BounceFilter, Change
from hardware.hook.figures import HookFigures
from hardware.hook.switch import HookSwitch

LAG_OFF_HOOK = 0.100
"""Seconds that an edge may come late while the receiver is off the hook."""
LAG_ON_HOOK = 0.030
"""Seconds that an edge may come late while the receiver is on the hook and the bell is silent."""


class HookInterpreter:
    """Interprets the loop of one line.  Times are monotonic seconds; ``off_hook`` is SHK: the loop
    is closed.  Events come in the order of their times, each dated to its physical edge.

    Not thread safe: one thread of the driver makes all calls.
    """

    def __init__(self, times: HookTimes, count: PulseCount) -> None:
        self._times = times
        self._count = count
        self._edge_filter = times.edge_filter / 1000
        self._trip = max(times.edge_filter, times.off_hook_ringing) / 1000
        self._figures = HookFigures()
        self._now = 0.0
        self._start(closed=False)

    def _start(self, *, closed: bool) -> None:
        self._arrivals = Arrivals()
        self._filter = BounceFilter(closed)
        self._switch = HookSwitch(self._times, self._count, self._figures)
        self._newest = 0.0
        self._decided = 0.0

    def begin(self, time: float, off_hook: bool) -> Sequence[LineEvent]:
        """Start anew at ``time``.  A loop that is closed is off-hook at once.

        The figures are kept; breaks are ignored until ``expect``.
        """
        self._start(closed=off_hook)
        self._now = self._newest = time
        return self._switch.begin(Change(time, off_hook))

    def edge(self, time: float, off_hook: bool) -> Sequence[LineEvent]:
        """The loop closed or opened at ``time``."""
        self._arrivals.add(Edge(time, off_hook))
        return self._settle(time)

    def level(self, time: float, off_hook: bool) -> Sequence[LineEvent]:
        """The level was read; ``time`` was taken before.  Lets time pass as ``advance`` does."""
        if self._switch.awaits_trip and not off_hook and time >= self._newest:
            self._filter.forget()  # a pulse of the ring current whose end is not reported yet
        self._arrivals.add(Reading(time, off_hook))
        return self._settle(time)

    def advance(self, time: float) -> Sequence[LineEvent]:
        """It is ``time`` now, and all edges older than the lag have been reported."""
        return self._settle(time)

    @property
    def deadline(self) -> float | None:
        """When ``level`` or ``advance`` is needed next; ``None``: not before the next report."""
        due = self._due
        wake = self._arrivals.wake(self._filter.raw)
        if wake is not None and (due is None or wake < due):
            due = wake
        return None if due is None else due + self._lag

    def ringing(self, time: float, on: bool) -> Sequence[LineEvent]:
        """The bell is put on the line, or has been taken off it.

        Best said once for the whole ringing, silences included: then the ring trip is as quick in
        a silence.  ``on=False`` when the current is off also after a trip: the blind time begins
        again, for the loop settles.
        """
        self._switch.ringing(time, on)
        return self._settle(time)

    def feed(self, time: float, on: bool) -> Sequence[LineEvent]:
        """The line's feed is cut (disconnect signal, power denial, reversal), or is back.

        In between the loop current says nothing of the receiver: edges are dropped, nothing is
        decided.  The driver should read the level when the feed has settled.
        """
        self._arrivals.add(Feed(time, on))
        return self._settle(time)

    def expect(self, taps: Taps, time: float | None = None) -> None:
        """What a break means from ``time`` on; ``None``: from the latest time that was given."""
        self._arrivals.add(Expectation(self._now if time is None else time, taps))

    @property
    def figures(self) -> Mapping[str, float]:
        """What was measured of the telephone so far (``hardware.hook.figures``)."""
        return self._figures.measured()

    def measure_anew(self) -> None:
        """Forget the figures."""
        self._figures.forget()

    # ------------------------------------------------------------------------------------

    @property
    def _lag(self) -> float:
        if self._switch.awaits_trip:
            return 0.0
        return LAG_ON_HOOK if self._switch.on_hook else LAG_OFF_HOOK

    @property
    def _hold(self) -> float:
        """How long a level must hold.  The ring trip needs one closure of the whole time."""
        trips = self._switch.awaits_trip and self._filter.raw
        return self._trip if trips else self._edge_filter

    @property
    def _switch_decides(self) -> bool:
        """The next decision is the switch's.  It cannot look past chatter that is not settled."""
        due, chatter = self._switch.due, self._filter.first
        return due is not None and (chatter is None or due <= chatter)

    @property
    def _due(self) -> float | None:
        return self._switch.due if self._switch_decides else self._filter.due(self._hold)

    def _settle(self, now: float) -> list[LineEvent]:
        """Judge everything that is older than the lag at ``now``, in the order of the stamps."""
        self._now = max(self._now, now)
        events: list[LineEvent] = []
        while True:
            due, arrival = self._due, self._arrivals.first
            if due is not None and (arrival is None or due <= arrival.time):
                if due + self._lag > now:
                    return events
                events += self._decide(due)
            elif arrival is not None and arrival.time + self._lag <= now:
                self._take(self._arrivals.pop())
            else:
                return events

    def _decide(self, due: float) -> list[LineEvent]:
        self._decided = max(self._decided, due)
        if self._switch_decides:
            return self._switch.expire()
        change = self._filter.settle()
        return [] if change is None else self._switch.changed(change)

    def _take(self, arrival: Arrival) -> None:
        match arrival:
            case Expectation(_, taps):
                self._switch.expect(taps)
            case Feed(time, on):
                self._filter.forget()
                self._switch.feed(time, on)
            case Reading() if self._arrivals.explains(arrival):
                pass
            case Edge(time, closed) | Reading(time, closed):
                if self._switch.fed and closed != self._filter.raw and time >= self._newest:
                    self._newest = time
                    self._filter.edge(max(time, self._decided), closed)
