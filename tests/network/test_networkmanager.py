"""The real NetworkManager, with a cable of its own (tests/simulators/network)."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from gateway.network.bus import Bus
from gateway.network.change import Changes
from gateway.network.host import Host
from gateway.network.model import State, StaticAddress, static_address
from gateway.network.networkmanager import NetworkManager
from gateway.network.troubles import NetworkError, Trouble
from tests.simulators.network.private_system import PrivateSystem, missing

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "-")

GOOD = static_address("192.168.77.20", "192.168.77.1", "192.168.77.1")
WITHOUT_ROUTER = static_address("192.168.77.20/24", "192.168.77.3", "192.168.77.3")
TAKEN = static_address("192.168.77.1/24", "192.168.77.2", "192.168.77.2")


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateSystem]:
    with PrivateSystem(tmp_path_factory.mktemp("network") / "system") as running:
        yield running


def asked(system: PrivateSystem, question: Callable[[Bus], Awaitable[None]]) -> None:
    async def ask() -> None:
        bus = await Bus.connect(system.bus)
        try:
            await question(bus)
        finally:
            bus.close()

    asyncio.run(ask())


def neighbours_of(system: PrivateSystem) -> Callable[[str], Awaitable[bool]]:
    """The product's own question, asked inside the system's network."""

    async def answers(address: str) -> bool:
        program = (
            "import asyncio, sys; from gateway.network.neighbour import host_answers;"
            f"sys.exit(0 if asyncio.run(host_answers({address!r}, 1.0)) else 1)"
        )
        found = await asyncio.to_thread(system.inside, sys.executable, "-c", program)
        assert not found.stderr
        return found.returncode == 0

    return answers


async def from_the_router(network: NetworkManager, system: PrivateSystem) -> None:
    assert await Changes(network, neighbours_of(system)).set_address("cable", None) is None


async def address(network: NetworkManager) -> str:
    (interface,) = await network.interfaces()
    return interface.addresses[0] if interface.addresses else ""


async def until_address(network: NetworkManager, wanted: str) -> None:
    deadline = time.monotonic() + 60
    while (present := await address(network)) != wanted:
        assert time.monotonic() < deadline, present
        await asyncio.sleep(0.1)


def test_a_cable_gets_its_address_from_the_router(system: PrivateSystem) -> None:
    async def question(bus: Bus) -> None:
        network = NetworkManager(bus)
        await from_the_router(network, system)
        (interface,) = await network.interfaces()
        assert interface.name == "cable"
        assert interface.state is State.CONNECTED
        assert interface.addresses[0].startswith("192.168.77.")
        assert interface.router == "192.168.77.1"
        assert not interface.static

    asked(system, question)


def test_an_address_set_by_hand_stays_when_it_is_confirmed(system: PrivateSystem) -> None:
    async def question(bus: Bus) -> None:
        network = NetworkManager(bus)
        await from_the_router(network, system)
        changes = Changes(network, neighbours_of(system))
        assert await changes.set_address("cable", GOOD) is not None
        with pytest.raises(NetworkError) as refused:
            await changes.set_address("cable", None)
        assert refused.value.trouble is Trouble.BUSY
        await changes.confirm()
        (interface,) = await network.interfaces()
        assert interface.addresses == ("192.168.77.20/24",)
        assert interface.name_servers == ("192.168.77.1",)
        assert interface.static
        with pytest.raises(NetworkError):
            await changes.confirm()

    asked(system, question)


def test_an_address_that_nobody_confirms_is_taken_back(system: PrivateSystem) -> None:
    async def question(bus: Bus) -> None:
        network = NetworkManager(bus)
        await from_the_router(network, system)
        before = await address(network)
        changes = Changes(network, neighbours_of(system), confirm_within=1)
        await changes.set_address("cable", GOOD)
        assert await address(network) == "192.168.77.20/24"
        await until_address(network, before)
        assert changes.pending is None

    asked(system, question)


def test_the_old_address_comes_back_by_itself_when_the_page_dies(system: PrivateSystem) -> None:
    async def question(bus: Bus) -> None:
        network = NetworkManager(bus)
        await from_the_router(network, system)
        before = await address(network)
        await network.begin_trial(3)
        await network.set_address("cable", GOOD)
        assert await address(network) == "192.168.77.20/24"
        await until_address(network, before)

    asked(system, question)


@pytest.mark.parametrize(
    ("wish", "trouble"),
    [(WITHOUT_ROUTER, Trouble.NO_ROUTER), (TAKEN, Trouble.ADDRESS_TAKEN)],
    ids=["nobody-at-the-router's-address", "the-address-is-another's"],
)
def test_an_address_that_does_not_work_is_taken_back_and_explained(
    system: PrivateSystem, wish: StaticAddress, trouble: Trouble
) -> None:
    async def question(bus: Bus) -> None:
        network = NetworkManager(bus)
        await from_the_router(network, system)
        before = await address(network)
        with pytest.raises(NetworkError) as failed:
            await Changes(network, neighbours_of(system)).set_address("cable", wish)
        assert failed.value.trouble is trouble
        await until_address(network, before)

    asked(system, question)


def test_an_interface_that_is_not_there_is_told(system: PrivateSystem) -> None:
    async def question(bus: Bus) -> None:
        with pytest.raises(NetworkError) as failed:
            await NetworkManager(bus).set_address("wlan7", None)
        assert failed.value.trouble is Trouble.GONE

    asked(system, question)


def test_the_host_gets_another_name(system: PrivateSystem) -> None:
    async def question(bus: Bus) -> None:
        host = Host(bus)
        await host.set_name("grandmother")
        assert await host.name() == "grandmother"

    asked(system, question)


def test_a_system_without_a_bus_is_told(tmp_path: Path) -> None:
    with pytest.raises(NetworkError) as failed:
        asyncio.run(Bus.connect(f"unix:path={tmp_path}/nothing"))
    assert failed.value.trouble is Trouble.NO_BUS
