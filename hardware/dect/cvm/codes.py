"""The numbers that mean something in the mails of the SC14CVMDECT.

A module may send others than these, so fields hold plain numbers; these are what they are compared
with.
"""

from __future__ import annotations

import enum

NONE = 0xFF
"""No progress, no signal."""
EVERY_HANDSET = 0xFFFF


class Status(enum.IntEnum):
    """How a request went."""

    OK = 0x00
    NOT_SUPPORTED = 0x01
    BAD_ARGUMENTS = 0x02
    BAD_DATA = 0x06
    BAD_LENGTH = 0x07
    NO_MEMORY = 0x08
    RETRY = 0x0B
    NOT_READY = 0x0C
    PENDING = 0x11
    BUSY = 0x12
    TIMEOUT = 0x13
    NOT_FOUND = 0x15
    DENIED = 0x17
    REJECTED = 0x18
    NO_RESOURCE = 0x1A
    OFFLINE = 0x1C
    DUPLICATE = 0x20
    FAILED = 0x23
    BLOCKED = 0x25
    MISSING_PARAMETER = 0x2A
    UNAVAILABLE = 0x30


class ReleaseReason(enum.IntEnum):
    """Why a call ends (EN 300 175-5 §7.6.7)."""

    NORMAL = 0x00
    TIMER = 0x0D
    PARTIAL_RELEASE = 0x0E
    UNKNOWN = 0x0F
    DETACHED = 0x10
    OUT_OF_RANGE = 0x11
    USER_UNKNOWN = 0x12
    USER_ACTIVE = 0x13
    BUSY = 0x14
    USER_REJECTION = 0x15
    OVERLOAD = 0x31
    INSUFFICIENT_RESOURCES = 0x32
    CONGESTION = 0x34


class RegistrationFailure(enum.IntEnum):
    """Why a handset was not registered."""

    IPUI_NOT_ACCEPTED = 0x06
    AUTHENTICATION_FAILED = 0x10
    TABLE_FULL = 0x2F
    OVERLOAD = 0x30
    TIMER_EXPIRY = 0x70


class BasicService(enum.IntEnum):
    SPEECH = 0
    WIDEBAND = 8


class CallClass(enum.IntEnum):
    LIST_ACCESS = 2
    MESSAGE = 4
    NORMAL = 8
    INTERNAL = 9
    SERVICE = 0x0B


class Progress(enum.IntEnum):
    IN_BAND = 0x08
    """Tones and announcements are in the voice."""
    NOT_IN_BAND = 0x09


class Signal(enum.IntEnum):
    """What the handset sounds in a call (EN 300 175-5 §7.6.8)."""

    CALL_WAITING = 0x07
    TONES_OFF = 0x3F
    RING_INTERNAL = 0x40
    RING_EXTERNAL = 0x41
    ALERT_OFF = 0x4F


class BroadcastSignal(enum.IntEnum):
    """What every handset sounds, outside a call."""

    PATTERN_2 = 0x02
    OFF = 0x0F
    PATTERN_2_OF_CALLS = 0x42
    """What one host sends instead; the header does not know it."""


class AudioFormat(enum.IntEnum):
    """How a PCM channel carries voice."""

    OFF = 0
    LINEAR_8_KHZ = 1
    LINEAR_16_KHZ = 2


class DectMode(enum.IntEnum):
    """The frequencies; every mode but the European one is forbidden in Europe and in Russia."""

    EUROPE = 0
    USA = 1
    SOUTH_AMERICA = 2
    TAIWAN = 3
    MALAYSIA = 4
    CHINA = 5
    THAILAND = 6
    BRAZIL = 7
    USA_EXTENDED = 8
    KOREA = 9
    JAPAN = 0x0A
    JAPAN_5_CHANNELS = 0x0B


class RegistrationMode(enum.IntEnum):
    OFF = 0
    CONTINUOUS = 1
    SINGLE = 2


class CallStatus(enum.IntEnum):
    """What a CAT-iq handset shows of a call; the second byte of its element's first pair."""

    IDLE = 0
    SETUP = 1
    SETUP_ACKNOWLEDGED = 2
    PROCEEDING = 3
    ALERTING = 4
    CONNECTED = 5
    DISCONNECTING = 6
    ON_HOLD = 9


class ProductionTest(enum.IntEnum):
    """The only operations of the production test that are safe: others can harm the module."""

    GET_DECT_MODE = 0x007C
    SET_DECT_MODE = 0x0200


class Key(enum.IntEnum):
    """Keys that are no characters of a number."""

    PAUSE = 0x05
    REGISTER_RECALL = 0x15
    """The key R."""
