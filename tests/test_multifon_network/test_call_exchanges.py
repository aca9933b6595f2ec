"""Calls in both directions, message by message: a peer of plain sockets."""

from __future__ import annotations

import re
import socket

import pytest

from tests.simulators.multifon.control_client import ControlError
from tests.simulators.multifon.network_process import RunningNetwork
from tests.test_multifon_network.conftest import ACCOUNT, MakeNetwork
from tests.test_multifon_network.raw_peer import SDP, OutgoingCall, RawPeer, Received

ANSWER = SDP.format(port=40000, formats="8")


def connected(peer: RawPeer, number: str = "79990000009") -> tuple[OutgoingCall, Received]:
    """A call of the account that is answered and acknowledged."""
    peer.register()
    call = peer.invite(number)
    answer = peer.receive_status(200)
    call.acknowledge(answer)
    return call, answer


# Calls that the account places.


def test_ringing_comes_before_the_answer_and_voice_only_with_it(network: RunningNetwork) -> None:
    with RawPeer(network.port) as peer:
        peer.register()
        call = peer.invite("79990000001")
        assert call.status == 100
        ringing = peer.receive()
        answer = peer.receive()
        assert (ringing.status, answer.status) == (180, 200)
        assert ringing.body == ""
        assert ringing.header("To") == answer.header("To")
        assert "m=audio" in answer.body
        assert "RTP/AVP 8\r\n" in answer.body
        assert answer.header("Contact") == (
            f"<sip:79990000001@127.0.0.1:{network.port};transport=udp>"
        )


@pytest.mark.parametrize(("formats", "chosen"), [("0 8", "0"), ("8 0 101", "8")])
def test_the_first_of_pcma_and_pcmu_is_chosen(
    network: RunningNetwork, formats: str, chosen: str
) -> None:
    with RawPeer(network.port) as peer:
        peer.register()
        peer.invite("79990000009", formats=formats)
        assert f"RTP/AVP {chosen}\r\n" in peer.receive_status(200).body


def test_early_media_comes_with_183_and_without_180(network: RunningNetwork) -> None:
    with RawPeer(network.port) as peer:
        peer.register()
        call = peer.invite("79990000002")
        assert call.status == 100
        progress = peer.receive()
        answer = peer.receive()
        assert (progress.status, answer.status) == (183, 200)
        assert progress.rtp_port == answer.rtp_port


def test_an_answer_is_repeated_until_it_is_acknowledged(make_network: MakeNetwork) -> None:
    network = make_network(t1=0.05)
    with RawPeer(network.port) as peer:
        peer.register()
        call = peer.invite("79990000009")
        answers = [peer.receive_status(200) for _ in range(3)]
        assert answers[0].text == answers[2].text
        call.acknowledge(answers[0])
        name = network.control.wait_call()["call"]
        assert network.control.call_info(name)["state"] == "connected"
        call.in_dialog("BYE", answers[0])
        peer.receive_until(lambda message: "BYE" in message.header("CSeq"))


def test_without_an_ack_the_call_is_ended(make_network: MakeNetwork) -> None:
    network = make_network(t1=0.01)
    with RawPeer(network.port) as peer:
        peer.register()
        peer.invite("79990000009")
        bye = peer.receive_method("BYE")
        peer.respond(bye, 200)
        info = network.control.wait("1", "ended")
        assert info["reason"] == "No ACK came for the answer."


def test_a_refusal_is_repeated_until_it_is_acknowledged(make_network: MakeNetwork) -> None:
    network = make_network(t1=0.05)
    with RawPeer(network.port) as peer:
        peer.register()
        call = peer.invite("79990000003")
        refusals = [peer.receive_status(486) for _ in range(3)]
        call.acknowledge(refusals[0])
        # One more may have been on its way.
        while not peer.is_silent(0.5):
            pass
        assert network.control.wait("1", "ended")["status"] == 486


def test_a_repeated_invite_makes_no_second_call(make_network: MakeNetwork) -> None:
    network = make_network(ring_cycle=60.0)
    with RawPeer(network.port) as peer:
        peer.register()
        call = peer.invite("74951234567")
        first = peer.receive_status(180)
        peer.send(call.text)
        assert peer.receive().text == first.text
        assert len(network.control.calls()) == 1
        peer.send(call.text.replace(call.branch, "z9hG4bKanother"))
        assert peer.receive().status == 482


