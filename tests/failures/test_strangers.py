import asyncio
import math
import socket
import struct
from pathlib import Path

import numpy as np

from tests.demo.house import House
from tests.failures.calls import call_out, call_works
from tests.failures.process_sockets import listening_tcp_ports, udp_ports
from tests.simulators.multifon import g711, scanner
from tests.speech import read

STRANGER = "127.0.0.3"
"""Another machine, as far as the source address tells."""


def test_a_scanner_gets_no_answer_and_the_telephone_stays_silent(tmp_path: Path) -> None:
    async def run() -> None:
        async with House(tmp_path) as house:
            pid = house.gateway.pid
            ports = udp_ports(pid)
            listening = listening_tcp_ports(pid)
            (account,) = await house.ask("accounts")
            assert int(account["source"].rpartition(":")[2]) in ports
            assert listening, "there is nothing to scan"
            found = []
            for port in ports:
                target = ("127.0.0.1", port)
                found += await asyncio.to_thread(scanner.scan_udp, target, STRANGER)
            for port in listening:
                target = ("127.0.0.1", port)
                found += await asyncio.to_thread(scanner.scan_tcp, target, STRANGER)
            assert not [finding for finding in found if finding.noticed]
            assert (await house.gateway.handset("ringing"))["bursts"] == []
            assert await house.gateway.calls() == []
            await call_works(house)

    asyncio.run(run())


def test_the_same_requests_are_noticed_when_they_come_from_the_proxys_address(
    tmp_path: Path,
) -> None:
    """The proof that the scanner of the test above would have seen an answer."""

    async def run() -> None:
        async with House(tmp_path) as house:
            (account,) = await house.ask("accounts")
            target = ("127.0.0.1", int(account["source"].rpartition(":")[2]))
            found = await asyncio.to_thread(scanner.scan_udp, target, "127.0.0.1")
            assert any(finding.noticed for finding in found)

    asyncio.run(run())


def _tone(seconds: float) -> list[bytes]:
    """RTP packets (PCMA) of a loud tone of 1 kHz."""
    packets = []
    for number in range(round(seconds * 50)):
        time = (number * 160 + np.arange(160)) / 8000
        samples = (12000 * np.sin(2 * math.pi * 1000 * time)).astype(np.int16)
        header = struct.pack("!BBHII", 0x80, 8, number & 0xFFFF, number * 160, 0x5CA99E4)
        packets.append(header + g711.encode(8, samples))
    return packets


def test_voice_from_a_stranger_is_not_heard_in_a_call(tmp_path: Path) -> None:
    heard = tmp_path.absolute() / "heard.wav"

    async def run() -> None:
        async with House(tmp_path) as house:
            call = await call_out(house)
            await house.gateway.handset("hear", tone="silence")
            host, _, port = (await house.ask("call_info", call))["remote_rtp"].rpartition(":")
            # While the far end itself sends, its stream would drown the stranger's.
            await house.ask("set", reachable=False)
            listening = asyncio.create_task(
                house.gateway.handset("listen", file=str(heard), seconds=3.0)
            )
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                sock.bind((STRANGER, 0))
                for packet in _tone(60):
                    if listening.done():
                        break
                    sock.sendto(packet, (host, int(port)))
                    await asyncio.sleep(0.02)
            assert (await listening)["complete"]
            await house.ask("set", reachable=True)
            await house.gateway.handset("hang-up")

    asyncio.run(run())
    samples = read(heard).astype(float)
    assert len(samples) >= 2 * 8000
    assert float(np.sqrt(np.mean(samples**2))) < 50, "the stranger is heard"
