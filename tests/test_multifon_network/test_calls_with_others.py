"""baresip and SIPp as the account's telephone."""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path

from tests.interop.baresip import baresip
from tests.interop.kamailio import free_port
from tests.simulators.multifon.network_process import RunningNetwork
from tests.simulators.multifon.recording import write_wav
from tests.simulators.multifon.sound import load_wav, speak
from tests.test_multifon_network.conftest import ACCOUNT, PASSWORD
from tests.test_multifon_network.sound_check import ALIKE, likeness, share_heard

REGISTER = """
  <send><![CDATA[
    REGISTER sip:multifon.ru SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    From: <sip:{account}@multifon.ru>;tag=[pid]r[call_number]
    To: <sip:{account}@multifon.ru>
    Call-ID: register///[call_id]
    CSeq: {number} REGISTER
    Contact: <sip:{account}@[local_ip]:[local_port]>
    Max-Forwards: 5
    Expires: 60
    {authentication}
    Content-Length: 0

  ]]></send>
"""
INVITE = """
  <send retrans="500"><![CDATA[
    INVITE sip:{callee}@multifon.ru SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    From: <sip:{account}@multifon.ru>;tag=[pid]s[call_number]
    To: <sip:{callee}@multifon.ru>
    Call-ID: [call_id]
    CSeq: {number} INVITE
    Contact: <sip:{account}@[local_ip]:[local_port]>
    Max-Forwards: 70
    {authentication}
    Content-Type: application/sdp
    Content-Length: [len]

    v=0
    o=- 1 1 IN IP4 [local_ip]
    s=-
    c=IN IP4 [local_ip]
    t=0 0
    m=audio [media_port] RTP/AVP {formats}
    a=rtpmap:8 PCMA/8000

  ]]></send>
"""
IN_DIALOG = """
  <send{retrans}><![CDATA[
    {method} sip:{callee}@multifon.ru SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    From: <sip:{account}@multifon.ru>;tag=[pid]s[call_number]
    [last_To:]
    Call-ID: [call_id]
    CSeq: {number} {method}
    Max-Forwards: 70
    Content-Length: 0

  ]]></send>
"""
AUTHENTICATION = f"[authentication username={ACCOUNT} password={PASSWORD}]"


def recv(status: int, *, auth: bool = False, optional: bool = False) -> str:
    extra = ' auth="true"' * auth + ' optional="true"' * optional
    return f'  <recv response="{status}"{extra}/>\n'


def sipp(folder: Path, port: int, *steps: str) -> subprocess.CompletedProcess[str]:
    """One call of a scenario; SIPp's exit status is 0 if every step went as written."""
    text = '<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="test">\n'
    scenario = folder / "scenario.xml"
    lines = "".join(steps).splitlines()
    scenario.write_text(text + "\n".join(line.strip() for line in lines) + "\n</scenario>\n")
    command = ["sipp", f"127.0.0.1:{port}", "-sf", str(scenario), "-m", "1", "-i", "127.0.0.1"]
    for option in ("-p", "-mp", "-cp"):
        command += [option, str(free_port())]
    command += ["-timeout", "15", "-timeout_error", "-nostdin", "-trace_err"]
    environment = {"TERM": "dumb", "PATH": "/usr/bin"}
    return subprocess.run(
        command, check=False, cwd=folder, capture_output=True, text=True, env=environment
    )


def register() -> str:
    plain = REGISTER.format(account=ACCOUNT, number=1, authentication="X-None: 1")
    proved = REGISTER.format(account=ACCOUNT, number=2, authentication=AUTHENTICATION)
    return plain + recv(401, auth=True) + proved + recv(200)


def invite(callee: str, number: int, *, proved: bool, formats: str = "8 0") -> str:
    return INVITE.format(
        account=ACCOUNT, callee=callee, number=number, formats=formats,
        authentication=AUTHENTICATION if proved else "X-None: 1",
    )  # fmt: skip


def in_dialog(method: str, callee: str, number: int) -> str:
    retrans = "" if method == "ACK" else ' retrans="500"'
    return IN_DIALOG.format(
        method=method, account=ACCOUNT, callee=callee, number=number, retrans=retrans
    )


def test_sipp_registers_calls_and_hangs_up(network: RunningNetwork, tmp_path: Path) -> None:
    callee = "79990000001"
    done = sipp(
        tmp_path, network.port,
        register(),
        invite(callee, 3, proved=False), recv(407, auth=True), in_dialog("ACK", callee, 3),
        invite(callee, 4, proved=True), recv(100), recv(180), recv(200),
        in_dialog("ACK", callee, 4),
        '  <pause milliseconds="300"/>\n',
        in_dialog("BYE", callee, 5), recv(200),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-1500:]
    info = network.control.wait("1", "ended")
    assert (info["ended_by"], info["status"]) == ("account", 200)
    assert info["figures"]["sent"] > 5


def test_sipp_is_told_that_the_called_party_is_busy(
    network: RunningNetwork, tmp_path: Path
) -> None:
    callee = "79990000003"
    done = sipp(
        tmp_path, network.port,
        register(),
        invite(callee, 3, proved=False), recv(407, auth=True), in_dialog("ACK", callee, 3),
        invite(callee, 4, proved=True), recv(100), recv(486), in_dialog("ACK", callee, 4),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-1500:]
    assert network.control.wait("1", "ended")["status"] == 486


def test_sipp_with_opus_first_hears_nothing(network: RunningNetwork, tmp_path: Path) -> None:
    done = sipp(
        tmp_path, network.port,
        register(),
        invite("79990000001", 3, proved=False, formats="96 8").replace(' retrans="500"', ""),
        '  <recv response="100" timeout="500" ontimeout="silent"/>\n  <label id="wrong"/>\n',
        '  <label id="silent"/>\n',
    )  # fmt: skip
    assert network.control.status()["dropped_invites"] == 1
    assert done.returncode in {0, 1, 253}
    answered = network.control.trace(contains="INVITE\r\n")
    assert [entry["direction"] for entry in answered] == ["in"]


def test_baresip_hears_the_caller_and_is_heard(network: RunningNetwork, tmp_path: Path) -> None:
    spoken = tmp_path / "spoken.wav"
    write_wav(spoken, speak("Говорит автоматический телефон. Слушаю вас внимательно.", "ru"))
    credentials = f"{ACCOUNT}:{PASSWORD}@127.0.0.1:{network.port}"
    with baresip(tmp_path / "baresip", credentials, spoken) as phone:
        network.control.wait_registration(ACCOUNT)
        call = network.control.call(ACCOUNT, caller="74951234567")
        network.control.wait(call, "connected")
        deadline = time.monotonic() + 10
        while network.control.call_info(call)["heard_seconds"] < 1.8:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        network.control.hang_up(call)
        info = network.control.save(call, tmp_path / "heard.wav", tmp_path / "sent.wav")
        phone.wait_for("session closed")
        ear = phone.heard()
    assert info["figures"]["lost"] == 0
    assert likeness(load_wav(tmp_path / "heard.wav"), load_wav(spoken)[:12000]) > ALIKE
    assert ear is not None
    assert share_heard(load_wav(ear), load_wav(tmp_path / "sent.wav")[2000:12000]) > 0.7
    assert re.search("74951234567", phone.log.read_text(errors="replace"))
