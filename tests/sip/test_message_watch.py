"""What the messages of a call tell beside its status."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.sip.message_trace import LONGEST_MESSAGE, OLDEST, MessageTrace
from gateway.sip.message_watch import KEPT, MessageWatch

US, THEM = "192.0.2.10:5060", "193.201.229.35:5060"
SDP = "v=0\r\nc=IN IP4 {address}\r\nm=audio {port} RTP/AVP 8\r\n"


class Wire:
    """Writes log entries as pjproject does, and gives them to a watch."""

    def __init__(self) -> None:
        self.watch = MessageWatch()
        self.now = 100.0

    def sent(self, method: str, status: int = 0, **more: str) -> None:
        self._entry("TX", method, status, more)

    def came(self, method: str, status: int = 0, **more: str) -> None:
        self._entry("RX", method, status, more)

    def _entry(self, way: str, method: str, status: int, more: dict[str, str]) -> None:
        cseq = more.pop("cseq", "1")
        phrase, body = more.pop("phrase", "X"), more.pop("body", "")
        via = more.pop("via", US)
        user, call = more.pop("user", "79261234567"), more.pop("call", "abc")
        first = f"SIP/2.0 {status} {phrase}" if status else f"{method} sip:x@multifon.ru SIP/2.0"
        what = f"Response msg {status}/{method}" if status else f"Request msg {method}"
        headers = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in more.items())
        peer = f"{'to' if way == 'TX' else 'from'} UDP {THEM}"
        self.now += 1
        self.watch.saw(
            f"pjsua_core.c  .{way} 500 bytes {what}/cseq={cseq} (tdta0x55) {peer}:\n{first}\r\n"
            f"Via: SIP/2.0/UDP {via};rport;branch=z9hG4bK{cseq}\r\n"
            f"From: <sip:{user}@multifon.ru>;tag=1\r\nCall-ID: {call}\r\n"
            f"CSeq: {cseq} {method}\r\n{headers}\r\n{body}\n--end msg--",
            self.now,
        )


def test_a_refused_call() -> None:
    wire = Wire()
    wire.sent(
        "INVITE", Contact="<sip:7@192.0.2.10:5060>", body=SDP.format(address="1.2.3.4", port=9)
    )
    wire.came("INVITE", 407)
    wire.sent("ACK")
    wire.sent("INVITE", cseq="2")
    wire.came("INVITE", 403, cseq="2", phrase="Forbidden", Warning='399 m "no"', Reason="Q.850")
    seen = wire.watch.call("abc")
    assert (seen.status, seen.phrase, seen.ended_by) == (403, "Forbidden", "network")
    assert (seen.warning, seen.reason_header) == ('399 m "no"', "Q.850")
    assert (seen.requests, seen.replies, seen.transport, seen.source) == (2, 2, "udp", THEM)
    assert seen.local_media == "1.2.3.4:9"
    assert seen.changed == ()


def test_a_repeated_answer_is_counted_and_a_challenge_is_none() -> None:
    wire = Wire()
    wire.sent("INVITE")
    for _ in range(4):
        wire.came("INVITE", 200, body=SDP.format(address="10.0.0.1", port=4000))
        wire.sent("ACK")
    wire.came("BYE", cseq="7")
    seen = wire.watch.call("abc")
    assert (seen.answer_repeats, seen.ended_by, seen.ack_missing) == (3, "network", False)
    assert seen.remote_media == "10.0.0.1:4000"


def test_the_answer_to_a_re_invite_is_no_repetition() -> None:
    wire = Wire()
    wire.sent("INVITE")
    wire.came("INVITE", 200)
    wire.sent("INVITE", cseq="2")
    wire.came("INVITE", 200, cseq="2")
    assert wire.watch.call("abc").answer_repeats == 0


def test_an_answer_of_ours_waits_for_its_ack() -> None:
    wire = Wire()
    wire.came("INVITE", cseq="5")
    wire.sent("INVITE", 200, cseq="5")
    assert wire.watch.call("abc").ack_missing
    wire.came("ACK", cseq="5")
    assert not wire.watch.call("abc").ack_missing
    wire.sent("BYE")
    assert wire.watch.call("abc").ended_by == "gateway"


def test_a_via_that_comes_back_changed() -> None:
    wire = Wire()
    wire.sent("INVITE")
    wire.came("INVITE", 100, via=f"{US};received=203.0.113.5")
    assert wire.watch.call("abc").changed == ()
    wire.came("INVITE", 180, via="203.0.113.5:62000")
    wire.came("INVITE", 183, via="203.0.113.5:62000")
    assert wire.watch.call("abc").changed == ("Via",)


def test_a_contact_that_the_registrar_does_not_give_back() -> None:
    wire = Wire()
    contact = "<sip:79261234567@192.0.2.10:5060;ob>"
    wire.sent("REGISTER", Contact=contact)
    wire.came("REGISTER", 200, Contact=f"{contact};expires=60")
    assert wire.watch.registration("79261234567").changed == ()
    wire.came("REGISTER", 200, Contact="<sip:79261234567@203.0.113.5:62000>;expires=60")
    assert wire.watch.registration("79261234567").changed == ("Contact",)


def test_a_new_registration_begins_without_the_old_one_and_remembers_that_somebody_answered() -> (
    None
):
    wire = Wire()
    assert wire.watch.heard("79261234567") is None
    wire.sent("REGISTER")
    wire.came("REGISTER", 500, phrase="Oh")
    assert wire.watch.registration("79261234567").phrase == "Oh"
    assert wire.watch.registration("79261234567").tried == ()
    wire.sent("REGISTER", cseq="2")
    wire.sent("REGISTER", cseq="2")
    seen = wire.watch.registration("79261234567")
    assert (seen.status, seen.replies, seen.requests) == (0, 0, 2)
    assert seen.tried == (f"udp {THEM}",)
    assert wire.watch.heard("79261234567") == 102.0
    assert wire.watch.heard("another") is None


def test_a_challenge_and_its_answer_are_one_attempt() -> None:
    wire = Wire()
    wire.sent("REGISTER", Contact="<sip:7@192.0.2.10:5060>")
    wire.came("REGISTER", 401, via="203.0.113.5:62000")
    wire.sent("REGISTER", cseq="2", Contact="<sip:7@192.0.2.10:5060>")
    wire.came("REGISTER", 403, cseq="2", phrase="Forbidden")
    seen = wire.watch.registration("79261234567")
    assert (seen.requests, seen.replies, seen.status) == (2, 2, 403)
    assert seen.changed == ("Via",)


def test_another_way_is_another_attempt() -> None:
    wire = Wire()
    wire.sent("REGISTER", call="first")
    wire.sent("REGISTER", call="second")
    assert wire.watch.registration("79261234567").requests == 1


def test_only_so_many_calls_are_followed() -> None:
    wire = Wire()
    for number in range(KEPT + 1):
        wire.sent("INVITE", call=f"call-{number}")
    assert wire.watch.call("call-0").requests == 0
    assert wire.watch.call("call-1").requests == 1
    wire.came("INVITE", 486, call="call-0")
    assert wire.watch.call("call-0").status == 0


def test_what_is_no_message_is_left_alone() -> None:
    watch = MessageWatch()
    for text in (
        "",
        "RX 5 bytes",
        "sip.c  .RX 9 bytes Response msg 1/X/cseq=1 (r) from UDP a:1:\n",
    ):
        watch.saw(text, 1.0)


MESSAGES = (
    "pjsua_core.c  .RX 9 bytes Response msg 200/INVITE/cseq=1 (r) from UDP 192.0.2.1:5060:\n"
    "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bK1\r\nCall-ID: a\r\n\r\nv=0\r\n",
    "pjsua_core.c  .TX 9 bytes Request msg REGISTER/cseq=1 (t) to TCP 192.0.2.1:5060:\n"
    "REGISTER sip:x SIP/2.0\r\nFrom: <sip:7@x>\r\nContact: <sip:7@192.0.2.2>\r\n\r\n",
)


@given(st.sampled_from(MESSAGES), st.integers(0, 300), st.integers(0, 20), st.text(max_size=10))
def test_no_message_however_broken_stops_the_watch(
    message: str, start: int, length: int, noise: str
) -> None:
    watch = MessageWatch()
    watch.saw(MESSAGES[0].replace("RX", "TX").replace("Response msg 200/", "Request msg "), 1.0)
    watch.saw(message[:start] + noise + message[start + length :], 2.0)
    watch.call("a")


def test_the_trace_is_bounded_in_size_and_in_time() -> None:
    trace = MessageTrace(largest=100)
    for second in range(20):
        trace.add(1000.0 + second, "x" * 30)
    assert [message.time for message in trace.since(0)] == [1017.0, 1018.0, 1019.0]
    assert [message.time for message in trace.since(1019)] == [1019.0]
    trace.add(1019.5 + OLDEST, "y")
    assert [message.text for message in trace.since(0)] == ["y"]


def test_one_message_is_cut() -> None:
    trace = MessageTrace()
    trace.add(0.0, "z" * (LONGEST_MESSAGE + 1))
    assert len(trace.since(0)[0].text) == LONGEST_MESSAGE
