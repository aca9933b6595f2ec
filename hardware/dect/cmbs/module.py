"""A CMBS module as a ``Module``: it is started, looked at, and kept; calls are not written yet.

Only frames, ids and the order of the start are known from public sources, and nobody here has seen
such a module.  That is enough to show that the lines' side of the interface needs nothing of either
protocol.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from gateway.line import Refusal
from hardware.dect.cmbs.elements import (
    EEPROM,
    Command,
    DectType,
    Elements,
    Event,
    Parameter,
    ParameterId,
    Response,
    SubscribedHandset,
    all_of,
    pack_elements,
    unpack_elements,
)
from hardware.dect.cmbs.frame import CmbsDecoder, CmbsFrame, encode
from hardware.dect.interface import (
    BaseInformation,
    CloseRegistration,
    DeleteHandset,
    Down,
    Locate,
    OfferCall,
    OpenRegistration,
    OperationFailed,
    Order,
    Output,
    Page,
    Ready,
    Refused,
    ShowMissedCalls,
    Write,
)

FRAME_PATIENCE = 0.5
ANSWER_PATIENCE = 3.0
START_AGAIN = 5.0
CAPACITY = 5
"""Handsets that every build has room for; the module does not tell."""

NOBODY_THERE = (
    "Nothing answers on the CMBS module's serial port; look at its power, and whether TX and RX "
    "are "
    "crossed."
)
NOT_WRITTEN = "Calls and registration are not written yet for CMBS modules; use an SC14CVMDECT."

_TDM_SLAVE, _PCM_2048_KHZ, _LONG_SYNC = 1, 3, 3
_TWO_SLOTS_EACH = 0x00FF
_NO_FLOW_CONTROL = 0
_HELLO = (
    bytes([_TDM_SLAVE, _PCM_2048_KHZ, _LONG_SYNC])
    + _TWO_SLOTS_EACH.to_bytes(2, "little")
    + bytes([_NO_FLOW_CONTROL])
)


@dataclass(frozen=True, slots=True)
class _Step:
    """Send ``request``, go on with the frame ``answer``."""

    request: CmbsFrame
    answer: int
    look: Callable[[CmbsModule, CmbsFrame], str | None]
    """Keeps what the answer tells; a sentence ends the start."""


class CmbsModule:
    """Implements ``hardware.dect.interface.Module``, but for calls and registration."""

    def __init__(self, pin: str) -> None:
        self._steps = _steps(pin)
        self._decoder = CmbsDecoder()
        self._now = 0.0
        self._outputs: list[Output] = []
        self._at: int | None = None
        """Which step's answer is awaited; ``None``: none."""
        self._deadline = math.inf
        self._silent_since = math.inf
        self._told_down = False
        self.firmware = self.identity = ""
        self.handsets: dict[int, str] = {}

    @property
    def deadline(self) -> float:
        frame = self._silent_since + FRAME_PATIENCE if self._decoder.waiting else math.inf
        return min(frame, self._deadline)

    def opened(self, now: float) -> list[Output]:
        self._now = now
        self._decoder.reset()
        self._step(0)
        return self._taken()

    def closed(self, now: float, reason: str) -> list[Output]:
        self._now = now
        self._at, self._deadline = None, math.inf
        self._down(reason)
        return self._taken()

    def received(self, data: bytes, now: float) -> list[Output]:
        self._now = self._silent_since = now
        for frame in self._decoder.feed(data):
            self._frame(frame)
        return self._taken()

    def order(self, order: Order, now: float) -> list[Output]:
        self._now = now
        match order:
            case OfferCall(handset):
                self._outputs.append(Refused(handset, Refusal.UNREACHABLE))
            case (
                OpenRegistration()
                | CloseRegistration()
                | DeleteHandset()
                | Page()
                | Locate()
                | ShowMissedCalls()
            ):
                self._outputs.append(OperationFailed(order, NOT_WRITTEN))
            case _:
                pass
        return self._taken()

    def advance(self, now: float) -> list[Output]:
        self._now = now
        if self._decoder.waiting and now >= self._silent_since + FRAME_PATIENCE:
            for frame in self._decoder.pause():
                self._frame(frame)
        if now >= self._deadline:
            if self._at is not None:
                self._down(NOBODY_THERE)
            self._step(0)
        return self._taken()

    def _frame(self, frame: CmbsFrame) -> None:
        if frame.event == Event.TARGET_UP:
            self._down("The CMBS module has started anew by itself; look at its power supply.")
            self._step(0)
        elif self._at is not None and frame.event == self._steps[self._at].answer:
            step = self._steps[self._at]
            wrong = step.look(self, frame)
            if wrong is None:
                self._step(self._at + 1)
            else:
                self._at, self._deadline = None, self._now + START_AGAIN
                self._down(wrong)

    def _step(self, number: int) -> None:
        if number == len(self._steps):
            self._at, self._deadline, self._told_down = None, math.inf, False
            self._outputs.append(
                Ready(
                    BaseInformation(
                        self.firmware,
                        self.identity,
                        "Europe, 1880-1900 MHz",
                        CAPACITY,
                        dict(self.handsets),
                    )
                )
            )
            return
        self._at, self._deadline = number, self._now + ANSWER_PATIENCE
        self._outputs.append(Write(encode(self._steps[number].request)))

    def _down(self, reason: str) -> None:
        if not self._told_down:
            self._told_down = True
            self._outputs.append(Down(reason))

    def _taken(self) -> list[Output]:
        outputs, self._outputs = self._outputs, []
        return outputs


