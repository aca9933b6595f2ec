"""A SIP dialog (RFC 3261 §12): identifiers, sequence numbers, targets; no call logic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from tests.simulators.multifon.signalling import Signalling
from tests.simulators.multifon.sip_header import parse_address, parse_uri
from tests.simulators.multifon.sip_message import Headers, Request, Response
from tests.simulators.multifon.transport import Flow

DialogKey: TypeAlias = tuple[str, str, str]
"""Call-ID, our tag, their tag."""


@dataclass(slots=True)
class Dialog:
    """``local`` and ``remote`` are From and To values of our requests, with tags.

    Our requests go along ``flow`` whatever the target says, as from a border controller; with
    ``follow_contact`` they go to the target.
    """

    call_id: str
    local: str
    remote: str
    target: str
    routes: tuple[str, ...]
    flow: Flow
    contact: str
    local_sequence: int = 0
    remote_sequence: int = 0
    follow_contact: bool = False

    @property
    def way(self) -> Flow:
        """Where our requests are sent."""
        if not self.follow_contact:
            return self.flow
        target = parse_uri(self.target)
        return self.flow.to((target.host, target.port or 5060))

    @property
    def key(self) -> DialogKey:
        return (self.call_id, parse_address(self.local).tag, parse_address(self.remote).tag)

    def request(self, signalling: Signalling, method: str) -> Request:
        """A request inside the dialog; ACK keeps the sequence number of its INVITE."""
        if method != "ACK":
            self.local_sequence += 1
        headers = Headers([("Via", signalling.via(self.flow)), ("Max-Forwards", "70")])
        for route in self.routes:
            headers.add("Route", route)
        headers.add("From", self.local)
        headers.add("To", self.remote)
        headers.add("Call-ID", self.call_id)
        headers.add("CSeq", f"{self.local_sequence} {method}")
        if method != "ACK":
            headers.add("Contact", self.contact)
            headers.add("User-Agent", "multifon.ru")
        return Request(headers, method=method, uri=self.target)


def dialog_of_invite(request: Request, flow: Flow, tag: str, contact: str) -> Dialog:
    """Our side of a dialog that a received INVITE begins (RFC 3261 §12.1.1)."""
    return Dialog(
        call_id=request.call_id,
        local=f"{request.require('To')};tag={tag}",
        remote=request.require("From"),
        target=parse_address(request.require("Contact")).uri,
        routes=tuple(request.headers.every("Record-Route")),
        flow=flow,
        contact=contact,
        remote_sequence=request.cseq[0],
    )


def dialog_of_answer(invite: Request, response: Response, flow: Flow) -> Dialog:
    """Our side of a dialog that a 2xx to our INVITE begins (RFC 3261 §12.1.2)."""
    contact = response.headers.first("Contact")
    target = parse_address(contact).uri if contact else invite.uri
    return Dialog(
        call_id=invite.call_id,
        local=invite.require("From"),
        remote=response.require("To"),
        target=target,
        routes=tuple(reversed(response.headers.every("Record-Route"))),
        flow=flow,
        contact=invite.require("Contact"),
        local_sequence=invite.cseq[0],
    )


def key_of_request(request: Request) -> DialogKey:
    """The dialog that a received request belongs to, as its receiver names it."""
    to, sender = request.require("To"), request.require("From")
    return (request.call_id, parse_address(to).tag, parse_address(sender).tag)
