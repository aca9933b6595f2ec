"""What the adapter asks of NetworkManager (D-Bus API 1.42 and later)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from gateway.network import profiles
from gateway.network.bus import At, Bus
from gateway.network.model import (
    Interface,
    Join,
    Kind,
    Security,
    State,
    StaticAddress,
    WifiNetwork,
)
from gateway.network.troubles import NetworkError, Trouble, trouble_of

SERVICE = "org.freedesktop.NetworkManager"
_MANAGER = At(SERVICE, "/org/freedesktop/NetworkManager", SERVICE)
_SETTINGS = At(SERVICE, "/org/freedesktop/NetworkManager/Settings", f"{SERVICE}.Settings")
_NONE = "/"
"""Instead of an object's path."""

SCAN = 12.0
"""Seconds that a scan may take; what is known then is the answer."""
UP = 60.0
"""Seconds within which a network has to come up: DHCP alone may take 45."""
_LOOK = 0.25
"""Seconds between two looks at a state."""

_WHOLE = 0x01 | 0x02 | 0x04
"""NMCheckpointCreateFlags: in place of all others; what was made since goes, devices too."""
_ACTIVATED = 2
_DEACTIVATED = 4
_FAILED = 120
_DISCONNECTED = 30
"""NMActiveConnectionState and NMDeviceState."""


def _device(path: str) -> At:
    return At(SERVICE, path, f"{SERVICE}.Device")


def _wireless(path: str) -> At:
    return At(SERVICE, path, f"{SERVICE}.Device.Wireless")


def _active(path: str) -> At:
    return At(SERVICE, path, f"{SERVICE}.Connection.Active")


def _access_point(path: str) -> At:
    return At(SERVICE, path, f"{SERVICE}.AccessPoint")


def _profile(path: str) -> At:
    return At(SERVICE, path, f"{SERVICE}.Settings.Connection")


def _ip4(path: str) -> At:
    return At(SERVICE, path, f"{SERVICE}.IP4Config")


