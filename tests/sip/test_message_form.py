import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sip.message_form import MessageForm, compose, read

NUMBER, DOMAIN = "79261234567", "multifon.ru"


def test_a_plain_message_goes_to_the_address_of_a_call() -> None:
    sent = compose(MessageForm.PLAIN, NUMBER, DOMAIN, "Буду в 8 «дома»")
    assert sent.uri == "sip:79261234567@multifon.ru"
    assert (sent.content_type, sent.body) == ("text/plain;charset=UTF-8", "Буду в 8 «дома»")


def test_multifons_historical_form_is_ucs_2_big_endian_to_the_sms_domain() -> None:
    sent = compose(MessageForm.MOVIAL, NUMBER, DOMAIN, "Да, yes")
    assert sent.uri == "sip:+79261234567@sms.multifon.ru"
    assert sent.content_type == "text/plain;charset=ISO-10646-UCS-2"
    assert sent.body.encode() == bytes.fromhex("0414 0430 002c 0020 0079 0065 0073")
    assert dict(sent.headers)["X-Movial-Content"] == "sms/text"


def test_a_sign_that_the_historical_form_cannot_carry_is_named() -> None:
    with pytest.raises(ValueError, match=r"cannot be sent to this provider: «$"):
        compose(MessageForm.MOVIAL, NUMBER, DOMAIN, "«да")


def test_a_provider_without_messages_is_told() -> None:
    with pytest.raises(ValueError, match="offers no text messages"):
        compose(MessageForm.NONE, NUMBER, DOMAIN, "hello")


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        ("text/plain", "Привет".encode(), "Привет"),
        ("text/plain; charset=utf-8", b" two\r\nlines \x07", "two\nlines"),
        ('text/plain;charset="ISO-10646-UCS-2"', "Привет «»".encode("utf-16-be"), "Привет «»"),
        ("text/plain;charset=koi8-r", "Привет".encode("koi8-r"), "Привет"),
        ("text/plain;charset=nonsense", b"hello", "hello"),
        ("text/plain", b"caf\xe9", "caf\N{REPLACEMENT CHARACTER}"),
    ],
)
def test_a_message_is_read_in_its_own_character_set(
    content_type: str, body: bytes, text: str
) -> None:
    assert read(content_type, body.decode("utf-8", "surrogateescape")) == text


@given(st.text(max_size=60), st.binary(max_size=200))
def test_whatever_comes_becomes_a_text_that_can_be_shown(content_type: str, body: bytes) -> None:
    text = read(content_type, body.decode("utf-8", "surrogateescape"))
    assert all(sign.isprintable() or sign in "\n\t" for sign in text)
    text.encode()