def test_cancel_ends_the_ringing(make_network: MakeNetwork) -> None:
    network = make_network(ring_cycle=60.0)
    with RawPeer(network.port) as peer:
        peer.register()
        call = peer.invite("74951234567")
        peer.receive_status(180)
        call.cancel()
        answers = {
            (m.header("CSeq").split()[1], m.status) for m in (peer.receive(), peer.receive())
        }
        assert answers == {("CANCEL", 200), ("INVITE", 487)}
        info = network.control.wait("1", "ended")
        assert (info["ended_by"], info["status"]) == ("account", 487)


def test_what_belongs_to_no_call_gets_481(network: RunningNetwork) -> None:
    with RawPeer(network.port) as peer:
        to = "<sip:79990000001@multifon.ru>;tag=unknown"
        for method in ("BYE", "INVITE", "OPTIONS"):
            peer.send(peer.request(method, "sip:79990000001@multifon.ru", to=to))
            assert peer.receive().status == 481
        peer.send(peer.request("CANCEL", "sip:79990000001@multifon.ru"))
        assert peer.receive().status == 481
        peer.send(peer.request("ACK", "sip:79990000001@multifon.ru", to=to))
        assert peer.is_silent(0.1)


def test_options_in_a_call_tells_whether_it_still_lives(network: RunningNetwork) -> None:
    with RawPeer(network.port) as peer:
        call, answer = connected(peer)
        call.in_dialog("OPTIONS", answer)
        assert peer.receive().status == 200
        call.in_dialog("BYE", answer)
        assert peer.receive().status == 200
        call.in_dialog("OPTIONS", answer)
        assert peer.receive().status == 481


@pytest.mark.parametrize(
    ("method", "status"), [("INFO", 200), ("UPDATE", 405), ("REFER", 501), ("PRACK", 481)]
)
def test_other_requests_in_a_call(network: RunningNetwork, method: str, status: int) -> None:
    with RawPeer(network.port) as peer:
        call, answer = connected(peer)
        call.in_dialog(method, answer)
        assert peer.receive().status == status


def test_info_carries_no_digits(network: RunningNetwork) -> None:
    with RawPeer(network.port) as peer:
        call, answer = connected(peer)
        call.in_dialog("INFO", answer, "X-Type: application/dtmf-relay", body="Signal=5\r\n")
        assert peer.receive().status == 200
        assert network.control.call_info("1")["digits"] == ""


def test_bye_may_be_challenged(make_network: MakeNetwork) -> None:
    network = make_network(bye_challenge=407)
    with RawPeer(network.port) as peer:
        call, answer = connected(peer)
        call.in_dialog("BYE", answer)
        challenge = peer.receive_status(407)
        call.in_dialog("BYE", answer, peer.credentials(challenge, "BYE", call.uri))
        assert peer.receive().status == 200


@pytest.mark.parametrize(
    ("offered", "answered"), [("sendonly", "recvonly"), ("inactive", "inactive"), ("sendrecv", "")]
)
def test_a_re_invite_is_answered(network: RunningNetwork, offered: str, answered: str) -> None:
    with RawPeer(network.port) as peer:
        call, answer = connected(peer)
        call.in_dialog("INVITE", answer, body=ANSWER + f"a={offered}\r\n")
        second = peer.receive_status(200)
        call.acknowledge(second)
        assert second.rtp_port == answer.rtp_port
        assert f"a={answered}\r\n" in second.body if answered else "a=send" not in second.body
        version = re.compile(r"^o=\S+ (\d+) (\d+)", re.MULTILINE)
        before, after = version.search(answer.body), version.search(second.body)
        assert before is not None
        assert after is not None
        assert (after[1], int(after[2])) == (before[1], int(before[2]) + 1)


def test_a_re_invite_without_g711_leaves_the_call_as_it_is(network: RunningNetwork) -> None:
    with RawPeer(network.port) as peer:
        call, answer = connected(peer)
        call.in_dialog("INVITE", answer, body=ANSWER.replace("AVP 8", "AVP 18"))
        refusal = peer.receive_status(488)
        call.acknowledge(refusal)
        assert network.control.call_info("1")["state"] == "connected"


# Calls to the account.


def offered(network: RunningNetwork, peer: RawPeer, **parameters: object) -> tuple[str, Received]:
    peer.register(contact=f"<sip:{ACCOUNT}@192.168.77.1:5999>")
    name = network.control.call(ACCOUNT, **parameters)
    return name, peer.receive_method("INVITE")


