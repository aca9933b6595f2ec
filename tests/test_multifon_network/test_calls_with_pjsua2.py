"""pjsua2 as the account's telephone: another SIP stack and another G.711."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.simulators.multifon.network_process import RunningNetwork
from tests.simulators.multifon.recording import write_wav
from tests.simulators.multifon.sound import load_wav, speak
from tests.test_multifon_network.conftest import ACCOUNT
from tests.test_multifon_network.pjsua_phone import pjsua_phone
from tests.test_multifon_network.sound_check import ALIKE, likeness, share_heard


@pytest.fixture
def spoken(tmp_path: Path) -> Path:
    """More than a second of speech for the telephone to say."""
    path = tmp_path / "spoken.wav"
    write_wav(path, speak("Раз, два, три, четыре, пять.", "ru")[:10000])
    return path


@pytest.mark.parametrize("tcp", [False, True])
def test_the_echo_number_sends_back_what_the_telephone_says(
    network: RunningNetwork, tmp_path: Path, spoken: Path, *, tcp: bool
) -> None:
    with pjsua_phone(network.port, tcp=tcp) as phone:
        phone.expect("registration", active=True, status=200)
        phone.do("play", path=str(spoken))
        phone.do("record", path=str(tmp_path / "ear.wav"))
        phone.do("call", number="79990000001")
        phone.expect("call", state="EARLY", status=180)
        phone.expect("media")
        call = network.control.wait_call()["call"]
        network.control.wait(call, "connected")
        deadline = time.monotonic() + 10
        while network.control.call_info(call)["sent_seconds"] < 1.7:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        phone.do("hang_up")
        network.control.wait(call, "ended")
        info = network.control.save(call, heard=tmp_path / "heard.wav")
        assert network.control.accounts()[0]["transport"] == ("tcp" if tcp else "udp")
    said = load_wav(spoken)
    assert info["codec"] == "PCMA"
    assert likeness(load_wav(tmp_path / "heard.wav"), said) > ALIKE
    assert share_heard(load_wav(tmp_path / "ear.wav"), said[:8000]) > 0.7
    figures = info["figures"]
    assert (figures["lost"], figures["strangers"], figures["out_of_order"]) == (0, 0, 0)
    assert figures["received"] > 60
    assert network.control.accounts()[0]["registered"] is False  # it said goodbye


def test_a_call_to_the_account_carries_voice_both_ways(
    network: RunningNetwork, tmp_path: Path, spoken: Path
) -> None:
    with pjsua_phone(network.port) as phone:
        phone.expect("registration", active=True)
        phone.do("play", path=str(spoken))
        phone.do("record", path=str(tmp_path / "ear.wav"))
        call = network.control.call(ACCOUNT, caller="74951234567", text="Алло, это проверка.")
        incoming = phone.expect("incoming")
        assert incoming["sender"] == "<sip:74951234567@multifon.ru>"
        phone.do("answer", status=180)
        network.control.wait(call, "ringing")
        phone.do("answer", status=200)
        phone.expect("media")
        network.control.wait(call, "connected")
        deadline = time.monotonic() + 10
        while network.control.call_info(call)["heard_seconds"] < 1.5:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        network.control.hang_up(call)
        phone.expect("call", state="DISCONNECTED")
        info = network.control.save(call, tmp_path / "heard.wav", tmp_path / "sent.wav")
    assert info["ended_by"] == "network"
    assert likeness(load_wav(tmp_path / "heard.wav"), load_wav(spoken)) > ALIKE
    sent = load_wav(tmp_path / "sent.wav")[:8000]
    assert share_heard(load_wav(tmp_path / "ear.wav"), sent) > 0.7


def test_a_menu_hears_digits_in_the_voice_and_says_which(network: RunningNetwork) -> None:
    with pjsua_phone(network.port) as phone:
        phone.expect("registration", active=True)
        phone.do("call", number="79990000007")
        phone.expect("media")
        call = network.control.wait_call()["call"]
        network.control.wait(call, "connected")
        phone.do("dial", digits="159*0#")
        info = network.control.wait_digits(call, "159*0#")
        assert info["digits"] == "159*0#"
        lengths = [digit["seconds"] for digit in info["digit_times"]]
        assert lengths == pytest.approx([0.08] * 6, abs=0.015)
        deadline = time.monotonic() + 10
        while len(network.control.call_info(call)["said"]) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        said = network.control.call_info(call)["said"]
        assert said[1] == "Вы набрали: 1, 5, 9, звезда, 0, решётка."
        phone.do("hang_up")
        assert network.control.wait(call, "ended")["ended_by"] == "account"


def test_early_media_is_heard_before_the_answer(network: RunningNetwork, tmp_path: Path) -> None:
    with pjsua_phone(network.port) as phone:
        phone.expect("registration", active=True)
        phone.do("record", path=str(tmp_path / "ear.wav"))
        phone.do("call", number="79990000008")
        phone.expect("call", state="EARLY", status=183)
        call = network.control.wait_call()["call"]
        deadline = time.monotonic() + 10
        while network.control.call_info(call)["sent_seconds"] < 1.8:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert network.control.call_info(call)["state"] == "ringing"
        phone.do("hang_up")
        assert network.control.wait(call, "ended")["status"] == 487
    announcement = speak("Подождите, пожалуйста. Вас соединяют.", "ru")
    assert share_heard(load_wav(tmp_path / "ear.wav"), announcement[:10000]) > 0.7


def test_the_caller_hangs_up_while_it_rings(network: RunningNetwork) -> None:
    with pjsua_phone(network.port) as phone:
        phone.expect("registration", active=True)
        call = network.control.call(ACCOUNT)
        phone.expect("incoming")
        phone.do("answer", status=180)
        network.control.wait(call, "ringing")
        network.control.hang_up(call)
        phone.expect("call", state="DISCONNECTED", status=487)
        assert network.control.wait(call, "ended")["status"] == 487


def test_hold_stops_the_voice_and_resume_brings_it_back(network: RunningNetwork) -> None:
    with pjsua_phone(network.port) as phone:
        phone.expect("registration", active=True)
        phone.do("call", number="79990000012")
        phone.expect("media")
        call = network.control.wait_call()["call"]
        network.control.wait(call, "connected")
        phone.do("hold")
        deadline = time.monotonic() + 10
        while not network.control.trace(contains="a=recvonly"):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        before = network.control.call_info(call)["figures"]["sent"]
        time.sleep(0.2)
        assert network.control.call_info(call)["figures"]["sent"] <= before + 1
        phone.do("resume")
        while network.control.call_info(call)["figures"]["sent"] <= before + 5:
            assert time.monotonic() < deadline
            time.sleep(0.02)


def test_a_wrong_password_never_registers(network: RunningNetwork) -> None:
    with pjsua_phone(network.port, password="wrong") as phone:
        assert phone.expect("registration")["active"] is False
        phone.do("register")
        assert phone.expect("registration")["status"] in {401, 403}
        assert network.control.accounts()[0]["wrong_passwords"] >= 2


def test_a_refresh_is_granted_and_is_no_replay(network: RunningNetwork) -> None:
    with pjsua_phone(network.port) as phone:
        phone.expect("registration", active=True)
        phone.do("register")
        phone.expect("registration", active=True)
        account = network.control.accounts()[0]
        assert (account["registers"], account["replays"]) == (2, 0)
