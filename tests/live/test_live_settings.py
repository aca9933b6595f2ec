"""Settings of a running gateway by its socket: what is refused, who is told, what survives."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from gateway.cli import main
from gateway.control.errors import RefusedError
from gateway.exit_code import ExitCode
from tests.gateway_process import NUMBER, PASSWORD
from tests.live.home import WORK, WORK_PASSWORD, Home, home
from tests.live.probes import until


async def refused(home: Home, *changes: Any, **parameters: Any) -> RefusedError:
    with pytest.raises(RefusedError) as error:
        await home.change(*changes, **parameters)
    return error.value


async def what_is_wrong_is_told_at_once_and_nothing_is_saved(home: Home) -> None:
    before = await home.read()
    error = await refused(
        home,
        {"set": "log.level", "value": "loud"},
        {"set": "line.hall.options.nois", "value": 3},
        {"set": "tones.country", "value": "de"},
        {"unset": "nowhere.at.all"},
    )
    problems = {one["path"]: one for one in error.data["problems"]}
    assert {"log.level", "nowhere.at.all"} <= problems.keys()
    assert problems["log.level"]["code"] == "choice"
    assert "debug" in problems["log.level"]["en"]
    assert "Укажите" in problems["log.level"]["ru"]
    driver = await refused(home, {"set": "line.hall.options.nois", "value": 3})
    assert driver.data["problems"][0]["path"] == "line.hall"
    assert "noise" in driver.data["problems"][0]["en"]
    assert await home.read() == before
    only_asked = await home.change({"set": "tones.country", "value": "de"}, dry_run=True)
    assert not only_asked["saved"]
    assert await home.read() == before


async def a_change_upon_another_is_refused(home: Home) -> None:
    old = (await home.read())["revision"]
    await home.set("records.keep_days", 100)
    with pytest.raises(RefusedError) as error:
        await home.gateway.client.call(
            "settings.change",
            changes=[{"unset": "records.keep_days"}],
            by="test",
            revision=old,
        )
    assert error.value.data["problems"][0]["code"] == "changed-meanwhile"


async def no_answer_has_a_password(home: Home) -> None:
    await home.set("account.work.password", "mistyped")
    await home.registered(1, is_so=False)
    answers = [
        await home.gateway.client.call(method)
        for method in ("settings.read", "settings.history", "settings.declaration", "status")
    ]
    told = json.dumps(answers)
    for secret in (PASSWORD, WORK_PASSWORD, "mistyped"):
        assert secret not in told
        assert secret not in home.gateway.log.read_text(errors="replace")
    number = answers[1][0]["id"]
    undone = await home.gateway.client.call("settings.undo", id=number, by="test")
    assert undone["stays"] == []
    await home.registered()


async def an_editor_is_believed_when_right_and_corrected_when_wrong(home: Home) -> None:
    path = home.gateway.folder / "config" / "settings.toml"
    text = path.read_text()
    path.write_text(text + '\n[ringing]\nno_answer_timeout = "long"\n')
    with pytest.raises(RefusedError, match="no_answer_timeout"):
        await home.gateway.client.call("settings.reload")
    found = await home.read()
    assert found["problems"][0]["path"] == "ringing.no_answer_timeout"
    assert found["values"]["ringing"]["no_answer_timeout"] == 120
    path.write_text(text + "\n# mine\n[ringing]\nno_answer_timeout = 90\n")
    signal_to(home, signal.SIGHUP)

    async def taken() -> bool:
        found = await home.read()
        return bool(found["values"]["ringing"]["no_answer_timeout"] == 90 and not found["problems"])

    await until(taken, "the edited file is in force")
    entry = (await home.gateway.client.call("settings.history", limit=1))[0]
    assert entry["by"] == "file"
    assert entry["changes"] == [{"path": "ringing.no_answer_timeout", "old": 120.0, "new": 90.0}]
    await home.set("ringing.no_answer_timeout", 80)
    assert "# mine" in path.read_text(), "comments survive"


def signal_to(home: Home, number: signal.Signals) -> None:
    os.kill(home.gateway.pid, number)


async def what_the_gateway_keeps_itself_is_in_the_history(home: Home) -> None:
    await home.gateway.client.call("account.routing", account="work", mode="both", keep=True)

    async def noted() -> bool:
        entry = (await home.gateway.client.call("settings.history", limit=1))[0]
        return bool(entry["by"] == "account")

    await until(noted, "the routing that was kept")
    service = (await home.gateway.status())["accounts"][1]["service"]
    assert (service["routing"], service["wanted"]) == ("both", "both"), "and is known all the same"


async def the_command_line_does_the_same(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    async def command(*arguments: str, code: int = 0) -> str:
        socket = ["--socket", str(home.gateway.socket)]
        found = await asyncio.to_thread(main, ["settings", *arguments, *socket])
        said = capsys.readouterr()
        assert found == code, said
        return said.out + said.err

    assert 'tones.country: "ru" -> "de"' in await command("set", "tones.country", "de")
    assert 'tones.country  "de"' in await command("show", "tones")
    assert "de" in await command("history", "-n", "1")
    assert "Nothing was saved" in await command("unset", "tones.country", "--dry-run")
    wrong = await command("set", "log.level", "loud", code=ExitCode.SETTINGS)
    assert "log.level: " in wrong
    assert "Give debug" in wrong
    newest = (await home.gateway.client.call("settings.history", limit=1))[0]["id"]
    assert '"de" -> "ru"' in await command("undo", str(newest))
    assert "Nothing changes" in await command("reload")
    assert "all can see it" in await command(
        "set", "account.main.password", "x", code=ExitCode.USAGE
    )


async def a_backup_brings_everything_back(home: Home) -> None:
    call = home.gateway.client.call
    await call("phonebook.save", name="Anna", numbers=["112"])
    await call("block.add", pattern="7495*", note="ads")
    made = await call("backup.make", password="of the backup")
    assert (made["contacts"], made["blocked"]) == (1, 1)
    assert PASSWORD not in json.dumps(made)
    before = (await home.read())["values"]
    stale = {"by": "test", "file": made["file"]}
    for wrong, code in (("of the bakcup", "backup-closed"), ("", "backup-closed")):
        with pytest.raises(RefusedError) as error:
            await call("backup.restore", password=wrong, **stale)
        assert error.value.data["problems"][0]["code"] == code
    await home.change(
        {"set": "account.work.number", "value": "79260000000"}, {"unset": "log.level"}
    )
    await home.set("account.main.password", "another")
    await call("phonebook.save", name="Boris", numbers=["113"])
    await call("block.remove", id=(await call("block"))[0]["id"])
    asked = await call("backup.restore", password="of the backup", dry_run=True, **stale)
    assert (asked["accounts"], asked["saved"]) == ([NUMBER, WORK], False)
    assert {one["path"] for one in asked["changes"]} == {
        "account.work.number",
        "account.main.password",
    }
    await call("backup.restore", password="of the backup", **stale)
    assert (await home.read())["values"] == before
    assert [one["name"] for one in await call("phonebook")] == ["Anna"]
    assert [one["pattern"] for one in await call("block")] == ["7495*"]
    await home.registered()


async def a_factory_reset_clears_what_it_says(home: Home) -> None:
    call = home.gateway.client.call
    await home.set("dialling.inter_digit_timeout", 9)
    said = await call("factory-reset", scope="telephones", by="test", dry_run=True)
    assert not said["saved"]
    made = await call("backup.make", password="of the backup")
    await call("factory-reset", scope="telephones", by="test")
    found = (await home.read())["values"]
    assert [line["name"] for line in found["line"]] == ["line1"]
    assert [account["name"] for account in found["account"]] == ["main", "work"]
    assert (await call("settings.history", limit=1))[0]["by"] == "factory reset, telephones (test)"
    await call("factory-reset", scope="everything", by="test")
    assert (await home.read())["values"]["account"] == []
    assert await call("settings.history") == []
    assert await call("calls") == []
    assert await call("phonebook") == await call("block") == []
    folder = home.gateway.folder
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix in {".toml", ".good", ".json"}:
            assert WORK_PASSWORD not in path.read_text(errors="replace"), path
    await call("backup.restore", password="of the backup", file=made["file"], by="test")
    await home.registered()


async def a_call_outlives_its_account_and_its_line_waits(home: Home) -> None:
    call = await home.call_from("attic")
    await home.change(
        {"remove": "account.main"},
        {"set": "line.attic.account", "value": "work"},
        {"remove": "line.hall"},
        {"add": "line", "value": {"name": "cellar"}},
    )
    status = await home.gateway.status()
    assert [account["name"] for account in status["accounts"]] == ["work"]
    assert [line["name"] for line in status["lines"]] == ["attic", "cellar"]
    await home.voice_of("attic", call, "159")
    await home.change({"remove": "line.attic"}, {"add": "line", "value": {"name": "roof"}})
    assert {one["line"] for one in (await home.gateway.status())["pending"]["lines"]} == {
        "attic",
        "roof",
    }
    await home.voice_of("attic", call, "268")
    assert (await home.ask("call_info", call))["account"] == NUMBER
    await home.gateway.handset("hang-up", "attic")
    await home.ask("wait", call, "ended")
    await home.line("roof", "idle")

    await home.ask("wait_registration", NUMBER, registered=False)


async def a_restart_waits_for_the_call(home: Home) -> None:
    call = await home.call_from("roof")
    restart = home.gateway.client.call
    with pytest.raises(RefusedError, match="A telephone is used"):
        await restart("restart")
    assert (await restart("restart", when_idle=True))["restarts"] == "when idle"
    assert (await home.gateway.status())["pending"]["restart_awaited"]
    await home.voice_of("roof", call, "7")
    await home.gateway.handset("hang-up", "roof")
    assert await home.gateway.wait() == ExitCode.RESTART


def test_settings_of_a_running_gateway(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def run() -> None:
        async with home(tmp_path) as found:
            await what_is_wrong_is_told_at_once_and_nothing_is_saved(found)
            await a_change_upon_another_is_refused(found)
            await no_answer_has_a_password(found)
            await an_editor_is_believed_when_right_and_corrected_when_wrong(found)
            await what_the_gateway_keeps_itself_is_in_the_history(found)
            await the_command_line_does_the_same(found, capsys)
            await a_backup_brings_everything_back(found)
            await a_factory_reset_clears_what_it_says(found)
            await a_call_outlives_its_account_and_its_line_waits(found)
            await a_restart_waits_for_the_call(found)

    with pytest.raises(RuntimeError, match=f"ended with {ExitCode.RESTART:d}"):
        asyncio.run(run())
