"""FSK caller-ID messages as a display reads them: SDMF, MDMF and message waiting.

Types and parameters of Bellcore GR-30 and ETSI EN 300 659-3.  The checksum is the two's
complement of the sum of all bytes before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

SDMF_CALL, SDMF_WAITING, MDMF_CALL, MDMF_WAITING = 0x04, 0x06, 0x80, 0x82
TYPES = (SDMF_CALL, SDMF_WAITING, MDMF_CALL, MDMF_WAITING)
_TIME, _NUMBER, _NO_NUMBER, _NAME, _NO_NAME, _LAMP = 0x01, 0x02, 0x04, 0x07, 0x08, 0x0B
_REASONS = {"P": "private", "O": "unavailable"}


@dataclass(frozen=True, slots=True)
class Shown:
    """What the display shows.  ``lamp`` is the message lamp, ``None`` if it is not spoken of."""

    number: str | None = None
    name: str | None = None
    time: str | None = None
    """MMDDHHMM."""
    reason: str | None = None
    """Why there is no number: ``"private"`` or ``"unavailable"``."""
    no_name: str | None = None
    lamp: bool | None = None
    waiting: bool = False
    """It came while the telephone was in use (call waiting)."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message with a right checksum.  ``raw`` holds its bytes, checksum included."""

    raw: bytes
    shown: Shown


def find(data: bytes) -> Message | None:
    """The first whole message in what a modem gave, which may begin with noise."""
    for at, kind in enumerate(data[:-2]):
        raw = data[at : at + data[at + 1] + 3]
        if kind in TYPES and len(raw) == data[at + 1] + 3 and sum(raw) % 256 == 0:
            shown = _shown(kind, raw[2:-1])
            if shown is not None:
                return Message(raw, shown)
    return None


def _shown(kind: int, content: bytes) -> Shown | None:
    """``None`` if the content cannot be read."""
    if kind == SDMF_WAITING:
        lamps = {b"\x42" * 3: True, b"\x6f" * 3: False}
        return Shown(lamp=lamps[content]) if content in lamps else None
    if kind == SDMF_CALL:
        if len(content) < 9:
            return None
        time, number = content[:8].decode("ascii", "replace"), content[8:].decode("latin-1")
        reason = _REASONS.get(number)
        return Shown(number=None if reason else number, time=time, reason=reason)
    parameters = _parameters(content)
    if parameters is None:
        return None
    texts = {kind: value.decode("latin-1") for kind, value in parameters.items()}
    lamp = parameters.get(_LAMP)
    return Shown(
        number=texts.get(_NUMBER),
        name=texts.get(_NAME),
        time=texts.get(_TIME),
        reason=_REASONS.get(texts.get(_NO_NUMBER, "")),
        no_name=_REASONS.get(texts.get(_NO_NAME, "")),
        lamp=None if lamp is None else lamp == b"\xff",
    )


def _parameters(content: bytes) -> dict[int, bytes] | None:
    found = {}
    for kind, value in _split(content):
        if value is None:
            return None
        found[kind] = value
    return found


def _split(content: bytes) -> Iterator[tuple[int, bytes | None]]:
    """Type and value of each parameter; ``None`` for one that is cut short."""
    while content:
        length = content[1] if len(content) > 1 else len(content)
        value = content[2 : 2 + length]
        yield content[0], value if len(value) == length else None
        content = content[2 + length :]
