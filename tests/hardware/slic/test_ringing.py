"""The ring sequence, performed on a clock that jumps from deadline to deadline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.line import RingCadence
from hardware.caller_id import AwaitAck, Pause, Reverse, RingPulse, Send, Step
from hardware.slic.duty import RM_TAIL, WINDOW, RmDuty
from hardware.slic.ringing import Action, RingSequence, StartBurst, StopBurst, joined

SHARE = 0.33
LATENCY = 0.06
"""Of the sound card: so much after it was asked for the first sample leaves."""
RUSSIA = (1.0, 4.0)
BRITAIN = (0.4, 0.2, 0.4, 2.0)


def samples(seconds: float) -> bytes:
    return b"\x01\x00" * round(8000 * seconds)


def data(seconds: float, what: str = "data") -> Send:
    return Send(samples(seconds), what)


class Line:
    """Performs a sequence: what it did, with its times."""

    def __init__(self, duty: RmDuty, lateness: Callable[[], float] = lambda: 0.0) -> None:
        self.duty = duty
        self.bursts: list[tuple[float, float]] = []
        self.transmissions: list[tuple[float, float]] = []
        self.reversals: list[tuple[float, bool]] = []
        self.now = 1000.0
        self._lateness = lateness
        self._leaves: float | None = None
        self.acknowledges_at: float | None = None

    def play(self, sequence: RingSequence, seconds: float) -> None:
        end = self.now + seconds
        self._perform(sequence.advance(self.now))
        while (deadline := sequence.deadline) is not None and deadline < end:
            if self._leaves is not None and self._leaves < deadline:
                self.now = max(self.now, self._leaves)
                sequence.sent(self._leaves)
                self._leaves = None
            elif self.acknowledges_at is not None and self.acknowledges_at < deadline:
                self.now = max(self.now, self.acknowledges_at)
                sequence.acknowledged(self.acknowledges_at)
                self.acknowledges_at = None
            else:
                self.now = max(self.now, deadline) + self._lateness()
            self._perform(sequence.advance(self.now))

    def hang_up(self, after: float) -> None:
        """The ringing is ended, ``after`` seconds from what was done last."""
        self.now += after
        if self.bursts and self.bursts[-1][1] > self.now:
            self._perform([StopBurst()])

    def _perform(self, actions: Sequence[Action]) -> None:
        for action in actions:
            match action:
                case StartBurst(seconds):
                    assert seconds > 0
                    self.duty.high(self.now)
                    self.bursts.append((self.now, self.now + seconds))
                case StopBurst():
                    begin, _ = self.bursts[-1]
                    self.bursts[-1] = (begin, self.now)
                    self.duty.low(self.now + RM_TAIL)
                case Send():
                    self._leaves = self.now + LATENCY + action.seconds
                    self.transmissions.append((self.now + LATENCY, self._leaves))
                case Reverse(on):
                    self.reversals.append((self.now, on))


def play(
    cadence: RingCadence,
    before: Sequence[Step] = (),
    after_first: Sequence[Step] = (),
    seconds: float = 60.0,
) -> Line:
    duty = RmDuty(SHARE)
    line = Line(duty)
    line.play(RingSequence(cadence, duty, before, after_first), seconds)
    return line


def times(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    return [(round(begin - 1000.0, 3), round(end - 1000.0, 3)) for begin, end in spans]


# The cadence


def test_it_rings_at_once_and_in_the_cadence_of_the_country() -> None:
    assert times(play(RUSSIA, seconds=12).bursts) == [(0, 1), (5, 6), (10, 11)]


def test_british_bursts_come_in_pairs() -> None:
    bursts = times(play(BRITAIN, seconds=5).bursts)
    assert bursts == [(0, 0.4), (0.6, 1.0), (3.0, 3.4), (3.6, 4.0)]


def test_an_american_cadence_is_shortened_a_little_and_for_all_bursts_alike() -> None:
    bursts = play((2.0, 4.0), seconds=300).bursts
    lengths = [end - begin for begin, end in bursts]
    assert max(lengths) - min(lengths) < 0.001
    assert min(lengths) > 1.88
    begins = [begin for begin, _ in bursts]
    assert begins[-1] - begins[0] == pytest.approx(6.0 * (len(bursts) - 1), abs=0.01)


def test_a_new_call_right_after_a_long_one_still_rings() -> None:
    duty = RmDuty(SHARE)
    line = Line(duty)
    line.play(RingSequence((2.0, 4.0), duty), 60.0)
    first = len(line.bursts)
    again = line.now
    line.play(RingSequence((2.0, 4.0), duty), 30.0)
    new = line.bursts[first:]
    assert new[0][0] - again < 6.0
    assert new[0][1] - new[0][0] > 0.9
    assert len(new) >= 4


@given(
    st.lists(st.sampled_from([RUSSIA, BRITAIN, (2.0, 4.0), (1.0, 2.0), (6.0, 1.0)]), max_size=5),
    st.lists(st.floats(0.0, 0.4), min_size=1, max_size=20),
)
def test_however_calls_follow_each_other_the_duty_is_kept_but_for_lateness(
    cadences: list[RingCadence], lateness: list[float]
) -> None:
    duty = RmDuty(SHARE)
    late = iter(lateness * 500)
    line = Line(duty, lambda: next(late))
    for cadence in cadences:
        line.play(RingSequence(cadence, duty), 17.0)
        line.hang_up(after=0.1)
    for _, end in line.bursts:
        inside = [
            max(min(other, end) - max(begin, end - WINDOW), 0.0) for begin, other in line.bursts
        ]
        # What came late before is counted; the last burst of a window can be late itself.
        assert sum(inside) <= SHARE * WINDOW + max(lateness)


def test_a_late_driver_keeps_the_cadence_and_a_hung_one_does_not_hurry() -> None:
    duty = RmDuty(SHARE)
    line = Line(duty, lambda: 0.1)
    line.play(RingSequence(RUSSIA, duty), 21.0)
    assert times(line.bursts)[:3] == [(0, 1.1), (5.1, 6.1), (10.1, 11.1)]
    hung = Line(RmDuty(SHARE))
    sequence = RingSequence(RUSSIA, hung.duty)
    hung.play(sequence, 2.0)
    hung.now += 60.0
    hung.play(sequence, 6.0)
    begins = [begin for begin, _ in hung.bursts]
    assert all(later - earlier >= 4.9 for earlier, later in pairwise(begins))


# Caller ID


def test_caller_id_before_the_ring_ends_before_the_first_burst() -> None:
    line = play(RUSSIA, before=(data(0.7), Pause(0.3)))
    (_, sent), (burst, _) = line.transmissions[0], line.bursts[0]
    assert burst - sent == pytest.approx(0.3)
    assert len(line.transmissions) == 1


def test_a_ring_pulse_is_a_burst_of_its_own() -> None:
    line = play(RUSSIA, before=(RingPulse(0.25), Pause(0.6), data(0.7), Pause(0.3)), seconds=4)
    assert times(line.bursts)[0] == (0, 0.25)
    assert line.transmissions[0][0] - line.bursts[0][1] == pytest.approx(0.6 + LATENCY)
    assert line.bursts[1][0] - line.transmissions[0][1] == pytest.approx(0.3)


def test_a_reversal_comes_in_its_place() -> None:
    line = play(RUSSIA, before=(Reverse(on=True), Pause(0.2), data(1.0), Reverse(on=False)))
    assert [on for _, on in line.reversals] == [True, False]
    assert line.reversals[1][0] == pytest.approx(line.transmissions[0][1])


def test_caller_id_after_the_first_ring_is_sent_once_in_the_first_silence() -> None:
    line = play(RUSSIA, after_first=(Pause(0.6), data(0.7)))
    assert times(line.transmissions) == [(1.66, 2.36)]
    assert times(line.bursts)[:2] == [(0, 1), (5, 6)]


def test_in_a_cadence_of_pairs_it_goes_into_the_long_silence() -> None:
    line = play(BRITAIN, after_first=(Pause(0.6), data(0.7)))
    assert times(line.transmissions) == [(1.66, 2.36)]
    assert times(line.bursts)[1:3] == [(0.6, 1.0), (3.0, 3.4)]


def test_a_silence_too_short_for_it_is_prolonged() -> None:
    line = play((1.0, 2.0), after_first=(Pause(0.6), data(2.5)))
    assert line.bursts[1][0] - line.transmissions[0][1] == pytest.approx(0.2)
    between = line.bursts[2][0] - line.bursts[1][0]
    assert between == pytest.approx(3.0)


def test_a_card_that_does_not_send_does_not_silence_the_bell() -> None:
    duty = RmDuty(SHARE)
    sequence = RingSequence(RUSSIA, duty, after_first=(Pause(0.6), data(0.7)))
    starts: list[float] = []
    now = 0.0
    while now < 20.0:
        starts += [now for action in sequence.advance(now) if isinstance(action, StartBurst)]
        assert sequence.deadline is not None
        now = sequence.deadline
    assert starts == pytest.approx([0.0, 5.0, 10.0, 15.0])


@given(
    st.sampled_from([RUSSIA, BRITAIN, (2.0, 4.0), (1.0, 2.0), (0.5, 0.5)]),
    st.floats(0.0, 2.0),
    st.floats(0.05, 5.0),
    st.booleans(),
)
def test_the_bell_never_rings_over_a_transmission(
    cadence: RingCadence, pause: float, length: float, before: bool
) -> None:
    steps = (Pause(pause), data(length))
    line = play(cadence, before=(*steps, Pause(0.2)) if before else (), after_first=steps)
    assert line.transmissions
    for sent, ended in line.transmissions:
        for begin, end in line.bursts:
            assert begin >= ended + 0.2 - 1e-6 or end <= sent + 1e-6
    assert len(line.bursts) > 5


# Without a bell: waiting messages, call waiting


def test_without_a_cadence_it_ends_after_the_steps() -> None:
    duty = RmDuty(SHARE)
    sequence = RingSequence((), duty, before=(Pause(0.1), data(0.5)))
    line = Line(duty)
    assert [sequence.deadline, sequence.finished] == [None, False]
    line.play(sequence, 10.0)
    assert sequence.finished
    assert line.bursts == []
    assert len(line.transmissions) == 1


def test_without_steps_and_cadence_it_is_finished_at_once() -> None:
    sequence = RingSequence((), RmDuty(SHARE))
    assert list(sequence.advance(0.0)) == []
    assert sequence.finished


@pytest.mark.parametrize("answers", [True, False])
def test_data_is_sent_only_when_the_telephone_acknowledges(answers: bool) -> None:
    duty = RmDuty(SHARE)
    sequence = RingSequence((), duty, before=(data(0.085, "CAS"), AwaitAck(0.16), data(0.5)))
    line = Line(duty)
    line.acknowledges_at = 1000.25 if answers else None
    line.play(sequence, 10.0)
    assert len(line.transmissions) == (2 if answers else 1)
    assert sequence.finished
    if answers:
        assert line.transmissions[1][0] == pytest.approx(1000.25 + LATENCY)


def test_an_acknowledgement_that_nobody_awaits_changes_nothing() -> None:
    duty = RmDuty(SHARE)
    sequence = RingSequence(RUSSIA, duty)
    line = Line(duty)
    line.acknowledges_at = 1000.5
    line.play(sequence, 12.0)
    assert times(line.bursts) == [(0, 1), (5, 6), (10, 11)]


def test_samples_with_pauses_between_them_are_sent_as_one() -> None:
    steps = (
        Pause(0.1),
        data(0.1, "DT-AS"),
        Pause(0.15),
        data(0.7, "FSK"),
        Pause(0.3),
        RingPulse(1),
    )
    one = Send(samples(0.1) + bytes(2 * 1200) + samples(0.7), "DT-AS, FSK")
    assert joined(steps) == (Pause(0.1), one, Pause(0.3), RingPulse(1))
    assert joined((data(0.1, "a"), data(0.1, "b"))) == (Send(samples(0.2), "a, b"),)
    assert joined((data(0.1), Reverse(on=True), data(0.1)))[1] == Reverse(on=True)
    assert joined(()) == ()
