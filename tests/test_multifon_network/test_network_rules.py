"""The provider's rules for calls that an account places, and its deafness to strangers."""

from __future__ import annotations

import pytest

from tests.simulators.multifon.network_process import RunningNetwork
from tests.test_multifon_network.conftest import ACCOUNT, MakeNetwork
from tests.test_multifon_network.raw_peer import SDP, OutgoingCall, RawPeer


@pytest.mark.parametrize("formats", ["96 8 0", "18 8", "9"])
def test_an_invite_with_another_codec_first_gets_no_answer_at_all(
    network: RunningNetwork, formats: str
) -> None:
    with RawPeer(network.port) as peer:
        peer.register()
        call = OutgoingCall(peer, "79990000001", SDP.format(port=40000, formats=formats))
        call.send_invite()
        assert peer.is_silent(0.2)
        peer.send(call.text)
        assert peer.is_silent(0.2)
        assert network.control.status()["dropped_invites"] == 1


@pytest.mark.parametrize(
    ("number", "status"),
    [
        ("79990000003", 486),
        ("79990000005", 480),
        ("79990001503", 503),
        ("89261234567", 404),
        ("+79261234567", 404),
        ("7926", 100),
        ("sales", 404),
        ("112", 100),
    ],
)
def test_a_number_decides_what_is_answered(
    network: RunningNetwork, number: str, status: int
) -> None:
    with RawPeer(network.port) as peer:
        peer.register()
        call = peer.invite(number)
        assert call.first is not None
        first = call.first
        if first.status == 100 and status > 100:
            first = peer.receive_status(status)
        assert first.status == status


def test_a_low_balance_refuses_all_but_emergency_calls(network: RunningNetwork) -> None:
    with RawPeer(network.port) as peer:
        peer.register()
        network.control.set(balance=7)
        call = peer.invite("79990000001")
        assert call.first is not None
        assert call.status == 403
        assert "balance" in call.first.header("Warning")
        call.acknowledge(call.first)
        network.control.set(low_balance_status=402)
        call = peer.invite("79990000001")
        assert call.first is not None
        assert call.status == 402
        call.acknowledge(call.first)
        assert peer.invite("112").status == 100
        network.control.set(balance=8)


def test_the_third_call_of_an_account_is_refused(make_network: MakeNetwork) -> None:
    network = make_network(ring_cycle=60.0, call_limit_status=486)
    with RawPeer(network.port) as peer:
        peer.register()
        calls = []
        for _ in range(2):
            call = peer.invite("74951234567")
            assert call.status == 100
            peer.receive_status(180)
            calls.append(call)
        assert peer.invite("74951234567").status == 486
        info = network.control.call_info(network.control.call(ACCOUNT))
        assert (info["state"], info["status"]) == ("ended", 486)
        calls[0].cancel()
        peer.receive_status(487)
        assert peer.invite("74951234567").status == 100


def test_after_a_long_silence_invite_gets_500_until_a_register(make_network: MakeNetwork) -> None:
    network = make_network(idle_500=0.2)
    with RawPeer(network.port) as peer:
        peer.register()
        assert peer.is_silent(0.3)
        for _ in range(2):
            call = peer.invite("79990000001")
            assert call.first is not None
            assert call.status == 500
            call.acknowledge(call.first)
        peer.register()
        assert peer.invite("79990000001").status == 100


def test_from_must_be_the_account(network: RunningNetwork) -> None:
    with RawPeer(network.port) as peer:
        peer.register()
        call = OutgoingCall(peer, "79990000001", SDP.format(port=40000, formats="8"))
        peer.account = "79267654321"
        call.send_invite()
        challenge = peer.receive_status(407)
        call.acknowledge(challenge)
        peer.account = ACCOUNT
        credentials = peer.credentials(challenge, "INVITE", call.uri)
        peer.account = "79267654321"
        call.send_invite(credentials)
        assert peer.receive().status == 403


