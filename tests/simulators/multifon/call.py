"""One call between an account and another party: what both directions have in common."""

from __future__ import annotations

import asyncio
import enum
import time
from pathlib import Path

from tests.simulators.multifon.conversation import CallConversation, Script
from tests.simulators.multifon.dialog import Dialog
from tests.simulators.multifon.dtmf import HeardDigit
from tests.simulators.multifon.packet_loss import PacketLoss
from tests.simulators.multifon.recording import write_wav
from tests.simulators.multifon.rtp import VoiceSocket
from tests.simulators.multifon.sdp import (
    CODEC_NAMES,
    MIRRORED,
    Description,
    LocalDescription,
    UnusableSdpError,
    parse_sdp,
)
from tests.simulators.multifon.signalling import (
    ALLOW,
    SUPPORTED,
    Signalling,
    add_all,
    reason_of,
)
from tests.simulators.multifon.sip_header import parse_address
from tests.simulators.multifon.sip_message import Request, Response, serialise
from tests.simulators.multifon.transactions import ServerTransaction, make_response
from tests.simulators.multifon.voice_stream import VoiceStream


class CallState(enum.Enum):
    """In order; a call may leave states out but never goes back."""

    TRYING = "trying"
    RINGING = "ringing"
    CONNECTED = "connected"
    ENDED = "ended"


class Direction(enum.Enum):
    FROM_ACCOUNT = "from-account"
    TO_ACCOUNT = "to-account"


_ORDER = tuple(CallState)
ANSWERED_IN_DIALOG = {"OPTIONS": 200, "INFO": 200, "PRACK": 481}
"""INFO is taken and ignored: digits are heard in the voice and nowhere else."""
NOT_IMPLEMENTED = frozenset({"REFER", "SUBSCRIBE", "NOTIFY", "PUBLISH"})
SDP_TYPE = ("Content-Type", "application/sdp")


