"""The primitives of the SC14CVMDECT: what each is called, its id, and how its parameters lie.

This file is the table.  Names are those of the vendor's headers in our spelling: ``Request`` asks
the module and ``Confirm`` is its answer; ``Indication`` comes by itself and ``Response`` answers
it. A ``terminal`` is a handset's number, a ``reference`` a call's: the low half of the byte is
chosen by the module, the high half by us.
"""

from __future__ import annotations

from typing import Any, dataclass_transform

from hardware.dect.cvm.elements import Elements, elements
from hardware.dect.layout import Numbers, Table, counted, octets, rest, u8, u16, u16s, u32

PRIMITIVES = Table("primitive")


@dataclass_transform(
    frozen_default=True,
    field_specifiers=(u8, u16, u32, octets, counted, rest, u16s, elements),
)
def primitive(identity: int) -> Any:
    """Declare a primitive."""
    return PRIMITIVES.declare(identity)


# General.


@primitive(0x4000)
class ResetRequest:
    pass


@primitive(0x4001)
class ResetIndication:
    status: int = u8()


@primitive(0x4002)
class FirmwareVersionRequest:
    pass


@primitive(0x4003)
class FirmwareVersionConfirm:
    """``version`` is read as hexadecimal: 0x1226 is 12.26."""

    status: int = u8()
    version: int = u32()
    link_date: bytes = octets(5)
    dect_mode: int = u8()
    elements: Elements = elements(default=())


@primitive(0x4004)
class IdentityRequest:
    pass


@primitive(0x4005)
class IdentityConfirm:
    status: int = u8()
    rfpi: bytes = octets(5)


@primitive(0x4008)
class AccessCodeRequest:
    """``code``: digits as BCD, what is not used on the left is F."""

    code: bytes = octets(4)


@primitive(0x4009)
class AccessCodeConfirm:
    status: int = u8()


@primitive(0x4082)
class SetTimeRequest:
    """``coding`` 3: time and date.  The zone is counted in quarters of an hour."""

    coding: int = u8()
    interpretation: int = u8()
    year: int = u8()
    month: int = u8()
    day: int = u8()
    hour: int = u8()
    minute: int = u8()
    second: int = u8()
    zone: int = u8()


@primitive(0x4083)
class SetTimeConfirm:
    status: int = u8()


@primitive(0x4087)
class SyncTimeRequest:
    """Show the time to a handset, or to all."""

    terminal: int = u16()


# Mobility: handsets that belong to the base.


@primitive(0x4100)
class RegistrationCountRequest:
    start: int = u16()


@primitive(0x4101)
class RegistrationCountConfirm:
    status: int = u8()
    most: int = u16()
    terminals: Numbers = u16s()


@primitive(0x4102)
class DeleteRegistrationRequest:
    terminal: int = u16()


@primitive(0x4103)
class DeleteRegistrationConfirm:
    status: int = u8()
    terminal: int = u16()


@primitive(0x4104)
class RegistrationFailedIndication:
    reason: int = u8()
    ipui: bytes = octets(5)


@primitive(0x4105)
class RegistrationModeRequest:
    """The module has no time limit of its own: whoever switches it on switches it off."""

    mode: int = u8()
    delete_last: int = u8(default=0)


@primitive(0x4106)
class RegistrationModeConfirm:
    status: int = u8()


@primitive(0x4107)
class RegistrationCompleteIndication:
    status: int = u8()
    terminal: int = u16()
    elements: Elements = elements(default=())


@primitive(0x4108)
class HandsetPresentIndication:
    terminal: int = u16()
    elements: Elements = elements(default=())


@primitive(0x4109)
class HandsetIpuiRequest:
    terminal: int = u16()


@primitive(0x410A)
class HandsetIpuiConfirm:
    status: int = u8()
    terminal: int = u16()
    ipui: bytes = octets(5)
    elements: Elements = elements(default=())


@primitive(0x410D)
class StartProtocolRequest:
    """The radio is silent before this; nothing confirms it."""


@primitive(0x410E)
class HandsetDetachIndication:
    terminal: int = u16()
    elements: Elements = elements(default=())


@primitive(0x410F)
class HandsetDeregisteredIndication:
    terminal: int = u16()


@primitive(0x4114)
class RegistrationModeDisabledIndication:
    pass


@primitive(0x4182)
class AlertBroadcastRequest:
    """Let every handset sound, outside a call; nothing confirms it."""

    signal: int = u8()


# Audio.


@primitive(0x4200)
class InitPcmRequest:
    enable: int = u8()
    master: int = u8()
    clock_sync: int = u8()
    frame_sync_frequency: int = u8()
    frame_sync_length: int = u8()
    frame_sync_aligned: int = u8()
    clock: int = u8()
    clock_on_rising: int = u8()
    clocks_per_bit: int = u8()
    frame_sync_inverted: int = u8()
    first_channel_delay: int = u8()
    data_out_open_drain: int = u8()
    pcm_open_drain: int = u8()


