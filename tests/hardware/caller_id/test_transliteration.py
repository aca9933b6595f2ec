"""Names in ASCII."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.caller_id.transliteration import to_ascii


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Иванов", "Ivanov"),
        ("Щукин Ярослав", "Shchukin Iaroslav"),
        ("ЩУКИН ЯРОСЛАВ", "SHCHUKIN IAROSLAV"),
        ("Хрущёв", "Khrushchev"),
        ("Юлия Чайковская", "Iuliia Chaikovskaia"),
        ("Я", "Ia"),
        ("Объедков Цезарь", "Obieedkov Tsezar"),
        ("съёмный Жэк", "sieemnyi Zhek"),
        ("Київ, Ґалаґан Єва", "Kiiv, Galagan Ieva"),
        ("Васіль Быкаў", "Vasil Bykau"),
        ("ТСЖ «Заря» № 5", 'TSZH "Zaria" No 5'),
        ("Jürgen Weiß", "Jurgen Weiss"),
        ("Øystein Łukasz", "Oeystein Lukasz"),
        ("Nguyễn Văn", "Nguyen Van"),
        ("O’Neill – home", "O'Neill - home"),
        ("и\u0306од", "iod"),  # й in two code points
        ("山田 ☎", "?? ?"),
        ("  two\tlines\n ", "two lines"),
        ("\x00\x1bbell\x07", "bell"),
        ("", ""),
    ],
)
def test_a_name_is_written_as_in_a_passport(name: str, shown: str) -> None:
    assert to_ascii(name) == shown


@given(st.text())
def test_whatever_comes_from_the_network_becomes_printable_ascii(text: str) -> None:
    shown = to_ascii(text)
    assert shown.isascii()
    assert shown.isprintable()


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E)))
def test_ascii_stays_what_it_is(text: str) -> None:
    assert to_ascii(text) == text
