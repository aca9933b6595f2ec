"""The link's rules, and the link against another one on a line that spoils bytes."""

from __future__ import annotations

import random

import pytest

from hardware.dect.cvm.frame import (
    LINK_OPENED,
    OPEN_LINK,
    FrameDecoder,
    Information,
    Supervision,
    Supervisory,
    encode,
)
from hardware.dect.cvm.link import (
    ASK_AGAIN,
    ATTEMPTS,
    MOST_WAITING,
    REPEAT,
    WINDOW,
    Deliver,
    LinkLayer,
    Lost,
    Opened,
    Transmit,
)
from tests.simulators.dect.link import ModuleLink
from tests.simulators.dect.serial_line import SerialLine, Spoiling


def opened() -> LinkLayer:
    link = LinkLayer()
    assert link.start(0.0) == [Transmit(OPEN_LINK)]
    assert link.receive(LINK_OPENED, 0.0) == [Opened()]
    return link


def ready(expected: int) -> Supervisory:
    return Supervisory(Supervision.READY, expected)


def test_a_module_that_asks_gets_its_answer_and_both_count_from_zero() -> None:
    link = LinkLayer()
    link.start(0.0)
    assert link.receive(OPEN_LINK, 0.1) == [Transmit(LINK_OPENED), Opened()]
    assert link.send(b"a", 0.2) == [Transmit(Information(0, 0, b"a"))]


def test_a_silent_module_is_asked_again_and_again() -> None:
    link = LinkLayer()
    link.start(0.0)
    for count in range(1, 50):
        assert link.deadline == pytest.approx(count * ASK_AGAIN)
        assert link.advance(link.deadline) == [Transmit(OPEN_LINK)]


def test_a_frame_before_the_link_is_open_is_dropped_and_asked_for_but_not_in_a_flood() -> None:
    link = LinkLayer()
    link.start(0.0)
    stray = Information(3, 0, b"stray")
    asked = [link.receive(stray, 0.001 * n) for n in range(1000)]
    assert sum(map(len, asked)) == 4  # one each 0.2 s
    assert all(actions in ([], [Transmit(OPEN_LINK)]) for actions in asked)


def test_a_mail_is_delivered_once_and_every_repetition_is_acknowledged() -> None:
    link = opened()
    frame = Information(0, 0, b"mail")
    assert link.receive(frame, 1.0) == [Deliver(b"mail"), Transmit(ready(1))]
    assert link.receive(frame, 1.8) == [Transmit(ready(1))]


def test_a_frame_after_a_gap_is_not_acknowledged() -> None:
    link = opened()
    assert link.receive(Information(1, 0, b"second"), 1.0) == [Transmit(ready(0))]
    assert link.receive(Information(0, 0, b"first"), 1.0) == [
        Deliver(b"first"),
        Transmit(ready(1)),
    ]


def test_six_frames_are_on_the_way_and_the_others_wait() -> None:
    link = opened()
    sent = [link.send(bytes([n]), 0.0) for n in range(10)]
    assert sum(map(len, sent)) == WINDOW
    assert link.receive(ready(2), 0.1) == [
        Transmit(Information(6, 0, b"\6")),
        Transmit(Information(7, 0, b"\7")),
    ]


def test_what_was_not_acknowledged_is_sent_again_with_the_number_that_is_expected_now() -> None:
    link = opened()
    link.send(b"a", 0.0)
    link.receive(Information(0, 0, b"x"), 0.1)
    assert link.deadline == pytest.approx(REPEAT)
    assert link.advance(REPEAT) == [Transmit(Information(0, 1, b"a"))]


def test_a_rejection_is_answered_at_once() -> None:
    link = opened()
    link.send(b"a", 0.0)
    link.send(b"b", 0.0)
    rejected = Supervisory(Supervision.REJECTED, 1)
    assert link.receive(rejected, 0.1) == [Transmit(Information(1, 0, b"b"))]


def test_a_module_that_is_not_ready_gets_nothing_new_until_it_is() -> None:
    link = opened()
    link.receive(Supervisory(Supervision.NOT_READY, 0), 0.1)
    assert link.send(b"a", 0.2) == []
    assert link.receive(ready(0), 0.3) == [Transmit(Information(0, 0, b"a"))]


