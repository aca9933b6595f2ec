"""Packed structures: what a module sends and takes, declared once as frozen values.

A structure is a class whose fields say how they lie in memory:

    @primitive(0x4404)
    class AlertInd:
        call: int = u8()
        elements: Elements = elements()

A ``Table`` keeps the classes of one protocol by their ids; ``pack`` and ``unpack`` follow the
declaration.  A value that does not fit its layout is refused when it is made.  Numbers are
little-endian and nothing is padded, in every protocol that is spoken here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, Protocol, TypeAlias, TypeVar

Numbers: TypeAlias = tuple[int, ...]
Groups: TypeAlias = tuple[Numbers, ...]
Structure: TypeAlias = Any
"""An instance of a class that a ``Table`` declares."""

T = TypeVar("T")


class MalformedError(ValueError):
    """Bytes that are no structure of the protocol."""


class Layout(Protocol):
    """How one field lies in memory."""

    def pack(self, value: Any) -> bytes:
        """``ValueError`` if the value does not fit."""

    def unpack(self, data: bytes, at: int) -> tuple[Any, int]:
        """The value at ``at``, and where the next field begins; ``MalformedError``."""


def take(data: bytes, at: int, length: int) -> bytes:
    """``length`` bytes at ``at``; ``MalformedError`` if they are not there."""
    found = data[at : at + length]
    if len(found) < length:
        raise MalformedError(f"{length} bytes are missing at {at}: only {len(found)} are there")
    return found


@dataclass(frozen=True, slots=True)
class Number:
    """An unsigned whole number of ``size`` bytes."""

    size: int

    def pack(self, value: int) -> bytes:
        try:
            return value.to_bytes(self.size, "little")
        except OverflowError as error:
            raise ValueError(f"{value} has no room in {self.size} bytes") from error

    def unpack(self, data: bytes, at: int) -> tuple[int, int]:
        return int.from_bytes(take(data, at, self.size), "little"), at + self.size


@dataclass(frozen=True, slots=True)
class Octets:
    """Exactly ``length`` bytes."""

    length: int

    def pack(self, value: bytes) -> bytes:
        if len(value) != self.length:
            raise ValueError(f"{value.hex()} is not {self.length} bytes long")
        return value

    def unpack(self, data: bytes, at: int) -> tuple[bytes, int]:
        return take(data, at, self.length), at + self.length


@dataclass(frozen=True, slots=True)
class CountedOctets:
    """Bytes, their number before them in ``size`` bytes."""

    size: int

    def pack(self, value: bytes) -> bytes:
        return Number(self.size).pack(len(value)) + value

    def unpack(self, data: bytes, at: int) -> tuple[bytes, int]:
        length, at = Number(self.size).unpack(data, at)
        return take(data, at, length), at + length


class Rest:
    """All the bytes that are left."""

    def pack(self, value: bytes) -> bytes:
        return value

    def unpack(self, data: bytes, at: int) -> tuple[bytes, int]:
        return data[at:], len(data)


@dataclass(frozen=True, slots=True)
class CountedNumbers:
    """Numbers of ``size`` bytes, how many of them before them in ``count`` bytes."""

    count: int
    size: int

    def pack(self, value: Numbers) -> bytes:
        return Number(self.count).pack(len(value)) + b"".join(map(Number(self.size).pack, value))

    def unpack(self, data: bytes, at: int) -> tuple[Numbers, int]:
        many, at = Number(self.count).unpack(data, at)
        taken = take(data, at, many * self.size)
        step = self.size
        found = (taken[i : i + step] for i in range(0, len(taken), step))
        return tuple(int.from_bytes(one, "little") for one in found), at + len(taken)


@dataclass(frozen=True, slots=True)
class ByteGroups:
    """Groups of ``width`` bytes; ``counted``: their number before them in a byte, else the rest."""

    width: int
    counted: bool

    def pack(self, value: Groups) -> bytes:
        if any(len(group) != self.width for group in value):
            raise ValueError(f"{value} is not made of groups of {self.width}")
        head = Number(1).pack(len(value)) if self.counted else b""
        return head + b"".join(Number(1).pack(one) for group in value for one in group)

    def unpack(self, data: bytes, at: int) -> tuple[Groups, int]:
        if self.counted:
            count, at = Number(1).unpack(data, at)
        else:
            count = (len(data) - at) // self.width
        taken = take(data, at, count * self.width)
        groups = (taken[i : i + self.width] for i in range(0, len(taken), self.width))
        return tuple(map(tuple, groups)), at + len(taken)


def laid(layout: Layout, default: Any = MISSING) -> Any:
    """A field of a structure that lies in memory as ``layout`` says."""
    return field(default=default, metadata={"layout": layout})


def u8(*, default: Any = MISSING) -> Any:
    return laid(Number(1), default)


def u16(*, default: Any = MISSING) -> Any:
    return laid(Number(2), default)


def u32(*, default: Any = MISSING) -> Any:
    return laid(Number(4), default)


def octets(length: int, *, default: Any = MISSING) -> Any:
    return laid(Octets(length), default)


def counted(size: int = 1, *, default: Any = MISSING) -> Any:
    """Bytes after their number, which has ``size`` bytes."""
    return laid(CountedOctets(size), default)


def rest(*, default: Any = MISSING) -> Any:
    return laid(Rest(), default)


def u16s(*, default: Any = MISSING) -> Any:
    """Two-byte numbers after their count, which has two bytes."""
    return laid(CountedNumbers(2, 2), default)


def groups(width: int, *, counted: bool, default: Any = MISSING) -> Any:
    return laid(ByteGroups(width, counted), default)


class Table:
    """The structures of one protocol by their ids.  ``what`` names one of them in an error."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._by_identity: dict[int, type[Structure]] = {}
        self._identities: dict[type[Structure], int] = {}
        self._layouts: dict[type[Structure], Mapping[str, Layout]] = {}

    def declare(self, identity: int) -> Callable[[type[T]], type[T]]:
        """Make a class the frozen structure with that id."""

        def declared(kind: type[T]) -> type[T]:
            pack = self.pack
            # Refused where it is made, not where it is sent.
            kind.__post_init__ = lambda value: pack(value) and None  # type: ignore[attr-defined]
            made = dataclass(frozen=True, slots=True)(kind)
            assert identity not in self._by_identity, f"two structures have the id {identity:#x}"
            self._by_identity[identity] = made
            self._identities[made] = identity
            self._layouts[made] = {one.name: one.metadata["layout"] for one in fields(made)}  # type: ignore[arg-type]
            return made

        return declared

    def __iter__(self) -> Iterator[tuple[int, type[Structure]]]:
        """Every id and its structure, in order."""
        return iter(sorted(self._by_identity.items()))

    def identity(self, value: Structure) -> int:
        return self._identities[type(value)]

    def pack(self, value: Structure) -> bytes:
        """The bytes of the fields, without the id."""
        layouts = self._layouts[type(value)]
        return b"".join(layout.pack(getattr(value, name)) for name, layout in layouts.items())

    def unpack(self, identity: int, data: bytes) -> Structure:
        """The structure with that id; what follows its last field is not looked at.

        ``MalformedError`` if there is no such structure or ``data`` is too short for it.
        """
        kind = self._by_identity.get(identity)
        if kind is None:
            raise MalformedError(f"there is no {self._what} {identity:#06x}")
        values: dict[str, Any] = {}
        at = 0
        for name, layout in self._layouts[kind].items():
            values[name], at = layout.unpack(data, at)
        return kind(**values)
