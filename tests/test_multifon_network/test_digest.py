from __future__ import annotations

import pytest

from tests.simulators.multifon.digest import Authenticator, Verdict, response_of, user_name
from tests.test_multifon_network.raw_peer import authorization

PASSWORD = "Circle Of Life"


def test_the_example_of_rfc_2617() -> None:
    credentials = {
        "username": "Mufasa",
        "realm": "testrealm@host.com",
        "nonce": "dcd98b7102dd2f0e8b11d0f600bfb0c093",
        "uri": "/dir/index.html",
        "qop": "auth",
        "nc": "00000001",
        "cnonce": "0a4f113b",
    }
    assert response_of(credentials, "GET", PASSWORD) == "6629fae49393a05397450978507c4ef1"


def test_without_qop_the_older_formula_holds() -> None:
    """RFC 2069 §2.4 as corrected by its erratum 749."""
    credentials = {
        "username": "Mufasa",
        "realm": "testrealm@host.com",
        "nonce": "dcd98b7102dd2f0e8b11d0f600bfb0c093",
        "uri": "/dir/index.html",
    }
    assert response_of(credentials, "GET", "CircleOfLife") == "1949323746fe6a43ef61f9606e7febea"


def given(challenge: str, count: int = 1, password: str = PASSWORD) -> str:
    return authorization(
        challenge, "REGISTER", "sip:multifon.ru", user="79261234567", password=password, count=count
    )


def judged(authenticator: Authenticator, header: str | None, lifetime: float = 60) -> Verdict:
    return authenticator.check(header, "REGISTER", PASSWORD, lifetime)


def test_a_challenge_looks_like_multifons() -> None:
    challenge = Authenticator("BREDBAND").challenge()
    assert challenge.startswith('Digest realm="BREDBAND", nonce="')
    assert 'algorithm=md5, qop="auth"' in challenge
    assert 'opaque="' in challenge
    assert "stale" not in challenge


def test_a_nonce_count_serves_once_and_a_higher_one_again() -> None:
    authenticator = Authenticator("BREDBAND")
    challenge = authenticator.challenge()
    assert judged(authenticator, given(challenge)) is Verdict.RIGHT
    assert judged(authenticator, given(challenge)) is Verdict.STALE
    assert judged(authenticator, given(challenge, 11)) is Verdict.RIGHT
    assert judged(authenticator, given(challenge, 10)) is Verdict.STALE


def test_a_wrong_password_does_not_use_up_the_count() -> None:
    authenticator = Authenticator("BREDBAND")
    challenge = authenticator.challenge()
    assert judged(authenticator, given(challenge, password="wrong")) is Verdict.WRONG
    assert judged(authenticator, given(challenge)) is Verdict.RIGHT


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        ('realm="BREDBAND"', 'realm="other"', Verdict.MISSING),
        ('nonce="', 'nonce="0', Verdict.STALE),
        ('opaque="', 'opaque="0', Verdict.WRONG),
        ("algorithm=MD5", "algorithm=SHA-256", Verdict.WRONG),
        ("qop=auth", "qop=auth-int", Verdict.WRONG),
        ('response="', 'response="0', Verdict.WRONG),
        ("Digest", "Basic", Verdict.MISSING),
    ],
)
def test_every_part_of_the_credentials_counts(old: str, new: str, verdict: Verdict) -> None:
    authenticator = Authenticator("BREDBAND")
    header = given(authenticator.challenge())
    assert old in header
    assert judged(authenticator, header.replace(old, new, 1)) is verdict


def test_an_old_nonce_is_stale() -> None:
    authenticator = Authenticator("BREDBAND")
    assert judged(authenticator, given(authenticator.challenge()), lifetime=-1) is Verdict.STALE


def test_the_user_may_carry_the_domain() -> None:
    assert user_name('Digest username="79261234567@multifon.ru"') == "79261234567"
    assert user_name(None) == ""
