"""Contacts from and to other telephones."""

from __future__ import annotations

import pytest

from gateway.vcard import LARGEST, VCardError, read, write

OLD = (
    b"BEGIN:VCARD\r\nVERSION:2.1\r\n"
    b"N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D0=98=D0=B2=D0=B0=D0=BD=D0=BE=D0=B2;=D0=9F=D1=\r\n"
    b"=91=D1=82=D1=80;;;\r\nTEL;CELL:+7 926 123-45-67\r\nTEL;WORK;FAX:+74951112233\r\nEND:VCARD\r\n"
)
PHONE = (
    "BEGIN:VCARD\nVERSION:3.0\nFN:Анна\\, мама\nTEL;TYPE=HOME,VOICE:84951112233\n"
    "item1.TEL;TYPE=CELL:89261112233\nPHOTO;ENCODING=b;TYPE=JPEG:AAAA\n BBBB\nEND:VCARD\n"
).encode()
NEW = (
    b'BEGIN:VCARD\nVERSION:4.0\nFN:Bob\nTEL;VALUE=uri;TYPE="voice,work":tel:+44-20-7946-0000;ext=5\n'
    b"END:VCARD\n"
)
WITHOUT = b"BEGIN:VCARD\nVERSION:3.0\nFN:Nobody\nEND:VCARD\n"
BROKEN = b"BEGIN:VCARD\nrubbish\n"


def test_the_three_versions_are_read() -> None:
    reading = read(OLD + PHONE + NEW)
    assert reading.left_out == []
    assert [contact["name"] for contact in reading.contacts] == ["Пётр Иванов", "Анна, мама", "Bob"]
    assert [contact["numbers"] for contact in reading.contacts] == [
        [{"number": "+7 926 123-45-67", "kind": "mobile"}],
        [
            {"number": "84951112233", "kind": "home"},
            {"number": "89261112233", "kind": "mobile"},
        ],
        [{"number": "+44-20-7946-0000", "kind": "work"}],
    ]


def test_cards_that_are_of_no_use_are_named_by_their_line_and_the_others_taken() -> None:
    reading = read(PHONE + WITHOUT + BROKEN + NEW)
    assert [contact["name"] for contact in reading.contacts] == ["Анна, мама", "Bob"]
    lines = (PHONE + WITHOUT + BROKEN).decode().splitlines()
    assert [lines[number - 1] for number in reading.left_out] == ["BEGIN:VCARD", "BEGIN:VCARD"]
    assert lines[reading.left_out[0] + 1] == "FN:Nobody"
    assert lines[reading.left_out[1]] == "rubbish"


def test_old_russian_files_in_windows_1251_are_read() -> None:
    content = "BEGIN:VCARD\nVERSION:2.1\nN:Иванов\nTEL:112\nEND:VCARD\n".encode("cp1251")
    assert read(content).contacts[0]["name"] == "Иванов"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "none"),
        (b"hello", "none"),
        (b"\x98\xff\x00", "encoding"),
        (b"x" * (LARGEST + 1), "large"),
    ],
)
def test_what_is_no_vcard_is_said(content: bytes, code: str) -> None:
    with pytest.raises(VCardError) as error:
        read(content)
    assert error.value.code == code


def test_what_is_written_is_read_again() -> None:
    contacts = [
        {
            "name": "Пётр; Иванов, мл.\\ сын",
            "numbers": [
                {"number": "+79261234567", "kind": kind} for kind in ("mobile", "home", "work")
            ],
        },
        {"name": "x" * 80, "numbers": [{"number": "112", "kind": "other"}]},
    ]
    assert list(read(write(contacts)).contacts) == contacts
