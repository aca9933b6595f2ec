import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import gateway
from gateway.cli import COMMANDS, main, parser, places
from gateway.cli.handset import ACTIONS
from gateway.exit_code import ExitCode
from tests.cli.conftest import ROOT


def help_of(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "gateway", *words, "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_has_help_with_an_example_that_can_be_parsed(
    command: argparse.Namespace, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main([command.name, "--help"])
    assert end.value.code == 0
    said = capsys.readouterr().out
    assert f"Example: {command.example}" in said
    program, *words = command.example.split()
    assert program == "gateway"
    assert parser().parse_args(words).perform


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_every_action_of_the_handset_has_an_example_that_can_be_parsed(
    action: argparse.Namespace, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["handset", action.name, "--help"])
    assert f"Example: {action.example}" in capsys.readouterr().out
    options = parser().parse_args(action.example.split()[1:])
    assert options.act is action.perform


def test_the_help_lists_the_commands_and_every_exit_code() -> None:
    said = help_of()
    for command in COMMANDS:
        assert command.help in " ".join(said.split())
    codes = {int(word) for word in said.replace(",", " ").split() if word.isdecimal()}
    assert codes == {int(code) for code in ExitCode}


@pytest.mark.parametrize("words", [[], ["lift"], ["handset"], ["calls", "-n", "many"], ["--x"]])
def test_a_wrong_command_line_is_code_2(words: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(words)
    assert end.value.code == ExitCode.USAGE


def test_the_version_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["version"]) == 0
    assert main(["--json", "version"]) == 0
    plain, machine = capsys.readouterr().out.splitlines()
    assert gateway.__version__ in plain
    assert json.loads(machine) == {"version": gateway.__version__}


def test_a_gateway_that_does_not_run_is_code_4(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--socket", str(tmp_path / "none"), "status"]) == ExitCode.NOT_RUNNING
    said = capsys.readouterr()
    assert said.out == ""
    assert "sudo systemctl start gateway" in said.err


def test_with_json_an_error_is_json_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--json", "--socket", str(tmp_path / "none")]) == ExitCode.NOT_RUNNING
    said = capsys.readouterr()
    error = json.loads(said.out)["error"]
    assert error["exit"] == 4
    assert "not running" in error["message"]
    assert said.err == ""


def test_the_socket_is_named_by_option_then_environment_then_service(tmp_path: Path) -> None:
    given = tmp_path / "a.sock"
    assert places.socket(given, {"GATEWAY_SOCKET": "/b.sock"}) == given
    assert places.socket(None, {"GATEWAY_SOCKET": "/b.sock"}) == Path("/b.sock")
    assert places.socket(None, {}) == Path("/run/multifon-gateway/control.sock")
    assert places.socket(tmp_path, {}) == tmp_path / "control.sock"


def test_folders_are_those_that_systemd_names() -> None:
    given = {
        "CONFIGURATION_DIRECTORY": "/a",
        "STATE_DIRECTORY": "/b",
        "RUNTIME_DIRECTORY": "/c",
    }
    found = [places.config(given), places.state(given), places.runtime(given)]
    assert found == [Path("/a"), Path("/b"), Path("/c")]
    assert places.config({}) == Path("/etc/multifon-gateway")
    assert places.state({}) == Path("/var/lib/multifon-gateway")


def imported(*words: str) -> Iterator[str]:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "gateway", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    for line in done.stderr.splitlines():
        if line.startswith("import time:"):
            yield line.rpartition("|")[2].strip()


@pytest.mark.parametrize("words", [["--help"], ["version"], ["status", "--socket", "/dev/null"]])
def test_a_quick_command_imports_nothing_heavy(words: list[str]) -> None:
    found = set(imported(*words))
    assert "gateway.cli" in found
    assert found.isdisjoint({"asyncio", "pjsua2", "sqlite3", "gateway.daemon", "systemd.daemon"})


def test_output_that_nobody_reads_any_more_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "gateway", "version"],
            cwd=ROOT,
            stdout=writing,
            stderr=subprocess.PIPE,
            check=False,
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")
