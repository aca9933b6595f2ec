"""What a person types about the network."""

from __future__ import annotations

import pytest
from dbus_fast.signature import Variant
from hypothesis import given
from hypothesis import strategies as st

from gateway.network import profiles
from gateway.network.host import host_name
from gateway.network.model import Join, Security, WishError, static_address
from gateway.network.neighbour import is_neighbour
from gateway.network.troubles import Trouble, trouble_of

PRESENT: profiles.Profile = {
    "connection": {"id": Variant("s", "Home")},
    "802-11-wireless-security": {"psk": Variant("s", "a pass phrase")},
    "ipv4": {
        "method": Variant("s", "auto"),
        "addresses": Variant("aau", []),
        "ignore-auto-dns": Variant("b", True),
    },
}


def test_an_address_has_24_bits_of_network_unless_said() -> None:
    wish = static_address(" 192.168.1.20 ", "192.168.1.1", "192.168.1.1, 8.8.8.8")
    assert str(wish.address) == "192.168.1.20/24"
    assert [str(server) for server in wish.name_servers] == ["192.168.1.1", "8.8.8.8"]
    assert str(static_address("10.0.0.5/255.0.0.0", "10.1.1.1", "10.1.1.1").address) == "10.0.0.5/8"


@pytest.mark.parametrize(
    ("address", "router", "servers", "field"),
    [
        ("192.168.1", "192.168.1.1", "192.168.1.1", "address"),
        ("192.168.1.0/24", "192.168.1.1", "192.168.1.1", "address"),
        ("192.168.1.255/24", "192.168.1.1", "192.168.1.1", "address"),
        ("127.0.0.5/24", "127.0.0.1", "127.0.0.1", "address"),
        ("192.168.1.20/24", "192.168.2.1", "192.168.2.1", "router"),
        ("192.168.1.20/24", "192.168.1.20", "192.168.1.1", "router"),
        ("192.168.1.20/24", "the router", "192.168.1.1", "router"),
        ("192.168.1.20/24", "192.168.1.1", "", "name_servers"),
        ("192.168.1.20/24", "192.168.1.1", "dns.example", "name_servers"),
    ],
)
def test_what_cannot_be_right_is_told_at_its_field(
    address: str, router: str, servers: str, field: str
) -> None:
    with pytest.raises(WishError) as wrong:
        static_address(address, router, servers)
    assert wrong.value.field == field
    assert wrong.value.words.en
    assert wrong.value.words.ru


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_no_text_is_taken_for_more_than_it_is(address: str, router: str, servers: str) -> None:
    try:
        wish = static_address(address, router, servers)
    except WishError:
        return
    assert wish.router in wish.address.network


@pytest.mark.parametrize("password", ["", "short12", "x" * 64, "пароль-из-букв", "a" * 65])
def test_a_wifi_password_that_no_network_can_have_is_refused(password: str) -> None:
    with pytest.raises(WishError) as wrong:
        Join("Home", Security.WPA, password)
    assert wrong.value.field == "password"


def test_a_wifi_network_is_taken_with_a_pass_phrase_or_a_key() -> None:
    Join("Дом", Security.WPA, "eight ok")
    Join("Home", Security.WPA, "0123456789abcdef" * 4)
    Join("Guest", Security.OPEN)
    for ssid in ("", "ы" * 17):
        with pytest.raises(WishError):
            Join(ssid, Security.OPEN)


def test_another_address_changes_nothing_else_of_a_profile() -> None:
    wish = static_address("192.168.1.20", "192.168.1.1", "192.168.1.1")
    made = profiles.with_address(PRESENT, wish)
    assert made["802-11-wireless-security"] == PRESENT["802-11-wireless-security"]
    assert made["ipv4"]["ignore-auto-dns"].value is True
    assert "addresses" not in made["ipv4"]
    assert made["ipv4"]["dns"].value == [0x0101A8C0]
    back = profiles.with_address(made, None)
    assert back["ipv4"]["method"].value == "auto"
    assert not {"address-data", "gateway"} & back["ipv4"].keys()


@pytest.mark.parametrize(
    ("flags", "wpa", "rsn", "security"),
    [
        (0, 0, 0, Security.OPEN),
        (1, 0, 0, Security.UNSUPPORTED),  # WEP
        (1, 0, 0x188, Security.WPA),
        (1, 0, 0x588, Security.WPA),  # WPA2 and WPA3
        (1, 0, 0x488, Security.WPA3),
        (1, 0, 0x288, Security.UNSUPPORTED),
    ],
)
def test_what_a_network_asks_for_is_read_from_its_flags(
    flags: int, wpa: int, rsn: int, security: Security
) -> None:
    assert profiles.security_of(flags, wpa, rsn) is security


def test_a_neighbour_counts_only_with_its_hardware_address() -> None:
    table = (
        "IP address       HW type     Flags       HW address            Mask     Device\n"
        "192.168.1.1      0x1         0x2         52:54:00:12:34:56     *        eth0\n"
        "192.168.1.9      0x1         0x0         00:00:00:00:00:00     *        eth0\n"
    )
    assert is_neighbour("192.168.1.1", table)
    assert not is_neighbour("192.168.1.9", table)
    assert not is_neighbour("192.168.1.11", table)


def test_a_host_name_is_one_label() -> None:
    assert host_name(" Phone.local ") == "phone"
    for text in ("", "-phone", "my phone", "телефон", "a.b", "x" * 64):
        with pytest.raises(WishError):
            host_name(text)


def test_every_trouble_has_a_name_of_its_own_and_both_languages() -> None:
    assert len({trouble.value for trouble in Trouble}) == len(Trouble)
    assert all(trouble.words.en and trouble.words.ru for trouble in Trouble)
    assert trouble_of(7) is Trouble.WRONG_PASSWORD
    assert trouble_of(12345) is Trouble.FAILED
