from __future__ import annotations

import contextlib
from decimal import Decimal
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.multifon.answer import (
    DEEPEST,
    LARGEST,
    LONGEST_DESCRIPTION,
    MOST_ELEMENTS,
    Answer,
    BadAnswerError,
    amount,
    parse,
    printable,
)
from tests.simulators.multifon.account_api.https_server import BOMB

SAMPLE = """<?xml version="1.0" encoding="UTF-8"?>
<response>
  <result><code>200</code><description>OK</description></result>
  <routing>1</routing>
</response>
"""


def test_the_published_sample_is_read() -> None:
    assert parse(SAMPLE.encode()) == Answer(200, "OK", {"routing": "1"})


def test_white_space_around_values_does_not_count_and_a_declaration_is_not_needed() -> None:
    text = (
        "<response>\n<result>\n<code> 200\n</code></result><balance>\n 1.5 \n</balance></response>"
    )
    assert parse(text.encode()) == Answer(200, "", {"balance": "1.5"})


def test_another_encoding_that_is_declared_is_read() -> None:
    text = SAMPLE.replace("UTF-8", "windows-1251").replace("OK", "Хорошо")
    assert parse(text.encode("windows-1251")).description == "Хорошо"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<html>out of order</html>",
        "<response><routing>1</routing></response>",
        "<response><result><code></code></result></response>",
        "<response><result><code>OK</code></result></response>",
        "<response><result><code>-1</code></result></response>",
        "<response><result><code>٢٠٠</code></result></response>",
        "<response><result><code>200</code></result>",
        "<answer><result><code>200</code></result></answer>",
        '<?xml version="1.0" encoding="klingon"?><response/>',
        '<?xml version="1.0" encoding="utf-7"?><response/>',
        '<?xml version="1.0" encoding="base64"?><response/>',
        BOMB,
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><response>&x;</response>',
        "<response>" * (DEEPEST + 1),
        f"<response>{'<a/>' * MOST_ELEMENTS}</response>",
        SAMPLE + " " * LARGEST,
    ],
)
def test_what_is_no_answer_is_refused_without_its_contents(text: str) -> None:
    with pytest.raises(BadAnswerError) as refused:
        parse(text.encode())
    assert "passwd" not in str(refused.value)


def test_the_first_element_of_a_name_counts() -> None:
    again = "<result><code>101</code></result><routing>2</routing></response>"
    assert parse(SAMPLE.replace("</response>", again).encode()) == parse(SAMPLE.encode())


@given(st.binary(max_size=300))
def test_any_bytes_are_an_answer_or_refused(body: bytes) -> None:
    with contextlib.suppress(BadAnswerError):
        assert isinstance(parse(body).code, int)


PIECES = [
    *("<response>", "</response>", "<result>", "</result>", "<code>", "</code>", "200", "101"),
    *("<routing>", "</routing>", "<a x='1'>", "</a>", "&amp;", "&a;", "&#0;", "]]>", "<![CDATA["),
    *("<?xml version='1.0'?>", "<!--", "-->", "<!DOCTYPE a>", "\x00", "\ufeff", " ", "я"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_any_pieces_of_xml_are_an_answer_or_refused(pieces: list[str]) -> None:
    with contextlib.suppress(BadAnswerError):
        assert isinstance(parse("".join(pieces).encode()).code, int)


_TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)


@given(st.integers(0, 999_999_999), _TEXTS, _TEXTS)
def test_what_a_provider_writes_is_read(code: int, description: str, value: str) -> None:
    text = (
        f"<response><result><code>{code}</code><description>{escape(description)}</description>"
        f"</result><routing>{escape(value)}</routing></response>"
    )
    found = parse(text.encode())
    assert found.code == code
    assert found.values["routing"] == value.strip()
    assert found.description == printable(description)


@given(st.text(max_size=400))
def test_a_description_is_one_line_that_cannot_confuse_a_terminal(text: str) -> None:
    shown = printable(text)
    assert len(shown) <= LONGEST_DESCRIPTION
    assert shown.isprintable()


@pytest.mark.parametrize(
    ("text", "roubles"),
    [
        ("100", "100"),
        ("12.34", "12.34"),
        ("12,34", "12.34"),
        ("-0,50", "-0.50"),
        ("+3.5", "3.5"),
        ("\n   7.10\n ", "7.10"),
    ],
)
def test_money_has_a_point_or_a_comma_a_sign_and_white_space_around_it(
    text: str, roubles: str
) -> None:
    assert amount(text) == Decimal(roubles)


@pytest.mark.parametrize(
    "text", ["", "abc", "1e9", "nan", "inf", "1.2.3", "1 234", "-", "٣", "1" * 13, "0x1", "1_0"]
)
def test_what_is_no_money_is_refused(text: str) -> None:
    with pytest.raises(BadAnswerError):
        amount(text)


@given(st.text(max_size=30))
def test_any_text_is_money_or_refused(text: str) -> None:
    with contextlib.suppress(BadAnswerError):
        assert amount(text).is_finite()
