"""What the control socket shows of lines and registrations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.call.verdict import registration_verdict
from gateway.call_log import CallLog
from gateway.exchange_line import Line
from gateway.sip.events import RegistrationChanged


def line_status(line: Line, calls: CallLog) -> Mapping[str, Any]:
    """``line`` as in ``status``; ``calls`` has its calls."""
    counters = line.voice.counters
    return {
        "name": line.name,
        "number": line.number,
        "account": line.account,
        "rings_for": sorted(line.rings_for),
        "driver": line.driver_name,
        "state": line.session.state.value,
        "fault": line.fault,
        "call": calls.shown(line.session.call),
        "other_call": calls.shown(line.session.other),
        "messages_waiting": line.session.messages,
        "missed_calls": line.missed,
        "voice": {"frames": counters.frames, **counters.glitches},
        "attended": None if line.receiver is None else line.receiver.attended,
    }


def registration_status(account: str, event: RegistrationChanged | None) -> Mapping[str, Any]:
    """``account`` as in ``status``, by the last ``event`` that told of it."""
    if event is None:
        return {"name": account, "state": "registering", "registered": False}
    return {
        "name": account,
        "number": event.number,
        "state": event.state.value,
        "registered": event.registered,
        "reason": event.reason.value if event.reason else None,
        "reason_text": event.reason.text if event.reason else None,
        "expires_s": event.expires,
        "next_try_s": event.next_try,
        "way": event.way,
        "public_address": event.public,
        "verdict": registration_verdict(event.evidence),
    }
