"""Packets that are lost on purpose, and RTCP (RFC 3550 §6.4.1) byte by byte."""

from __future__ import annotations

import struct

import pytest

from tests.simulators.multifon.packet_loss import PacketLoss
from tests.simulators.multifon.rtcp import Reception, Sent, ntp_time, sender_report, sender_time
from tests.simulators.multifon.settings import Settings


@pytest.mark.parametrize("percent", [0.0, 3.0, 50.0, 100.0])
def test_so_many_per_cent_are_lost(percent: float) -> None:
    loss = PacketLoss(percent, seed=7)
    lost = sum(loss.next_is_lost() for _ in range(20_000)) / 200
    assert lost == pytest.approx(percent, abs=1.5)


def test_the_same_seed_loses_the_same_packets() -> None:
    def pattern(seed: int) -> list[bool]:
        loss = PacketLoss(20, seed)
        return [loss.next_is_lost() for _ in range(200)]

    assert pattern(1) == pattern(1) != pattern(2)


def test_a_loss_is_a_share() -> None:
    with pytest.raises(ValueError, match="between 0 and 100"):
        Settings(loss_from_account=101.0)


def test_a_report_is_what_the_standard_says() -> None:
    reception = Reception(
        source=0xAABBCCDD, expected=200, lost=50, highest=65536 + 9, jitter=33,
        heard=(0x12345678, 10.0),
    )  # fmt: skip
    data = sender_report(0.5, 12.25, Sent(0x01020304, 160, 1, 160), reception)
    report, described = data[:52], data[52:]
    assert report[:8] == bytes.fromhex("81c8000c01020304")
    assert report[8:16] == struct.pack("!II", 2208988800, 0x80000000)
    assert report[16:28] == struct.pack("!III", 160, 1, 160)
    assert report[28:] == bytes.fromhex("aabbccdd 40 000032 00010009 00000021 12345678 00024000")
    assert described[:8] == bytes.fromhex("81ca000401020304")
    assert len(described) == 4 * (4 + 1)
    assert sender_time(data) == (0x01020304, (2208988800 & 0xFFFF) << 16 | 0x8000)


def test_a_report_without_anything_received_has_no_block() -> None:
    data = sender_report(1.0, 1.0, Sent(5, 0, 0, 0), None)
    assert data[:4] == bytes.fromhex("80c80006")
    assert ntp_time(1.0) == (2208988801, 0)


def test_what_is_no_sender_report_tells_nothing() -> None:
    assert sender_time(b"") is None
    assert sender_time(bytes(28)) is None
    assert sender_time(bytes.fromhex("81c90007") + bytes(28)) is None
