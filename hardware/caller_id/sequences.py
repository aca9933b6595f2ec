"""What is sent when: on-hook caller ID, a caller who waits in a call, waiting messages.

The times keep the windows of Bellcore, ETSI and BT at once wherever they overlap; they and their
sources stand in ``tests/hardware/caller_id/windows.py``.  Whatever is played ends at once when the
telephone goes off-hook: that is the driver's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gateway.caller import Caller
from gateway.signalling import CallerIdForm, CallerIdMessage, CallerIdMoment, CallerIdScheme
from hardware.caller_id import alerting, dtmf, fsk
from hardware.caller_id import message as display
from hardware.caller_id.steps import AwaitAck, Pause, Reverse, RingPulse, Send, Step, length

ACKNOWLEDGEMENTS = "DA"
"""The digits with which a telephone in a call says that it will read: D, or A of an ADSI set."""
QUIET_BEFORE_RING = 0.2
"""Seconds of silence that the driver keeps between ``after_first_ring`` and the next burst."""

_RING_TO_DATA = 0.6
_PULSE = 0.25
_PULSE_TO_DATA = 0.6
_REVERSAL_TO_ALERT = 0.3
_REVERSAL_TO_DTMF = 0.2
_ALERT_TO_DATA = 0.15
_DATA_TO_NORMAL = 0.12
_DATA_TO_RING = 0.3
_CAS_TO_ACK = 0.165
"""The set begins within 100 ms, and ``DtmfDetector`` reports 40 to 61 ms after that."""
_ACK_TO_DATA = 0.02
"""The detector reports D or A 40 to 61 ms after its beginning; the tone lasts 55 to 75 ms and the
message begins 5 to 100 ms behind it (BT).  With this pause that is kept by a sound card whose
latencies, in and out, are 20 to 70 ms together; with more, the pause is better left out."""

_MODEMS = {CallerIdForm.BELL_202: fsk.BELL_202, CallerIdForm.V23: fsk.V23}
_LONGEST_NAMES = {
    CallerIdForm.BELL_202: display.LONGEST_NAME_BELLCORE,
    CallerIdForm.V23: display.LONGEST_NAME_ETSI,
}


@dataclass(frozen=True, slots=True)
class OnHookCallerId:
    """The steps before the first ring, and those in the first pause of the ringing.

    At least one of them is empty.  The first ring follows directly on ``before_ring``.
    """

    before_ring: tuple[Step, ...] = ()
    after_first_ring: tuple[Step, ...] = ()

    @property
    def delay(self) -> float:
        """Seconds by which the first ring is later than without."""
        return length(self.before_ring)

    @property
    def pause_needed(self) -> float:
        """Seconds that the pause after the first ring must last at least; 0 if nothing is sent.

        In a cadence of several bursts it goes into the first pause that is long enough.
        """
        if not self.after_first_ring:
            return 0.0
        return length(self.after_first_ring) + QUIET_BEFORE_RING


def on_hook(scheme: CallerIdScheme, caller: Caller, when: datetime) -> OnHookCallerId:
    """Show ``caller``, who rings at ``when`` (local time), to a telephone that is on-hook.

    Nothing is sent in the form "none", and of a caller without number where a DTMF form has no
    signs for that.
    """
    if scheme.form is CallerIdForm.NONE:
        return OnHookCallerId()
    if scheme.form is CallerIdForm.DTMF:
        signs = dtmf.signs(scheme, caller)
        if not signs:
            return OnHookCallerId()
        data = Send(dtmf.tones(signs), f"DTMF {signs}")
        reversal_to_data = _REVERSAL_TO_DTMF
    else:
        data = _fsk(scheme, _call(scheme, caller, when), fsk.ON_HOOK)
        reversal_to_data = _REVERSAL_TO_ALERT
    if scheme.moment is CallerIdMoment.AFTER_FIRST_RING:
        return OnHookCallerId(after_first_ring=(Pause(_RING_TO_DATA), data))
    steps = _alerted(scheme.moment, data, reversal_to_data)
    return OnHookCallerId(before_ring=(*steps, Pause(_DATA_TO_RING)))


def waiting(scheme: CallerIdScheme, caller: Caller, when: datetime) -> tuple[Step, ...]:
    """Show a second caller to a telephone in use; empty where the form is no FSK.

    Speech is muted from the first step on and comes back when the last has ended (Bellcore within
    50 ms) or no acknowledgement came.  The tone that the people hear is not part of it.
    """
    if scheme.form not in _MODEMS:
        return ()
    return (
        Send(alerting.alerting_signal(alerting.OFF_HOOK), "CAS"),
        AwaitAck(_CAS_TO_ACK),
        Pause(_ACK_TO_DATA),
        _fsk(scheme, _call(scheme, caller, when), fsk.OFF_HOOK),
    )


def messages(scheme: CallerIdScheme, waiting: bool) -> tuple[Step, ...]:
    """Switch the lamp of an idle telephone without ringing; empty where the form is no FSK.

    What comes before it is what comes before a call, except that it never rings: where a call is
    shown after a ring or a ring pulse, a V.23 telephone gets the DT-AS instead (EN 300 659-1,
    from memory) and a Bell 202 telephone nothing, as Asterisk does it.
    """
    if scheme.form not in _MODEMS:
        return ()
    sdmf = scheme.message is CallerIdMessage.SDMF
    message = display.sdmf_messages(waiting) if sdmf else display.mdmf_messages(waiting)
    moment = scheme.moment
    if moment in (CallerIdMoment.AFTER_FIRST_RING, CallerIdMoment.RING_PULSE):
        etsi = scheme.form is CallerIdForm.V23
        moment = CallerIdMoment.DT_AS if etsi else CallerIdMoment.BEFORE_RING
    return _alerted(moment, _fsk(scheme, message, fsk.ON_HOOK), _REVERSAL_TO_ALERT)


def _call(scheme: CallerIdScheme, caller: Caller, when: datetime) -> bytes:
    if scheme.message is CallerIdMessage.SDMF:
        return display.sdmf_call(caller, when)
    return display.mdmf_call(caller, when, _LONGEST_NAMES[scheme.form])


def _fsk(scheme: CallerIdScheme, message: bytes, frame: fsk.Frame) -> Send:
    samples = fsk.modulate(message, _MODEMS[scheme.form], frame)
    return Send(samples, f"{scheme.form.value} {message.hex(' ')}")


def _alerted(moment: CallerIdMoment, data: Send, reversal_to_data: float) -> tuple[Step, ...]:
    """``data`` with what wakes the telephone before it."""
    alert = Send(alerting.alerting_signal(alerting.ON_HOOK), "DT-AS")
    normal = (Pause(_DATA_TO_NORMAL), Reverse(on=False))
    match moment:
        case CallerIdMoment.RING_PULSE:
            return (RingPulse(_PULSE), Pause(_PULSE_TO_DATA), data)
        case CallerIdMoment.DT_AS:
            return (alert, Pause(_ALERT_TO_DATA), data)
        case CallerIdMoment.REVERSAL:
            return (Reverse(on=True), Pause(reversal_to_data), data, *normal)
        case CallerIdMoment.REVERSAL_DT_AS:
            before = (Reverse(on=True), Pause(_REVERSAL_TO_ALERT), alert, Pause(_ALERT_TO_DATA))
            return (*before, data, *normal)
    return (data,)
