"""What an account is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gateway.sip.message_form import MessageForm
from gateway.sip.registration import Backoff
from gateway.sip.ways import Door


@dataclass(frozen=True, slots=True)
class AccountParameters:
    """From the settings and the provider profile.

    ``doors`` are the proxy's transports and ports, the best first.  ``expiry`` is the interval
    asked for, in seconds.  ``password`` does not print.
    """

    name: str
    user: str
    login: str
    """Name that goes with the password."""
    domain: str
    proxy_host: str
    doors: tuple[Door, ...]
    expiry: int
    keep_alive: int
    backoff: Backoff
    password: Callable[[], str]
    rtp_port: int
    """First UDP port for voice; each call takes an even one of ``rtp_ports``."""
    rtp_ports: int
    message_form: MessageForm
    digit_events: bool
    """Send and take digits as telephone events (RFC 4733), where the far end does."""
    tells_hold: bool
    """The network is told of a call on hold."""
    blocked_status: int
    """SIP status for a caller on the block list."""
    bound_address: str = ""
