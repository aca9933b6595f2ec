"""``gateway messages`` at a running gateway whose provider takes no messages."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest

from gateway.cli import messages
from gateway.exit_code import ExitCode
from tests.demo.house import House

MESSAGE = {
    "id": 1,
    "account": "main",
    "direction": "in",
    "number": "79261112233",
    "name": "",
    "text": "two\nlines",
    "time": 0.0,
    "state": "failed",
    "detail": "404 Not Found",
}


async def command(house: House, *arguments: str) -> tuple[int, str]:
    """The exit code and the output of ``gateway messages``."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", "--socket", str(house.gateway.socket), "--json",
        "messages", *arguments,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode()


def test_multifons_refusal_of_a_message_is_told_and_kept(tmp_path: Path) -> None:
    async def run() -> None:
        async with House(tmp_path, account='messages = "movial"\n') as house:
            code, said = await command(house, "--to", "89261112233", "Привет, мир")
            assert code == ExitCode.FAILED
            assert json.loads(said) == {"id": 1, "sent": False, "detail": "405 Method Not Allowed"}
            (sent, *_) = await house.ask("trace", contains="X-Movial-Content: sms/text")
            assert "MESSAGE sip:+79261112233@sms.multifon.ru SIP/2.0" in sent["text"]
            assert "Привет, мир".encode("utf-16-be").decode() in sent["text"]
            code, said = await command(house)
            (kept,) = json.loads(said)
            assert (kept["text"], kept["state"]) == ("Привет, мир", "failed")

    asyncio.run(run())


def test_a_provider_without_messages_and_bad_input_are_told(tmp_path: Path) -> None:
    async def run() -> None:
        async with House(tmp_path) as house:
            code, said = await command(house, "--to", "89261112233", "hello")
            assert (code, json.loads(said)["sent"]) == (ExitCode.FAILED, False)
            assert "no text messages by SIP" in json.loads(said)["detail"]
            for arguments, complaint in (
                (("--to", "89261112233"), "needs a number and a text"),
                (("--to", "*100#", "hello"), "no number that a message can be sent to"),
                (("--to", "89261112233", "x" * 401), "1 to 400 characters"),
                (("--to", "89261112233", "--account", "work", "hello"), "no account 'work'"),
                (("-n", "0"), "from 1 to 10000"),
            ):
                code, said = await command(house, *arguments)
                assert code != ExitCode.OK
                assert complaint in json.loads(said)["error"]["message"]

    asyncio.run(run())


def test_messages_are_listed_for_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    assert messages.text([]) == "There are no messages."
    head, row = messages.text([MESSAGE]).splitlines()
    assert head.split() == ["TIME", "NUMBER", "NAME", "STATE", "TEXT"]
    assert row.endswith("failed (404 Not Found)  two lines")
