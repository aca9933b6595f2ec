"""Whether a call that an account places is connected: the provider's rules, in order."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

from tests.simulators.multifon.numbers import CalledParty, find_party
from tests.simulators.multifon.registrar import Subscriber
from tests.simulators.multifon.sdp import CODEC_NAMES, Description, UnusableSdpError, parse_sdp
from tests.simulators.multifon.settings import Settings
from tests.simulators.multifon.sip_header import parse_address, parse_uri
from tests.simulators.multifon.sip_message import Request

_NUMBER = re.compile(r"[0-9*#+]*")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A final response instead of a call; ``text`` says why, also in the phrase of the status."""

    status: int
    text: str
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Admitted:
    party: CalledParty
    number: str
    offer: Description


def is_dropped(request: Request) -> bool:
    """An INVITE whose first codec is not PCMA or PCMU gets no answer at all."""
    try:
        offer = parse_sdp(request.body)
    except UnusableSdpError:
        return False
    return bool(offer.formats) and offer.formats[0] not in CODEC_NAMES


def admit(
    request: Request, subscriber: Subscriber, calls: int, settings: Settings
) -> Admitted | Refusal:
    """Judge an authenticated INVITE; ``calls`` are those the account has already."""
    refusal = _account_refusal(request, subscriber, settings)
    if refusal is not None:
        return refusal
    number = parse_uri(request.uri).user
    party = find_party(number) if _NUMBER.fullmatch(number) else None
    if party is None:
        return Refusal(404, f"No such number: {number[:40]}")
    if not party.free:
        if calls >= settings.call_limit:
            return Refusal(settings.call_limit_status, "Too many calls of this account")
        if settings.balance < settings.minimum_balance:
            text = "The balance is too low"
            warning = (("Warning", f'399 multifon.ru "{text}"'),)
            return Refusal(settings.low_balance_status, text, warning)
    offer = _offer(request)
    return offer if isinstance(offer, Refusal) else Admitted(party, number, offer)


def _account_refusal(
    request: Request, subscriber: Subscriber, settings: Settings
) -> Refusal | None:
    uri = parse_uri(request.uri)
    if uri.scheme != "sip":
        return Refusal(416, "Only sip: is understood")
    if uri.host not in {*settings.domains, settings.address}:
        return Refusal(404, f"{uri.host} is not served here")
    sender = parse_uri(parse_address(request.require("From")).uri)
    if sender.user != subscriber.account.number:
        return Refusal(403, "From is not the account")
    if subscriber.binding is None:
        return Refusal(403, "The account is not registered")
    idle = time.monotonic() - subscriber.heard
    subscriber.heard = time.monotonic()
    if subscriber.stale or 0 < settings.idle_500 < idle:
        subscriber.stale = True
        return Refusal(500, "Server Internal Error")
    return None


def _offer(request: Request) -> Description | Refusal:
    if not request.body:
        return _not_acceptable("an offer is needed in the INVITE")
    try:
        offer = parse_sdp(request.body)
    except UnusableSdpError as error:
        return _not_acceptable(str(error))
    if offer.profile != "RTP/AVP":
        return _not_acceptable(f"{offer.profile} is not RTP/AVP")
    if not offer.carries_voice:
        return _not_acceptable("the stream carries no voice")
    return offer


def _not_acceptable(text: str) -> Refusal:
    return Refusal(488, "Not Acceptable Here", (("Warning", f'399 multifon.ru "{text}"'),))
