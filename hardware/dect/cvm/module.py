"""The SC14CVMDECT as a ``Module``: its layers and procedures joined.

    bytes -> frames -> link -> mails -> the sequence, or the call, that they belong to

THE LIFE OF A MODULE

1.  *silent*: the link is being asked for; *resetting*: it is open, and the indication that a reset
    is over is awaited, which comes by itself after power-up; else the module is asked for it;
    *starting*: ``start_up`` runs; *working*.
2.  An opened link, or an indication of a reset, that nobody asked for means that the module has
    begun anew: its calls are over, ``Down`` is told, and it is started again.
3.  A start that fails is told, with its reason, and tried again after ``START_AGAIN``.
4.  While nothing else happens the module is asked for its identity every ``LOOK``: a module that
    hangs is noticed, and reset by the start that follows.
"""

from __future__ import annotations

import enum
import logging
import math
from typing import Any

from gateway.handset_base import RegistrationOutcome
from hardware.dect.cvm import primitives as p
from hardware.dect.cvm.call import HandsetCall, LocateHandset
from hardware.dect.cvm.codes import BroadcastSignal, ReleaseReason, Status
from hardware.dect.cvm.frame import FrameDecoder, encode
from hardware.dect.cvm.link import Deliver, LinkAction, LinkLayer, Lost, Opened, Transmit
from hardware.dect.cvm.mail import pack_mail, unpack_mail
from hardware.dect.cvm.notice import clock_request, messages_request, missed_calls_request
from hardware.dect.cvm.registration import Registered, WindowClosed, registration
from hardware.dect.cvm.sequence import Ask, Sequence, Sequences
from hardware.dect.cvm.start_up import (
    FrequenciesSet,
    StartSettings,
    registered_handsets,
    start_up,
)
from hardware.dect.interface import (
    PAGING,
    AnnounceWaiting,
    BaseInformation,
    CloseRegistration,
    DeleteHandset,
    Dismiss,
    Down,
    HandsetDeleted,
    HandsetGone,
    HandsetPresent,
    HandsetsKnown,
    Happening,
    Locate,
    OfferCall,
    OpenRegistration,
    OperationFailed,
    Order,
    Output,
    Page,
    Ready,
    RegistrationEnded,
    RegistrationOpened,
    Release,
    Serve,
    SetClock,
    ShowMessages,
    ShowMissedCalls,
    Write,
)
from hardware.dect.layout import MalformedError, Structure

_log = logging.getLogger(__name__)

FRAME_PATIENCE = 0.5
"""Seconds of silence after which the rest of a frame does not come any more."""
RESET_BY_ITSELF = 1.0
"""Seconds after the link is open in which a module that was just powered tells of its reset."""
RESET_PATIENCE = 10.0
"""Seconds in which it tells of a reset that we asked for."""
NO_MODULE = 10.0
"""Seconds without a link after which there is no module."""
START_AGAIN = 5.0
LOOK = 30.0
DELETING = 20.0
"""Seconds that the module may take to delete a handset."""
MOST_HANDSETS = 15
"""Handsets that can have a call, since our half of a call's reference has four bits."""

OPERATION, REGISTRATION, STARTING = "operation", "registration", "start"

NOBODY_THERE = (
    "Nothing answers on the DECT module's serial port; look at its power, and whether TX and RX "
    "are "
    "crossed."
)
NO_RESET = "The DECT module does not start after a reset; switch its power off and on."
RESTARTED = "The DECT module has started anew by itself; look at its power supply."


class Life(enum.Enum):
    CLOSED = "closed"
    SILENT = "silent"
    RESETTING = "resetting"
    STARTING = "starting"
    FAILED = "failed"
    WORKING = "working"