def test_a_module_that_never_says_that_it_is_ready_is_tried() -> None:
    link = opened()
    link.receive(Supervisory(Supervision.NOT_READY, 0), 0.1)
    link.send(b"a", 0.2)
    assert link.advance(link.deadline) == [Transmit(Information(0, 0, b"a"))]


def test_an_acknowledgement_of_what_was_never_sent_changes_nothing() -> None:
    link = opened()
    link.send(b"a", 0.0)
    assert link.receive(ready(5), 0.1) == []
    assert link.advance(REPEAT) == [Transmit(Information(0, 0, b"a"))]


def test_a_silent_module_loses_the_link_after_some_repetitions() -> None:
    link = opened()
    link.send(b"a", 0.0)
    for _ in range(ATTEMPTS):
        assert link.advance(link.deadline)
    lost, asked = link.advance(link.deadline)
    assert isinstance(lost, Lost)
    assert asked == Transmit(OPEN_LINK)
    assert not link.is_open


def test_a_link_that_takes_nothing_is_lost_before_it_fills_the_memory() -> None:
    link = opened()
    actions = [link.send(b"x", 0.0) for _ in range(MOST_WAITING + WINDOW + 1)]
    assert any(isinstance(action, Lost) for action in actions[-1])


def test_a_module_that_begins_anew_is_told() -> None:
    link = opened()
    link.receive(ready(0), 0.1)
    link.send(b"lost", 0.2)
    assert link.receive(OPEN_LINK, 0.3) == [Transmit(LINK_OPENED), Opened()]
    assert link.send(b"new", 0.4) == [Transmit(Information(0, 0, b"new"))]


def test_a_module_that_missed_our_answer_gets_again_what_was_sent() -> None:
    link = LinkLayer()
    link.start(0.0)
    link.receive(OPEN_LINK, 0.1)
    link.send(b"a", 0.2)
    assert link.receive(OPEN_LINK, 1.1) == [
        Transmit(LINK_OPENED),
        Transmit(Information(0, 0, b"a")),
    ]


@pytest.mark.parametrize(
    "spoiling",
    [
        Spoiling(loss=0.01),
        Spoiling(loss=0.05),
        Spoiling(loss=0.2),
        Spoiling(corruption=0.02),
        Spoiling(piece=1),
        Spoiling(delay=0.3),
        Spoiling(loss=0.05, corruption=0.02, delay=0.3, piece=1),
    ],
    ids=str,
)
@pytest.mark.parametrize("seed", range(3))
def test_mails_arrive_once_and_in_order_on_a_line_that_spoils_bytes(
    spoiling: Spoiling, seed: int
) -> None:
    """Forty short mails each way.  A check sum of 8 bits lets some spoilt frames pass; the line's
    dice are such that none of these mails is among them.
    """
    dice = random.Random(seed)
    to_module, to_host = SerialLine(spoiling, dice), SerialLine(spoiling, dice)
    theirs: list[bytes] = []
    module, host, decoder = ModuleLink(theirs.append), LinkLayer(), FrameDecoder()
    ours: list[bytes] = []
    now, heard, opened_times = 0.0, 0.0, 0
    waiting = [bytes([0x80 | n]) for n in range(40)]

    def perform(actions: list[object]) -> None:
        nonlocal opened_times
        for action in actions:
            match action:
                case Transmit(frame):
                    to_module.send(encode(frame), now)
                case Deliver(mail):
                    ours.append(mail)
                case Opened():
                    opened_times += 1
                case Lost(reason):
                    raise AssertionError(reason)

    perform([*host.start(now)])
    for mail in waiting:
        module.send(mail, now)
    while len(ours) < 40 or len(theirs) < 40:
        silence = heard + 0.5 if decoder.waiting else 1e9
        if host.is_open and waiting:
            perform([*host.send(waiting.pop(0), now)])
        to_host.send(module.take(), now)
        now = min(to_module.due, to_host.due, host.deadline, module.deadline, silence)
        assert now < 600, (len(ours), len(theirs))
        if data := to_module.take(now):
            module.receive(data, now)
        if data := to_host.take(now):
            heard = now
            for frame in decoder.feed(data):
                perform([*host.receive(frame, now)])
        if decoder.waiting and now >= heard + 0.5:
            for frame in decoder.pause():
                perform([*host.receive(frame, now)])
        perform([*host.advance(now)])
        module.advance(now)
    assert ours == theirs == [bytes([0x80 | n]) for n in range(40)]
    assert opened_times == 1
