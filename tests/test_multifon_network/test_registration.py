"""REGISTER, byte by byte: a peer of plain sockets against the registrar."""

from __future__ import annotations

import pytest

from tests.simulators.multifon.network_process import RunningNetwork
from tests.test_multifon_network.conftest import ACCOUNT, MakeNetwork
from tests.test_multifon_network.raw_peer import RawPeer

URI = "sip:multifon.ru"
AOR = f"<sip:{ACCOUNT}@multifon.ru>"


def challenged(peer: RawPeer) -> str:
    """Send a REGISTER without credentials and return its Contact header, after the challenge."""
    contact = f"Contact: <sip:{ACCOUNT}@127.0.0.1:{peer.port}>"
    peer.send(peer.request("REGISTER", URI, headers=(contact,), to=AOR))
    return contact


def test_the_answer_has_the_marks_of_the_border_controller(network: RunningNetwork) -> None:
    with RawPeer(network.port) as peer:
        contact = f'"Phone" <sip:{ACCOUNT}@192.168.1.5:5062;ob>;+x="a b";expires=100'
        answer = peer.register(contact=contact)
        assert answer.status == 200
        assert answer.header("Contact") == (
            f'"Phone" <sip:{ACCOUNT}@192.168.1.5:5062;ob>;+x=a b;expires=60'
        ).replace("+x=a b", '+x="a b"')
        assert "\r\nP-Associated-URI: \r\n" in answer.text
        assert answer.header("Service-Route") == (
            f"<sip:{ACCOUNT}@127.0.0.1:{network.port};transport=udp;lr>"
        )
        assert f"rport={peer.port}" in answer.header("Via")
        assert "received=127.0.0.1" in answer.header("Via")
        assert ";tag=SD" in answer.header("To")


def test_a_challenge_names_bredband_and_md5_in_small_letters(network: RunningNetwork) -> None:
    with RawPeer(network.port) as peer:
        challenged(peer)
        challenge = peer.receive_status(401).header("WWW-Authenticate")
        assert challenge.startswith('Digest realm="BREDBAND", nonce="')
        assert 'algorithm=md5, qop="auth"' in challenge
        assert "opaque=" in challenge


def test_the_challenge_may_be_a_407(make_network: MakeNetwork) -> None:
    network = make_network(register_challenge=407)
    with RawPeer(network.port) as peer:
        challenged(peer)
        peer.receive_status(407).header("Proxy-Authenticate")
        assert peer.register().status == 200


def test_a_repeated_nonce_count_is_a_replay(network: RunningNetwork) -> None:
    with RawPeer(network.port) as peer:
        contact = challenged(peer)
        challenge = peer.receive_status(401)
        statuses = []
        for count in (1, 1, 11):
            credentials = peer.credentials(challenge, "REGISTER", URI, count)
            peer.send(peer.request("REGISTER", URI, headers=(contact, credentials), to=AOR))
            answer = peer.receive()
            statuses.append(answer.status)
            if answer.status == 401:
                assert "stale=true" in answer.header("WWW-Authenticate")
        assert statuses == [200, 401, 200]
        assert network.control.accounts()[0]["replays"] == 1


def test_a_repeated_request_gets_the_same_answer_and_is_no_replay(network: RunningNetwork) -> None:
    with RawPeer(network.port) as peer:
        contact = challenged(peer)
        credentials = peer.credentials(peer.receive_status(401), "REGISTER", URI)
        text = peer.request("REGISTER", URI, headers=(contact, credentials), to=AOR)
        answers = []
        for _ in range(3):
            peer.send(text)
            answers.append(peer.receive_status(200).text)
        assert answers[0] == answers[1] == answers[2]
        assert network.control.accounts()[0]["registers"] == 1


@pytest.mark.parametrize("final", [403, 401])
def test_a_wrong_password_is_challenged_again_and_then_refused(
    make_network: MakeNetwork, final: int
) -> None:
    network = make_network(wrong_password=final)
    with RawPeer(network.port, password="wrong") as peer:
        assert [peer.register().status for _ in range(2)] == [401, final]
        peer.password = "correct-horse"
        assert peer.register().status == 200


@pytest.mark.parametrize("status", [404, 403])
def test_an_unknown_account_is_refused(make_network: MakeNetwork, status: int) -> None:
    network = make_network(unknown_account=status)
    with RawPeer(network.port, account="79991112233") as peer:
        assert peer.register().status == status


def test_every_register_may_be_refused(network: RunningNetwork) -> None:
    with RawPeer(network.port) as peer:
        network.control.set(register_status=503)
        assert peer.register().status == 503
        network.control.set(register_status=0)
        assert peer.register().status == 200


def test_an_account_cannot_register_another(network: RunningNetwork) -> None:
    with RawPeer(network.port) as peer:
        to = "<sip:79267654321@multifon.ru>"
        headers = (f"Contact: <sip:x@127.0.0.1:{peer.port}>",)
        peer.send(peer.request("REGISTER", URI, headers=headers, to=to))
        credentials = peer.credentials(peer.receive_status(401), "REGISTER", URI)
        peer.send(peer.request("REGISTER", URI, headers=(*headers, credentials), to=to))
        assert peer.receive().status == 403


def test_a_lapsed_registration_loses_calls_both_ways(make_network: MakeNetwork) -> None:
    network = make_network(expires=1)
    with RawPeer(network.port) as peer:
        assert peer.register(expires=180).header("Contact").endswith(";expires=1")
        network.control.wait_registration(ACCOUNT)
        network.control.wait_registration(ACCOUNT, registered=False)
        info = network.control.wait(network.control.call(ACCOUNT), "ended")
        assert (info["status"], info["ended_by"]) == (480, "network")
        assert peer.invite("79990000001").status == 403
        assert peer.is_silent(0.1)


@pytest.mark.parametrize("everything", [True, False])
def test_expires_0_un_registers(network: RunningNetwork, *, everything: bool) -> None:
    with RawPeer(network.port) as peer:
        peer.register()
        network.control.wait_registration(ACCOUNT)
        answer = peer.register(contact="*" if everything else None, expires=0)
        assert answer.status == 200
        assert "\r\nContact:" not in answer.text
        assert network.control.accounts()[0]["registered"] is False


def test_a_star_with_another_expiry_is_a_bad_request(network: RunningNetwork) -> None:
    with RawPeer(network.port) as peer:
        assert peer.register(contact="*", expires=60).status == 400


def test_a_query_shows_the_binding(network: RunningNetwork) -> None:
    with RawPeer(network.port) as peer:
        peer.register(expires=30)
        peer.send(peer.request("REGISTER", URI, to=AOR))
        credentials = peer.credentials(peer.receive_status(401), "REGISTER", URI)
        peer.send(peer.request("REGISTER", URI, headers=(credentials,), to=AOR))
        contact = peer.receive_status(200).header("Contact")
        assert contact == f"<sip:{ACCOUNT}@127.0.0.1:{peer.port}>;expires=30"


def test_without_rport_the_answer_goes_to_the_port_in_the_via(network: RunningNetwork) -> None:
    with RawPeer(network.port) as peer, RawPeer(network.port) as other:
        text = peer.request("OPTIONS", URI, rport="")
        other.send(text)
        assert peer.receive().status == 200
        other.send(text.replace("branch=z9hG4bK", "rport;branch=z9hG4bKx"))
        assert other.receive().status == 200
