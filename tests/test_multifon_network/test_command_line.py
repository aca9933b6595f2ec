from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulators.multifon.network_process import ROOT, multifon_network
from tests.simulators.multifon.scanner import main as scan
from tests.simulators.multifon.scanner import scan_tcp, scan_udp
from tests.test_multifon_network.conftest import ACCOUNT, PASSWORD
from tests.test_multifon_network.raw_peer import SDP, RawPeer

PROGRAM = [sys.executable, "-m", "tests.simulators.multifon"]


def test_serve_says_where_it_is_and_says_goodbye_on_sigterm(tmp_path: Path) -> None:
    control = tmp_path / "c.sock"
    command = [*PROGRAM, "serve", "--account", f"{ACCOUNT}:{PASSWORD}", "--control", str(control)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        ready = json.loads(process.stdout.readline())
        assert ready["control"] == str(control)
        with RawPeer(ready["port"]) as peer:
            peer.register()
            call = [*PROGRAM, "call", "--control", str(control), "--caller", "74951234567"]
            done = subprocess.run(call, cwd=ROOT, capture_output=True, check=True)
            assert json.loads(done.stdout) == {"call": "1"}
            invite = peer.receive_method("INVITE")
            peer.respond(invite, 200, body=SDP.format(port=40000, formats="8"))
            peer.receive_method("ACK")
            process.send_signal(signal.SIGTERM)
            peer.respond(peer.receive_method("BYE"), 200)
        assert process.wait(10) == 0
        assert process.stderr.read() == b""
        assert not control.exists()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["serve", "--account", "seven:x"], "account number 'seven' is not made of digits"),
        (["serve", "--set", "expires=soon"], "expires is a whole number, not 'soon'"),
        (["serve", "--set", "expires"], "'expires' is not NAME=VALUE"),
        (["status", "--control", "/nowhere/c.sock"], "No such file"),
    ],
)
def test_mistakes_are_told_in_a_sentence(arguments: list[str], sentence: str) -> None:
    command = [*PROGRAM, *arguments]
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_a_network_in_a_process_of_its_own(tmp_path: Path) -> None:
    with (
        multifon_network(tmp_path, {ACCOUNT: PASSWORD}, expires=3) as network,
        RawPeer(network.port) as peer,
    ):
        assert peer.register().header("Contact").endswith(";expires=3")
        assert network.control.wait_registration()["account"] == ACCOUNT


def test_a_network_that_cannot_start_says_why(tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError, match="register_challenge is 401 or 407"),
        multifon_network(tmp_path, {ACCOUNT: PASSWORD}, register_challenge=200),
    ):
        pass


def test_the_scanner_notices_who_answers_strangers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with multifon_network(tmp_path, {ACCOUNT: PASSWORD}) as network:
        target = ("127.0.0.1", network.port)
        answers = {f.method: f.answer for f in scan_udp(target, "127.0.0.9", 0.5)}
        assert answers["OPTIONS"].startswith("SIP/2.0 200")
        assert answers["REGISTER"].startswith("SIP/2.0 401")
        assert answers["INVITE"].startswith("SIP/2.0 407")
        assert [f.answer for f in scan_tcp(target, "127.0.0.9")] == ["connected", "SIP/2.0 200 OK"]
        network.control.set(reachable=False)
        assert not any(f.noticed for f in scan_udp(target, "127.0.0.9", 0.3))
        assert scan(["--target", f"127.0.0.1:{network.port}", "--seconds", "0.2"]) == 0
        assert [json.loads(line)["answer"] for line in capsys.readouterr().out.splitlines()] == [
            "", "", "",
        ]  # fmt: skip
    assert [f.answer for f in scan_tcp(target)] == ["refused"]