def _take_version(module: CmbsModule, frame: CmbsFrame) -> str | None:
    if len(frame.parameters) < 4:
        return "The CMBS module does not tell its version; its firmware is not known here."
    interface, build = (int.from_bytes(frame.parameters[i : i + 2], "little") for i in (0, 2))
    module.firmware = f"{interface >> 8:x}.{interface & 0xFF:02x} build {build}"
    return None


def _take_identity(module: CmbsModule, frame: CmbsFrame) -> str | None:
    found = all_of(unpack_elements(frame.parameters), Parameter)
    rfpi = found[0].data if found else b""
    if not any(rfpi) or set(rfpi) == {0xFF}:
        return "The CMBS module has no identity of its own (RFPI); its maker must give it one."
    module.identity = rfpi.hex().upper()
    return None


def _take_handsets(module: CmbsModule, frame: CmbsFrame) -> str | None:
    found = all_of(unpack_elements(frame.parameters), SubscribedHandset)
    module.handsets = {one.handset: "" for one in found}
    return None


def _nothing(_module: CmbsModule, _frame: CmbsFrame) -> str | None:
    return None


def _went_well(_module: CmbsModule, frame: CmbsFrame) -> str | None:
    elements: Elements = unpack_elements(frame.parameters)
    bad = [one.result for one in all_of(elements, Response) if one.result]
    return f"The CMBS module refused a step of its start (result {bad[0]})." if bad else None


def _steps(pin: str) -> tuple[_Step, ...]:
    """The radio is silent until ``SYSTEM_START``; what has to be right is set or read before."""

    def set_to(parameter: ParameterId, data: bytes) -> _Step:
        value = pack_elements(Parameter(parameter, EEPROM, data))
        request = CmbsFrame(Event.PARAMETER_SET, value)
        return _Step(request, Event.PARAMETER_SET_RESULT, _went_well)

    asked = pack_elements(Parameter(ParameterId.RFPI, EEPROM, b""))
    return (
        _Step(CmbsFrame(Command.HELLO, _HELLO), Command.HELLO_REPLY, _take_version),
        _Step(CmbsFrame(Command.CAPABILITIES, bytes(4)), Command.CAPABILITIES_REPLY, _nothing),
        _Step(CmbsFrame(Event.PARAMETER_GET, asked), Event.PARAMETER_GET_RESULT, _take_identity),
        set_to(ParameterId.PIN, bytes.fromhex(pin.rjust(8, "F"))),
        set_to(ParameterId.DECT_TYPE, bytes([DectType.EUROPE])),
        _Step(CmbsFrame(Event.SYSTEM_START), Event.SYSTEM_START_RESULT, _went_well),
        _Step(
            CmbsFrame(Event.SUBSCRIBED_LIST_GET),
            Event.SUBSCRIBED_LIST_GET_RESULT,
            _take_handsets,
        ),
    )
