"""The scanner that most strangers use: SIPVicious, against the gateway.

Not every tool of the suite lets its source address be chosen, so all scan through a relay, whose
address is what the gateway sees.
"""

import asyncio
import subprocess
import sys
from pathlib import Path

from tests.demo.house import House
from tests.failures.calls import call_works
from tests.simulators.router.router import Router

PROXY = "127.0.0.1"
STRANGER = "127.0.0.3"
PATIENCE = 40


def scan(tool: str, port: int, *arguments: str) -> str:
    """What a tool of the suite says of the SIP device on ``port``."""
    program = str(Path(sys.executable).parent / f"sipvicious_{tool}")
    done = subprocess.run(
        [program, "-x", "127.0.0.1", "-p", str(port), *arguments, "127.0.0.1"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return done.stdout + done.stderr


def test_sipvicious_finds_nothing_and_rings_nothing(tmp_path: Path) -> None:
    async def run() -> None:
        async with House(tmp_path) as house:
            (account,) = await house.ask("accounts")
            gateway = ("127.0.0.1", int(account["source"].rpartition(":")[2]))
            async with Router(gateway, public=PROXY) as relay:
                seen = await asyncio.to_thread(scan, "svmap", relay.inside[1])
                assert "MultiFon-gateway" in seen, f"what is there is not found:\n{seen}"
            scans: list[tuple[str, ...]] = [
                ("svmap", "-m", method) for method in ("OPTIONS", "INVITE", "REGISTER")
            ]
            scans += [
                ("svwar", "-e", f"100-110,{house.number}-{house.number}", "-m", method, "--force",
                 "--maximumtime=4")
                for method in ("REGISTER", "INVITE", "OPTIONS")
            ]  # fmt: skip
            scans.append(("svcrack", "-u", house.number, "-r", "1-200", "--maximumtime=4"))
            async with Router(gateway, public=STRANGER) as relay:
                for tool, *arguments in scans:
                    sent = relay.line.carried
                    said = await asyncio.to_thread(scan, tool, relay.inside[1], *arguments)
                    assert relay.line.carried > sent, f"{tool} has sent nothing:\n{said}"
                    for success in ("MultiFon", "Extension", "Password"):
                        assert success not in said, said
            assert (await house.gateway.handset("ringing"))["bursts"] == []
            assert await house.gateway.calls() == []
            await call_works(house)

    asyncio.run(run())
