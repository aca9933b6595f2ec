"""The phone book as vCards (RFC 2426, RFC 6350), by the library vobject.

Read is what telephones and address books write: versions 2.1, 3.0 and 4.0.  Written is 3.0, which
all of them read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import vobject

LARGEST = 2 * 1024 * 1024
"""Bytes of a file; photographs of contacts are what makes them large, and are left out."""
_BEGIN = re.compile(r"^BEGIN:VCARD[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_KINDS = {"cell": "mobile", "mobile": "mobile", "home": "home", "work": "work"}
_TYPES = {"mobile": "CELL", "home": "HOME", "work": "WORK", "other": "VOICE"}
_NO_VOICE = frozenset({"fax", "modem", "pager", "bbs"})


class VCardError(Exception):
    """The file as a whole is none; ``code`` is ``none``, ``large`` or ``encoding``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Reading:
    """``contacts`` for the method ``phonebook.import``; ``left_out`` are the lines at which cards
    begin that could not be read or have no number.
    """

    contacts: Sequence[Mapping[str, Any]]
    left_out: Sequence[int]


def read(content: bytes) -> Reading:
    """The contacts of a file; ``VCardError`` if it holds no vCard at all."""
    if len(content) > LARGEST:
        raise VCardError("large")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            # Old Russian telephones and Outlook.
            text = content.decode("cp1251")
        except UnicodeDecodeError:
            raise VCardError("encoding") from None
    begins = [match.start() for match in _BEGIN.finditer(text)]
    if not begins:
        raise VCardError("none")
    contacts, left_out = [], []
    for begin, end in zip(begins, [*begins[1:], len(text)], strict=True):
        contact = _contact(text[begin:end])
        if contact is None:
            left_out.append(text.count("\n", 0, begin) + 1)
        else:
            contacts.append(contact)
    return Reading(contacts, left_out)


def _contact(text: str) -> Mapping[str, Any] | None:
    """One card; ``None`` if it is broken or has no telephone number."""
    try:
        card = vobject.readOne(text, allowQP=True)
        numbers = [_number(line) for line in card.contents.get("tel", ())]
        name = _name(card)
    except Exception:  # noqa: BLE001 - the library raises whatever a broken card provokes
        return None
    found = [number for number in numbers if number is not None]
    if not found:
        return None
    return {"name": (name or found[0]["number"])[:80], "numbers": found[:10]}


def _name(card: Any) -> str:
    for place in ("fn", "n", "org", "nickname"):
        for line in card.contents.get(place, ()):
            value = line.value
            said = " ".join(map(str, value)) if isinstance(value, list) else str(value)
            # The parts of a name are divided by it; in FN it is a sign like any other.
            tidy = " ".join((said if place == "fn" else said.replace(";", " ")).split())
            if tidy:
                return tidy
    return ""


def _number(line: Any) -> Mapping[str, str] | None:
    value = str(line.value).strip()
    number = value.removeprefix("tel:").partition(";")[0].strip()
    # Version 2.1 writes a type without a name: TEL;CELL:...
    types = {
        part.strip().lower()
        for given in (*line.params.get("TYPE", ()), *line.singletonparams)
        for part in str(given).split(",")
    }
    if types & _NO_VOICE or not any(sign.isdigit() for sign in number):
        return None
    known = (_KINDS[one] for one in ("cell", "mobile", "work", "home") if one in types)
    return {"number": number, "kind": next(known, "other")}


def write(contacts: Iterable[Mapping[str, Any]]) -> bytes:
    """A file with all ``contacts``, as the method ``phonebook`` tells them."""
    return "".join(_card(contact) for contact in contacts).encode()


def _card(contact: Mapping[str, Any]) -> str:
    card = vobject.vCard()
    card.add("fn").value = contact["name"]
    card.add("n").value = vobject.vcard.Name(given=contact["name"])
    for number in contact["numbers"]:
        line = card.add("tel")
        line.value = number["number"]
        line.type_param = _TYPES[number["kind"]]
    return str(card.serialize())
