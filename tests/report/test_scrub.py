from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from gateway.report.scrub import SHORTEST, Scrubber


def test_a_password_goes_wherever_it_stands() -> None:
    secret = 'p&ss"w\\rd ü1'
    scrubber = Scrubber([secret])
    told = [
        f"the password is {secret}.",
        json.dumps({"a": secret}, ensure_ascii=False),
        "GET /?password=p%26ss%22w%5Crd%20%C3%BC1&x=1",
        "GET /?q=p%26ss%22w%5Crd+%C3%BC1",
    ]
    for text in told:
        cleaned = scrubber.text(text)
        assert "*****" in cleaned
        for form in (secret, "p%26ss", 'p&ss\\"w'):
            assert form not in cleaned


def test_the_longest_of_two_secrets_goes_first() -> None:
    assert Scrubber(["abcd", "abcdefgh"]).text("abcdefgh abcd") == "***** *****"


def test_a_secret_that_is_too_short_to_hide_hides_nothing_else() -> None:
    assert Scrubber(["e" * (SHORTEST - 1)]).text("see the trees") == "see the trees"


def test_credentials_go_without_a_known_secret() -> None:
    assert Scrubber([]).text("Authorization: Digest response=abc") == "Authorization: Digest *****"


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=SHORTEST, max_size=20),
    st.text(max_size=30),
    st.text(max_size=30),
)
def test_no_secret_survives(secret: str, before: str, after: str) -> None:
    cleaned = Scrubber([secret]).text(f"{before}{secret}{after}")
    assert secret not in cleaned.replace("*****", "\0")
