from __future__ import annotations

import copy
import json
import logging
import pickle
from dataclasses import asdict

import pytest

from gateway.settings.declaration import Account, Settings
from gateway.settings.secret import Secret

TEXT = "open sesame"


@pytest.fixture
def secret() -> Secret:
    return Secret(TEXT)


def test_only_reveal_gives_the_text_away(secret: Secret) -> None:
    assert secret.reveal() == TEXT


def test_it_shows_as_stars_everywhere(secret: Secret) -> None:
    settings = Settings(accounts=(Account(number="1", password=secret),))
    shown = [
        str(secret),
        repr(secret),
        f"{secret}",
        f"{secret!r:>20}",
        "%s %r" % (secret, secret),  # noqa: UP031 - what logging does
        secret + "",
        secret.encode().decode(),
        "".join(secret),
        json.dumps({"password": secret}),
        json.dumps(asdict(settings)),
        str(settings),
        repr(asdict(settings)),
    ]
    for text in shown:
        assert "*****" in text
        assert "sesame" not in text


def test_it_shows_as_stars_in_the_log(secret: Secret, caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("test").warning("the password is %s", secret)
    assert caplog.messages == ["the password is *****"]


def test_its_length_is_hidden() -> None:
    assert len(Secret("a")) == len(Secret("a" * 50))


def test_it_has_no_attributes_to_look_into(secret: Secret) -> None:
    with pytest.raises(TypeError):
        vars(secret)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_it_refuses_to_be_pickled(secret: Secret, protocol: int) -> None:
    with pytest.raises(TypeError, match=r"^A secret cannot be pickled\.$"):
        pickle.dumps(secret, protocol)


def test_it_equals_a_secret_with_the_same_text_and_nothing_else(secret: Secret) -> None:
    other: object = Secret("other")
    assert secret == Secret(TEXT)
    assert hash(secret) == hash(Secret(TEXT))
    assert secret != other
    for text in (TEXT, "*****"):
        plain: object = text
        assert secret != plain
        assert plain != secret


def test_any_text_can_be_a_secret() -> None:
    assert Secret("пароль") == Secret("пароль")
    assert Secret("\ud800") != Secret("\ud801")


def test_a_copy_is_the_secret_itself(secret: Secret) -> None:
    assert copy.copy(secret) is secret
    assert copy.deepcopy([secret])[0] is secret
