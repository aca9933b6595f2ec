"""The second protocol: its frames, and its start behind the same interface."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.line import Refusal
from hardware.dect.cmbs.frame import LARGEST, CmbsDecoder, CmbsFrame, encode
from hardware.dect.cmbs.module import CmbsModule
from hardware.dect.interface import (
    Down,
    Happening,
    OfferCall,
    OpenRegistration,
    OperationFailed,
    Output,
    Ready,
    Refused,
    Write,
)

MARK = b"\xda" * 4
frames = st.builds(CmbsFrame, st.integers(0, 0xFFFF), st.binary(max_size=200))


def test_a_frame_is_these_bytes() -> None:
    # Computed from the rules by hand: SYS_START, and HELLO with two bytes of parameters.
    assert encode(CmbsFrame(0x19)) == bytes.fromhex("DADADADA 0800 0000 1900 0000")
    assert encode(CmbsFrame(0xFF01, b"\1\3")) == bytes.fromhex("DADADADA 0A00 0000 01FF 0200 0103")


@given(st.lists(frames, max_size=4), st.integers(1, 40))
def test_frames_come_out_as_they_went_in_however_they_are_cut(
    sent: list[CmbsFrame], size: int
) -> None:
    data = b"".join(map(encode, sent))
    decoder = CmbsDecoder()
    found = [f for at in range(0, len(data), size) for f in decoder.feed(data[at : at + size])]
    assert found == sent


@given(st.lists(st.one_of(st.binary(max_size=30), st.just(MARK), frames.map(encode))), frames)
def test_a_frame_after_garbage_is_found_once_the_line_was_silent(
    noise: list[bytes], frame: CmbsFrame
) -> None:
    decoder = CmbsDecoder()
    decoder.feed(b"".join(noise))
    assert len(decoder._kept) <= LARGEST
    decoder.pause()
    assert not decoder.waiting
    assert decoder.feed(encode(frame)) == [frame]


class Base:
    """A CMBS module as the facts describe it, with ``struct``; ``silent`` answers nothing."""

    def __init__(self, rfpi: bytes = b"\1\2\3\4\5", result: int = 0) -> None:
        self.rfpi, self.result = rfpi, result
        self.silent = False
        self.events: list[int] = []
        self.parameters: dict[int, bytes] = {}

    def answer(self, data: bytes) -> bytes:
        assert data.startswith(MARK)
        total, _number, event, size = struct.unpack_from("<4H", data, 4)
        parameters = data[12:]
        assert (total, size) == (len(data) - 4, len(parameters))
        self.events.append(event)
        if self.silent:
            return b""
        response = struct.pack("<HHB", 22, 1, self.result)
        if event == 0x0F:
            number, _area, length = struct.unpack_from("<BBH", parameters, 4)
            self.parameters[number] = parameters[8 : 8 + length]
        rfpi = struct.pack("<BBH", 1, 0, 5) + self.rfpi
        anna = struct.pack("<HH4sH", 2, 4, b"Anna", 0)
        result, answer = {
            0xFF01: (0xFF02, struct.pack("<HHB", 0x0210, 77, 0)),
            0xFF0A: (0xFF0B, bytes(4)),
            0x0D: (0x0E, struct.pack("<HH", 16, len(rfpi)) + rfpi),
            0x0F: (0x10, response),
            0x19: (0x1A, response),
            0x21: (0x22, struct.pack("<HH", 17, len(anna)) + anna),
        }[event]
        return self.frame(result, answer)

    @staticmethod
    def frame(event: int, parameters: bytes) -> bytes:
        head = struct.pack("<4H", 8 + len(parameters), 0, event, len(parameters))
        return MARK + head + parameters


def converse(module: CmbsModule, base: Base, outputs: list[Output]) -> list[Happening]:
    """Let the two answer each other until nothing is to be said."""
    told: list[Happening] = []
    while outputs:
        output = outputs.pop(0)
        if isinstance(output, Write):
            outputs += module.received(base.answer(output.data), 0.0)
        else:
            told.append(output)
    return told


def test_a_module_starts_and_tells_what_it_is() -> None:
    module, base = CmbsModule("1234"), Base()
    (ready,) = converse(module, base, module.opened(0.0))
    assert isinstance(ready, Ready)
    assert ready.information.identity == "0102030405"
    assert ready.information.firmware == "2.10 build 77"
    assert list(ready.information.handsets) == [2]
    assert base.events == [0xFF01, 0xFF0A, 0x0D, 0x0F, 0x0F, 0x19, 0x21]
    assert base.parameters == {6: bytes.fromhex("FFFF1234"), 21: b"\0"}


def test_a_module_that_starts_anew_is_started_anew() -> None:
    module, base = CmbsModule("1234"), Base()
    converse(module, base, module.opened(0.0))
    told = converse(module, base, module.received(base.frame(0x7D, b""), 10.0))
    assert [type(what) for what in told] == [Down, Ready]


def test_a_silent_port_is_told_once_and_asked_again() -> None:
    module, base = CmbsModule("1234"), Base()
    base.silent = True
    told = converse(module, base, module.opened(0.0))
    for _ in range(5):
        told += converse(module, base, module.advance(module.deadline))
    assert [type(what) for what in told] == [Down]
    assert base.events == [0xFF01] * 6


@pytest.mark.parametrize("base", [Base(rfpi=bytes(5)), Base(result=1)])
def test_a_start_that_fails_is_told_and_the_radio_stays_off(base: Base) -> None:
    module = CmbsModule("1234")
    (down,) = converse(module, base, module.opened(0.0))
    assert isinstance(down, Down)
    assert 0x19 not in base.events
    assert module.deadline < 10


def test_what_is_not_written_is_refused_and_not_left_hanging() -> None:
    module = CmbsModule("1234")
    assert module.order(OfferCall(1, None), 0.0) == [Refused(1, Refusal.UNREACHABLE)]
    (failed,) = module.order(OpenRegistration(60), 0.0)
    assert isinstance(failed, OperationFailed)