class NetworkManager:
    """The interfaces of the adapter and their networks.  ``NetworkError`` for whatever fails."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def interfaces(self) -> tuple[Interface, ...]:
        """The wired and Wi-Fi interfaces that NetworkManager looks after, by name."""
        found = []
        for path, device in await self._devices():
            found.append(await self._interface(path, device))
        return tuple(sorted(found, key=lambda interface: interface.name))

    async def scan(self, interface: str) -> tuple[WifiNetwork, ...]:
        """The Wi-Fi networks in reach, the strongest first.  Takes up to ``SCAN`` seconds."""
        path = await self._path(interface)
        before = (await self._bus.properties(_wireless(path))).get("LastScan", -1)
        try:
            await self._bus.call(_wireless(path), "RequestScan", "a{sv}", {})
        except NetworkError as error:
            # Too soon after the last one: what that found is still true.
            if error.trouble is not Trouble.REFUSED:
                raise
        deadline = time.monotonic() + SCAN
        while time.monotonic() < deadline:
            wireless = await self._bus.properties(_wireless(path))
            if wireless.get("LastScan", -1) != before:
                break
            await asyncio.sleep(_LOOK)
        return await self._networks(path)

    async def join(self, interface: str, wish: Join) -> None:
        """Use a Wi-Fi network from now on.  Returns when it is up, with an address.

        A profile of the same network that is there already is replaced.
        """
        path = await self._path(interface)
        old = [
            found
            for found, profile in (await self._profiles()).items()
            if profiles.ssid_of(profile) == wish.ssid
            and profile["connection"]["id"] != profiles.ACCESS_POINT
        ]
        made, active, _ = await self._bus.call(
            _MANAGER,
            "AddAndActivateConnection2",
            "a{sa{sv}}ooa{sv}",
            profiles.wifi(wish),
            path,
            _NONE,
            {},
        )
        try:
            await self._until_up(path, active)
        except NetworkError:
            await self._delete(made)
            raise
        for profile_path in old:
            await self._delete(profile_path)

    async def set_address(self, interface: str, static: StaticAddress | None) -> None:
        """Set an IPv4 address by hand, or with ``None`` ask the router again.  Returns when up."""
        path = await self._path(interface)
        device = await self._bus.properties(_device(path))
        connection = await self._connection_of(device)
        if connection is None:
            profile = profiles.with_address(profiles.wired(interface), static)
            _, active, _ = await self._bus.call(
                _MANAGER,
                "AddAndActivateConnection2",
                "a{sa{sv}}ooa{sv}",
                profile,
                path,
                _NONE,
                {},
            )
        else:
            profile = profiles.with_address(await self._whole(connection), static)
            await self._bus.call(_profile(connection), "Update2", "a{sa{sv}}ua{sv}", profile, 1, {})
            active = await self._bus.call(
                _MANAGER, "ActivateConnection", "ooo", connection, path, _NONE
            )
        await self._until_up(path, active)

    async def open_access_point(self, interface: str, ssid: str, password: str = "") -> None:
        """Be a network of our own, in which a telephone finds the set-up page."""
        path = await self._path(interface)
        await self.close_access_point()
        _, active, _ = await self._bus.call(
            _MANAGER,
            "AddAndActivateConnection2",
            "a{sa{sv}}ooa{sv}",
            profiles.access_point(ssid, password),
            path,
            _NONE,
            {},
        )
        await self._until_up(path, active)

    async def close_access_point(self) -> None:
        """End the network of our own and forget it; nothing if there is none."""
        for path, profile in (await self._profiles()).items():
            if profile["connection"]["id"] == profiles.ACCESS_POINT:
                await self._delete(path)

    async def knows_wifi(self) -> bool:
        """The way into some Wi-Fi network is stored."""
        return any(
            profiles.ssid_of(profile) and profile["connection"]["id"] != profiles.ACCESS_POINT
            for profile in (await self._profiles()).values()
        )

    async def forget(self, ssid: str) -> None:
        """Drop a Wi-Fi network and its password."""
        for path, profile in (await self._profiles()).items():
            if profiles.ssid_of(profile) == ssid:
                await self._delete(path)

    async def begin_trial(self, seconds: int) -> str:
        """Remember everything; NetworkManager brings it back by itself after ``seconds``."""
        path: str = await self._bus.call(
            _MANAGER, "CheckpointCreate", "aouu", [], seconds, _WHOLE
        )  # fmt: skip
        return path

    async def keep(self, trial: str) -> None:
        """What was changed since ``begin_trial`` stays."""
        await self._bus.call(_MANAGER, "CheckpointDestroy", "o", trial)

    async def roll_back(self, trial: str) -> None:
        """Everything is as it was at ``begin_trial``."""
        await self._bus.call(_MANAGER, "CheckpointRollback", "o", trial)

    # ------------------------------------------------------------------------------------------

    async def _devices(self) -> list[tuple[str, Mapping[str, Any]]]:
        found = []
        for path in await self._bus.call(_MANAGER, "GetDevices"):
            device = await self._bus.properties(_device(path))
            if device["DeviceType"] in profiles.KINDS and device["Managed"]:
                found.append((path, device))
        return found

    async def _path(self, interface: str) -> str:
        for path, device in await self._devices():
            if device["Interface"] == interface:
                return path
        raise NetworkError(Trouble.GONE, f"no interface {interface}")

    async def _interface(self, path: str, device: Mapping[str, Any]) -> Interface:
        kind = profiles.KINDS[device["DeviceType"]]
        ssid, strength = "", 0
        if kind is Kind.WIFI:
            wireless = await self._bus.properties(_wireless(path))
            if wireless["ActiveAccessPoint"] != _NONE:
                access = await self._bus.properties(_access_point(wireless["ActiveAccessPoint"]))
                ssid, strength = profiles.ssid_text(access["Ssid"]), access["Strength"]
        addresses: tuple[str, ...] = ()
        router, servers = "", ()
        if device["Ip4Config"] != _NONE:
            config = await self._bus.properties(_ip4(device["Ip4Config"]))
            addresses = tuple(f"{e['address']}/{e['prefix']}" for e in config["AddressData"])
            router = config["Gateway"]
            servers = tuple(entry["address"] for entry in config["NameserverData"])
        connection = await self._connection_of(device)
        profile = {} if connection is None else (await self._profiles()).get(connection, {})
        state = _state(device["State"])
        if profile.get("802-11-wireless", {}).get("mode") == "ap" and state is State.CONNECTED:
            state = State.SHARING
        return Interface(
            device["Interface"],
            kind,
            state,
            device["HwAddress"],
            addresses,
            router,
            servers,
            ssid,
            strength,
            profiles.is_static(profile),
        )

    async def _networks(self, path: str) -> tuple[WifiNetwork, ...]:
        known = {profiles.ssid_of(profile) for profile in (await self._profiles()).values()}
        wireless = await self._bus.properties(_wireless(path))
        networks: dict[str, WifiNetwork] = {}
        for access_path in await self._bus.call(_wireless(path), "GetAllAccessPoints"):
            try:
                access = await self._bus.properties(_access_point(access_path))
            except NetworkError as error:
                if error.trouble is Trouble.GONE:  # it went out of reach meanwhile
                    continue
                raise
            ssid = profiles.ssid_text(access["Ssid"])
            in_use = access_path == wireless["ActiveAccessPoint"]
            before = networks.get(ssid)
            if not ssid:  # hidden
                continue
            networks[ssid] = WifiNetwork(
                ssid,
                max(access["Strength"], before.strength if before else 0),
                _of(access),
                ssid in known,
                in_use or (before is not None and before.in_use),
            )
        return tuple(sorted(networks.values(), key=lambda n: (-n.strength, n.ssid)))

    async def _until_up(self, device: str, active: str) -> None:
        """Until the connection is up; ``NetworkError`` when it fails or takes too long."""
        deadline = time.monotonic() + UP
        while time.monotonic() < deadline:
            try:
                state = (await self._bus.properties(_active(active)))["State"]
            except NetworkError as error:
                if error.trouble is not Trouble.GONE:
                    raise
                state = _DEACTIVATED
            if state == _ACTIVATED:
                return
            now = await self._bus.properties(_device(device))
            if state == _DEACTIVATED or now["State"] == _FAILED:
                reason = now["StateReason"][1]
                raise NetworkError(trouble_of(reason), f"reason {reason}")
            await asyncio.sleep(_LOOK)
        raise NetworkError(Trouble.NOT_IN_TIME)

    async def _connection_of(self, device: Mapping[str, Any]) -> str | None:
        if device["ActiveConnection"] == _NONE:
            return None
        active = await self._bus.properties(_active(device["ActiveConnection"]))
        found: str = active["Connection"]
        return found

    async def _profiles(self) -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
        found = {}
        paths = await self._bus.call(_SETTINGS, "ListConnections")
        for path in paths:
            found[path] = await self._bus.call(_profile(path), "GetSettings")
        return found

    async def _whole(self, path: str) -> profiles.Profile:
        """A profile with its types and its secrets, which an update would otherwise drop."""
        profile: profiles.Profile
        (profile,) = await self._bus.typed(_profile(path), "GetSettings")
        section = "802-11-wireless-security"
        if section in profile:
            (secrets,) = await self._bus.typed(_profile(path), "GetSecrets", "s", section)
            profile[section] = {**profile[section], **secrets.get(section, {})}
        return profile

    async def _delete(self, path: str) -> None:
        try:
            await self._bus.call(_profile(path), "Delete")
        except NetworkError as error:
            if error.trouble is not Trouble.GONE:
                raise


def _of(access: Mapping[str, Any]) -> Security:
    return profiles.security_of(access["Flags"], access["WpaFlags"], access["RsnFlags"])


def _state(number: int) -> State:
    """Of NMDeviceState."""
    if number < _DISCONNECTED:
        return State.UNAVAILABLE
    if number == _DISCONNECTED:
        return State.DISCONNECTED
    if number == _FAILED:
        return State.FAILED
    return State.CONNECTED if number == 100 else State.CONNECTING
