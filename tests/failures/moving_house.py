"""A gateway whose computer gets another address, in a network of its own (user namespaces).

``unshare --map-root-user --net python -m tests.failures.moving_house FOLDER``

The provider is 192.0.2.1; the kernel speaks to it from 192.0.2.10, then from 192.0.2.11, as after a
new DHCP lease.  Run by ``test_own_address_changes``; ends with 0 if all was as it should be.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from tests.failures.calls import asked, call_out, call_works, no_errors_in
from tests.gateway_process import NUMBER, PASSWORD, GatewayProcess
from tests.simulators.multifon.network_process import RunningNetwork, multifon_network

PROVIDER, OLD, NEW = "192.0.2.1", "192.0.2.10", "192.0.2.11"


class Moving:
    """The gateway and the provider, as the steps of a call want them."""

    def __init__(self, network: RunningNetwork, gateway: GatewayProcess) -> None:
        self.network = network
        self.gateway = gateway


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


def live_at(address: str) -> None:
    """From now on this computer speaks from ``address``."""
    ip("addr", "add", f"{address}/32", "dev", "lo")
    ip("route", "replace", "local", PROVIDER, "dev", "lo", "table", "local", "src", address)


async def seen_at(gateway: GatewayProcess, host: str) -> None:
    await gateway.until(
        lambda status: str(status["accounts"][0].get("public_address")).startswith(f"{host}:"),
        f"registered from {host}",
        20,
    )


async def move(home: Moving) -> None:
    gateway = home.gateway
    await seen_at(gateway, OLD)
    sockets = (await asked(home, "accounts"))[0]["source"].rpartition(":")[2]
    call = await call_out(home)
    live_at(NEW)
    ip("addr", "del", f"{OLD}/32", "dev", "lo")
    await seen_at(gateway, NEW)
    # The refresh is due after 300 s only: it was noticed.  The socket is still the same.
    source = (await asked(home, "accounts"))[0]["source"]
    assert source == f"{NEW}:{sockets}", source
    await gateway.until_line("talking")
    await gateway.handset("dial", digits="159")
    await asked(home, "wait_digits", call, "159")
    info = await asked(home, "call_info", call)
    assert info["remote_rtp"].startswith(f"{NEW}:"), info["remote_rtp"]
    await gateway.handset("hang-up")
    await gateway.until_line("idle")
    await call_works(home)
    no_errors_in(gateway)


def main() -> None:
    folder = Path(sys.argv[1])
    ip("link", "set", "lo", "up")
    ip("addr", "add", f"{PROVIDER}/32", "dev", "lo")
    live_at(OLD)

    async def run(network: RunningNetwork) -> None:
        gateway = GatewayProcess(
            folder / "gateway", f"{PROVIDER}:{network.port}", account='transport = "udp"'
        )
        settings = folder / "gateway" / "config" / "settings.toml"
        # At home the gateway is bound to no address.
        settings.write_text(settings.read_text().replace('bind_address = "127.0.0.1"', ""))
        async with gateway:
            await gateway.until_registered()
            await move(Moving(network, gateway))

    with multifon_network(folder, {NUMBER: PASSWORD}, address=PROVIDER, expires=600) as network:
        asyncio.run(run(network))


if __name__ == "__main__":
    main()
