"""The evidence of a call and of a registration, from what the SIP thread has at hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gateway.call.evidence import CallEvidence, RegistrationEvidence
from gateway.call.reason import Reason
from gateway.sip.account import Account
from gateway.sip.call import Call
from gateway.sip.message_watch import MessageWatch


def evidence_of_call(call: Call, watch: MessageWatch, figures: Mapping[str, float]) -> CallEvidence:
    """What is known of ``call`` in the moment in which it ends.

    The cause and the time from the answer on are filled in where they are known, in the exchange.
    """
    parameters = call.account.parameters
    heard = watch.heard(parameters.user)
    sip = watch.call(call.sip_id())
    changed = (*sip.changed, *watch.registration(parameters.user).changed)
    return CallEvidence(
        direction="out" if call.number else "in",
        cause=Reason.COMPLETED,
        number=call.number,
        # What rewrites a REGISTER rewrites an INVITE, which shows less of it.
        sip=replace(
            sip,
            changed=tuple(dict.fromkeys(changed)),
            ended_by=sip.ended_by or "gateway",
        ),
        registered=call.registered,
        heard_since=heard is not None and heard > call.started,
        calls=call.beside + 1,
        proxy=parameters.proxy_host,
        rtp_ports=f"{parameters.rtp_port}-{parameters.rtp_port + parameters.rtp_ports}",
        received=int(figures.get("received", 0)),
        sent=int(figures.get("sent", 0)),
    )


def evidence_of_registration(account: Account, watch: MessageWatch) -> RegistrationEvidence:
    """What is known of the registration now."""
    parameters, registration = account.parameters, account.registration
    return RegistrationEvidence(
        cause=None if registration.registered else registration.reason,
        sip=watch.registration(parameters.user),
        found=bool(account.addresses) or registration.reason is not Reason.NO_ROUTE,
        answered=watch.heard(parameters.user) is not None,
        proxy=parameters.proxy_host,
    )
