"""The call of one handset: its state machine.

    idle      -- offer -->      offered  -- confirmed -->  ringing  -- handset answers -->  answered
    answered  -- audio -->      connected
    idle      -- handset -->    seized   -- audio -->      opening  -- confirmed -->
    connected any       -- release -->    releasing -- confirmed --> idle

A handset that takes the line is connected at once, as by the base of an analogue line: the dial
tone, the announcements and the far end's ringing are in the voice, and the keys come one by one.
The voice channel carries voice from before the connection until after the release.

What was answered by no row of the table is unexpected and changes nothing, but for a release or a
request of the handset: it always gets its answer, so that the module is never left with half a
call. Every state that waits for the module has a time limit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from gateway.line import Refusal
from hardware.dect.cvm.call_state import LOCATING, PATIENCE, RELEASES, CallState, refusal
from hardware.dect.cvm.codes import (
    NONE,
    AudioFormat,
    BasicService,
    CallClass,
    CallStatus,
    Progress,
    ReleaseReason,
    Signal,
    Status,
)
from hardware.dect.cvm.display import caller_elements, locating_elements, status_element
from hardware.dect.cvm.keypad import keys_of
from hardware.dect.cvm.primitives import (
    AlertIndication,
    AudioFormatConfirm,
    AudioFormatRequest,
    CallProceedingConfirm,
    CallProceedingRequest,
    ConnectConfirm,
    ConnectIndication,
    ConnectRequest,
    ConnectResponse,
    InfoIndication,
    InfoRequest,
    RejectIndication,
    ReleaseConfirm,
    ReleaseIndication,
    ReleaseRequest,
    ReleaseResponse,
    SetupAcknowledgeConfirm,
    SetupAcknowledgeRequest,
    SetupConfirm,
    SetupIndication,
    SetupRequest,
    SetupResponse,
)
from hardware.dect.interface import (
    Alerting,
    AnnounceWaiting,
    Answered,
    Happening,
    Located,
    OfferCall,
    Pressed,
    Refused,
    Release,
    Released,
    Seized,
)
from hardware.dect.layout import Structure

_OUTSIDE, _INSIDE = 0, 1


class LocateHandset(OfferCall):
    """A call to a handset that is looked for: whoever takes it has found it."""


class Timeout:
    """The time of a state is over."""


Event: TypeAlias = Any
"""A mail of the module, an order, or ``Timeout``."""


class HandsetCall:
    """The one call that ``handset`` may have.  ``host`` is our half of its reference, 1 to 15."""

    def __init__(
        self,
        handset: int,
        host: int,
        send: Callable[[Structure], None],
        tell: Callable[[Happening], None],
    ) -> None:
        self.handset = handset
        self.channel: int | None = None
        """The PCM channel; ``None`` while no line serves the handset."""
        self.state = CallState.IDLE
        self.deadline = math.inf
        self._host = host << 4
        self._reference = self._host
        self._send = send
        self._tell = tell
        self._now = 0.0
        self._next: OfferCall | None = None
        """Was offered while the last call was being released."""
        self._offer: OfferCall | None = None
        self._waiting: AnnounceWaiting | None = None
        """Is to be shown as soon as the handset is connected."""
        self._keys = ""
        self._releases = 0
        self._lifted = False
        """``Seized`` or ``Answered`` was told."""

    def owns(self, reference: int) -> bool:
        """Whether a mail with that reference is about this call."""
        if self.state is CallState.IDLE:
            return False
        known = self._reference & 0x0F
        return reference & 0xF0 in {self._host, 0} and (
            reference & 0x0F == known or (not known and reference & 0xF0 == self._host)
        )

    def handle(self, event: Event, now: float) -> None:
        """Answer a mail of this call, or an order."""
        self._now = now
        row = _TABLE.get((self.state, type(event))) or _ALWAYS.get(type(event))
        if row is not None:
            row(self, event)

    def advance(self, now: float) -> None:
        if now >= self.deadline:
            self.handle(Timeout(), now)

    def lose(self) -> None:
        """The module knows nothing of the call any more; what was offered still is."""
        offered = self._offer if self.state is CallState.OFFERED else None
        waiting, self._next = self._next or offered, None
        if waiting is None:
            self._refuse(Refusal.UNREACHABLE)
        self._over(audio=False)
        self._next = waiting

    def offer_later(self, order: OfferCall) -> None:
        """The module does not work yet: offer the call when it does."""
        self._next = order

    def resume(self, now: float) -> None:
        """The module has started: offer what waits."""
        self._now = now
        self._take_next()

    # Rows.

    def _offer_call(self, order: OfferCall) -> None:
        if self.channel is None and not isinstance(order, LocateHandset):
            self._offer = order
            self._refuse(Refusal.UNREACHABLE)
            return
        self._offer = order
        self._reference = self._host
        locating = isinstance(order, LocateHandset)
        inside = order.internal or locating
        elements = locating_elements() if locating else caller_elements(order.caller)
        audio = bytes([_INSIDE if locating else _OUTSIDE, self.channel or 0, 0, 0])
        self._send(
            SetupRequest(
                self._reference,
                self.handset,
                audio,
                BasicService.SPEECH,
                CallClass.INTERNAL if order.internal else CallClass.NORMAL,
                Signal.RING_INTERNAL if inside else Signal.RING_EXTERNAL,
                elements,
            )
        )
        self._enter(CallState.OFFERED)

    def _show_other(self, order: OfferCall) -> None:
        """It rings already, now for another caller."""
        if order.caller is not None and self._offer is not None:
            self._offer = order
            elements = caller_elements(order.caller)
            self._send(InfoRequest(self._reference, NONE, NONE, elements))

    def _forget_next(self, _order: Release) -> None:
        self._next = None

    def _confirmed(self, mail: SetupConfirm) -> None:
        self._reference = mail.reference
        if mail.status == Status.OK:
            self._enter(CallState.RINGING)
            if isinstance(self._offer, LocateHandset):
                self.deadline = self._now + LOCATING
        else:
            self._refuse(Refusal.UNREACHABLE)
            self._over(audio=False)

    def _confirmed_too_late(self, mail: SetupConfirm) -> None:
        self._reference = mail.reference
        if mail.status == Status.OK:
            self._release(ReleaseReason.NORMAL)
        else:
            self._over(audio=False)

    def _withdraw(self, _order: Release) -> None:
        self._end_offer()
        self._enter(CallState.WITHDRAWN)

    def _rings(self, mail: AlertIndication) -> None:
        self._reference = mail.reference
        if self.state is CallState.OFFERED:
            self._enter(CallState.RINGING)
        if not isinstance(self._offer, LocateHandset):
            self._tell(Alerting(self.handset))

    def _taken(self, mail: ConnectIndication) -> None:
        self._reference = mail.reference
        if isinstance(self._offer, LocateHandset):
            self._release(ReleaseReason.NORMAL)
        else:
            self._set_audio(AudioFormat.LINEAR_8_KHZ)
            self._enter(CallState.ANSWERED)

    def _voice_of_answer(self, mail: AudioFormatConfirm) -> None:
        if mail.audio_format == AudioFormat.OFF:
            return  # of the call before
        if mail.status != Status.OK:
            self._give_up(Timeout())
            return
        status = (status_element(CallStatus.CONNECTED),)
        self._send(ConnectResponse(self._reference, Status.OK, status))
        self._connected()
        self._lifted = True
        self._offer = None
        self._tell(Answered(self.handset))

    def _seized(self, mail: SetupIndication) -> None:
        if self.channel is None:
            self._send(SetupResponse(mail.reference, Status.NO_RESOURCE, bytes(4)))
            return
        self._reference = self._host | mail.reference & 0x0F
        audio = bytes([_OUTSIDE, self.channel, 0, 0])
        self._send(SetupResponse(self._reference, Status.OK, audio))
        self._set_audio(AudioFormat.LINEAR_8_KHZ)
        self._keys = keys_of(mail.elements)
        self._enter(CallState.SEIZED)
        self._lifted = True
        self._tell(Seized(self.handset, self._keys))

    def _seized_again(self, mail: SetupIndication) -> None:
        """The handset takes the line while its last call is being released: that one is over."""
        # Who takes the line also takes the call that was to be offered.
        self._next = None
        self._over(audio=False)
        self._seized(mail)

    def _turned_away(self, mail: SetupIndication) -> None:
        """A second call of the same handset, or a crossing of its call and ours."""
        self._send(SetupResponse(mail.reference, Status.BUSY, bytes(4)))

    def _voice_of_seizure(self, mail: AudioFormatConfirm) -> None:
        if mail.audio_format == AudioFormat.OFF:
            return
        if mail.status != Status.OK:
            self._give_up(Timeout())
            return
        if self._keys:
            self._send(CallProceedingRequest(self._reference, Progress.IN_BAND, NONE))
        else:
            self._send(SetupAcknowledgeRequest(self._reference, NONE, Progress.IN_BAND))
        status = (status_element(CallStatus.CONNECTED),)
        self._send(ConnectRequest(self._reference, status))
        self._enter(CallState.OPENING)

    def _opened(self, mail: ConnectConfirm) -> None:
        if mail.status == Status.OK:
            self._connected()
        else:
            self._give_up(Timeout())

    def _progressed(self, mail: SetupAcknowledgeConfirm | CallProceedingConfirm) -> None:
        if mail.status != Status.OK:
            self._give_up(Timeout())

    def _pressed(self, mail: InfoIndication) -> None:
        if keys := keys_of(mail.elements):
            self._tell(Pressed(self.handset, keys))

    def _connected(self) -> None:
        self._enter(CallState.CONNECTED)
        order, self._waiting = self._waiting, None
        if order is not None:
            self._announce(order)

    def _announce_later(self, order: AnnounceWaiting) -> None:
        """The far end was faster than the module."""
        self._waiting = order

    def _announce(self, order: AnnounceWaiting) -> None:
        elements = caller_elements(order.caller)
        # The tone is in the voice already.
        self._send(InfoRequest(self._reference, NONE, NONE, elements))

    def _hung_up(self, mail: ReleaseIndication) -> None:
        self._send(ReleaseResponse(mail.reference, Status.OK))
        self._ended(mail.reason)

    def _rejected(self, mail: RejectIndication) -> None:
        self._ended(mail.reason)

    def _stray_release(self, mail: ReleaseIndication) -> None:
        self._send(ReleaseResponse(mail.reference, Status.OK))

    def _hang_up(self, _order: Release) -> None:
        self._end_offer()
        self._release(ReleaseReason.NORMAL)

    def _released(self, _event: ReleaseConfirm | RejectIndication | Timeout) -> None:
        self._over(audio=True)

    def _crossed(self, mail: ReleaseIndication) -> None:
        self._send(ReleaseResponse(mail.reference, Status.OK))
        self._over(audio=True)

    def _unanswered(self, _event: Timeout) -> None:
        """The module does not even confirm; if it does so late, the call is released."""
        self._refuse(Refusal.UNREACHABLE)
        self._enter(CallState.WITHDRAWN)

    def _release_again(self, event: Timeout) -> None:
        self._releases += 1
        if self._releases > RELEASES:
            self._released(event)
        else:
            self._send(ReleaseRequest(self._reference, ReleaseReason.NORMAL))
            self._enter(CallState.RELEASING)

    def _give_up(self, _event: Timeout) -> None:
        """Something does not come about: end the call in order."""
        if self._offer is not None:
            self._refuse(Refusal.UNREACHABLE)
        self._release(ReleaseReason.INSUFFICIENT_RESOURCES)

    # What rows do.

    def _ended(self, reason: int) -> None:
        audio = self.state not in {CallState.OFFERED, CallState.WITHDRAWN, CallState.RINGING}
        if self._offer is not None:
            self._refuse(refusal(reason))
        self._over(audio=audio)

    def _end_offer(self) -> None:
        """Who offered the call does not want it any more, and is told nothing."""
        if isinstance(self._offer, LocateHandset):
            self._tell(Located(self.handset))
        self._offer = None
        self._next = None

    def _refuse(self, why: Refusal) -> None:
        offer, self._offer = self._offer, None
        if isinstance(offer, LocateHandset):
            self._tell(Located(self.handset))
        elif offer is not None:
            self._tell(Refused(self.handset, why))

    def _release(self, reason: ReleaseReason) -> None:
        if isinstance(self._offer, LocateHandset):
            self._end_offer()
        self._releases = 1
        self._send(ReleaseRequest(self._reference, reason))
        self._enter(CallState.RELEASING)

    def _over(self, *, audio: bool) -> None:
        if audio:
            self._set_audio(AudioFormat.OFF)
        self._reference = self._host
        self._offer = self._waiting = None
        self._enter(CallState.IDLE)
        if self._lifted:
            self._lifted = False
            self._tell(Released(self.handset))
        self._take_next()

    def _take_next(self) -> None:
        order, self._next = self._next, None
        if order is not None:
            self._offer_call(order)

    def _set_audio(self, audio_format: AudioFormat) -> None:
        if self.channel is not None:
            self._send(AudioFormatRequest(self.channel, audio_format))

    def _enter(self, state: CallState) -> None:
        self.state = state
        self.deadline = self._now + PATIENCE.get(state, math.inf)


Row: TypeAlias = Callable[[HandsetCall, Any], None]

_C, _S = HandsetCall, CallState

_TABLE: Mapping[tuple[CallState, type], Row] = {
    (_S.IDLE, OfferCall): _C._offer_call,
    (_S.IDLE, LocateHandset): _C._offer_call,
    (_S.IDLE, SetupIndication): _C._seized,
    (_S.IDLE, Release): _C._forget_next,
    (_S.OFFERED, SetupConfirm): _C._confirmed,
    (_S.OFFERED, AlertIndication): _C._rings,
    (_S.OFFERED, RejectIndication): _C._rejected,
    (_S.OFFERED, ReleaseIndication): _C._hung_up,
    (_S.OFFERED, Release): _C._withdraw,
    (_S.OFFERED, Timeout): _C._unanswered,
    (_S.WITHDRAWN, SetupConfirm): _C._confirmed_too_late,
    (_S.WITHDRAWN, AlertIndication): _C._confirmed_too_late,
    (_S.WITHDRAWN, RejectIndication): _C._released,
    (_S.WITHDRAWN, ReleaseIndication): _C._crossed,
    (_S.WITHDRAWN, OfferCall): _C.offer_later,
    (_S.WITHDRAWN, Release): _C._forget_next,
    (_S.WITHDRAWN, Timeout): _C._released,
    (_S.RINGING, OfferCall): _C._show_other,
    (_S.RINGING, AlertIndication): _C._rings,
    (_S.RINGING, ConnectIndication): _C._taken,
    (_S.RINGING, RejectIndication): _C._rejected,
    (_S.RINGING, ReleaseIndication): _C._hung_up,
    (_S.RINGING, Release): _C._hang_up,
    (_S.RINGING, Timeout): _C._give_up,
    (_S.ANSWERED, AudioFormatConfirm): _C._voice_of_answer,
    (_S.ANSWERED, RejectIndication): _C._rejected,
    (_S.ANSWERED, ReleaseIndication): _C._hung_up,
    (_S.ANSWERED, Release): _C._hang_up,
    (_S.ANSWERED, Timeout): _C._give_up,
    (_S.SEIZED, AudioFormatConfirm): _C._voice_of_seizure,
    (_S.SEIZED, InfoIndication): _C._pressed,
    (_S.SEIZED, AnnounceWaiting): _C._announce_later,
    (_S.SEIZED, RejectIndication): _C._rejected,
    (_S.SEIZED, ReleaseIndication): _C._hung_up,
    (_S.SEIZED, Release): _C._hang_up,
    (_S.SEIZED, Timeout): _C._give_up,
    (_S.OPENING, SetupAcknowledgeConfirm): _C._progressed,
    (_S.OPENING, CallProceedingConfirm): _C._progressed,
    (_S.OPENING, ConnectConfirm): _C._opened,
    (_S.OPENING, InfoIndication): _C._pressed,
    (_S.OPENING, AnnounceWaiting): _C._announce_later,
    (_S.OPENING, RejectIndication): _C._rejected,
    (_S.OPENING, ReleaseIndication): _C._hung_up,
    (_S.OPENING, Release): _C._hang_up,
    (_S.OPENING, Timeout): _C._give_up,
    (_S.CONNECTED, InfoIndication): _C._pressed,
    (_S.CONNECTED, AnnounceWaiting): _C._announce,
    (_S.CONNECTED, RejectIndication): _C._rejected,
    (_S.CONNECTED, ReleaseIndication): _C._hung_up,
    (_S.CONNECTED, Release): _C._hang_up,
    (_S.RELEASING, ReleaseConfirm): _C._released,
    (_S.RELEASING, RejectIndication): _C._released,
    (_S.RELEASING, ReleaseIndication): _C._crossed,
    (_S.RELEASING, SetupIndication): _C._seized_again,
    (_S.RELEASING, OfferCall): _C.offer_later,
    (_S.RELEASING, Release): _C._forget_next,
    (_S.RELEASING, Timeout): _C._release_again,
}
"""What answers an event in a state."""

_ALWAYS: Mapping[type, Row] = {
    SetupIndication: _C._turned_away,
    ReleaseIndication: _C._stray_release,
}
"""What answers an event in every other state."""
