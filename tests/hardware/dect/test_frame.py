"""The decoder, with everything that a serial line can bring."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hardware.dect.cvm.elements import pack_elements, unpack_elements
from hardware.dect.cvm.frame import (
    LARGEST_TAKEN,
    OPEN_LINK,
    Frame,
    FrameDecoder,
    Information,
    Link,
    Supervision,
    Supervisory,
    Unnumbered,
    encode,
)
from hardware.dect.cvm.mail import pack_mail, unpack_mail
from hardware.dect.cvm.primitives import PRIMITIVES
from hardware.dect.layout import MalformedError
from tests.hardware.dect.bytes_of_a_line import hostile_bytes

numbers = st.integers(0, 7)
frames: st.SearchStrategy[Frame] = st.one_of(
    st.builds(Information, numbers, numbers, st.binary(max_size=LARGEST_TAKEN), st.booleans()),
    st.builds(Supervisory, st.sampled_from(Supervision), numbers, st.booleans()),
    st.builds(Unnumbered, st.just(Link.SABM), st.booleans()),
)


@given(st.lists(frames, max_size=5), st.integers(1, 50))
def test_frames_come_out_as_they_went_in_however_they_are_cut(sent: list[Frame], size: int) -> None:
    data = b"".join(map(encode, sent))
    decoder = FrameDecoder()
    found: list[Frame] = []
    for at in range(0, len(data), size):
        found += decoder.feed(data[at : at + size])
    assert found == sent
    assert decoder.dropped == 0
    assert not decoder.waiting


@given(hostile_bytes)
def test_nothing_makes_the_decoder_fail_or_grow(data: bytes) -> None:
    decoder = FrameDecoder()
    found = decoder.feed(data)
    found += decoder.pause()
    assert not decoder.waiting
    kept = sum(len(encode(frame)) for frame in found)
    # The poll bit of a SABM is not looked at in each half of it, and so on: nothing is invented.
    assert kept + decoder.dropped == len(data)
    for frame in found:
        if isinstance(frame, Information):
            _read(frame.payload)


def _read(payload: bytes) -> None:
    try:
        value = unpack_mail(payload)
    except MalformedError:
        return
    assert unpack_mail(pack_mail(value)) == value


@given(hostile_bytes, frames)
def test_a_frame_after_garbage_is_found_once_the_line_was_silent(data: bytes, frame: Frame) -> None:
    decoder = FrameDecoder()
    decoder.feed(data)
    decoder.pause()
    assert decoder.feed(encode(frame)) == [frame]


def test_a_frame_is_found_behind_a_start_that_is_none() -> None:
    decoder = FrameDecoder()
    assert decoder.feed(b"\x10\x00\x03" + encode(OPEN_LINK)) == [OPEN_LINK]


def test_a_length_that_swallows_what_follows_is_given_up_after_silence() -> None:
    decoder = FrameDecoder()
    assert decoder.feed(b"\x10\x03\x00" + encode(OPEN_LINK)) == []
    assert decoder.waiting
    assert decoder.pause() == [OPEN_LINK]


@given(st.sampled_from([identity for identity, _ in PRIMITIVES]), st.binary(max_size=300))
def test_every_primitive_is_read_or_refused(identity: int, parameters: bytes) -> None:
    head = b"\x00\x01" + identity.to_bytes(2, "little")
    _read(head + parameters)


@given(st.binary(max_size=300))
def test_every_block_of_elements_is_read(block: bytes) -> None:
    found = unpack_elements(block)
    assert unpack_elements(pack_elements(found)) == found
