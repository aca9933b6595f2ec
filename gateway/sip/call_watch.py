"""Finds calls that the network forgot, and tells calls without voice."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pjsua2 as pj

from gateway.call.reason import Reason
from gateway.sip.call import Call
from gateway.sip.events import FarEndVoice, SipEvent
from gateway.sip.voice_watch import Sign

_log = logging.getLogger(__name__)

NO_REPLY_AFTER = 10.0
"""Seconds without any reply to an INVITE before the caller is told; SIP itself waits 32."""


def watch(call: Call, now: float, post: Callable[[SipEvent], None]) -> None:
    """Look at ``call``; asked at every poll."""
    if call.over:
        return
    try:
        if call.number and not call.replied and now - call.started > NO_REPLY_AFTER:
            _log.warning("call %s: no reply to the INVITE", call.call)
            call.end(Reason.NO_REPLY)
            return
        call.tell_network(now)
        for sign in call.look(now):
            _act(call, sign, now, post)
    except pj.Error as error:
        _log.info("call %s: %s", call.call, error.reason)


def _act(call: Call, sign: Sign, now: float, post: Callable[[SipEvent], None]) -> None:
    match sign:
        case Sign.LOST:
            _log.warning("call %s: the network is gone", call.call)
            call.end(Reason.NETWORK_LOST)
        case Sign.ASK:
            call.probe()
        case Sign.NO_VOICE:
            _log.warning("call %s: no voice from the far end", call.call)
            post(FarEndVoice(call.call, heard=False))
            # A router that got a new address is the likeliest cause; the registrar tells.
            call.account.registration.hasten(now)
        case Sign.VOICE_AGAIN:
            _log.info("call %s: voice from the far end again", call.call)
            post(FarEndVoice(call.call, heard=True))
