"""From a reset to a radio that works, with what has to be looked at on the way.

The radio is silent until ``StartProtocolRequest``, so a module whose identity or frequencies are
wrong never sends anything.
"""

from __future__ import annotations

from dataclasses import dataclass

from hardware.dect.cvm.codes import DectMode, ProductionTest
from hardware.dect.cvm.primitives import (
    AccessCodeConfirm,
    AccessCodeRequest,
    CallFeaturesConfirm,
    CallFeaturesRequest,
    FirmwareVersionConfirm,
    FirmwareVersionRequest,
    HandsetIpuiConfirm,
    HandsetIpuiRequest,
    IdentityConfirm,
    IdentityRequest,
    InitPcmConfirm,
    InitPcmRequest,
    ProductionTestConfirm,
    ProductionTestRequest,
    RegistrationCountConfirm,
    RegistrationCountRequest,
    StartProtocolRequest,
)
from hardware.dect.cvm.sequence import Ask, Say, Sequence, SequenceFailed
from hardware.dect.interface import BaseInformation
from hardware.dect.options import PcmClock

EXTENDED_TERMINAL_ID = 0x01
UNKNOWN_MODE = 0xFF
FIRST_HANDSET = 0
"""From which number on handsets are counted."""

PCM: dict[PcmClock, InitPcmRequest] = {
    # As the one public host does that carries external calls: slave, 8 kHz, usual frame sync.
    PcmClock.COMPUTER: InitPcmRequest(1, 0, 1, 0, 5, 0, 0, 1, 1, 0, 0, 0, 0),
    # As the vendor's demonstration does, at 8 instead of 16 kHz: master, frame sync of one bit,
    # 1.152 MHz.
    PcmClock.MODULE: InitPcmRequest(1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0),
}


@dataclass(frozen=True, slots=True)
class StartSettings:
    """What a module is told when it starts.  ``pin``: up to 8 digits."""

    pin: str
    pcm_clock: PcmClock


def access_code(pin: str) -> bytes:
    """A PIN as BCD: what is not used on the left is F."""
    if not pin.isascii() or not pin.isdigit() or len(pin) > 8:
        raise ValueError("a PIN has 1 to 8 digits")
    return bytes.fromhex(pin.rjust(8, "F"))


@dataclass(frozen=True, slots=True)
class FrequenciesSet:
    """The module had other frequencies than Europe's; it has to be reset, and looked at again."""

    before: str


def start_up(settings: StartSettings, frequencies_set: FrequenciesSet | None) -> Sequence:
    """Begins after ``ResetIndication``; the result is ``BaseInformation`` or ``FrequenciesSet``.

    Only the frequencies of Europe and Russia are used.  A module with others is set to them, once.
    """
    firmware: FirmwareVersionConfirm = yield Ask(FirmwareVersionRequest(), FirmwareVersionConfirm)
    mode = firmware.dect_mode
    if mode == UNKNOWN_MODE:
        mode = yield from _dect_mode()
    if mode != DectMode.EUROPE:
        if frequencies_set is not None:
            raise SequenceFailed(
                f"The DECT module is made for the frequencies of {frequencies_set.before}, which "
                "are forbidden in Europe and Russia, and does not let them be changed; use a "
                "module for Europe. The radio stays off."
            )
        set_europe = ProductionTestRequest(ProductionTest.SET_DECT_MODE, bytes([DectMode.EUROPE]))
        yield Ask(set_europe, ProductionTestConfirm)
        return FrequenciesSet(_mode_text(mode))
    identity: IdentityConfirm = yield Ask(IdentityRequest(), IdentityConfirm)
    if identity.rfpi in {bytes(5), b"\xff" * 5}:
        raise SequenceFailed(
            "The DECT module has no identity of its own (RFPI); its maker must give it one. "
            "The radio stays off."
        )
    yield Ask(CallFeaturesRequest(EXTENDED_TERMINAL_ID), CallFeaturesConfirm)
    yield Ask(PCM[settings.pcm_clock], InitPcmConfirm)
    yield Ask(AccessCodeRequest(access_code(settings.pin)), AccessCodeConfirm)
    yield Say(StartProtocolRequest())
    capacity, handsets = yield from registered_handsets()
    return BaseInformation(
        firmware=f"{firmware.version >> 8:x}.{firmware.version & 0xFF:02x}",
        identity=identity.rfpi.hex().upper(),
        frequencies="Europe, 1880-1900 MHz",
        capacity=capacity,
        handsets=handsets,
    )


def registered_handsets() -> Sequence:
    """How many handsets there may be, and the identity of each that is there, by its number."""
    count: RegistrationCountConfirm = yield Ask(
        RegistrationCountRequest(FIRST_HANDSET), RegistrationCountConfirm
    )
    handsets = {}
    for terminal in count.terminals:
        found: HandsetIpuiConfirm = yield Ask(HandsetIpuiRequest(terminal), HandsetIpuiConfirm)
        handsets[terminal] = found.ipui.hex().upper()
    return count.most, handsets


def _dect_mode() -> Sequence:
    answer: ProductionTestConfirm = yield Ask(
        ProductionTestRequest(ProductionTest.GET_DECT_MODE, b""), ProductionTestConfirm
    )
    return answer.parameters[0] if answer.parameters else UNKNOWN_MODE


def _mode_text(mode: int) -> str:
    known = mode in DectMode.__members__.values()
    return DectMode(mode).name.replace("_", " ").title() if known else f"mode {mode:#04x}"
