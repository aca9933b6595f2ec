from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gateway.settings import emit
from gateway.settings.declaration import Line, Settings
from gateway.settings.load import SettingsError, Source, settled
from gateway.settings.setting import sections_of, settings_of
from tests.settings.folder import GOOD, GOOD_SECRETS, Folder


def places(text: str, secrets: str = "") -> list[str]:
    with pytest.raises(SettingsError) as caught:
        settled(Source(text.encode(), secrets.encode()))
    return [problem.place for problem in caught.value.problems]


def test_a_new_gateway_has_no_files_and_all_defaults(tmp_path: Path) -> None:
    assert Folder(tmp_path).load() == Settings()
    assert Settings().accounts == ()
    assert Settings().lines == (Line(name="line1", driver="simulated"),)


def test_an_account_needs_no_more_than_its_number_and_password(tmp_path: Path) -> None:
    account = Folder(tmp_path).write(GOOD, GOOD_SECRETS).load().accounts[0]
    assert (account.name, account.number, account.provider) == ("main", "79261234567", "multifon")
    assert account.password.reveal() == "open sesame"


def test_the_table_of_options_goes_to_the_driver_as_it_stands() -> None:
    text = '[[line]]\ndriver = "fxs"\n[line.options]\npins = [4, 17]\nslic = {gain = -3.5}\n'
    line = settled(Source(text.encode(), b"")).lines[0]
    assert line.options == {"pins": [4, 17], "slic": {"gain": -3.5}}


def test_a_whole_number_will_do_where_a_number_is_asked_for() -> None:
    found = settled(Source(b"[busy]\nhowler = 30\n", b"")).busy.howler
    assert found == 30.0
    assert isinstance(found, float)


def test_no_lines_at_all_can_be_asked_for() -> None:
    assert settled(Source(b"line = []\n", b"")).lines == ()


def test_all_problems_of_both_files_come_together_in_the_order_of_the_file() -> None:
    text = """
        netwrok = 1
        [[account]]
        nubmer = "7"
        expiry = "long"
        [[line]]
        rings_for = "main"
        [log]
        level = 5
    """
    assert places(text, "[account.main]\npasword = 'x'\n") == [
        "secrets.toml: account.main.pasword",
        "netwrok",
        "account[0].nubmer",
        "account[0].number",
        "account[0].expiry",
        "account[0].password",
        "line[0].rings_for",
        "log.level",
    ]


def test_one_mistake_is_one_problem() -> None:
    # No complaint about passwords when their file is broken, nor about what refers to a bad name.
    assert places(GOOD, "\n=") == ["secrets.toml, line 2, column 1"]
    named = '[[account]]\nname = "à"\nnumber = "1"\n[[line]]\naccount = "à1"\n'
    assert places(named) == ["account[0].name", "line[0].account"]
    assert places('account = ["main"]\n') == ["account[0]"]
    assert places("[voice]\nrtp_port_max = 1\n") == ["voice.rtp_port_max"]


@pytest.mark.parametrize(
    "wrong", ["nan", "inf", "-1", "601", "0.99", "true", '"16"', "0xffffffffffffffffffff"]
)
def test_a_time_out_of_its_range_is_refused(wrong: str) -> None:
    text = f"[dialling]\nfirst_digit_timeout = {wrong}\n"
    assert places(text) == ["dialling.first_digit_timeout"]


@pytest.mark.parametrize(
    "proxy", ["sbc.megafon.ru", "sbc.megafon.ru:8080", "193.201.229.35:5060", "localhost", ""]
)
def test_a_proxy_is_a_host_with_or_without_a_port(proxy: str) -> None:
    text = f'{GOOD}proxy = "{proxy}"\n'
    assert settled(Source(text.encode(), GOOD_SECRETS.encode())).accounts[0].proxy == proxy


@pytest.mark.parametrize(
    "proxy", ["sip:sbc.megafon.ru", "sbc.megafon.ru:", "a:0", "a:65536", "a:５", "a b", "-a", "::1"]
)
def test_what_is_no_host_is_no_proxy(proxy: str) -> None:
    assert places(f'{GOOD}proxy = "{proxy}"\n', GOOD_SECRETS) == ["account[0].proxy"]


@pytest.mark.parametrize("address", ["192.168.1.256", "fe80::1", "eth0", "192.168.1"])
def test_only_an_ipv4_address_can_be_bound(address: str) -> None:
    assert places(f'[network]\nbind_address = "{address}"\n') == ["network.bind_address"]


def test_a_password_never_shows_in_a_problem() -> None:
    secrets = [
        '[account.main]\npassword = ["tops3cret"]\n',
        '[account]\nmain = "tops3cret"\n',
        'account = "tops3cret"\n',
        '[account.main]\npassword = "tops3cret',
        "[account.main]\npassword = tops3cret\n",
        '[account.main]\npassword = "tops3cret"\npassword = "tops3cret"\n',
    ]
    for text in secrets:
        with pytest.raises(SettingsError) as caught:
            settled(Source(GOOD.encode(), text.encode()))
        told = [str(caught.value), *(p.text("ru") for p in caught.value.problems)]
        assert "tops3cret" not in "".join(told)


def test_a_long_wrong_value_is_shown_shortened() -> None:
    with pytest.raises(SettingsError) as caught:
        settled(Source(f'[tones]\ncountry = "{"x" * 5000}"\n'.encode(), b""))
    assert "xxx…" in str(caught.value)
    assert len(str(caught.value)) < 300


KEYS = sorted(
    {name for section in sections_of(Settings).values() for name in settings_of(section.structure)}
    | sections_of(Settings).keys()
)
VALUES = st.recursive(
    st.text(max_size=5) | st.booleans() | st.integers() | st.floats() | st.dates() | st.times(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), inner, max_size=4)
    ),
)
TABLES = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=5)


def as_toml(table: dict[str, Any]) -> bytes:
    lines = [f"{emit.key(name)} = {emit.value(value)}" for name, value in table.items()]
    return "\n".join(lines).encode("utf-8", "replace")


def never_fails(text: bytes, secrets: bytes) -> None:
    try:
        settled(Source(text, secrets))
    except SettingsError as error:
        for problem in error.problems:
            assert problem.text("en")
            assert problem.text("ru")


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TABLES.map(as_toml), TABLES.map(as_toml))
def test_any_tables_are_settings_or_problems(text: bytes, secrets: bytes) -> None:
    never_fails(text, secrets)


@settings(deadline=None)
@given(st.binary() | st.text(alphabet="[]{}=\"'#.,\\\n aelin01_").map(str.encode))
@example(b"a = " + b"[" * 5000)
@example(b"[log]\nlevel = " + b"{a=" * 5000)
@example(b".".join([b"line"] * 3000) + b" = 1")
@example(b"log." + b".".join([b"level"] * 3000) + b" = 1")
@example(b"[[line]]\noptions." + b".".join([b"a"] * 3000) + b" = 1")
@example(b"[network]\nlocal_sip_port = " + b"9" * 5000)
@example(b"[network]\nlocal_sip_port = 0x" + b"f" * 5000)
@example(b"[dialling]\nfirst_digit_timeout = 0x" + b"f" * 5000)
@example(b"[[line]]\n[line.options]\na = 0x" + b"f" * 5000)
@example(b'"{place}" = 1\n[tones]\ncountry = "{0}"')
def test_any_garbage_is_settings_or_problems(text: bytes) -> None:
    never_fails(text, text)
