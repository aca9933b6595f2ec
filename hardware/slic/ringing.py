"""What a ringing line does when: bursts, silences, and caller ID before the first or after it.

``RingSequence`` only says what is to be done; the driver does it, sleeps until ``deadline`` and
asks again.  Rules:

* The cadence is kept as far as the module's duty allows (``duty.py``): a burst is shortened to
  half at most, else it waits until it fits.
* Caller ID after the first ring goes into the first silence that is long enough for it, or else
  into the longest; that one lasts until ``QUIET_BEFORE_RING`` after the last sample left.
* Samples with pauses between them are sent as one, so that no card's latency is in the pause.

Pure: times are given, in seconds of one clock.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from gateway.line import SAMPLE_RATE, RingCadence
from hardware.caller_id import (
    QUIET_BEFORE_RING,
    AwaitAck,
    Pause,
    Reverse,
    RingPulse,
    Send,
    Step,
    length,
)
from hardware.slic.duty import RM_TAIL, RmDuty

_LATE_S = 0.25
"""What comes later than this moves all that follows; less is caught up."""
_NOT_SENT_S = 2.0
"""So much after its time a transmission is given up: the sound card has failed."""


@dataclass(frozen=True, slots=True)
class StartBurst:
    """Ring, for ``seconds`` at most."""

    seconds: float


@dataclass(frozen=True, slots=True)
class StopBurst:
    """End the ring burst."""


Action: TypeAlias = StartBurst | StopBurst | Send | Reverse


class RingSequence:
    """One ringing: ``before`` the first ring, the cadence, ``after_first`` in its first silence.

    With an empty cadence it ends after ``before``: message waiting, or caller ID in a call.
    """

    def __init__(
        self,
        cadence: RingCadence,
        duty: RmDuty,
        before: Sequence[Step] = (),
        after_first: Sequence[Step] = (),
    ) -> None:
        self._cadence = duty.fitted(cadence) if cadence else ()
        self._duty = duty
        self._before = joined(before)
        self._after_first = joined(after_first)
        self._actions: list[Action] = []
        self._now = 0.0
        self._time = 0.0
        """When the present step was due; the next one counts from there."""
        self._awaits_sent = False
        self._awaits_ack = False
        self._acknowledged = False
        self._flow: Generator[float, None, None] | None = None
        self._deadline: float | None = None

    @property
    def deadline(self) -> float | None:
        """When ``advance`` is needed next; ``None`` before it began and after its end."""
        return self._deadline

    @property
    def finished(self) -> bool:
        return self._flow is not None and self._deadline is None

    def advance(self, time: float) -> Sequence[Action]:
        """What is to be done at ``time``, in order.  The first call begins the sequence."""
        self._now = time
        if self._flow is None:
            self._time = time
            self._flow = self._run()
            self._deadline = next(self._flow, None)
        while self._deadline is not None and self._deadline <= time:
            late = time - self._deadline
            self._time = time if late > _LATE_S else self._deadline
            self._deadline = next(self._flow, None)
        actions, self._actions = self._actions, []
        return actions

    def sent(self, time: float) -> None:
        """The last sample of the ``Send`` that was asked for left at ``time``."""
        if self._awaits_sent:
            self._awaits_sent = False
            self._deadline = time

    def acknowledged(self, time: float) -> None:
        """The telephone answered the alerting signal (``AwaitAck``)."""
        if self._awaits_ack:
            self._awaits_ack = False
            self._acknowledged = True
            self._deadline = time

    # The sequence itself: every ``yield`` waits until the time that it gives.

    def _run(self) -> Generator[float, None, None]:
        if not (yield from self._play(self._before)) or not self._cadence:
            return
        announced = not self._after_first
        slot = self._announcement_slot()
        while True:
            for index in range(0, len(self._cadence), 2):
                burst, silence = self._cadence[index : index + 2]
                rung = yield from self._burst(burst, burst / 2)
                next_burst = self._time + burst - rung + silence
                if index == slot and not announced:
                    announced = True
                    yield from self._play(self._after_first)
                    next_burst = max(next_burst, self._time + QUIET_BEFORE_RING)
                yield next_burst

    def _announcement_slot(self) -> int:
        """Index of the burst whose silence takes ``after_first``."""
        needed = length(self._after_first) + QUIET_BEFORE_RING
        silences = self._cadence[1::2]
        chosen = next((silence for silence in silences if silence >= needed), max(silences))
        return 2 * silences.index(chosen)

    def _burst(self, seconds: float, useful: float) -> Generator[float, None, float]:
        """Ring; waits while less than ``useful`` seconds are allowed.  Gives what was rung."""
        ready = self._duty.ready(self._now, useful + RM_TAIL)
        if ready > self._now:
            yield ready
        seconds = min(seconds, self._duty.allowance(self._now) - RM_TAIL)
        self._actions.append(StartBurst(seconds))
        yield self._time + seconds
        self._actions.append(StopBurst())
        return seconds

    def _play(self, steps: Iterable[Step]) -> Generator[float, None, bool]:
        """False when an acknowledgement was awaited in vain: the rest is left out."""
        for step in steps:
            match step:
                case Pause(seconds):
                    yield self._time + seconds
                case RingPulse(seconds):
                    yield from self._burst(seconds, seconds)
                case Reverse():
                    self._actions.append(step)
                case Send():
                    self._actions.append(step)
                    self._awaits_sent = True
                    yield self._time + step.seconds + _NOT_SENT_S
                    self._awaits_sent = False
                case AwaitAck(seconds):
                    self._acknowledged, self._awaits_ack = False, True
                    yield self._time + seconds
                    self._awaits_ack = False
                    if not self._acknowledged:
                        return False
        return True


def joined(steps: Iterable[Step]) -> tuple[Step, ...]:
    """The same with every ``Send, Pause, Send`` made one ``Send`` with silence in it."""
    result: list[Step] = []
    for step in steps:
        match result[-2:], step:
            case [Send(before, first), Pause(seconds)], Send(samples, second):
                silence = bytes(2 * round(seconds * SAMPLE_RATE))
                result[-2:] = [Send(before + silence + samples, f"{first}, {second}")]
            case [*_, Send(before, first)], Send(samples, second):
                result[-1] = Send(before + samples, f"{first}, {second}")
            case _:
                result.append(step)
    return tuple(result)