@pytest.mark.parametrize(
    "change",
    [
        ("m=audio 40000", "m=audio 0"),
        ("t=0 0", "t=0 0\r\na=inactive"),
        ("RTP/AVP", "RTP/SAVP"),
        ("m=audio", "m=image"),
    ],
)
def test_a_description_without_voice_is_not_acceptable(
    network: RunningNetwork, change: tuple[str, str]
) -> None:
    with RawPeer(network.port) as peer:
        peer.register()
        call = OutgoingCall(peer, "79990000001", SDP.format(port=40000, formats="8"))
        call.body = call.body.replace(*change)
        call.send_invite()
        challenge = peer.receive_status(407)
        call.acknowledge(challenge)
        call.send_invite(peer.credentials(challenge, "INVITE", call.uri))
        assert peer.receive().status == 488


@pytest.mark.parametrize(("method", "status"), [("MESSAGE", 405), ("BYE", 481), ("FLY", 501)])
def test_other_methods_are_refused(network: RunningNetwork, method: str, status: int) -> None:
    with RawPeer(network.port) as peer:
        peer.send(peer.request(method, "sip:multifon.ru"))
        answer = peer.receive()
        assert answer.status == status
        if status == 405:
            assert "INVITE" in answer.header("Allow")


def test_options_says_what_is_allowed(network: RunningNetwork) -> None:
    with RawPeer(network.port) as peer:
        peer.send(peer.request("OPTIONS", "sip:multifon.ru"))
        allowed = peer.receive_status(200).header("Allow").split(", ")
        assert {"INVITE", "PRACK", "REFER"} <= set(allowed)
        assert {"UPDATE", "MESSAGE"}.isdisjoint(allowed)


@pytest.mark.parametrize(
    ("headers", "status"),
    [(("Require: 100rel",), 420), (("Max-Forwards: 0",), 200)],
)
def test_what_is_demanded_and_not_known_is_a_bad_extension(
    network: RunningNetwork, headers: tuple[str, ...], status: int
) -> None:
    with RawPeer(network.port) as peer:
        peer.send(peer.request("OPTIONS", "sip:multifon.ru", headers=headers))
        assert peer.receive().status == status


def test_a_request_that_has_come_too_far_is_stopped(network: RunningNetwork) -> None:
    with RawPeer(network.port) as peer:
        text = peer.request("OPTIONS", "sip:multifon.ru")
        peer.send(text.replace("Max-Forwards: 70", "Max-Forwards: 0"))
        assert peer.receive().status == 483


def test_garbage_is_counted_and_does_no_harm(network: RunningNetwork) -> None:
    with RawPeer(network.port) as peer:
        good = peer.request("OPTIONS", "sip:multifon.ru")
        spoilt = [
            "\r\n\r\n",
            "\0" * 40,
            "INVITE",
            "INVITE sip: SIP/2.0\r\n\r\n",
            good.replace("Via: SIP/2.0/UDP 127.0.0.1", "Via: nonsense"),
            good.replace("Via: SIP/2.0/UDP 127.0.0.1", "Via: SIP/2.0/UDP \udcff")
            .encode("utf-8", "surrogateescape")
            .decode("latin-1"),
            good.replace("CSeq: ", "CSeq: x"),
        ]
        for text in spoilt:
            peer.send(text)
        for damage in (("From: <sip:", "From: <<"), ("To: <sip:", "To: <")):
            peer.send(good.replace(*damage).replace("branch=", f"branch=z9hG4bK{damage[1][:2]}"))
        peer.send(peer.request("OPTIONS", "sip:multifon.ru"))
        peer.receive_status(200)
        assert network.control.status()["malformed"] >= 4


def test_a_body_that_is_cut_off_is_a_bad_request(network: RunningNetwork) -> None:
    with RawPeer(network.port) as peer:
        text = peer.request("INVITE", "sip:79990000001@multifon.ru", body="v=0\r\n")
        peer.send(text.replace("Content-Length: 5", "Content-Length: 500"))
        assert peer.receive().status == 400


def test_a_vanished_network_neither_hears_nor_speaks(network: RunningNetwork) -> None:
    with RawPeer(network.port) as peer:
        network.control.set(reachable=False)
        peer.send(peer.request("OPTIONS", "sip:multifon.ru"))
        assert peer.is_silent(0.2)
        network.control.set(reachable=True)
        peer.send(peer.request("OPTIONS", "sip:multifon.ru"))
        assert peer.receive().status == 200
