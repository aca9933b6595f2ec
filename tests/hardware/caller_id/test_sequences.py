"""What is sent when, against the windows of the norms."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from gateway.caller import Caller, Presentation
from gateway.media._dsp import DtmfDetector
from gateway.signalling import CallerIdForm, CallerIdMessage, CallerIdMoment, CallerIdScheme
from hardware.caller_id import (
    ACKNOWLEDGEMENTS,
    QUIET_BEFORE_RING,
    AwaitAck,
    Pause,
    Reverse,
    RingPulse,
    Send,
    Step,
    length,
    messages,
    on_hook,
    waiting,
)
from tests.hardware.caller_id import windows
from tests.hardware.caller_id.forms import WHEN
from tests.media.signals import Dtmf, frames, joined, pcm, silence

LONGEST = Caller("12345678901234567890", "Щ" * 50)
CALLERS = (Caller("+74951234567", "Иванов"), Caller("1"), LONGEST)
WITHHELD = Caller(presentation=Presentation.WITHHELD)

SCHEMES = tuple(
    CallerIdScheme(form=form, moment=moment, message=message)
    for form in windows.EVERY_FORM
    for moment in CallerIdMoment
    for message in CallerIdMessage
    if form is not CallerIdForm.DTMF
    or (moment not in (CallerIdMoment.DT_AS, CallerIdMoment.REVERSAL_DT_AS))
)
FSK_SCHEMES = tuple(scheme for scheme in SCHEMES if scheme.form in windows.FSK)


def name(scheme: CallerIdScheme) -> str:
    return f"{scheme.form.value} {scheme.moment.value} {scheme.message.value}"


schemes = pytest.mark.parametrize("scheme", SCHEMES, ids=name)
fsk_schemes = pytest.mark.parametrize("scheme", FSK_SCHEMES, ids=name)


def kind(step: Step) -> str:
    match step:
        case Send(what=what):
            return "alert" if what in ("DT-AS", "CAS") else "data"
        case RingPulse():
            return "ring-pulse"
        case Reverse(on=on):
            return "reversal" if on else "normal"
        case AwaitAck():
            return "ack"
        case Pause():
            return "pause"


def timeline(steps: Iterable[Step]) -> dict[str, float]:
    """When each event begins and ends, ms; no event but a pause comes twice."""
    edges: dict[str, float] = {}
    now = 0.0
    for step in steps:
        event = kind(step)
        assert event == "pause" or f"{event}.start" not in edges
        edges[f"{event}.start"] = now
        now += step.seconds * 1000
        edges[f"{event}.end"] = now
    edges["end"] = now
    return edges


def keeps(edges: dict[str, float], wanted: Iterable[windows.Window], form: CallerIdForm) -> None:
    checked = 0
    for window in wanted:
        if form in window.forms:
            took = round(edges[window.end] - edges[window.start], 6)
            assert window.least <= took <= window.most, window
            checked += 1
    assert checked


@schemes
@pytest.mark.parametrize("caller", CALLERS, ids=str)
def test_every_call_is_shown_within_the_windows(scheme: CallerIdScheme, caller: Caller) -> None:
    shown = on_hook(scheme, caller, WHEN)
    if scheme.moment is CallerIdMoment.AFTER_FIRST_RING:
        assert not shown.before_ring
        edges = timeline(shown.after_first_ring)
        edges["first-ring.end"] = 0.0
        edges["ring.start"] = shown.pause_needed * 1000
    else:
        assert not shown.after_first_ring
        edges = timeline(shown.before_ring)
        edges["ring.start"] = shown.delay * 1000
    keeps(edges, windows.ON_HOOK[scheme.moment], scheme.form)


EVENTS = {
    CallerIdMoment.AFTER_FIRST_RING: ["data"],
    CallerIdMoment.BEFORE_RING: ["data"],
    CallerIdMoment.RING_PULSE: ["ring-pulse", "data"],
    CallerIdMoment.DT_AS: ["alert", "data"],
    CallerIdMoment.REVERSAL: ["reversal", "data", "normal"],
    CallerIdMoment.REVERSAL_DT_AS: ["reversal", "alert", "data", "normal"],
}


def events(steps: Iterable[Step]) -> list[str]:
    return [event for event in map(kind, steps) if event != "pause"]


@schemes
def test_the_telephone_is_woken_as_the_scheme_says(scheme: CallerIdScheme) -> None:
    shown = on_hook(scheme, CALLERS[0], WHEN)
    assert events(shown.before_ring + shown.after_first_ring) == EVENTS[scheme.moment]


@schemes
def test_the_length_is_stated(scheme: CallerIdScheme) -> None:
    shown = on_hook(scheme, CALLERS[0], WHEN)
    steps = shown.before_ring + shown.after_first_ring
    samples = sum(len(step.samples) for step in steps if isinstance(step, Send)) / 16000
    silent = sum(step.seconds for step in steps if isinstance(step, Pause | RingPulse))
    assert length(steps) == pytest.approx(samples + silent)
    if shown.before_ring:
        assert shown.delay == length(steps)
        assert shown.pause_needed == 0
    else:
        assert shown.pause_needed == length(steps) + QUIET_BEFORE_RING
        assert shown.delay == 0


@schemes
def test_the_longest_message_fits_between_two_rings_4_seconds_apart(
    scheme: CallerIdScheme,
) -> None:
    assert on_hook(scheme, LONGEST, WHEN).pause_needed <= 4.0


@pytest.mark.parametrize("moment", CallerIdMoment)
def test_without_caller_id_nothing_is_sent(moment: CallerIdMoment) -> None:
    scheme = CallerIdScheme(form=CallerIdForm.NONE, moment=moment)
    shown = on_hook(scheme, CALLERS[0], WHEN)
    assert shown.before_ring == shown.after_first_ring == ()
    assert shown.delay == shown.pause_needed == 0
    assert waiting(scheme, CALLERS[0], WHEN) == ()
    assert messages(scheme, waiting=True) == ()


def test_an_absent_number_that_a_dtmf_form_cannot_tell_leaves_the_line_alone() -> None:
    scheme = CallerIdScheme(
        form=CallerIdForm.DTMF, moment=CallerIdMoment.REVERSAL, dtmf_start="D", dtmf_end="C"
    )
    assert on_hook(scheme, WITHHELD, WHEN).before_ring == ()
    assert events(on_hook(scheme, CALLERS[0], WHEN).before_ring) == ["reversal", "data", "normal"]


@fsk_schemes
def test_an_absent_number_is_shown_like_a_number(scheme: CallerIdScheme) -> None:
    shown = on_hook(scheme, WITHHELD, WHEN)
    assert events(shown.before_ring + shown.after_first_ring) == EVENTS[scheme.moment]


@fsk_schemes
@pytest.mark.parametrize("caller", CALLERS, ids=str)
def test_a_waiting_caller_is_announced_by_a_cas_that_is_acknowledged(
    scheme: CallerIdScheme, caller: Caller
) -> None:
    steps = waiting(scheme, caller, WHEN)
    assert events(steps) == ["alert", "ack", "data"]
    keeps(timeline(steps), windows.CALL_WAITING, scheme.form)


def test_a_caller_who_waits_is_not_announced_by_dtmf() -> None:
    scheme = CallerIdScheme(form=CallerIdForm.DTMF)
    assert waiting(scheme, CALLERS[0], WHEN) == ()
    assert messages(scheme, waiting=True) == ()


@fsk_schemes
@pytest.mark.parametrize("lamp", [True, False])
def test_the_lamp_is_switched_without_ringing(scheme: CallerIdScheme, lamp: bool) -> None:
    steps = messages(scheme, lamp)
    told = events(steps)
    assert "ring-pulse" not in told
    if scheme.form is CallerIdForm.V23 and scheme.moment is not CallerIdMoment.REVERSAL:
        assert ("alert" in told) == (scheme.moment is not CallerIdMoment.BEFORE_RING)
    edges = timeline(steps)
    for window in windows.ON_HOOK[scheme.moment]:
        if scheme.form in window.forms and edges.keys() >= {window.start, window.end}:
            keeps(edges, [window], scheme.form)


@fsk_schemes
def test_a_reversed_line_is_normal_again_at_the_end(scheme: CallerIdScheme) -> None:
    shown = on_hook(scheme, CALLERS[0], WHEN)
    for steps in (shown.before_ring, messages(scheme, waiting=True)):
        turns = [step.on for step in steps if isinstance(step, Reverse)]
        assert turns in ([], [True, False])


# --- the acknowledgement, as the driver's detector hears it ---------------------------------------


def reported(sign: str, ms: float, offset: float, level: float) -> float | None:
    """Milliseconds from the beginning of the tone to the frame that reports it."""
    line = joined(
        [silence(100 + offset), Dtmf(on_ms=ms, level=level).tone(sign), silence(220 - offset - ms)]
    )
    detector = DtmfDetector()
    for number, frame in enumerate(frames(pcm(line)), 1):
        if sign in detector.process(frame):
            return number * 20 - 100 - offset
    return None


@pytest.mark.parametrize("sign", ACKNOWLEDGEMENTS)
@pytest.mark.parametrize("level", [-6.0, -22.0])
def test_an_acknowledgement_of_any_set_is_answered_in_time(sign: str, level: float) -> None:
    steps = waiting(CallerIdScheme(form=CallerIdForm.V23), CALLERS[0], WHEN)
    patience = next(step.seconds for step in steps if isinstance(step, AwaitAck)) * 1000
    pause = next(step.seconds for step in steps if isinstance(step, Pause)) * 1000
    for ms in windows.ACK_LENGTHS:
        for quarter in range(80):
            after = reported(sign, ms, quarter / 4, level)
            assert after is not None
            assert windows.ACK_STARTS[1] + after <= patience
            for latency in (20.0, 70.0):
                gap = after + latency + pause - ms
                assert windows.ACK_TO_DATA[0] <= gap <= windows.ACK_TO_DATA[1]
