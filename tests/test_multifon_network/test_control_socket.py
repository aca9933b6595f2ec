from __future__ import annotations

import json
import socket
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.simulators.multifon.control_client import ControlError
from tests.simulators.multifon.network_process import RunningNetwork
from tests.simulators.multifon.recording import write_wav
from tests.simulators.multifon.sound import load_wav, sine
from tests.test_multifon_network.conftest import ACCOUNT, SECOND_ACCOUNT
from tests.test_multifon_network.raw_peer import SDP, RawPeer
from tests.test_multifon_network.sound_check import ALIKE, likeness


def said(network: RunningNetwork, *lines: str) -> list[dict[str, Any]]:
    """What comes back to raw lines."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(5)
        sock.connect(str(network.control_path))
        with sock.makefile("rwb") as file:
            for line in lines:
                file.write(line.encode() + b"\n")
            file.flush()
            sock.shutdown(socket.SHUT_WR)
            return [json.loads(line) for line in file]


def test_bad_requests_get_the_codes_of_json_rpc(network: RunningNetwork) -> None:
    answers = said(
        network,
        "{",
        "[1]",
        '{"method": "fly", "id": 3}',
        '{"method": "status", "params": [1], "id": 4}',
        '{"method": "status", "params": {"x": 1}, "id": 5}',
        '{"method": "status"}',
        '{"method": "status", "id": "last"}',
    )
    codes = [answer.get("error", {}).get("code") for answer in answers]
    assert codes == [-32700, -32600, -32601, -32602, -32602, None]
    assert answers[-1]["id"] == "last"
    assert answers[-1]["result"]["port"] == network.port


@pytest.mark.parametrize(
    ("method", "parameters", "sentence"),
    [
        ("call", {"account": "1"}, "there is no account '1'"),
        ("call", {}, "account is needed"),
        ("call", {"account": ACCOUNT, "party": "parrot"}, "there is no party 'parrot'"),
        ("call", {"account": ACCOUNT, "caller": "a b"}, "cannot be the user part"),
        ("call", {"account": ACCOUNT, "file": "/nowhere.wav"}, "/nowhere.wav cannot be read"),
        ("call", {"account": ACCOUNT, "cancel_after": "soon"}, "cancel_after is a number"),
        ("call-info", {"call": "9"}, "there is no call '9'"),
        ("wait", {"call": "9", "state": "connected"}, "there is no call '9'"),
        ("set", {"balance": "x"}, "balance is a number"),
    ],
)
def test_a_wrong_parameter_is_named(
    network: RunningNetwork, method: str, parameters: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ControlError, match=sentence) as caught:
        network.control.request(method, **parameters)
    assert caught.value.code == -32602


def test_settings_are_shown_and_changed(network: RunningNetwork) -> None:
    assert network.control.set(balance=3)["balance"] == 3.0
    assert network.control.status()["settings"]["balance"] == 3.0


@pytest.mark.parametrize(
    ("method", "parameters", "sentence"),
    [
        ("wait-registration", {"account": ACCOUNT}, "is not registered after 0.05 s"),
        ("wait-call", {"number": "112"}, "no call to 112 has come in 0.05 s"),
    ],
)
def test_a_wait_in_vain_says_what_came_instead(
    network: RunningNetwork, method: str, parameters: dict[str, str], sentence: str
) -> None:
    with pytest.raises(ControlError, match=sentence) as caught:
        network.control.request(method, timeout=0.05, **parameters)
    assert caught.value.code == 1


def test_accounts_tell_from_where_they_are_registered(network: RunningNetwork) -> None:
    with RawPeer(network.port, account=SECOND_ACCOUNT) as peer:
        peer.register()
        first, second = network.control.accounts()
        assert first["registered"] is False
        assert (second["account"], second["registered"]) == (SECOND_ACCOUNT, True)
        assert second["source"] == f"127.0.0.1:{peer.port}"
        assert 55 < second["expires_in"] <= 60


def test_the_trace_has_every_message(network: RunningNetwork) -> None:
    with RawPeer(network.port) as peer:
        peer.send(peer.request("OPTIONS", "sip:multifon.ru", headers=("X-Mark: one",)))
        peer.receive_status(200)
        entries = network.control.trace()
        assert [entry["direction"] for entry in entries] == ["in", "out"]
        assert {entry["transport"] for entry in entries} == {"udp"}
        assert all(e["remote"] == f"127.0.0.1:{peer.port}" for e in entries)
        assert [e["direction"] for e in network.control.trace(contains="X-Mark: one")] == ["in"]
        assert network.control.trace(since=time.monotonic()) == []


def test_a_file_is_played_and_both_recordings_are_saved(
    network: RunningNetwork, tmp_path: Path
) -> None:
    """The peer sends a tone as PCMA packets, of which one is lost and two change places."""
    tone = sine(1000, 0.5, -10)
    write_wav(tmp_path / "tone.wav", tone)
    with (
        RawPeer(network.port) as peer,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as rtp,
    ):
        rtp.bind(("127.0.0.1", 0))
        rtp.settimeout(5)
        peer.register()
        name = network.control.call(ACCOUNT, party="speech", file=str(tmp_path / "tone.wav"))
        invite = peer.receive_method("INVITE")
        body = SDP.format(port=rtp.getsockname()[1], formats="8")
        peer.respond(invite, 200, body=body)
        peer.receive_method("ACK")
        network.control.wait(name, "connected")
        target = ("127.0.0.1", invite.rtp_port)
        for number in (0, 1, 3, 2, 5):
            head = bytes([0x80, 8]) + number.to_bytes(2, "big")
            head += (160 * number).to_bytes(4, "big") + b"abcd"
            rtp.sendto(head + bytes([0x80 + number]) * 160, target)
        rtp.sendto(b"\x80\x00" + bytes(170), target)  # PCMU was not agreed on
        rtp.sendto(b"garbage", target)
        with RawPeer(network.port) as stranger:
            stranger.socket.sendto(b"\x80\x08" + bytes(170), target)
        heard = [rtp.recv(2000) for _ in range(30)]
        network.control.hang_up(name)
        info = network.control.save(name, tmp_path / "heard.wav", tmp_path / "sent.wav")
    sent = load_wav(tmp_path / "sent.wav")
    assert np.corrcoef(sent[: len(tone)], tone)[0, 1] > 0.999
    assert len(heard) == 30
    levels = load_wav(tmp_path / "heard.wav")[::160].tolist()
    assert len(levels) == 6
    assert levels[4] == 0
    assert len(set(levels)) == 6
    figures = info["figures"]
    assert (figures["received"], figures["lost"], figures["out_of_order"]) == (5, 1, 1)
    assert (figures["unusable"], figures["strangers"]) == (2, 1)


def test_a_party_can_be_told_to_play_something_else(
    network: RunningNetwork, tmp_path: Path
) -> None:
    tone = sine(700, 0.2, -10)
    write_wav(tmp_path / "tone.wav", tone)
    with RawPeer(network.port) as peer:
        peer.register()
        peer.invite("79990000012")
        peer.receive_status(200)
        network.control.play("1", tmp_path / "tone.wav")
        deadline = time.monotonic() + 5
        while network.control.call_info("1")["sent_seconds"] < 0.4:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        network.control.save("1", sent=tmp_path / "sent.wav")
    assert likeness(load_wav(tmp_path / "sent.wav"), tone) > ALIKE


def test_voice_is_sent_steadily_and_its_headers_count_up(network: RunningNetwork) -> None:
    with (
        RawPeer(network.port) as peer,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as rtp,
    ):
        rtp.bind(("127.0.0.1", 0))
        rtp.settimeout(5)
        peer.register()
        call = peer.invite("79990000012", rtp_port=rtp.getsockname()[1])
        answer = peer.receive_status(200)
        call.acknowledge(answer)
        began = time.monotonic()
        packets = [rtp.recv(2000) for _ in range(40)]
        took = time.monotonic() - began
    assert {len(packet) for packet in packets} == {172}
    assert [packet[1] for packet in packets] == [0x88] + [0x08] * 39
    first = int.from_bytes(packets[0][2:4], "big")
    numbers = [(int.from_bytes(p[2:4], "big") - first) % 65536 for p in packets]
    assert numbers == list(range(40))
    stamps = [int.from_bytes(p[4:8], "big") for p in packets]
    assert all((b - a) % 2**32 == 160 for a, b in pairwise(stamps))
    assert {p[12:] for p in packets} == {b"\xd5" * 160}
    # 39 intervals of 20 ms: never sent in a burst.
    assert took > 0.5