class Call:
    """State, dialog and voice.  Times are ``time.monotonic()``."""

    direction: Direction

    def __init__(
        self,
        signalling: Signalling,
        identifier: str,
        account: str,
        number: str,
        *,
        script: Script,
    ) -> None:
        self.identifier = identifier
        self.account = account
        self.number = number
        self.script = script
        self.state = CallState.TRYING
        self.status = 0
        """The last SIP status of the INVITE."""
        self.reason = ""
        """Why the call ended, as a sentence."""
        self.ended_by = ""
        """``account`` or ``network``."""
        self.times: dict[CallState, float] = {CallState.TRYING: time.monotonic()}
        self.digits: list[HeardDigit] = []
        self.remarks: list[str] = []
        """What went wrong on the network's own side, for a person."""
        self.dialog: Dialog | None = None
        self.signalling = signalling
        self.changes = signalling.changes
        self._loop = asyncio.get_running_loop()
        settings = signalling.settings
        self._socket = VoiceSocket(
            signalling.local[0],
            PacketLoss(settings.loss_to_account, settings.loss_seed),
            PacketLoss(settings.loss_from_account, settings.loss_seed + 1),
            reports=settings.rtcp,
        )
        self.voice = VoiceStream(self._digit_in_voice_thread)
        self._description = LocalDescription(self._socket.local)
        self._formats: tuple[int, ...] = signalling.settings.codecs
        self.conversation = CallConversation(self)
        self._talk: asyncio.Task[None] | None = None
        self._hang_up_timer: asyncio.TimerHandle | None = None
        self._offers: dict[int, ServerTransaction] = {}
        """INVITEs that were answered with 2xx and wait for their ACK, by sequence number."""
        signalling.voice.add(self._socket, self.voice)

    # State.

    def reached(self, state: CallState) -> bool:
        """Whether the call is or was in ``state`` or one that follows it, the end left aside."""
        if state is CallState.ENDED:
            return self.state is state
        passed = [_ORDER.index(s) for s in self.times if s is not CallState.ENDED]
        return max(passed) >= _ORDER.index(state)

    @property
    def is_over(self) -> bool:
        return self.state is CallState.ENDED

    def _enter(self, state: CallState) -> None:
        self.state = state
        self.times.setdefault(state, time.monotonic())
        self.changes.notify()

    def connected(self) -> None:
        """The call is answered: voice is heard, and the party begins to speak."""
        self._enter(CallState.CONNECTED)
        self.voice.listen()
        self.voice.send(on=True)
        self._talk = self._loop.create_task(self.conversation.run(self.script))
        if self.script.hang_up:
            self._hang_up_timer = self._loop.call_later(
                self.script.hang_up, self.hang_up, "The far end has hung up."
            )

    def over(self, reason: str, by: str, status: int = 0) -> None:
        """The call has ended; only the first end counts."""
        if self.is_over:
            return
        self.reason, self.ended_by = reason, by
        if status:
            self.status = status
        if self._talk is not None:
            self._talk.cancel()
        if self._hang_up_timer is not None:
            self._hang_up_timer.cancel()
        for transaction in self._offers.values():
            transaction.acknowledged()
        self._offers.clear()
        self.signalling.voice.remove(self._socket)
        self.voice.finish()
        self._enter(CallState.ENDED)

    def hang_up(self, reason: str = "The network has hung up.") -> None:
        """End the call from the network's side: CANCEL, refuse or BYE as its state asks for."""
        if self.is_over:
            return
        if self.dialog is not None and self.state is CallState.CONNECTED:
            self.send_bye(self.dialog)
            self.over(reason, "network")
        else:
            self.give_up(reason)

    def give_up(self, reason: str) -> None:
        """End a call that is not answered."""
        raise NotImplementedError

    def send_bye(self, dialog: Dialog) -> None:
        request = dialog.request(self.signalling, "BYE")
        self.signalling.transactions.send(request, dialog.way, _ignore)

    # Session descriptions.

    def agree(self, theirs: Description, *, codec: int) -> None:
        """Use ``codec`` and send to the address of ``theirs``."""
        self._formats = (codec,)
        self.voice.agree(codec, theirs.remote)

    def describe(self, direction: str = "sendrecv") -> bytes:
        return self._description.write(self._formats, direction)

    def success(self, transaction: ServerTransaction, body: bytes = b"") -> None:
        """200 to an INVITE; it repeats until its ACK, else the call ends."""
        transaction.on_unacknowledged = self._unacknowledged
        self._offers[transaction.request.cseq[0]] = transaction
        self.respond(transaction, 200, body=body)

    def respond(self, transaction: ServerTransaction, status: int, *, body: bytes = b"") -> None:
        """Answer a request of this dialog."""
        assert self.dialog is not None
        tag = parse_address(self.dialog.local).tag if status > 100 else ""
        response = make_response(transaction.request, status, reason_of(status), tag)
        for route in transaction.request.headers.every("Record-Route"):
            response.headers.add("Record-Route", route)
        self._describe_ourselves(response, transaction)
        if body:
            response.headers.add(*SDP_TYPE)
            response.body = body
        transaction.respond(response)

    def _describe_ourselves(self, response: Response, transaction: ServerTransaction) -> None:
        assert self.dialog is not None
        if transaction.request.method in {"INVITE", "OPTIONS"} and response.status > 100:
            add_all(
                response.headers,
                (("Contact", self.dialog.contact), ("Allow", ALLOW), ("Supported", SUPPORTED)),
            )
        elif response.status == 405:
            response.headers.add("Allow", ALLOW)

    def _unacknowledged(self) -> None:
        if not self.is_over and self.dialog is not None:
            self.send_bye(self.dialog)
            self.over("No ACK came for the answer.", "network", 408)

    # Requests inside the dialog.

    def acknowledged(self, ack: Request) -> None:
        transaction = self._offers.pop(ack.cseq[0], None)
        if transaction is not None:
            transaction.acknowledged()
        if transaction is not None and ack.body:
            try:
                theirs = parse_sdp(ack.body)
            except UnusableSdpError as error:
                self.hang_up(f"The answer in the ACK cannot be used: {error}.")
                return
            if theirs.g711 is not None:
                self.agree(theirs, codec=theirs.g711)

    def in_dialog(self, transaction: ServerTransaction) -> None:
        """Answer a request that belongs to this call."""
        assert self.dialog is not None
        request = transaction.request
        number = request.cseq[0]
        if number <= self.dialog.remote_sequence:
            self.respond(transaction, 500)
            return
        self.dialog.remote_sequence = number
        # A telephone that has a new address or connection is reached there from now on.
        self.dialog.flow = transaction.flow
        match request.method:
            case "BYE":
                self.respond(transaction, 200)
                self.over("The account has hung up.", "account")
            case "INVITE":
                self._invited_again(transaction)
            case method if method in ANSWERED_IN_DIALOG:
                self.respond(transaction, ANSWERED_IN_DIALOG[method])
            case method if method in NOT_IMPLEMENTED:
                self.respond(transaction, 501)
            case _:
                self.respond(transaction, 405)

    def _invited_again(self, transaction: ServerTransaction) -> None:
        """A re-INVITE: take the new address, codec and direction (RFC 3261 §14.2)."""
        assert self.dialog is not None
        request = transaction.request
        if self._offers or self.state is not CallState.CONNECTED:
            self.respond(transaction, 491)
            return
        contact = request.headers.first("Contact")
        if contact:
            self.dialog.target = parse_address(contact).uri
        if not request.body:
            self.success(transaction, self.describe())
            return
        try:
            theirs = parse_sdp(request.body)
        except UnusableSdpError:
            self.respond(transaction, 488)
            return
        if theirs.g711 is None or theirs.port == 0:
            self.respond(transaction, 488)
            return
        held = theirs.direction == "inactive" or theirs.address == "0.0.0.0"
        direction = "inactive" if held else MIRRORED[theirs.direction]
        if not held:
            self.agree(theirs, codec=theirs.g711)
        self.voice.send(on=direction in {"sendrecv", "sendonly"})
        self.success(transaction, self.describe(direction))

    def send_reinvite(
        self, direction: str = "sendrecv", codec: int | None = None, *, offer: bool = True
    ) -> None:
        """Ask the account with a re-INVITE; a refusal is a remark.

        ``direction`` other than ``sendrecv`` puts the account on hold, ``codec`` is a payload type
        to change to; without ``offer`` the account is to describe itself first (RFC 3261 §14.1).
        """
        if self.dialog is None or self.state is not CallState.CONNECTED:
            raise ValueError(f"call {self.identifier} is not connected")
        dialog = self.dialog
        request = dialog.request(self.signalling, "INVITE")
        add_all(request.headers, (("Allow", ALLOW), ("Supported", SUPPORTED)))
        formats = self._formats if codec is None else (codec,)
        if offer:
            request.headers.add(*SDP_TYPE)
            request.body = self._description.write(formats, direction)
        sequence = dialog.local_sequence

        def answered(response: Response | None) -> None:
            if response is None:
                self.remarks.append("re-INVITE: no answer")
            elif 200 <= response.status < 300:
                ack = dialog.request(self.signalling, "ACK")
                ack.headers.put("CSeq", f"{sequence} ACK")
                if not offer:
                    ack.headers.add(*SDP_TYPE)
                    ack.body = self._description.write(formats, direction)
                send_once(dialog, ack)
                self._take_answer(response)
                self.voice.send(on=direction in {"sendrecv", "sendonly"})
            elif response.status >= 300:
                self.remarks.append(f"re-INVITE: {response.status} {response.reason}")
            self.changes.notify()

        self.signalling.transactions.send(request, dialog.way, answered)

    def _take_answer(self, response: Response) -> None:
        try:
            theirs = parse_sdp(response.body)
        except UnusableSdpError as error:
            self.remarks.append(f"re-INVITE: {error}")
            return
        if theirs.g711 is not None:
            self.agree(theirs, codec=theirs.g711)
        self.remarks.append("re-INVITE: 200")

    # Voice.

    def _digit_in_voice_thread(self, digit: HeardDigit) -> None:
        self._loop.call_soon_threadsafe(self._digit, digit)

    def _digit(self, digit: HeardDigit) -> None:
        self.digits.append(digit)
        self.conversation.heard(digit.digit)
        self.changes.notify()

    def save(self, heard: Path | None = None, sent: Path | None = None) -> None:
        """Write what was heard and what was sent as WAV files (8 kHz, 16 bit)."""
        if heard is not None:
            write_wav(heard, self.voice.heard())
        if sent is not None:
            write_wav(sent, self.voice.sent())

    # Report.

    def info(self) -> dict[str, object]:
        """Everything about the call, as the control socket shows it."""
        answered = self.times.get(CallState.CONNECTED)
        latched = self.voice.latched
        return {
            "call": self.identifier,
            "direction": self.direction.value,
            "account": self.account,
            "number": self.number,
            "party": self.script.party,
            "state": self.state.value,
            "status": self.status,
            "reason": self.reason,
            "ended_by": self.ended_by,
            "times": {state.value: moment for state, moment in self.times.items()},
            "codec": CODEC_NAMES[self.voice.payload_type],
            "local_rtp": f"{self._socket.local[0]}:{self._socket.local[1]}",
            "remote_rtp": f"{latched[0]}:{latched[1]}" if latched else None,
            "digits": "".join(digit.digit for digit in self.digits),
            "digit_times": [
                {"digit": d.digit, "at": round(d.at, 3), "seconds": round(d.seconds, 3)}
                for d in self.digits
            ],
            "said": list(self.conversation.said),
            "remarks": list(self.remarks),
            **self.voice.recorded(),
            "figures": {
                **self.voice.figures.as_json(answered),
                "sent": self.voice.packets_sent,
                "latest_frame_ms": round(self.signalling.voice.latest * 1000, 1),
            },
        }


def send_once(dialog: Dialog, request: Request) -> None:
    """Send a request that has no transaction: the ACK of a 2xx."""
    dialog.way.send(serialise(request))


def _ignore(response: Response | None) -> None:
    """Whatever is answered to BYE, the call is over."""
