"""One call, as pjsua2 knows it."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pjsua2 as pj

from gateway.call.events import Answered, CallId, Ended, NetworkEvent, Progress
from gateway.call.reason import Reason
from gateway.line import FRAME_MS
from gateway.media.callback import callback
from gateway.media.port import LinePort
from gateway.sip.account import Account
from gateway.sip.agent import Agent
from gateway.sip.endpoint import set_reserve
from gateway.sip.hold import TRY_AGAIN, Hold
from gateway.sip.reasons import reason_of_status, status_of_reason
from gateway.sip.source_filter import attach_to_port
from gateway.sip.telephone_event import without_telephone_event
from gateway.sip.voice_reserve import SLIDING
from gateway.sip.voice_watch import Sign, VoiceWatch

_log = logging.getLogger(__name__)


LOOK_EVERY = 1.0
"""Seconds between two looks at the voice packets."""

_COUNTS = (
    "received",
    "lost",
    "discarded",
    "reordered",
    "sent",
    "buffer_lost",
    "buffer_discarded",
    "buffer_empty",
    "far_reports",
    "far_lost",
)
"""Figures that add up over the streams of a call: hold and resumption begin new ones."""


@dataclass(frozen=True, slots=True)
class CallEvents:
    """How a call tells what happens; all are called in the SIP thread."""

    post: Callable[[NetworkEvent], None]
    detail: Callable[[CallId, str, Mapping[str, float]], None]
    """The last SIP status and the voice figures, before ``Ended``."""
    gone: Callable[[CallId], None]
    """pjsua2 is done with the call; it may be dropped."""
    stale: Callable[[Call], bool]
    """A 500 before any progress: true if the call will be tried again after a REGISTER."""


class Call(pj.Call):  # type: ignore[misc]
    """A call and its media.  Lives in the SIP thread."""

    def __init__(
        self,
        account: Account,
        agent: Agent,
        call: CallId,
        events: CallEvents,
        *,
        port: LinePort | None = None,
        pjsua_id: int = pj.PJSUA_INVALID_ID,
    ) -> None:
        super().__init__(agent, pjsua_id)
        self.call = call
        self.account = account
        self.agent = agent
        self.number = ""
        self.port = port
        self.retried = False
        self.registered = account.registration.registered
        """The account was registered when this call began."""
        self.reserve = account.reserve.next
        """Of the jitter buffer."""
        self.beside = 0
        """Other calls of the account when this one began."""
        self.started = time.monotonic()
        self.replied = False
        self.answered = False
        self.over = False
        self._accepted = False
        """We have answered; the ACK that confirms it may still be missing."""
        self.must_move = False
        """The network is to be told our new address."""
        self._move_after = 0.0
        self._looked = 0.0
        self._voice_watch = VoiceWatch()
        self._events = events
        self._progress: Progress | None = None
        self._media: Any = None
        self._media_index = 0
        self._streaming = False
        self._figures: dict[str, float] = {}
        self._earlier: Mapping[str, float] = {}
        self._hold = Hold(told=account.parameters.tells_hold)
        self._decodes = False
        """The far end is to send voice, by what was agreed on."""

    def place(self, number: str) -> None:
        """Send the INVITE to ``number``; ``pj.Error`` when it cannot be sent at all."""
        self.number = number
        self.makeCall(f"sip:{number}@{self.account.parameters.domain}", pj.CallOpParam(True))

    def respond(self, status: int) -> None:
        prm = pj.CallOpParam(True)
        prm.statusCode = status
        self._accepted = status // 100 == 2
        self.answer(prm)

    def refuse(self, reason: Reason) -> None:
        self._finish(reason)
        blocked = reason is Reason.BLOCKED
        self.respond(
            self.account.parameters.blocked_status if blocked else status_of_reason(reason)
        )

    def end(self, reason: Reason = Reason.COMPLETED) -> None:
        """Hang up in whatever state the call is (CANCEL, BYE or a refusal)."""
        self._finish(reason)
        prm = pj.CallOpParam(True)
        if not self.answered and not self.number:
            prm.statusCode = 480
        self.hangup(prm)

    def vanish(self) -> None:
        """The call was dropped by pjsua without a word."""
        self._unjoin()
        self.port = None
        unanswered = not self.number and not self.answered
        self._finish(Reason.CANCELLED if unanswered else Reason.NETWORK_LOST)

    def hold(self) -> None:
        """Take the voice off the line and keep the call."""
        self._hold.wanted = True
        self._leave()
        self.tell_hold()

    def resume(self) -> None:
        """Join the voice to the line again, as soon as the network sends some."""
        self._hold.wanted = False
        self.join()
        self.tell_hold()

    def tell_network(self, now: float) -> None:
        """Tell the network by re-INVITE what it does not know yet: our address, hold or its end."""
        if self.over or not self.answered:
            return
        if self.must_move and now >= self._move_after:
            self._move(now)
        else:
            self.tell_hold()

    def _move(self, now: float) -> None:
        """A new address for signalling and voice, after our network has changed."""
        prm = pj.CallOpParam(True)
        prm.opt.flag = (
            pj.PJSUA_CALL_UPDATE_CONTACT | pj.PJSUA_CALL_UPDATE_VIA | pj.PJSUA_CALL_REINIT_MEDIA
        )
        try:
            self.reinvite(prm)
        except pj.Error as error:
            _log.info("call %s: no re-INVITE now: %s", self.call, error.reason)
            self._move_after = now + TRY_AGAIN
        else:
            _log.info("call %s: the network is told our new address", self.call)
            self.must_move = False

    def tell_hold(self) -> None:
        """Tell the network of hold or its end by re-INVITE, once that is possible."""
        on = self._hold.due(time.monotonic())
        if on is None or self.over or not self.answered:
            return
        prm = pj.CallOpParam(True)
        try:
            if on:
                self.setHold(prm)
            else:
                prm.opt.flag = pj.PJSUA_CALL_UNHOLD
                self.reinvite(prm)
        except pj.Error as error:
            _log.info("call %s: no re-INVITE now: %s", self.call, error.reason)
            self._hold.failed(time.monotonic())
        else:
            self._hold.asked()

    def send_digit(self, digit: str) -> None:
        """Send ``digit`` as a telephone event."""
        self.dialDtmf(digit)

    def connected(self) -> bool:
        """A voice path is up."""
        return self._media is not None and not self.over

    def up(self) -> bool:
        """The network sends voice, or would if the call were not on hold."""
        return self.connected() or (self._hold.wanted and self.answered and not self.over)

    def probe(self) -> None:
        """Ask the network whether it still knows this call (RFC 3261 §11, OPTIONS in a dialog)."""
        prm = pj.CallSendRequestParam()
        prm.method = "OPTIONS"
        self.sendRequest(prm)

    def look(self, now: float) -> tuple[Sign, ...]:
        """What the voice packets tell; asked often, it looks once a second."""
        if not self.answered or not self.up() or now - self._looked < LOOK_EVERY:
            return ()
        self._looked = now
        received = int(self.figures().get("received", 0))
        return self._voice_watch.look(now, received, expected=self.connected() and self._decodes)

    def figures(self) -> Mapping[str, float]:
        """Voice figures so far: packets, loss, jitter (ms), jitter buffer events, delay (ms).

        ``no_voice`` counts how often no voice came from the far end although it should have, and
        ``no_voice_s`` how long.
        """
        if self._streaming:
            self._measure()
        missing = self._voice_watch.seconds_without_voice(time.monotonic())
        found = {"no_voice": self._voice_watch.times, "no_voice_s": round(missing, 1)}
        return {**self._figures, **(found if self.answered else {})}

    def sip_id(self) -> str:
        """The ``Call-ID``; empty when pjsua2 has forgotten the call."""
        try:
            return str(self.getInfo().callIdString)
        except pj.Error:
            return ""

    def _measure(self) -> None:
        try:
            stat = self.getStreamStat(self._media_index)
        except pj.Error:
            return  # the stream is being changed: the figures of the last look stay
        rtcp, jbuf = stat.rtcp, stat.jbuf
        received, sent = rtcp.rxStat, rtcp.txStat
        figures = {
            "received": received.pkt,
            "lost": received.loss,
            "discarded": received.discard,
            "reordered": received.reorder,
            "jitter_ms": received.jitterUsec.mean / 1000,
            "sent": sent.pkt,
            "round_trip_ms": rtcp.rttUsec.mean / 1000,
            "buffer_ms": jbuf.avgDelayMsec,
            "buffer_lost": jbuf.lost,
            "buffer_discarded": jbuf.discard,
            "buffer_empty": jbuf.empty,
            # Packets in a row, of the losses that were seen.
            "loss_burst": received.lossPeriodUsec.mean / 1000 / FRAME_MS,
            # What the far end says of our voice, if it sends RTCP.
            "far_reports": sent.updateCount,
            "far_lost": sent.loss,
            "far_jitter_ms": sent.jitterUsec.mean / 1000,
        }
        for name in _COUNTS:
            figures[name] += self._earlier.get(name, 0)
        self._figures = figures

    def _finish(self, reason: Reason, detail: str = "") -> None:
        """Tell the end once, whichever side it came from."""
        if self.over:
            return
        self.over = True
        figures = self.figures()
        self.account.reserve.learn(figures.get("received", 0), figures.get("lost", 0))
        self._events.detail(self.call, detail, figures)
        self._leave()
        self._events.post(Ended(self.call, reason))

    def _unjoin(self) -> Any:
        """Forget the media, and return it; the port may be another call's by now."""
        media, self._media = self._media, None
        if media is not None and self.port is not None:
            self.port.junction.joined = False
        return media

    def _leave(self) -> None:
        media = self._unjoin()
        if media is None or self.port is None:
            return
        try:
            media.stopTransmit(self.port)
            self.port.stopTransmit(media)
        except pj.Error:  # pjsua took the stream out of the bridge before us
            pass

    def join(self) -> None:
        """Join the voice of the call to its line, when both are there."""
        if self.over or self.port is None or self._hold.wanted:
            return
        info = self.getInfo()
        for index, media in enumerate(info.media):
            usable = media.status in {pj.PJSUA_CALL_MEDIA_ACTIVE, pj.PJSUA_CALL_MEDIA_REMOTE_HOLD}
            if media.type == pj.PJMEDIA_TYPE_AUDIO and usable:
                self._leave()
                self._media_index = index
                self._streaming = True
                self._media = self.getAudioMedia(index)
                self._media.startTransmit(self.port)
                self.port.startTransmit(self._media)
                self.port.junction.events = self._takes_events(index)
                self.port.junction.joined = True
                self._protect(index)
                self._decodes = bool(int(media.dir) & pj.PJMEDIA_DIR_DECODING)
                self._voice_watch.begin(time.monotonic())
                return

    def _takes_events(self, index: int) -> bool:
        """The far end said that it understands telephone events."""
        return self.account.parameters.digit_events and self.getStreamInfo(index).audTxEventPt >= 0

    def _protect(self, index: int) -> None:
        """RTP is believed from the network's addresses only, not from whoever finds the port."""
        remote = str(self.getStreamInfo(index).remoteRtpAddress).rpartition(":")[0]
        local = str(self.getMedTransportInfo(index).localRtpName).rpartition(":")[2]
        allowed = {remote, *self.account.addresses} - {""}
        for port in (int(local), int(local) + 1):
            attach_to_port(port, socket.SOCK_DGRAM, allowed)

    def _reason_of_end(self, code: int, text: str) -> Reason:
        if self.answered:
            # 481 and 408 are the network's answers for a call that it no longer knows.
            return Reason.NETWORK_LOST if code in {408, 481, 503} else Reason.COMPLETED
        if not self.number and code == 487:
            return Reason.CANCELLED
        if self._accepted and code == 408:
            return Reason.LOST_ACK
        return reason_of_status(code, text)

    def _tell_progress(self) -> None:
        if self.answered or self.over:
            return
        progress = Progress(self.call, early_media=self._media is not None)
        if progress != self._progress:
            self._progress = progress
            self._events.post(progress)

    # The names below are pjsua2's.

    @callback
    def onCallSdpCreated(self, prm: Any) -> None:  # noqa: N802
        """Our offer or answer, before it is sent."""
        if self.account.parameters.digit_events:
            return
        prm.sdp.wholeSdp = without_telephone_event(prm.sdp.wholeSdp)

    @callback
    def onCallMediaState(self, _prm: Any) -> None:  # noqa: N802
        """Media was agreed on, changed or ended."""
        self.join()
        info = self.getInfo()
        if info.state == pj.PJSIP_INV_STATE_EARLY and self.number:
            self._tell_progress()

    @callback
    def onStreamPreCreate(self, prm: Any) -> None:  # noqa: N802
        """A stream is about to be made: its jitter buffer can still be chosen."""
        info = prm.streamInfo
        slides = self.port is not None and self.port.junction.slides
        set_reserve(info, SLIDING if slides else self.reserve, int(info.jbMax))

    @callback
    def onDtmfDigit(self, prm: Any) -> None:  # noqa: N802
        """A telephone event of the far end: the telephone hears it as a tone."""
        if self.port is not None and self.port.junction.joined:
            self.port.junction.heard_digits.append(str(prm.digit))

    @callback
    def onStreamDestroyed(self, _prm: Any) -> None:  # noqa: N802
        """The stream is about to go: the last moment to read its figures."""
        # It is out of the bridge already; what is joined there anew comes by onCallMediaState.
        self._unjoin()
        if self._streaming:
            self._measure()
            self._streaming = False
            self._earlier = self._figures

    @callback
    def onCallRedirected(self, _prm: Any) -> Any:  # noqa: N802
        """The network names another address (3xx): not followed, for it may be anybody's."""
        return pj.PJSIP_REDIRECT_REJECT

    @callback
    def onCallTsxState(self, prm: Any) -> None:  # noqa: N802
        """A transaction moved on: any reply to our INVITE, or to a probe."""
        event = prm.e
        if event.type != pj.PJSIP_EVENT_TSX_STATE:
            return
        transaction = event.body.tsxState.tsx
        if transaction.role == pj.PJSIP_ROLE_UAC and transaction.statusCode >= 100:
            self.replied = True
            if transaction.method == "OPTIONS" and transaction.statusCode != 408:
                self._voice_watch.answered(time.monotonic())
        if transaction.role == pj.PJSIP_ROLE_UAC and transaction.method == "INVITE":
            self._renegotiated(int(transaction.state), int(transaction.statusCode))

    def _renegotiated(self, state: int, status: int) -> None:
        """An INVITE of ours moved on; 2xx terminates it at once, other answers complete it."""
        final = pj.PJSIP_TSX_STATE_TERMINATED if status < 300 else pj.PJSIP_TSX_STATE_COMPLETED
        if not self.answered or status < 200 or state != final:
            return
        if self._hold.answered(status, time.monotonic()):
            _log.warning("call %s: the network refuses hold or its end: %d", self.call, status)

    @callback
    def onCallState(self, _prm: Any) -> None:  # noqa: N802
        """The call itself moved on."""
        info = self.getInfo()
        if info.state == pj.PJSIP_INV_STATE_EARLY and self.number:
            if info.lastStatusCode > 100:
                self._tell_progress()
        elif info.state == pj.PJSIP_INV_STATE_CONFIRMED:
            self.answered = True
            self._voice_watch.begin(time.monotonic())
            if not self.over:
                self._events.post(Answered(self.call))
        elif info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            code, text = int(info.lastStatusCode), str(info.lastReason)
            again = code == 500 and not self.over and self._events.stale(self)
            if again:
                self.over = True
            else:
                self._finish(self._reason_of_end(code, text), f"{code} {text}")
            self._events.gone(self.call)
