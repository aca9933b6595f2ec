"""``gateway dect`` and the methods behind it, at a gateway with one cordless handset."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.cli import dect
from gateway.control.errors import ControlError
from gateway.exit_code import ExitCode
from tests.dect.house import PIN, DectHouse
from tests.demo.house import House


@contextlib.asynccontextmanager
async def command(house: House, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """``gateway dect`` with these arguments, running."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", "--socket", str(house.gateway.socket), *arguments,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def outcome(house: House, *arguments: str) -> tuple[int | None, str, str]:
    """The exit code, the output and the remarks of ``gateway dect``."""
    async with command(house, "dect", *arguments) as process:
        output, remarks = await process.communicate()
        return process.returncode, output.decode(), remarks.decode()


def test_a_handset_is_registered_named_found_and_deleted(tmp_path: Path) -> None:
    asyncio.run(_life_of_a_handset(tmp_path))


async def _missed_calls(house: DectHouse) -> None:
    call = house.gateway.client.call
    await call("dect.missed-calls", handset=1, count=3)
    await house.until_module(lambda found: found["handsets"]["1"]["missed"] == 3, "missed")
    unanswered = await house.ask("call", house.number)
    await house.until_module(lambda found: found["handsets"]["1"]["ringing"], "it rings")
    await house.ask("hang_up", unanswered)
    await house.until_module(lambda found: found["handsets"]["1"]["missed"] == 1, "one")
    assert (await call("calls.seen"))["marked"] == 1
    await house.until_module(lambda found: found["handsets"]["1"]["missed"] == 0, "seen")


async def _numbers(house: DectHouse) -> None:
    await outcome(house, "numbers", "1", "--number", "65", "--rings-for", "main")
    code, shown, _ = await outcome(house, "status")
    (row,) = (line for line in shown.splitlines() if line.startswith("1 "))
    assert row.split()[1:5] == ["line1", "65", "main", "main"]
    code, _, complaint = await outcome(house, "numbers", "1", "--number", "112")
    assert (code, "line.line1.number: " in complaint) == (ExitCode.SETTINGS, True)
    code, _, complaint = await outcome(house, "numbers", "3", "--number", "65")
    assert (code, "Handset 3 has no line" in complaint) == (ExitCode.USAGE, True)


async def _life_of_a_handset(folder: Path) -> None:
    async with DectHouse(folder) as house:
        events = asyncio.Queue[Any]()
        watching = asyncio.create_task(_watch(house, events))
        code, shown, _ = await outcome(house)
        assert code == ExitCode.OK
        assert "Never tested on hardware" in shown
        assert "firmware 12.26" in shown
        assert "line1" in shown

        async with command(house, "dect", "register", "--seconds", "60") as registering:
            await house.until_module(lambda found: found["registering"], "handsets are let in")
            assert await house.handset("register", pin=PIN) == 2
            output, remarks = await registering.communicate()
        assert registering.returncode == ExitCode.OK
        assert output.decode().startswith("Handset 2 is registered;")
        assert "type the base's PIN" in remarks.decode()

        await outcome(house, "rename", "2", "Кухня")
        code, shown, _ = await outcome(house, "status", "--json")
        (base,) = json.loads(shown)["bases"]
        assert [handset["name"] for handset in base["handsets"]] == ["", "Кухня"]
        assert (base["tested_on_hardware"], base["registration_s"]) == (False, None)

        await outcome(house, "page")
        await house.until_module(lambda found: found["handsets"]["2"]["paged"], "it sounds")
        await outcome(house, "page", "--stop")
        await house.until_module(lambda found: not found["handsets"]["2"]["paged"], "silence")
        await outcome(house, "locate", "2")
        await house.until_module(lambda found: found["handsets"]["2"]["ringing"], "it rings")
        await outcome(house, "locate", "2", "--stop")
        await house.until_module(lambda found: not found["handsets"]["2"]["ringing"], "silence")
        call = house.gateway.client.call
        await _missed_calls(house)
        await outcome(house, "delete", "2")
        await house.until_module(lambda found: "2" not in found["handsets"], "it is gone")

        await _numbers(house)
        code, _, complaint = await outcome(house, "delete", "9")
        assert (code, complaint) == (
            ExitCode.FAILED,
            "gateway: There is no handset 9; there are: 1.\n",
        )
        for method, arguments, told in (
            ("dect.register", {"seconds": 1}, "10 to 600 seconds"),
            ("dect.register", {"seconds": "long"}, "seconds is a number"),
            ("dect.rename", {"handset": 1, "name": "x" * 99}, "at most 24 letters"),
            ("dect.page", {"on": 1}, "on is true or false"),
            ("dect.locate", {"handset": "1"}, "handset is the number"),
            ("dect.missed-calls", {"handset": 1, "count": -1}, "count is a whole number"),
            ("dect.page", {"base": "/dev/nowhere"}, "There is no base"),
        ):
            with pytest.raises(ControlError, match=told):
                await call(method, **arguments)

        await call("dect.register", seconds=30)
        await house.until_module(lambda found: found["registering"], "handsets are let in")
        await call("dect.register-stop")
        await _until_event(events, "registration-ended", "stopped")
        watching.cancel()


async def _watch(house: DectHouse, events: asyncio.Queue[Any]) -> None:
    async with command(house, "--json", "watch", "dect") as process:
        assert process.stdout is not None
        async for line in process.stdout:
            events.put_nowait(json.loads(line)["params"])


async def _until_event(events: asyncio.Queue[Any], kind: str, outcome: str) -> None:
    async with asyncio.timeout(20):
        while True:
            event = await events.get()
            if (event["kind"], event["outcome"]) == (kind, outcome):
                assert event["text"] == "The registration was stopped."
                assert event["text_ru"] == "Регистрация остановлена."
                return


def test_a_base_with_a_fault_and_no_base_are_told_in_words() -> None:
    assert dect.text({"bases": []}) == "No line of the settings is a cordless handset."
    base = {"base": "/dev/serial0", "module": "DECT base", "fault": "It is not there.",
            "registration_s": 12.0}  # fmt: skip
    shown = dect.text({"bases": [base]})
    assert "It is not there." in shown
    assert "for 12 s more" in shown
    assert "gateway dect register" in shown
