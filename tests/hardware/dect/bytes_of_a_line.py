"""Bytes that are nearly frames: what finds errors in a decoder."""

from __future__ import annotations

from hypothesis import strategies as st

from hardware.dect.cvm.frame import Information, encode


@st.composite
def _spoilt(draw: st.DrawFn) -> bytes:
    frame = bytearray(
        encode(
            Information(
                draw(st.integers(0, 7)), draw(st.integers(0, 7)), draw(st.binary(max_size=40))
            )
        )
    )
    at = draw(st.integers(0, len(frame) - 1))
    match draw(st.sampled_from(("whole", "cut", "lost", "changed"))):
        case "cut":
            del frame[at:]
        case "lost":
            del frame[at]
        case "changed":
            frame[at] = draw(st.integers(0, 255))
    return bytes(frame)


_piece = st.one_of(
    _spoilt(),
    st.binary(max_size=20),
    st.sampled_from((b"\x10", b"\x10\x00", b"\x10\x00\x01\xc8\xc8", b"\x10\x03\xe8", b"\0" * 12)),
)
hostile_bytes = st.lists(_piece, max_size=12).map(b"".join)
