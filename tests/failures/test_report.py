"""``gateway report``: what is in it, and above all what is not."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from tests.demo.house import House
from tests.failures.calls import call_out, call_works, until_recorded
from tests.failures.fragile_house import FragileHouse
from tests.gateway_process import NUMBER, GatewayProcess

PASSWORD = 'Gz7"q&Ω-report'
CALLER = "74951234567"
DIGEST = re.compile(r'\b(?:nonce|cnonce|response|opaque)="([^"]{6,})"', re.IGNORECASE)


async def report(gateway: GatewayProcess, path: Path, *options: str) -> str:
    """Run the command; what it wrote."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", "report", "--output", str(path),
        "--socket", str(gateway.socket), "--config", str(gateway.folder / "config"),
        "--state", str(gateway.folder / "state"), *options,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await process.communicate()
    assert process.returncode == 0, output
    return output.decode()


def parts(path: Path) -> Mapping[str, str]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def told(path: Path) -> str:
    """Every byte of the file, packed and unpacked."""
    return path.read_bytes().decode("latin-1") + "\n".join(parts(path).values())


def forms(secret: str) -> set[str]:
    return {secret, quote(secret), json.dumps(secret)[1:-1], secret.replace('"', '\\"')}


def escaped(password: str) -> str:
    """``password`` as it stands in a TOML string."""
    return password.replace("\\", "\\\\").replace('"', '\\"')


def test_no_secret_is_in_a_report_after_calls_and_failures(tmp_path: Path) -> None:
    secrets: set[str] = set()

    async def run() -> None:
        async with FragileHouse(tmp_path, password=escaped(PASSWORD)) as house:
            # The network knows another password: the gateway is refused, again and again.
            await house.gateway.start()
            await house.gateway.until(
                lambda status: status["accounts"][0]["state"] == "refused", "refused", 30
            )
            await report(house.gateway, tmp_path / "refused.zip")
            network = house.network.control.trace()
            secrets.update(*(DIGEST.findall(entry["text"]) for entry in network))

    asyncio.run(run())
    whole = told(tmp_path / "refused.zip")
    assert "401 Unauthorized" in whole
    assert "Authorization: Digest *****" in whole
    a1 = f"{NUMBER}:BREDBAND:{PASSWORD}".encode()
    secrets |= {*forms(PASSWORD), hashlib.md5(a1, usedforsecurity=False).hexdigest()}
    assert len(secrets) > 8, "the network has seen no digest"
    assert [secret for secret in secrets if secret in whole] == []


def test_a_password_that_somebody_says_aloud_is_not_in_a_report(tmp_path: Path) -> None:
    """It comes as the number of a caller: into SIP messages, the log and the records."""
    password = "5550147093"

    async def run() -> None:
        async with FragileHouse(tmp_path, password=password, network_password=password) as house:
            await house.gateway.start()
            await house.gateway.until_registered()
            house.network.control.call(caller=password, cancel_after=0.5)
            await until_recorded(house.gateway, 1)
            assert password in json.dumps(await house.gateway.calls())
            assert password in house.gateway.log.read_text()
            for method in ("trace", "log", "report"):
                assert password not in json.dumps(await house.gateway.client.call(method)), method
            await report(house.gateway, tmp_path / "a.zip")

    asyncio.run(run())
    whole = told(tmp_path / "a.zip")
    assert "INVITE sip:" in whole
    assert password not in whole


def test_a_report_after_calls(tmp_path: Path) -> None:
    asyncio.run(_calls_and_reports(tmp_path))
    found = parts(tmp_path / "b.zip")
    assert set(found) >= {
        "README.txt", "versions.json", "settings.json", "status.json", "calls.json", "calls.txt",
        "trace.txt", "log.txt",
    }  # fmt: skip
    versions = json.loads(found["versions.json"])
    assert {"gateway", "python", "kernel", "pjproject", "drivers"} <= set(versions)
    settings = json.loads(found["settings.json"])
    assert settings["accounts"][0]["password"] == "*****"
    assert settings["voice"]["jitter_buffer_max"] > 0
    verdicts = [entry["verdict"]["reason"] for entry in json.loads(found["calls.json"])]
    assert verdicts[:2] == ["no-balance", "cancelled"]
    assert "INVITE sip:7" in found["trace.txt"]
    assert "is ready" in found["log.txt"]
    assert json.loads(found["status.json"])["lines"][0]["voice"]["frames"] > 0
    assert (tmp_path / "b.zip").stat().st_mode & 0o077 == 0

    whole, private = told(tmp_path / "b.zip"), told(tmp_path / "c.zip")
    for number in (NUMBER, "9990000012", "9990000001", CALLER):
        assert number in whole
        assert number not in private
        assert number[1:] not in private


async def _calls_and_reports(folder: Path) -> None:
    """Four calls, and both kinds of report; what the digests were must not be in them."""
    async with House(folder) as house:
        await call_works(house)
        await house.ask("set", loss_to_account=100.0)
        await call_out(house)
        await house.gateway.handset("hang-up")
        await house.gateway.until_line("idle")
        await house.ask("call", caller=CALLER, cancel_after=0.5)
        await until_recorded(house.gateway, 3)
        await house.gateway.until_line("idle")
        await house.ask("set", balance=0.0)
        await house.gateway.handset("lift")
        await house.gateway.handset("hear", tone="dial")
        await house.gateway.handset("dial", digits="89990000001", by="keypad")
        await until_recorded(house.gateway, 4)
        await house.gateway.handset("hang-up")
        assert "--anonymous" in await report(house.gateway, folder / "b.zip")
        said = await report(house.gateway, folder / "c.zip", "--anonymous")
        assert "--anonymous" not in said
        trace = await house.ask("trace")
    whole = told(folder / "b.zip")
    secrets = {secret for entry in trace for secret in DIGEST.findall(entry["text"])}
    assert len(secrets) > 6, "the network has seen no digest"
    assert [secret for secret in secrets if secret in whole] == []


def test_a_report_of_a_gateway_that_does_not_run(tmp_path: Path) -> None:
    async def run() -> None:
        async with House(tmp_path) as house:
            await call_works(house)
            await until_recorded(house.gateway, 1)
        said = await report(house.gateway, tmp_path / "d.zip")
        assert "not running" in said

    asyncio.run(run())
    found = parts(tmp_path / "d.zip")
    assert json.loads(found["calls.json"])[0]["verdict"]["reason"] == "completed"
    assert json.loads(found["settings.json"])["accounts"][0]["password"] == "*****"
    assert "not running" in found["problems.txt"]
    assert "trace.txt" not in found
    assert "Secret-of-the-tests" not in told(tmp_path / "d.zip")


def test_a_report_without_anything(tmp_path: Path) -> None:
    """No gateway, no settings, no records: there is still a file, and it says so."""
    gateway = GatewayProcess(tmp_path / "gateway", "127.0.0.1:5060")
    (tmp_path / "gateway" / "config" / "settings.toml").write_text("[[account]]\nnumber = 5\n")
    asyncio.run(report(gateway, tmp_path / "e.zip"))
    problems = parts(tmp_path / "e.zip")["problems.txt"]
    assert "not running" in problems
    assert "There are no records" in problems
    assert "number" in problems
