"""A backup opens with its password only, and as it was written only."""

from __future__ import annotations

import os

import pytest

from gateway.backup.content import Content
from gateway.backup.sealing import LONGEST, MAGIC, SealError, seal, unseal
from gateway.settings.declaration import Account, Line, Settings
from gateway.settings.secret import Secret

PASSWORD = "correct horse"
CONTENT = b'{"settings": "..."}'


def code(sealed: bytes, password: str = PASSWORD) -> str:
    with pytest.raises(SealError) as error:
        unseal(sealed, password)
    return error.value.code


def test_what_was_sealed_opens_and_every_file_is_another_one() -> None:
    one, other = seal(CONTENT, PASSWORD), seal(CONTENT, PASSWORD)
    assert unseal(one, PASSWORD) == unseal(other, PASSWORD) == CONTENT
    assert one[10:] != other[10:]
    assert CONTENT not in one


def test_a_wrong_password_and_a_damaged_file_do_not_open() -> None:
    sealed = seal(CONTENT, PASSWORD)
    assert code(sealed, "correct horsf") == "backup-closed"
    for at in (len(MAGIC) + 2, len(MAGIC) + 20, len(sealed) - 1):
        damaged = bytearray(sealed)
        damaged[at] ^= 1
        assert code(bytes(damaged)) == "backup-closed"
    assert code(sealed[:-1]) == "backup-closed"


def test_what_is_no_backup_or_a_newer_one_or_asks_for_too_much_is_told_apart() -> None:
    sealed = bytearray(seal(CONTENT, PASSWORD))
    assert code(b"") == code(b"PK\3\4") == code(bytes(sealed[:20])) == "no-backup"
    sealed[len(MAGIC)] = 2
    assert code(bytes(sealed)) == "backup-newer"
    sealed[len(MAGIC)], sealed[len(MAGIC) + 1] = 1, 40
    assert code(bytes(sealed)) == "backup-closed"
    assert code(bytes(LONGEST + 1)) == "backup-too-long"


def test_a_short_password_and_a_long_content_are_refused() -> None:
    with pytest.raises(SealError, match="short"):
        seal(CONTENT, "1234567")
    with pytest.raises(SealError, match="long"):
        seal(os.urandom(LONGEST + 1), PASSWORD)


def test_the_settings_come_back_whole_or_without_the_accounts() -> None:
    main = Account(number="79261234567", password=Secret("open sesame"))
    whole = Settings(accounts=(main,), lines=(Line(name="hall", account="main"),))
    content = Content.read(Content.of(whole, made=1.0, software="0.1.0").written())
    assert content.whole() == whole
    other = Account(name="home", number="79267654321", password=Secret("x"))
    found = content.without_accounts(Settings(accounts=(other,)))
    assert found.accounts == (other,)
    assert found.lines == (Line(name="hall"),)
    with pytest.raises(SealError, match="no-backup"):
        Content.read(b"[]")
