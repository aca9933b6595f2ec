"""Frames and mails of the SC14CVMDECT, written from the facts a second time, with ``struct``.

Nothing here comes from the driver: what both sides understood alike is then what the facts say.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

SABM_ASK, SABM_ANSWER = 0xC8, 0xC0
RR = 0x80

NAMES = {
    0x4000: "FP_RESET_REQ", 0x4001: "FP_RESET_IND",
    0x4002: "GET_FW_VERSION_REQ", 0x4003: "GET_FW_VERSION_CFM",
    0x4004: "GET_ID_REQ", 0x4005: "GET_ID_CFM",
    0x4008: "SET_ACCESS_CODE_REQ", 0x4009: "SET_ACCESS_CODE_CFM",
    0x4082: "SET_TIME_REQ", 0x4083: "SET_TIME_CFM",
    0x4100: "GET_REGISTRATION_COUNT_REQ", 0x4101: "GET_REGISTRATION_COUNT_CFM",
    0x4102: "DELETE_REGISTRATION_REQ", 0x4103: "DELETE_REGISTRATION_CFM",
    0x4104: "REGISTRATION_FAILED_IND",
    0x4105: "SET_REGISTRATION_MODE_REQ", 0x4106: "SET_REGISTRATION_MODE_CFM",
    0x4107: "REGISTRATION_COMPLETE_IND", 0x4108: "HANDSET_PRESENT_IND",
    0x4109: "GET_HANDSET_IPUI_REQ", 0x410A: "GET_HANDSET_IPUI_CFM",
    0x410D: "START_PROTOCOL_REQ", 0x410E: "HANDSET_DETACH_IND",
    0x410F: "HANDSET_DEREGISTERED_IND", 0x4182: "ALERT_BROADCAST_REQ",
    0x4200: "INIT_PCM_REQ", 0x4201: "INIT_PCM_CFM",
    0x4210: "SET_AUDIO_FORMAT_REQ", 0x4211: "SET_AUDIO_FORMAT_CFM",
    0x4400: "SETUP_IND", 0x4401: "SETUP_RES", 0x4402: "SETUP_REQ", 0x4403: "SETUP_CFM",
    0x4404: "ALERT_IND", 0x4405: "ALERT_REQ", 0x4406: "ALERT_CFM",
    0x4407: "CONNECT_IND", 0x4408: "CONNECT_RES", 0x4409: "CONNECT_REQ", 0x440A: "CONNECT_CFM",
    0x440F: "RELEASE_IND", 0x4410: "RELEASE_RES", 0x4411: "RELEASE_REQ", 0x4412: "RELEASE_CFM",
    0x4413: "REJECT_IND", 0x4415: "CALL_PROC_REQ", 0x4416: "CALL_PROC_CFM",
    0x4423: "SETUP_ACK_REQ", 0x4424: "SETUP_ACK_CFM", 0x442D: "INFO_IND", 0x442E: "INFO_REQ",
    0x4450: "CC_SET_FEATURES_REQ", 0x4451: "CC_SET_FEATURES_CFM",
    0x4FFE: "PROD_TEST_REQ", 0x4FFF: "PROD_TEST_CFM", 0x5700: "EVENT_REQ",
}  # fmt: skip
"""The primitives by the names of the vendor's headers."""

FORMATS = {
    "SET_ACCESS_CODE_REQ": "<4s", "SET_TIME_REQ": "<9B", "GET_REGISTRATION_COUNT_REQ": "<H",
    "DELETE_REGISTRATION_REQ": "<H", "SET_REGISTRATION_MODE_REQ": "<BB",
    "GET_HANDSET_IPUI_REQ": "<H", "ALERT_BROADCAST_REQ": "<B", "INIT_PCM_REQ": "<13B",
    "SET_AUDIO_FORMAT_REQ": "<BB", "SETUP_RES": "<BB4s", "SETUP_REQ": "<BH4sBBB",
    "ALERT_REQ": "<BBB", "CONNECT_RES": "<BB", "CONNECT_REQ": "<B", "RELEASE_RES": "<BB",
    "RELEASE_REQ": "<BB", "CALL_PROC_REQ": "<BBB", "SETUP_ACK_REQ": "<BBB", "INFO_REQ": "<BBB",
    "CC_SET_FEATURES_REQ": "<B", "PROD_TEST_REQ": "<HH", "EVENT_REQ": "<BBBIBH",
    "FP_RESET_REQ": "<", "GET_FW_VERSION_REQ": "<", "GET_ID_REQ": "<", "START_PROTOCOL_REQ": "<",
}  # fmt: skip
"""The fixed fields of what a host sends, after which its elements, or data, follow."""