@primitive(0x4201)
class InitPcmConfirm:
    status: int = u8()


@primitive(0x4204)
class PcmLoopbackRequest:
    source: int = u8()
    destination: int = u8()


@primitive(0x4205)
class PcmLoopbackConfirm:
    status: int = u8()


@primitive(0x4210)
class AudioFormatRequest:
    endpoint: int = u8()
    audio_format: int = u8()


@primitive(0x4211)
class AudioFormatConfirm:
    status: int = u8()
    endpoint: int = u8()
    audio_format: int = u8()


# Calls.


@primitive(0x4400)
class SetupIndication:
    reference: int = u8()
    terminal: int = u16()
    service: int = u8()
    call_class: int = u8()
    elements: Elements = elements(default=())


@primitive(0x4401)
class SetupResponse:
    """``audio``: external 0 or internal 1, PCM channel, source terminal."""

    reference: int = u8()
    status: int = u8()
    audio: bytes = octets(4)


@primitive(0x4402)
class SetupRequest:
    reference: int = u8()
    terminal: int = u16()
    audio: bytes = octets(4)
    service: int = u8()
    call_class: int = u8()
    signal: int = u8()
    elements: Elements = elements(default=())


@primitive(0x4403)
class SetupConfirm:
    reference: int = u8()
    system_call: int = u8()
    status: int = u8()
    service: int = u8()
    call_class: int = u8()
    audio: bytes = octets(4)


@primitive(0x4404)
class AlertIndication:
    reference: int = u8()
    elements: Elements = elements(default=())


@primitive(0x4405)
class AlertRequest:
    reference: int = u8()
    progress: int = u8()
    signal: int = u8()
    elements: Elements = elements(default=())


@primitive(0x4406)
class AlertConfirm:
    reference: int = u8()
    status: int = u8()


@primitive(0x4407)
class ConnectIndication:
    reference: int = u8()
    elements: Elements = elements(default=())


@primitive(0x4408)
class ConnectResponse:
    reference: int = u8()
    status: int = u8()
    elements: Elements = elements(default=())


@primitive(0x4409)
class ConnectRequest:
    reference: int = u8()
    elements: Elements = elements(default=())


@primitive(0x440A)
class ConnectConfirm:
    reference: int = u8()
    status: int = u8()
    elements: Elements = elements(default=())


@primitive(0x440F)
class ReleaseIndication:
    reference: int = u8()
    reason: int = u8()
    elements: Elements = elements(default=())


@primitive(0x4410)
class ReleaseResponse:
    reference: int = u8()
    status: int = u8()
    elements: Elements = elements(default=())


@primitive(0x4411)
class ReleaseRequest:
    reference: int = u8()
    reason: int = u8()
    elements: Elements = elements(default=())


@primitive(0x4412)
class ReleaseConfirm:
    reference: int = u8()
    status: int = u8()
    elements: Elements = elements(default=())


@primitive(0x4413)
class RejectIndication:
    reference: int = u8()
    reason: int = u8()
    elements: Elements = elements(default=())


@primitive(0x4415)
class CallProceedingRequest:
    reference: int = u8()
    progress: int = u8()
    signal: int = u8()
    elements: Elements = elements(default=())


@primitive(0x4416)
class CallProceedingConfirm:
    reference: int = u8()
    status: int = u8()


@primitive(0x4423)
class SetupAcknowledgeRequest:
    """Signal and progress stand the other way round than elsewhere."""

    reference: int = u8()
    signal: int = u8()
    progress: int = u8()
    elements: Elements = elements(default=())


@primitive(0x4424)
class SetupAcknowledgeConfirm:
    reference: int = u8()
    status: int = u8()


@primitive(0x442D)
class InfoIndication:
    """Keys, and what else a handset tells in a call."""

    reference: int = u8()
    elements: Elements = elements(default=())


@primitive(0x442E)
class InfoRequest:
    reference: int = u8()
    progress: int = u8()
    signal: int = u8()
    elements: Elements = elements(default=())


@primitive(0x4450)
class CallFeaturesRequest:
    """Bit 0: handsets have numbers of two bytes."""

    features: int = u8()


@primitive(0x4451)
class CallFeaturesConfirm:
    status: int = u8()


# Other.


@primitive(0x4FFE)
class ProductionTestRequest:
    operation: int = u16()
    parameters: bytes = counted(2)


@primitive(0x4FFF)
class ProductionTestConfirm:
    operation: int = u16()
    parameters: bytes = counted(2)


@primitive(0x5700)
class EventRequest:
    """Message waiting, missed calls.  ``handsets``: bit 0 is handset 1.

    ``notifications``: for each its kind, what it is about, how many there are, and no data.
    """

    enable: int = u8()
    line_kind: int = u8()
    line: int = u8()
    handsets: int = u32()
    count: int = u8()
    notifications: bytes = counted(2)