class CvmModule:
    """Implements ``hardware.dect.interface.Module``.  ``padding``: zero bytes after each frame."""

    def __init__(self, settings: StartSettings, padding: int = 0) -> None:
        self._settings = settings
        self._padding = bytes(padding)
        self._now = 0.0
        self._outputs: list[Output] = []
        self._decoder = FrameDecoder()
        self._link = LinkLayer()
        self._sequences = Sequences(self._send)
        self._calls: dict[int, HandsetCall] = {}
        self._messages: dict[int, int] = {}
        """By handset: how many wait, as it was told or will be when it is in range."""
        self._missed: dict[int, int] = {}
        """The same of missed calls."""
        self._life = Life.CLOSED
        self._act_at = math.inf
        """When the life goes on without being told anything."""
        self._reset_asked = False
        self._frequencies_set: FrequenciesSet | None = None
        self._told_down = False
        self._silent_since = math.inf
        self._paging_until = math.inf
        self._registering = False

    @property
    def deadline(self) -> float:
        frame = self._silent_since + FRAME_PATIENCE if self._decoder.waiting else math.inf
        calls = min((call.deadline for call in self._calls.values()), default=math.inf)
        return min(
            frame,
            calls,
            self._link.deadline,
            self._sequences.deadline,
            self._act_at,
            self._paging_until,
        )

    @property
    def figures(self) -> dict[str, float]:
        """How well the serial line works."""
        return {"serial_dropped": self._decoder.dropped, "serial_repeated": self._link.repeated}

    # What enters.

    def opened(self, now: float) -> list[Output]:
        self._now = now
        self._decoder.reset()
        self._live(Life.SILENT, NO_MODULE)
        self._perform(self._link.start(now))
        return self._taken()

    def closed(self, now: float, reason: str) -> list[Output]:
        self._now = now
        self._link.stop()
        self._begin_anew(Life.CLOSED, math.inf, reason)
        return self._taken()

    def received(self, data: bytes, now: float) -> list[Output]:
        self._now = now
        self._silent_since = now
        for frame in self._decoder.feed(data):
            self._perform(self._link.receive(frame, now))
        return self._taken()

    def order(self, order: Order, now: float) -> list[Output]:
        self._now = now
        match order:
            case Serve(handset, channel):
                self._call(handset).channel = channel
            case Dismiss(handset):
                call = self._call(handset)
                call.handle(Release(handset), now)
                call.channel = None
            case OfferCall(handset):
                if self._life is Life.WORKING:
                    self._call(handset).handle(order, now)
                else:
                    self._call(handset).offer_later(order)
            case Release(handset) | AnnounceWaiting(handset):
                self._call(handset).handle(order, now)
            case ShowMessages() | ShowMissedCalls():
                self._show(order)
            case CloseRegistration():
                self._sequences.interrupt(REGISTRATION, WindowClosed(), now)
            case _ if self._life is not Life.WORKING:
                if not isinstance(order, SetClock):
                    self._tell(OperationFailed(order, "The DECT module does not work now."))
            case _:
                self._operate(order)
        return self._taken()

    def advance(self, now: float) -> list[Output]:
        self._now = now
        if self._decoder.waiting and now >= self._silent_since + FRAME_PATIENCE:
            for frame in self._decoder.pause():
                self._perform(self._link.receive(frame, now))
        self._perform(self._link.advance(now))
        self._sequences.advance(now)
        for call in tuple(self._calls.values()):
            call.advance(now)
        if now >= self._paging_until:
            self._page(on=False)
        if now >= self._act_at:
            self._go_on()
        return self._taken()

    # The link.

    def _perform(self, actions: list[LinkAction]) -> None:
        for action in actions:
            match action:
                case Transmit(frame):
                    self._outputs.append(Write(encode(frame) + self._padding))
                case Deliver(mail):
                    self._deliver(mail)
                case Opened():
                    self._link_opened()
                case Lost(reason):
                    self._begin_anew(Life.SILENT, NO_MODULE, reason)

    def _link_opened(self) -> None:
        if self._life is Life.WORKING:
            self._begin_anew(Life.RESETTING, RESET_BY_ITSELF, RESTARTED)
        elif self._life is Life.RESETTING and self._reset_asked:
            pass  # the reset that we asked for also began a new link
        else:
            self._sequences.clear()
            self._live(Life.RESETTING, RESET_BY_ITSELF)

    def _send(self, request: Structure) -> None:
        self._perform(self._link.send(pack_mail(request), self._now))

    # The life.

    def _live(self, life: Life, seconds: float) -> None:
        self._life = life
        self._act_at = self._now + seconds
        if life is not Life.RESETTING:
            self._reset_asked = False

    def _go_on(self) -> None:
        """The time of a stage of life is over."""
        match self._life:
            case Life.SILENT:
                self._down(NOBODY_THERE)
                self._live(Life.SILENT, NO_MODULE)
            case Life.RESETTING if self._reset_asked:
                self._down(NO_RESET)
                self._ask_for_reset()
            case Life.RESETTING | Life.FAILED:
                self._ask_for_reset()
            case Life.WORKING:
                self._act_at = self._now + LOOK
                if not self._sequences.busy(OPERATION):
                    self._begin(OPERATION, _look(), lambda _: None, self._unwell)
            case _:
                self._act_at = math.inf

    def _ask_for_reset(self) -> None:
        self._live(Life.RESETTING, RESET_PATIENCE)
        self._reset_asked = True
        self._send(p.ResetRequest())

    def _has_reset(self) -> None:
        if self._life is Life.WORKING:
            self._begin_anew(Life.STARTING, math.inf, RESTARTED)
        self._sequences.clear()
        self._live(Life.STARTING, math.inf)
        sequence = start_up(self._settings, self._frequencies_set)
        self._begin(STARTING, sequence, self._started, self._failed)

    def _started(self, result: BaseInformation | FrequenciesSet) -> None:
        if isinstance(result, FrequenciesSet):
            _log.warning("the DECT module was set to Europe; it had %s", result.before)
            self._frequencies_set = result
            self._ask_for_reset()
            return
        self._live(Life.WORKING, LOOK)
        self._told_down = False
        self._tell(Ready(result))
        for handset in {**self._messages, **self._missed}:
            self._show_what_waits(handset)
        for call in self._calls.values():
            call.resume(self._now)

    def _failed(self, reason: str) -> None:
        self._live(Life.FAILED, START_AGAIN)
        self._down(reason)

    def _unwell(self, reason: str) -> None:
        self._begin_anew(Life.FAILED, 0.0, reason)

    def _begin_anew(self, life: Life, seconds: float, reason: str) -> None:
        """Nothing that the module had exists any more."""
        self._sequences.clear()
        self._paging_until = math.inf
        if self._registering:
            self._registering = False
            self._tell(RegistrationEnded(RegistrationOutcome.BASE_LOST))
        self._live(life, seconds)
        self._down(reason)
        for call in self._calls.values():
            call.lose()

    def _down(self, reason: str) -> None:
        if not self._told_down:
            self._told_down = True
            self._tell(Down(reason))

    # Mails.

    def _deliver(self, data: bytes) -> None:
        try:
            mail = unpack_mail(data)
        except (MalformedError, ValueError) as error:
            _log.debug("a mail of the DECT module was dropped: %s", error)
            return
        _log.debug("DECT module: %s", mail)
        if isinstance(mail, p.ResetIndication):
            self._has_reset()
        elif not self._sequences.receive(mail, self._now):
            self._route(mail)

    def _route(self, mail: Structure) -> None:
        if self._life is not Life.WORKING:
            if isinstance(mail, p.SetupIndication):
                self._send(p.SetupResponse(mail.reference, Status.NOT_READY, bytes(4)))
            return
        match mail:
            case p.SetupIndication() if mail.terminal in self._calls:
                self._calls[mail.terminal].handle(mail, self._now)
            case p.SetupIndication():
                # No line serves it, so that nothing has to be kept of it either.
                self._send(p.SetupResponse(mail.reference, Status.NO_RESOURCE, bytes(4)))
            case p.AudioFormatConfirm():
                for call in self._calls.values():
                    if call.channel == mail.endpoint:
                        call.handle(mail, self._now)
            case p.HandsetPresentIndication():
                self._present(mail.terminal)
            case p.HandsetDetachIndication():
                self._tell(HandsetGone(mail.terminal))
            case p.HandsetDeregisteredIndication():
                self._tell(HandsetDeleted(mail.terminal))
            case _ if hasattr(mail, "reference"):
                self._route_to_call(mail)

    def _route_to_call(self, mail: Any) -> None:
        for call in self._calls.values():
            if call.owns(mail.reference):
                call.handle(mail, self._now)
                return
        match mail:
            case p.ReleaseIndication():
                self._send(p.ReleaseResponse(mail.reference, Status.OK))
            case p.SetupConfirm(status=Status.OK) | p.AlertIndication() | p.ConnectIndication():
                # We had given it up.
                self._send(p.ReleaseRequest(mail.reference, ReleaseReason.NORMAL))

    def _present(self, handset: int) -> None:
        self._tell(HandsetPresent(handset))
        self._show_what_waits(handset)

    def _show(self, order: ShowMessages | ShowMissedCalls) -> None:
        """Show it now, if the module works, and whenever the handset comes back."""
        if isinstance(order, ShowMessages):
            kept, request = self._messages, messages_request
        else:
            kept, request = self._missed, missed_calls_request
        kept[order.handset] = order.count
        if self._life is Life.WORKING:
            self._send(request(order.handset, order.count))

    def _show_what_waits(self, handset: int) -> None:
        """Messages and missed calls, of which the handset may not know."""
        if self._messages.get(handset):
            self._send(messages_request(handset, self._messages[handset]))
        if self._missed.get(handset):
            self._send(missed_calls_request(handset, self._missed[handset]))

    def _call(self, handset: int) -> HandsetCall:
        if handset not in self._calls:
            host = len(self._calls) % MOST_HANDSETS + 1
            self._calls[handset] = HandsetCall(handset, host, self._send, self._tell)
        return self._calls[handset]

    # Operations.

    def _operate(self, order: Order) -> None:
        match order:
            case OpenRegistration(seconds):
                self._open_registration(order, seconds)
            case DeleteHandset(handset):
                done = self._handsets_known
                self._begin(OPERATION, _delete(handset), done, self._reporting(order))
            case Page(on):
                self._page(on=on)
            case Locate(handset, on):
                call = LocateHandset(handset, None) if on else Release(handset)
                self._call(handset).handle(call, self._now)
            case SetClock(time):
                self._begin(OPERATION, _set_clock(clock_request(time)), _nothing, _log.warning)

    def _open_registration(self, order: OpenRegistration, seconds: float) -> None:
        if self._registering:
            self._tell(OperationFailed(order, "A handset is being registered already."))
            return
        self._registering = True

        def opened() -> None:
            self._tell(RegistrationOpened(seconds))

        def done(result: Registered) -> None:
            self._registering = False
            self._tell(HandsetsKnown(result.handsets))
            self._tell(RegistrationEnded(result.outcome, result.handset))

        def failed(reason: str) -> None:
            self._registering = False
            self._tell(OperationFailed(order, reason))

        sequence = registration(self._settings.pin, self._now + seconds, opened)
        self._begin(REGISTRATION, sequence, done, failed)

    def _page(self, *, on: bool) -> None:
        signal = BroadcastSignal.PATTERN_2 if on else BroadcastSignal.OFF
        self._paging_until = self._now + PAGING if on else math.inf
        self._send(p.AlertBroadcastRequest(signal))

    def _handsets_known(self, found: tuple[int, dict[int, str]]) -> None:
        self._tell(HandsetsKnown(found[1]))

    def _reporting(self, order: Order) -> Any:
        return lambda reason: self._tell(OperationFailed(order, reason))

    def _begin(self, lane: str, sequence: Sequence, done: Any, failed: Any) -> None:
        self._sequences.begin(lane, sequence, done, failed, self._now)

    # What leaves.

    def _tell(self, happening: Happening) -> None:
        self._outputs.append(happening)

    def _taken(self) -> list[Output]:
        outputs, self._outputs = self._outputs, []
        return outputs


def _look() -> Sequence:
    yield Ask(p.IdentityRequest(), p.IdentityConfirm)


def _delete(handset: int) -> Sequence:
    yield Ask(p.DeleteRegistrationRequest(handset), p.DeleteRegistrationConfirm, patience=DELETING)
    found = yield from registered_handsets()
    return found


def _set_clock(request: p.SetTimeRequest) -> Sequence:
    yield Ask(request, p.SetTimeConfirm)
    return None


def _nothing(_: object) -> None:
    pass