WITH_ELEMENTS = {
    "SETUP_REQ", "ALERT_REQ", "CONNECT_RES", "CONNECT_REQ", "RELEASE_RES", "RELEASE_REQ",
    "CALL_PROC_REQ", "SETUP_ACK_REQ", "INFO_REQ",
}  # fmt: skip
WITH_DATA = {"PROD_TEST_REQ", "EVENT_REQ"}

_IDS = {name: identity for identity, name in NAMES.items()}


class WireError(Exception):
    """What the host sent is not as the facts say."""


class Mail(NamedTuple):
    """What a host asks: the primitive's name, its fixed fields, elements by id, other data."""

    name: str
    fields: tuple[Any, ...] = ()
    elements: dict[int, bytes] = {}  # noqa: RUF012 - never changed
    data: bytes = b""


def frame(control: int, payload: bytes = b"") -> bytes:
    body = bytes([control]) + payload
    return struct.pack(">BH", 0x10, len(body)) + body + bytes([sum(body) % 256])


class Splitter:
    """Cuts bytes into frames, as strictly as the line allows: CONTROL and payload of each."""

    def __init__(self) -> None:
        self._bytes = b""
        self.bad = 0
        """Starts that began no frame."""
        self._idle = 0.0

    def feed(self, data: bytes) -> Iterator[bytes]:
        self._bytes += data
        while (at := self._bytes.find(b"\x10")) >= 0:
            self._bytes = self._bytes[at:]
            if len(self._bytes) < 3:
                return
            (length,) = struct.unpack_from(">H", self._bytes, 1)
            if 1 <= length <= 501:
                if len(self._bytes) < 4 + length:
                    return
                body = self._bytes[3 : 3 + length]
                if sum(body) % 256 == self._bytes[3 + length]:
                    self._bytes = self._bytes[4 + length :]
                    yield body
                    continue
            self.bad += 1
            self._bytes = self._bytes[1:]
        self._bytes = b""

    def silence(self) -> Iterator[bytes]:
        """Nothing has come for long: a frame that is not whole is none."""
        while self._bytes:
            self._bytes = self._bytes[1:]
            yield from self.feed(b"")


def mail(name: str, parameters: bytes = b"") -> bytes:
    """A mail of the module."""
    return struct.pack("<BBH", 0, 1, _IDS[name]) + parameters


def element(identity: int, data: bytes) -> bytes:
    return struct.pack("<HB", identity, len(data)) + data


def elements(*packed: bytes) -> bytes:
    block = b"".join(packed)
    return struct.pack("<H", len(block)) + block


def read(payload: bytes) -> Mail:
    """A mail of the host; ``WireError`` where it is not as the facts say."""
    if len(payload) < 4:
        raise WireError(f"a mail of {len(payload)} bytes")
    program, task, identity = struct.unpack_from("<BBH", payload)
    if (program, task) != (0, 1):
        raise WireError(f"program {program}, task {task}")
    name = NAMES.get(identity, "")
    if name not in FORMATS:
        raise WireError(f"primitive {identity:#x} is not one that a host sends")
    rest = payload[4:]
    size = struct.calcsize(FORMATS[name])
    if len(rest) < size:
        raise WireError(f"{name} with {len(rest)} bytes of parameters")
    fields = struct.unpack_from(FORMATS[name], rest)
    rest = rest[size:]
    if name in WITH_ELEMENTS:
        return Mail(name, fields, _read_elements(name, rest))
    if name in WITH_DATA:
        if fields[-1] != len(rest):
            raise WireError(f"{name} counts {fields[-1]} bytes and has {len(rest)}")
        return Mail(name, fields, data=rest)
    if rest:
        raise WireError(f"{name} has {len(rest)} bytes too many")
    return Mail(name, fields)


def _read_elements(name: str, block: bytes) -> dict[int, bytes]:
    (total,) = struct.unpack_from("<H", block)
    if total != len(block) - 2:
        raise WireError(f"{name} counts {total} bytes of elements and has {len(block) - 2}")
    found: dict[int, bytes] = {}
    at = 2
    while at < len(block):
        identity, length = struct.unpack_from("<HB", block, at)
        data = block[at + 3 : at + 3 + length]
        if len(data) != length:
            raise WireError(f"{name}: element {identity:#x} is cut")
        found[identity] = data
        at += 3 + length
    return found
