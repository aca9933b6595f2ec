from __future__ import annotations

import pytest

from tests.simulators.multifon.numbers import Outcome, find_party, parse_numbers, shipped_numbers
from tests.simulators.multifon.settings import Account, Settings


def test_a_setting_changes_and_keeps_its_type() -> None:
    changed = Settings().changed({"balance": 3, "codecs": [8, 0], "reachable": False})
    assert (changed.balance, changed.codecs, changed.reachable) == (3.0, (8, 0), False)
    assert isinstance(changed.balance, float)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"balanse": 1}, "there is no setting 'balanse'"),
        ({"port": 5060}, "there is no setting 'port' to change"),
        ({"t1": 1.0}, "there is no setting 't1' to change"),
        ({"balance": "much"}, "balance is a number, not 'much'"),
        ({"balance": True}, "balance is a number"),
        ({"expires": 2.5}, "expires is a whole number"),
        ({"expires": 0}, "expires is 1 or more"),
        ({"reachable": 1}, "reachable is true or false"),
        ({"codecs": [18, 8]}, "begin with 8 or 0"),
        ({"codecs": "8 0"}, "codecs is a list of numbers"),
        ({"register_challenge": 200}, "register_challenge is 401 or 407"),
        ({"call_limit_status": 200}, "call_limit_status is a SIP status"),
    ],
)
def test_a_wrong_setting_is_named(values: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Settings().changed(values)


def test_some_settings_are_for_the_start_only() -> None:
    changed = Settings().changed({"t1": 2, "domains": ["example.org"]}, running=False)
    assert (changed.t1, changed.domains) == (2.0, ("example.org",))
    with pytest.raises(ValueError, match="domains is a list of texts"):
        Settings().changed({"domains": [1]}, running=False)


@pytest.mark.parametrize(("number", "password"), [("+7926", "x"), ("", "x"), ("7926", "")])
def test_an_account_is_digits_and_a_password(number: str, password: str) -> None:
    with pytest.raises(ValueError, match="account"):
        Account(number, password)


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("79990000001", "echo"),
        ("79990000007", "menu"),
        ("79990001486", "refuses with the status of its last three digits"),
        ("112", "emergency"),
        ("101", "emergency"),
        ("74951234567", "subscriber"),
        ("88001234567", "wrong form"),
        ("0500", "service number"),
        ("390612345678", "foreign subscriber"),
    ],
)
def test_a_number_finds_its_party(number: str, name: str) -> None:
    party = find_party(number)
    assert party is not None
    assert party.name == name


@pytest.mark.parametrize("number", ["", "7", "749512345678", "7495123456", "+74951234567", "12*"])
def test_an_ill_formed_number_finds_nobody(number: str) -> None:
    assert find_party(number) is None


def test_the_first_row_that_matches_wins_and_rows_are_checked() -> None:
    rows = shipped_numbers()
    assert {row.outcome for row in rows} == set(Outcome)
    with pytest.raises(ValueError, match="no party 'parrot'"):
        parse_numbers('[[party]]\nnumber = "1"\nname = "x"\nparty = "parrot"\n')
    with pytest.raises(ValueError, match="early_text"):
        parse_numbers('[[party]]\nnumber = "1"\nname = "x"\nalert = "announcement"\n')