def test_an_incoming_invite_has_the_form_of_the_trace(network: RunningNetwork) -> None:
    with RawPeer(network.port) as peer:
        _, invite = offered(network, peer, caller="74951234567")
        host = f"127.0.0.1:{network.port}"
        # To the address that the REGISTER came from, although its Contact named another.
        assert invite.first_line == f"INVITE sip:{ACCOUNT}@127.0.0.1:{peer.port} SIP/2.0"
        assert re.fullmatch(r"sip:74951234567@multifon\.ru;tag=\S+", invite.header("From"))
        assert invite.header("To") == f"<sip:{ACCOUNT}@multifon.ru:5060>"
        assert invite.header("P-Asserted-Identity") == "sip:74951234567@10.190.35.18:5060"
        assert invite.header("Contact") == f"<sip:74951234567@{host};transport=udp>"
        assert invite.header("User-Agent") == "multifon.ru"
        assert invite.header("Supported") == "100rel,path,replaces,tdialog"
        assert invite.header("Allow") == (
            "PRACK, INVITE, BYE, REGISTER, ACK, OPTIONS, CANCEL, SUBSCRIBE, NOTIFY, INFO, REFER"
        )
        assert invite.header("Expires") == "300"
        assert re.search(r"^m=audio \d+ RTP/AVP 8 0 18 4\r$", invite.body, re.MULTILINE)
        assert "a=fmtp:18 annexb=yes\r\n" in invite.body
        assert "a=silenceSupp:off" in invite.body
        assert "telephone-event" not in invite.text
        assert int(invite.header("Content-Length")) == len(invite.body)
        peer.respond(invite, 486)
        peer.receive_method("ACK")


def test_a_withheld_number_and_a_short_offer(make_network: MakeNetwork) -> None:
    network = make_network(codecs=(8,))
    with RawPeer(network.port) as peer:
        _, invite = offered(network, peer)
        assert invite.header("From").startswith("sip:anonymous@multifon.ru;tag=")
        assert " RTP/AVP 8\r\n" in invite.body
        peer.respond(invite, 603)
        peer.receive_method("ACK")


def test_an_invite_is_repeated_until_something_comes(make_network: MakeNetwork) -> None:
    network = make_network(t1=0.05)
    with RawPeer(network.port) as peer:
        _, invite = offered(network, peer)
        assert peer.receive_method("INVITE").text == invite.text
        peer.respond(invite, 180)
        info = network.control.wait("1", "ringing")
        assert info["status"] == 180
        peer.respond(invite, 486)
        peer.receive_method("ACK")


@pytest.mark.parametrize("status", [404, 480, 486, 488, 500, 603])
def test_a_refusal_is_acknowledged_every_time_it_comes(
    network: RunningNetwork, status: int
) -> None:
    with RawPeer(network.port) as peer:
        name, invite = offered(network, peer)
        for _ in range(2):
            peer.respond(invite, status)
            ack = peer.receive_method("ACK")
            assert ack.header("Via") == invite.header("Via")
        info = network.control.wait(name, "ended")
        assert (info["status"], info["ended_by"]) == (status, "account")
        with pytest.raises(ControlError, match="ended before it was connected"):
            network.control.wait(name, "connected")


def test_an_answer_is_acknowledged_every_time_it_comes(network: RunningNetwork) -> None:
    with RawPeer(network.port) as peer:
        name, invite = offered(network, peer)
        peer.respond(invite, 180)
        for _ in range(2):
            peer.respond(invite, 200, body=ANSWER)
            ack = peer.receive_method("ACK")
        assert ack.first_line == f"ACK sip:{ACCOUNT}@127.0.0.1:{peer.port} SIP/2.0"
        network.control.wait(name, "connected")
        network.control.hang_up(name)
        bye = peer.receive_method("BYE")
        assert bye.header("CSeq") == "2 BYE"
        peer.respond(bye, 200)


def test_the_far_end_hangs_up_by_itself(network: RunningNetwork) -> None:
    with RawPeer(network.port) as peer:
        name, invite = offered(network, peer, hang_up=0.2)
        peer.respond(invite, 200, body=ANSWER)
        peer.receive_method("ACK")
        bye = peer.receive_method("BYE")
        peer.respond(bye, 200)
        assert bye.first_line == f"BYE sip:{ACCOUNT}@127.0.0.1:{peer.port} SIP/2.0"
        assert bye.header("From") == invite.header("From")
        info = network.control.call_info(name)
        assert (info["ended_by"], info["reason"]) == ("network", "The far end has hung up.")


