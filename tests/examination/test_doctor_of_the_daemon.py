"""``gateway doctor line`` with a real daemon, in a pseudo-terminal and for a program."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import pty
import re
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.examination.electrical_line import DRIVER, installed_driver
from tests.gateway_process import GatewayProcess
from tests.simulators.multifon.control_client import ControlClient as TelephoneClient

ROOT = Path(__file__).parents[2]
DEADLINE = 90.0
NOWHERE = "127.0.0.1:9"
"""Nobody registers there; a line is examined without registration too."""


class Doctor:
    """The command in a process of its own; with ``terminal`` at a terminal of its own."""

    def __init__(self, gateway: GatewayProcess, *arguments: str) -> None:
        self._arguments = (
            *("doctor", "line", "--socket", str(gateway.socket)),
            *("--config", str(gateway.folder / "config"), *arguments),
        )
        self.said = ""
        self._arrived = asyncio.Event()
        self._master = -1

    async def start_at_terminal(self) -> None:
        self._master, slave = pty.openpty()
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "gateway", *self._arguments,
            stdin=slave, stdout=slave, stderr=slave, cwd=ROOT, start_new_session=True,
        )  # fmt: skip
        os.close(slave)
        asyncio.get_running_loop().add_reader(self._master, self._read)

    async def start_as_program(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "gateway", *self._arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, cwd=ROOT,
        )  # fmt: skip

    def _read(self) -> None:
        try:
            found = os.read(self._master, 65536)
        except OSError:  # how a terminal says that nobody is at its other side
            found = b""
        if not found:
            asyncio.get_running_loop().remove_reader(self._master)
        self.said += found.decode()
        self._arrived.set()

    async def hear(self, pattern: str) -> None:
        """Until the command has written ``pattern``."""
        try:
            async with asyncio.timeout(DEADLINE):
                while not re.search(pattern, self.said):
                    self._arrived.clear()
                    await self._arrived.wait()
        except TimeoutError:
            raise AssertionError(f"{pattern!r} was not written:\n{self.said}") from None

    def type(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    async def ended(self) -> int:
        return await asyncio.wait_for(self.process.wait(), DEADLINE)

    async def close(self) -> None:
        if self.process.returncode is None:
            self.process.kill()
            await self.process.wait()
        if self._master >= 0:
            asyncio.get_running_loop().remove_reader(self._master)
            os.close(self._master)


@contextlib.asynccontextmanager
async def at_terminal(gateway: GatewayProcess, *arguments: str) -> AsyncIterator[Doctor]:
    doctor = Doctor(gateway, *arguments)
    await doctor.start_at_terminal()
    try:
        yield doctor
    finally:
        await doctor.close()


def test_a_person_is_guided_through_the_examination_at_a_terminal(tmp_path: Path) -> None:
    async def perform() -> None:
        async with GatewayProcess(tmp_path, NOWHERE) as gateway, at_terminal(gateway) as doctor:
            await doctor.hear("Lift the receiver")
            await gateway.until_line("examination-awaited")
            await gateway.handset("lift")
            await doctor.hear("Dial 0 twice")
            await gateway.handset("dial", digits="00", level=-8, twist=2)
            await doctor.hear(r"Understood: 0 \(tone\), 0 \(tone\)\.")
            await doctor.hear("Say a sentence")
            doctor.type("\n")
            await doctor.hear(r"\[skipped\]")
            await doctor.hear("Tap the cradle")
            await gateway.handset("flash")
            await doctor.hear("Replace the receiver")
            await gateway.handset("hang-up")
            await doctor.hear("The examination is complete")
            # The simulated line has an echo and nothing against it.
            assert await doctor.ended() == 1
            assert "not in order: echo" in doctor.said
            assert re.search(r"echo_return_loss_db +1[123]", doctor.said)
            await gateway.until_line("idle")
            assert await gateway.calls() == []

    asyncio.run(perform())


def test_control_c_leaves_the_line_as_it_was(tmp_path: Path) -> None:
    async def perform() -> None:
        async with GatewayProcess(tmp_path, NOWHERE) as gateway, at_terminal(gateway) as doctor:
            await doctor.hear("Lift the receiver")
            await gateway.handset("lift")
            await doctor.hear("Dial 0 twice")
            doctor.process.send_signal(signal.SIGINT)
            assert await doctor.ended() == 130
            await gateway.until_line("no-service")
            await gateway.handset("hang-up")
            await gateway.until_line("idle")

    asyncio.run(perform())


def electrical(folder: Path, options: str) -> GatewayProcess:
    """A gateway whose telephone hangs on the SLIC driver."""
    gateway = GatewayProcess(folder, NOWHERE, lines=0)
    settings = folder / "config" / "settings.toml"
    settings.write_text(
        f"{settings.read_text()}\n"
        f'[[line]]  # in the hall\nname = "hall"\ndriver = "{DRIVER}"\n'
        f"# what suits grandmother's telephone\n[line.options]\n{options}\n"
        f'telephone = {{ socket = "{folder / "telephone"}", return_loss = 16.0, '
        "room_noise = -65.0 }\n"
    )
    return gateway


async def examined_by_a_program(gateway: GatewayProcess, *arguments: str) -> tuple[int, Any, str]:
    """Exit code, report and what was said beside it; the person does what is asked."""
    telephone = TelephoneClient(gateway.folder / "telephone")

    async def phone(method: str, **parameters: Any) -> None:
        await asyncio.to_thread(telephone.request, method, timeout=60.0, **parameters)

    doctor = Doctor(gateway, "--json", *arguments)
    await doctor.start_as_program()
    assert doctor.process.stderr is not None
    assert doctor.process.stdout is not None
    said = ""
    try:
        while line := (await asyncio.wait_for(doctor.process.stderr.readline(), DEADLINE)).decode():
            said += line
            if line.startswith("Lift"):
                await phone("lift")
            elif line.startswith("Dial"):
                await asyncio.sleep(0.4)
                await phone("dial-tone", digits="00")
            elif line.startswith("Say"):
                await phone("say", text="Проверка связи, как меня слышно? " * 4, wait=False)
            elif line.startswith("Tap"):
                await phone("flash", ms=300)
            elif line.startswith("Replace"):
                await phone("hang-up")
        report = json.loads(await doctor.process.stdout.read())
        return await doctor.ended(), report, said
    finally:
        telephone.close()
        await doctor.close()


def test_what_is_suggested_is_written_and_then_nothing_is_left_to_suggest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed_driver(tmp_path / "packages")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path / 'packages'}:{ROOT}")

    async def perform() -> None:
        gateway = electrical(tmp_path, "echo_canceller = false  # it was too dear")
        settings = tmp_path / "config" / "settings.toml"
        before = settings.read_text()
        async with gateway:
            code, report, said = await examined_by_a_program(gateway, "--apply", "--yes")
        assert code == 1
        steps = {step["step"]: step for step in report["steps"]}
        assert steps["digits"]["figures"]["low_tone_dbm0"] == pytest.approx(-8.8, abs=1)
        assert steps["digits"]["figures"]["twist_db"] == pytest.approx(2, abs=1)
        assert steps["echo"]["figures"]["echo_return_loss_db"] == pytest.approx(16, abs=2)
        assert steps["flash"]["figures"]["last_flash_ms"] == pytest.approx(300, abs=40)
        assert report["suggested"]["echo_canceller"] is True
        after = settings.read_text()
        assert "+echo_canceller = true  # it was too dear" in said
        assert "Written. It is in force." in said
        kept = [line for line in before.splitlines() if "echo_canceller" not in line]
        assert [line for line in after.splitlines() if line in kept] == kept
        assert "echo_canceller = true  # it was too dear" in after
        async with gateway:
            code, report, said = await examined_by_a_program(gateway, "--apply", "--yes")
        assert report["suggested"] == {}
        assert "There is nothing to set." in said
        assert settings.read_text() == after

    asyncio.run(perform())


def test_the_bell_is_tested_and_the_network_looked_at_from_the_command_line(tmp_path: Path) -> None:
    async def command(gateway: GatewayProcess, *arguments: str) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "gateway", *arguments, "--socket", str(gateway.socket),
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, cwd=ROOT,
        )  # fmt: skip
        out, _ = await asyncio.wait_for(process.communicate(), DEADLINE)
        assert process.returncode is not None
        return process.returncode, out.decode()

    async def perform() -> None:
        async with GatewayProcess(tmp_path, NOWHERE) as gateway:
            ringing = asyncio.create_task(command(gateway, "ring", "--caller", "84951234567"))
            rung = await gateway.handset("ringing", wait=True, shown=True, timeout=DEADLINE)
            assert rung["caller"]["number"] == "84951234567"
            await gateway.handset("lift")
            assert await ringing == (0, "The receiver was lifted: the bell rings.\n")
            await gateway.handset("hang-up")
            code, said = await command(gateway, "doctor", "network")
            assert code == 1
            assert "[NOT OK] 127.0.0.1 does not answer on any port" in said
            found = (await gateway.status())["needs_attention"]
            assert [one["name"] for one in found][:1] in (["not-registered"], [])

    asyncio.run(perform())
