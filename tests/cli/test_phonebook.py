"""``gateway phonebook`` and ``gateway block`` at a running gateway."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from gateway.exit_code import ExitCode
from tests.demo.house import House

CARDS = "BEGIN:VCARD\nVERSION:3.0\nFN:Анна\nTEL;TYPE=CELL:+79261112233\nEND:VCARD\n"


async def command(house: House, *arguments: str, json_too: bool = True) -> tuple[int, Any]:
    """The exit code and what ``gateway`` said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", *arguments, "--socket", str(house.gateway.socket),
        *(("--json",) if json_too else ()),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, errors = await process.communicate()
    assert process.returncode is not None
    said = output.decode()
    return process.returncode, json.loads(said) if json_too else said + errors.decode()


def test_contacts_and_blocked_callers_are_kept_from_the_command_line(tmp_path: Path) -> None:
    cards = tmp_path / "contacts.vcf"
    cards.write_text(CARDS)

    async def run() -> None:
        async with House(tmp_path) as house:
            code, found = await command(house, "phonebook", "import", str(cards))
            assert (code, found["added"], found["left_out"]) == (ExitCode.OK, 1, [])
            await command(house, "phonebook", "add", "Boris", "112", "113")
            _, contacts = await command(house, "phonebook")
            assert [one["name"] for one in contacts] == ["Boris", "Анна"]
            _, said = await command(house, "phonebook", "list", "анна", json_too=False)
            assert "+79261112233 (mobile)" in said
            assert "Boris" not in said
            _, found = await command(house, "phonebook", "export", str(tmp_path / "all.vcf"))
            assert found["contacts"] == 2
            assert "FN:Анна" in (tmp_path / "all.vcf").read_text()
            code, found = await command(house, "phonebook", "delete", "1", "99")
            assert (code, found) == (ExitCode.FAILED, {"deleted": 1})
            code, said = await command(
                house, "phonebook", "import", str(tmp_path / "none.vcf"), json_too=False
            )
            assert code == ExitCode.FAILED
            assert "No such file" in said

            code, found = await command(house, "block", "add", "7495*", "--note", "ads")
            assert code == ExitCode.OK
            _, said = await command(house, "block", json_too=False)
            assert "7495*" in said
            assert "ads" in said
            code, _ = await command(house, "block", "remove", str(found["id"]))
            assert code == ExitCode.OK
            code, said = await command(house, "block", "remove", "99", json_too=False)
            assert (code, said) == (ExitCode.FAILED, "There is no such entry.\n")
            code, said = await command(house, "block", "add", "*", json_too=False)
            assert code == ExitCode.FAILED
            assert "Write a number" in said
            _, calls = await command(house, "calls", "--missed", "--search", "112")
            assert calls == []

    asyncio.run(run())