def test_the_caller_gives_up(network: RunningNetwork) -> None:
    with RawPeer(network.port) as peer:
        name, invite = offered(network, peer, cancel_after=0.2)
        peer.respond(invite, 180)
        cancel = peer.receive_method("CANCEL")
        assert cancel.header("Via") == invite.header("Via")
        peer.respond(cancel, 200)
        peer.respond(invite, 487)
        peer.receive_method("ACK")
        info = network.control.wait(name, "ended")
        assert info["reason"] == "The caller has given up."


def test_cancel_waits_for_a_provisional_answer(network: RunningNetwork) -> None:
    with RawPeer(network.port) as peer:
        name, invite = offered(network, peer)
        network.control.hang_up(name)
        peer.respond(invite, 100)
        peer.receive_method("CANCEL")
        peer.respond(invite, 487)
        network.control.wait(name, "ended")


def test_an_answer_that_crosses_the_cancel_is_hung_up(network: RunningNetwork) -> None:
    with RawPeer(network.port) as peer:
        name, invite = offered(network, peer, answer_timeout=0.2)
        peer.respond(invite, 180)
        peer.receive_method("CANCEL")
        peer.respond(invite, 200, body=ANSWER)
        peer.receive_method("ACK")
        peer.respond(peer.receive_method("BYE"), 200)
        info = network.control.wait(name, "ended")
        assert info["reason"] == "Nobody has answered."


def test_a_telephone_that_does_not_reply_is_given_up(make_network: MakeNetwork) -> None:
    network = make_network(t1=0.01)
    with RawPeer(network.port) as peer:
        name, _ = offered(network, peer)
        info = network.control.wait(name, "ended")
        assert (info["status"], info["reason"]) == (408, "The account's telephone does not reply.")


def test_an_answer_without_voice_is_hung_up(network: RunningNetwork) -> None:
    with RawPeer(network.port) as peer:
        name, invite = offered(network, peer)
        peer.respond(invite, 200, body=ANSWER.replace("AVP 8", "AVP 18"))
        peer.receive_method("ACK")
        peer.respond(peer.receive_method("BYE"), 200)
        assert "cannot be used" in network.control.wait(name, "ended")["reason"]


def test_the_network_can_re_invite(network: RunningNetwork) -> None:
    with RawPeer(network.port) as peer:
        name, invite = offered(network, peer)
        peer.respond(invite, 200, body=ANSWER)
        peer.receive_method("ACK")
        network.control.wait(name, "connected")
        network.control.re_invite(name)
        again = peer.receive_method("INVITE")
        assert "tag=" in again.header("To")
        peer.respond(again, 200, body=ANSWER)
        assert peer.receive_method("ACK").header("CSeq") == again.header("CSeq").replace(
            "INVITE", "ACK"
        )


def test_a_lost_tcp_connection_loses_calls(network: RunningNetwork) -> None:
    with RawPeer(network.port) as helper:
        sock = socket.create_connection(("127.0.0.1", network.port))
        stream = sock.makefile("rb")

        def exchange(*headers: str) -> Received:
            contact = f"Contact: <sip:{ACCOUNT}@127.0.0.1:{helper.port}>"
            text = helper.request(
                "REGISTER", "sip:multifon.ru", headers=(contact, *headers),
                to=f"<sip:{ACCOUNT}@multifon.ru>",
            )  # fmt: skip
            sock.sendall(text.replace("/UDP", "/TCP").encode())
            lines = []
            while (line := stream.readline()) != b"\r\n":
                lines.append(line)
            return Received(b"".join(lines).decode() + "\r\n", 0.0)

        challenge = exchange()
        credentials = helper.credentials(challenge, "REGISTER", "sip:multifon.ru")
        answer = exchange(credentials)
        assert answer.status == 200
        assert ";transport=tcp;lr>" in answer.header("Service-Route")
        assert network.control.accounts()[0]["transport"] == "tcp"
        stream.close()
        sock.close()
        info = network.control.wait(network.control.call(ACCOUNT), "ended")
        assert info["status"] == 480
