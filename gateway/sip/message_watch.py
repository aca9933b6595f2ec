"""Follows the SIP messages of calls and registrations: the evidence in them.  Pure: text in.

pjsua2 tells what its own state machines made of a message; a repeated answer, a missing ACK, a
changed Via or the ``Warning`` of a refusal it keeps to itself.  All of that stands in the messages,
which pass here once each, as pjproject logs them.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass, field

from gateway.call.evidence import LONGEST_TEXT, SipEvidence
from gateway.sip.caller_id import header

KEPT = 64
"""Calls that are followed at a time; the oldest is forgotten."""
MOST_WAYS = 8
"""Ways to the provider that are remembered while nothing answers."""
_ENTRY = re.compile(
    r"\b(?P<way>[RT])X \d+ bytes (?P<kind>Request|Response) msg (?P<what>\S+?)/cseq=(?P<cseq>\d+)"
    r".*? (?:from|to) (?P<transport>\w+) (?P<peer>\S+?):\s*\n(?P<message>.*)",
    re.DOTALL,
)
_STATUS = re.compile(r"SIP/2\.0 (\d{3}) ?([^\r\n]*)")
_VIA = re.compile(r"SIP/2\.0/\w+\s+([^;\s]+).*?;branch=([^;,\s]+)", re.IGNORECASE)
_HOST = re.compile(r"<?\s*sips?:(?:[^@>;]*@)?([^;>\s?]+)", re.IGNORECASE)
_USER = re.compile(r"sips?:([^@>;\s]*)@", re.IGNORECASE)
_MEDIA_ADDRESS = re.compile(r"^c=IN IP4 (\S+)", re.MULTILINE)
_MEDIA_PORT = re.compile(r"^m=audio (\d+)", re.MULTILINE)
_CHALLENGES = frozenset({401, 407})


@dataclass(slots=True)
class _Dialog:
    """What was seen of one call, or of the REGISTERs of one account."""

    evidence: dict[str, object] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    """The sent-by of our Via, by branch."""
    contact: str = ""
    attempt: tuple[str, int] = ("", 0)
    """``Call-ID`` and CSeq of the newest REGISTER."""
    challenged: bool = False
    """The newest reply asks for credentials: the next REGISTER belongs to the same attempt."""
    tried: tuple[str, ...] = ()
    """Ways on which REGISTER was sent since the last reply."""
    answers: set[int] = field(default_factory=set)
    """CSeq numbers of the INVITEs that were answered with 2xx."""
    unacknowledged: set[int] = field(default_factory=set)
    """Those whose 2xx we sent."""
    heard: float | None = None
    """When the last reply came."""

    def count(self, name: str) -> None:
        found = self.evidence.get(name, 0)
        assert isinstance(found, int)
        self.evidence[name] = found + 1

    def changed(self, name: str) -> None:
        found = self.evidence.get("changed", ())
        assert isinstance(found, tuple)
        if name not in found:
            self.evidence["changed"] = (*found, name)

    def over(self, by: str) -> None:
        self.evidence.setdefault("ended_by", by)


@dataclass(frozen=True, slots=True)
class _Message:
    """One logged message."""

    received: bool
    method: str
    status: int
    phrase: str
    cseq: int
    transport: str
    peer: str
    text: str


def _parsed(entry: str) -> _Message | None:
    found = _ENTRY.search(entry)
    if found is None:
        return None
    status, phrase, method = 0, "", found["what"]
    if found["kind"] == "Response":
        line = _STATUS.match(found["message"])
        if line is None:
            return None
        status, phrase = int(line[1]), line[2]
        method = method.partition("/")[2]
    return _Message(
        received=found["way"] == "R",
        method=method,
        status=status,
        phrase=phrase,
        cseq=int(found["cseq"]),
        transport=found["transport"].lower(),
        peer=found["peer"],
        text=found["message"],
    )


class MessageWatch:
    """``saw`` gets every logged message; all methods belong to one thread."""

    def __init__(self) -> None:
        self._calls: OrderedDict[str, _Dialog] = OrderedDict()
        self._accounts: dict[str, _Dialog] = {}

    def saw(self, entry: str, now: float) -> None:
        """Take one entry of pjproject's log; ``now`` is monotonic seconds."""
        message = _parsed(entry)
        if message is None:
            return
        if message.method == "REGISTER":
            user = _USER.search(header(message.text, "From", "f") or "")
            if user:
                self._see_register(self._accounts.setdefault(user[1], _Dialog()), message, now)
            return
        call = header(message.text, "Call-ID", "i")
        if not call:
            return
        dialog = self._calls.get(call)
        if dialog is None:
            if message.method != "INVITE" or message.status:
                return  # the rest of a call that is forgotten
            dialog = self._calls[call] = _Dialog()
            while len(self._calls) > KEPT:
                self._calls.popitem(last=False)
        self._see_call(dialog, message, now)

    def call(self, call_id: str) -> SipEvidence:
        """What was seen of the call with this ``Call-ID`` so far."""
        dialog = self._calls.get(call_id)
        if dialog is None:
            return SipEvidence()
        return SipEvidence(**dialog.evidence, ack_missing=bool(dialog.unacknowledged))  # type: ignore[arg-type]

    def registration(self, user: str) -> SipEvidence:
        """What was seen of the last attempt to register ``user``, challenges included."""
        dialog = self._accounts.get(user)
        if dialog is None:
            return SipEvidence()
        return SipEvidence(**dialog.evidence, tried=dialog.tried)  # type: ignore[arg-type]

    def heard(self, user: str) -> float | None:
        """When the provider last answered a REGISTER of ``user``; ``None`` if it never did."""
        dialog = self._accounts.get(user)
        return dialog.heard if dialog else None

    def _see_register(self, dialog: _Dialog, message: _Message, now: float) -> None:
        if message.status and message.received:
            self._see_reply(dialog, message, now)
            dialog.challenged = message.status in _CHALLENGES
            dialog.tried = ()
            contact = header(message.text, "Contact", "m")
            if message.status == 200 and contact and dialog.contact not in contact:
                dialog.changed("Contact")
        elif not message.status and not message.received:
            attempt = (header(message.text, "Call-ID", "i") or "", message.cseq)
            if attempt != dialog.attempt and not dialog.challenged:
                dialog.evidence.clear()
            dialog.attempt, dialog.challenged = attempt, False
            way = f"{message.transport} {message.peer}"
            if way not in dialog.tried:
                dialog.tried = (*dialog.tried, way)[-MOST_WAYS:]
            self._see_request(dialog, message)

    def _see_call(self, dialog: _Dialog, message: _Message, now: float) -> None:
        if message.status:
            if message.method == "INVITE":
                self._see_answer(dialog, message, now)
            return
        by = "network" if message.received else "gateway"
        match message.method:
            case "INVITE":
                self._see_media(dialog, message)
                if not message.received:
                    self._see_request(dialog, message)
            case "ACK" if message.received:
                dialog.unacknowledged.discard(message.cseq)
            case "BYE" | "CANCEL":
                dialog.over(by)
                self._keep_reason(dialog, message)

    def _see_answer(self, dialog: _Dialog, message: _Message, now: float) -> None:
        """A reply to an INVITE, theirs or ours."""
        if message.received:
            self._see_reply(dialog, message, now)
        if message.status >= 300 and message.status not in _CHALLENGES:
            dialog.over("network" if message.received else "gateway")
        if 200 <= message.status < 300:
            self._see_media(dialog, message)
            if message.cseq in dialog.answers:
                dialog.count("answer_repeats")
            elif not message.received:
                dialog.unacknowledged.add(message.cseq)
            dialog.answers.add(message.cseq)

    @staticmethod
    def _see_request(dialog: _Dialog, message: _Message) -> None:
        """A request of ours goes out."""
        dialog.count("requests")
        dialog.evidence["transport"] = message.transport
        via = _VIA.search(header(message.text, "Via", "v") or "")
        if via:
            dialog.branches[via[2]] = via[1]
        contact = _HOST.search(header(message.text, "Contact", "m") or "")
        if contact:
            dialog.contact = contact[1]

    def _see_reply(self, dialog: _Dialog, message: _Message, now: float) -> None:
        dialog.count("replies")
        dialog.heard = now
        dialog.evidence["source"] = message.peer
        via = _VIA.search(header(message.text, "Via", "v") or "")
        if via and dialog.branches.get(via[2], via[1]) != via[1]:
            dialog.changed("Via")
        if message.status >= 200:
            dialog.evidence["status"] = message.status
            dialog.evidence["phrase"] = message.phrase[:LONGEST_TEXT]
            self._keep_reason(dialog, message)

    @staticmethod
    def _keep_reason(dialog: _Dialog, message: _Message) -> None:
        for name, key in (("Warning", "warning"), ("Reason", "reason_header")):
            value = header(message.text, name)
            if value:
                dialog.evidence[key] = value[:LONGEST_TEXT]

    @staticmethod
    def _see_media(dialog: _Dialog, message: _Message) -> None:
        """The address for voice in a session description."""
        address = _MEDIA_ADDRESS.search(message.text)
        port = _MEDIA_PORT.search(message.text)
        if address and port:
            side = "remote_media" if message.received else "local_media"
            dialog.evidence[side] = f"{address[1]}:{port[1]}"
