"""Connection profiles as NetworkManager keeps them (nm-settings-dbus(5)).  Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from dbus_fast.signature import Variant

from gateway.network.model import Join, Kind, Security, StaticAddress

Profile: TypeAlias = dict[str, dict[str, Variant]]

ACCESS_POINT = "Adapter set-up"
"""Name of the profile of our own access point."""


def wifi(wish: Join) -> Profile:
    """Joins a network and keeps it: it is taken again whenever it is in reach."""
    profile: Profile = {
        "connection": {
            "id": Variant("s", wish.ssid),
            "type": Variant("s", "802-11-wireless"),
            "autoconnect": Variant("b", True),
        },
        "802-11-wireless": {
            "ssid": Variant("ay", wish.ssid.encode()),
            "mode": Variant("s", "infrastructure"),
            "hidden": Variant("b", wish.hidden),
        },
        "ipv4": {"method": Variant("s", "auto")},
        "ipv6": {"method": Variant("s", "auto")},
    }
    if wish.security is not Security.OPEN:
        management = "sae" if wish.security is Security.WPA3 else "wpa-psk"
        profile["802-11-wireless-security"] = {
            "key-mgmt": Variant("s", management),
            "psk": Variant("s", wish.password),
        }
    return profile


def access_point(ssid: str, password: str = "") -> Profile:
    """A network of our own, in which NetworkManager gives the addresses and we are the router."""
    profile: Profile = {
        "connection": {
            "id": Variant("s", ACCESS_POINT),
            "type": Variant("s", "802-11-wireless"),
            "autoconnect": Variant("b", False),
        },
        "802-11-wireless": {
            "ssid": Variant("ay", ssid.encode()),
            "mode": Variant("s", "ap"),
            "band": Variant("s", "bg"),
        },
        "ipv4": {"method": Variant("s", "shared")},
        "ipv6": {"method": Variant("s", "disabled")},
    }
    if password:
        profile["802-11-wireless-security"] = {
            "key-mgmt": Variant("s", "wpa-psk"),
            "proto": Variant("as", ["rsn"]),
            "psk": Variant("s", password),
        }
    return profile


def wired(interface: str) -> Profile:
    """A cable with an address from the router."""
    return {
        "connection": {
            "id": Variant("s", f"Cable {interface}"),
            "type": Variant("s", "802-3-ethernet"),
            "interface-name": Variant("s", interface),
            "autoconnect": Variant("b", True),
        },
        "ipv4": {"method": Variant("s", "auto")},
        "ipv6": {"method": Variant("s", "auto")},
    }


def with_address(present: Profile, static: StaticAddress | None) -> Profile:
    """The profile with another IPv4 address and nothing else changed; ``None`` asks the router."""
    profile = {section: dict(values) for section, values in present.items()}
    ipv4: dict[str, Variant] = {
        name: value
        for name, value in profile.get("ipv4", {}).items()
        # The old forms of the same things would contradict the new ones.
        if name not in {"addresses", "address-data", "gateway", "dns", "dns-data", "routes"}
    }
    if static is None:
        ipv4["method"] = Variant("s", "auto")
    else:
        ipv4["method"] = Variant("s", "manual")
        ipv4["address-data"] = Variant(
            "aa{sv}",
            [
                {
                    "address": Variant("s", str(static.address.ip)),
                    "prefix": Variant("u", static.address.network.prefixlen),
                }
            ],
        )
        ipv4["gateway"] = Variant("s", str(static.router))
        ipv4["dns"] = Variant("au", [_little_endian(server) for server in static.name_servers])
    profile["ipv4"] = ipv4
    return profile


def _little_endian(address: object) -> int:
    """An IPv4 address in the network's byte order, read as the machine's number."""
    return int.from_bytes(bytes(int(part) for part in str(address).split(".")), "little")


def is_static(profile: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether its IPv4 address was set by hand."""
    return profile.get("ipv4", {}).get("method") == "manual"


def ssid_of(profile: Mapping[str, Mapping[str, Any]]) -> str:
    """The Wi-Fi network of a profile; empty for a cable."""
    return ssid_text(profile.get("802-11-wireless", {}).get("ssid", b""))


def ssid_text(ssid: bytes | list[int]) -> str:
    """A network's name for people: most are UTF-8, and the standard does not say."""
    return bytes(ssid).decode("utf-8", "replace")


_PRIVACY = 0x1
_KEY_PSK = 0x100
_KEY_802_1X = 0x200
_KEY_SAE = 0x400


def security_of(flags: int, wpa: int, rsn: int) -> Security:
    """Of an access point, by NM80211ApFlags and NM80211ApSecurityFlags."""
    keys = wpa | rsn
    if keys & _KEY_PSK:
        return Security.WPA
    if keys & _KEY_SAE:
        return Security.WPA3
    if keys & _KEY_802_1X or flags & _PRIVACY:
        return Security.UNSUPPORTED
    return Security.OPEN


KINDS = {1: Kind.WIRED, 2: Kind.WIFI, 20: Kind.WIRED}
"""NMDeviceType, as far as a home has them; 20 is the cable of a container."""
