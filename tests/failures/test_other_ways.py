"""The provider answers on another port or by another transport than the best one."""

import asyncio
import itertools
import random
import socket
from pathlib import Path

from tests.failures.calls import LISTENER, asked, call_works, no_errors_in
from tests.failures.fragile_house import FragileHouse
from tests.gateway_process import NUMBER, PASSWORD, GatewayProcess
from tests.simulators.multifon.network_process import RunningNetwork, multifon_network


class Remote:
    """A provider at an address of its own, with MultiFon's well-known ports, and a gateway."""

    def __init__(self, network: RunningNetwork, gateway: GatewayProcess) -> None:
        self.network = network
        self.gateway = gateway


def free_address() -> str:
    """An address of 127/8 whose ports 5060 and 8080 nobody uses."""
    while True:
        address = (
            f"127.{random.randrange(1, 255)}.{random.randrange(255)}.{random.randrange(2, 250)}"
        )
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as first,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as second,
        ):
            try:
                first.bind((address, 5060))
                second.bind((address, 8080))
            except OSError:
                continue
        return address


def test_port_8080_is_used_when_nothing_answers_on_5060(tmp_path: Path) -> None:
    address = free_address()

    async def run(network: RunningNetwork) -> None:
        async with GatewayProcess(tmp_path / "gateway", address) as gateway:
            await gateway.until_registered(seconds=40)
            (account,) = (await gateway.status())["accounts"]
            assert account["way"] == f"udp {address}:8080"
            await call_works(Remote(network, gateway))
            no_errors_in(gateway)
            # It is kept: the refresh goes there at once.
            registers = (await asked(Remote(network, gateway), "accounts"))[0]["registers"]
            deadline = asyncio.get_running_loop().time() + 15
            while (await asked(Remote(network, gateway), "accounts"))[0]["registers"] == registers:
                assert asyncio.get_running_loop().time() < deadline, "no refresh came"
                await asyncio.sleep(0.1)
            (account,) = (await gateway.status())["accounts"]
            assert account["way"] == f"udp {address}:8080"

    passwords = {NUMBER: PASSWORD}
    with multifon_network(tmp_path, passwords, address=address, port=8080, expires=6) as network:
        asyncio.run(run(network))


def test_tcp_is_used_when_nothing_answers_by_udp(tmp_path: Path) -> None:
    async def run() -> None:
        async with FragileHouse(tmp_path, network={"udp": False}) as house:
            await house.gateway.start()
            await house.gateway.until_registered(seconds=40)
            (account,) = (await house.gateway.status())["accounts"]
            assert account["way"] == f"tcp 127.0.0.1:{house.network.port}"
            await call_works(house)
            call = await asked(house, "call", caller="74950000001")
            await house.gateway.handset("ringing", wait=True)
            await asked(house, "hang_up", call)
            await house.gateway.handset("silent")

    asyncio.run(run())


def test_a_provider_that_never_answers_is_not_flooded(tmp_path: Path) -> None:
    """Each try is one transaction, and the next comes later than the last."""
    arrived: list[tuple[float, str]] = []

    async def run() -> None:
        loop = asyncio.get_running_loop()

        class Deaf(asyncio.DatagramProtocol):
            def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:  # noqa: ARG002
                call_id = data.partition(b"Call-ID: ")[2].partition(b"\r\n")[0].decode()
                if data.startswith(b"REGISTER "):
                    arrived.append((loop.time(), call_id))

        transport, _ = await loop.create_datagram_endpoint(Deaf, local_addr=("127.0.0.1", 0))
        port = transport.get_extra_info("sockname")[1]
        gateway = GatewayProcess(
            tmp_path / "gateway", f"127.0.0.1:{port}", account='transport = "udp"'
        )
        try:
            async with gateway:
                await gateway.until(
                    lambda _: len({call_id for _, call_id in arrived}) >= 3, "three tries", 60
                )
                await gateway.handset("lift")
                await gateway.handset("dial", digits=LISTENER, by="keypad")
                await gateway.handset("hear", tone="congestion")
                await gateway.handset("hang-up")
                no_errors_in(gateway)
        finally:
            transport.close()

    asyncio.run(run())
    begun: dict[str, float] = {}
    for moment, call_id in arrived:
        begun.setdefault(call_id, moment)
    starts = sorted(begun.values())
    gaps = [later - earlier for earlier, later in itertools.pairwise(starts)]
    assert gaps[0] >= 8.0 + 1.5, gaps
    assert gaps[1] >= 8.0 + 3.0, gaps
    for call_id in begun:
        repeated = sum(1 for _, other in arrived if other == call_id)
        assert repeated <= 11, "more than RFC 3261 §17.1.2.2 repeats in 32 s"
