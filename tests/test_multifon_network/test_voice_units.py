"""G.711, the recording, the figures and the session description, each by itself."""

from __future__ import annotations

import subprocess

import numpy as np
import pytest

from tests.simulators.multifon.figures import ReceptionFigures
from tests.simulators.multifon.g711 import decode, encode
from tests.simulators.multifon.recording import Recording
from tests.simulators.multifon.sdp import LocalDescription, UnusableSdpError, parse_sdp
from tests.simulators.multifon.sound import resample, speak

ALL_CODES = bytes(range(256))


@pytest.mark.parametrize(("payload_type", "name"), [(8, "a-law"), (0, "mu-law")])
def test_the_tables_are_those_of_sox(payload_type: int, name: str) -> None:
    command = ["sox", "-t", "raw", "-r", "8000", "-c", "1", "-e", name, "-b", "8", "-"]
    command += ["-t", "raw", "-e", "signed-integer", "-b", "16", "-"]
    done = subprocess.run(command, input=ALL_CODES, capture_output=True, check=True)
    assert decode(payload_type, ALL_CODES).tolist() == np.frombuffer(done.stdout, "<i2").tolist()


def test_the_codes_of_well_known_values() -> None:
    values = np.array([0, 32767, -32768], dtype=np.int16)
    assert encode(8, values) == b"\xd5\xaa\x2a"
    assert encode(0, values) == b"\xff\x80\x00"


@pytest.mark.parametrize("payload_type", [0, 8])
def test_a_coded_value_is_never_further_than_half_a_step(payload_type: int) -> None:
    values = np.arange(-32768, 32768).astype(np.int16)
    levels = np.sort(decode(payload_type, ALL_CODES).astype(int))
    got = decode(payload_type, encode(payload_type, values)).astype(int)
    nearest = np.min(np.abs(values.astype(int)[:, None] - levels[None, :]), axis=1)
    assert np.array_equal(np.abs(got - values), nearest)


def block(value: int, length: int = 160) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    return np.full(length, value, dtype=np.int16)


def levels(recording: Recording) -> list[int]:
    """The value of every 20 ms."""
    return [int(v) for v in recording.part(0, recording.end)[::160]]


def test_a_lost_packet_is_silence_of_its_length() -> None:
    recording = Recording()
    for number in (0, 1, 4):
        recording.place(7, 1000 + 160 * number, block(number + 1), 0.02 * number)
    assert levels(recording) == [1, 2, 0, 0, 5]


def test_packets_are_placed_by_timestamp_not_by_arrival() -> None:
    recording = Recording()
    for number in (0, 2, 1, 3):
        recording.place(7, 160 * number, block(number + 1), 0.02 * number)
    assert levels(recording) == [1, 2, 3, 4]


def test_timestamps_wrap_around() -> None:
    recording = Recording()
    for number in range(3):
        recording.place(7, (2**32 - 160 + 160 * number) % 2**32, block(number + 1), 0.0)
    assert levels(recording) == [1, 2, 3]


def test_a_new_source_goes_on_after_the_time_that_has_passed() -> None:
    recording = Recording()
    recording.place(7, 5, block(1), 10.0)
    recording.place(8, 123456789, block(2), 10.06)
    recording.place(8, 123456789 + 160, block(3), 10.08)
    assert levels(recording) == [1, 0, 0, 2, 3]


def test_a_packet_from_before_the_beginning_is_left_out() -> None:
    recording = Recording()
    recording.place(7, 1000, block(1), 0.0)
    recording.place(7, 840, block(9), 0.0)
    assert levels(recording) == [1]


def received(*packets: tuple[int, float]) -> ReceptionFigures:
    figures = ReceptionFigures()
    for sequence, arrival in packets:
        figures.count(1, sequence % 65536, 160 * sequence % 2**32, arrival)
    return figures


def test_loss_order_and_repetition_are_told_apart() -> None:
    figures = received(*((n, n * 0.02) for n in (65534, 65535, 65537, 65536, 65540, 65540)))
    assert (figures.received, figures.expected) == (6, 7)
    assert (figures.lost, figures.out_of_order, figures.duplicates) == (2, 1, 1)


def test_punctual_packets_have_no_jitter_and_late_ones_have() -> None:
    assert received(*((n, 5 + n * 0.02) for n in range(50))).jitter == pytest.approx(0, abs=1e-6)
    late = received(*((n, n * 0.02 + 0.01 * (n % 2)) for n in range(200)))
    # Every difference is 10 ms, 80 samples, and the filter settles there (RFC 3550 §6.4.1).
    assert late.jitter == pytest.approx(80, rel=0.01)


def test_the_longest_gap_and_the_first_arrival_are_kept() -> None:
    report = received((1, 10.0), (2, 10.02), (5, 10.09)).as_json(answered=10.05)
    assert report["longest_gap_ms"] == pytest.approx(70)
    assert report["first_after_answer_ms"] == pytest.approx(-50)


def test_a_sender_that_starts_over_loses_nothing() -> None:
    figures = received((1, 0.0), (2, 0.02))
    figures.count(2, 40000, 99, 0.04)
    figures.count(2, 40001, 259, 0.06)
    assert (figures.lost, figures.restarts, figures.received) == (0, 1, 4)


OFFER = (
    b"v=0\r\no=- 1 1 IN IP4 10.0.0.9\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\na=sendonly\r\n"
    b"m=video 5000 RTP/AVP 96\r\nc=IN IP4 10.0.0.3\r\n"
    b"m=audio 4000 RTP/AVP 0 8 101\r\nc=IN IP4 10.0.0.2\r\na=recvonly\r\n"
)


def test_the_streams_own_lines_beat_those_of_the_session() -> None:
    found = parse_sdp(OFFER)
    assert (found.remote, found.formats, found.direction) == (
        ("10.0.0.2", 4000),
        (0, 8, 101),
        "recvonly",
    )
    general = parse_sdp(OFFER.replace(b"c=IN IP4 10.0.0.2\r\na=recvonly\r\n", b""))
    assert (general.address, general.direction) == ("10.0.0.1", "sendonly")


@pytest.mark.parametrize(
    "body",
    [b"", b"v=0", b"m=audio x RTP/AVP 8", OFFER.replace(b"IP4", b"IP6"), b"\xff\xfe\x00" * 9],
)
def test_a_description_without_a_voice_stream_is_unusable(body: bytes) -> None:
    with pytest.raises(UnusableSdpError):
        parse_sdp(body)


def test_what_the_network_offers_has_neither_ptime_nor_telephone_event() -> None:
    text = LocalDescription(("127.0.0.1", 40002)).write((8, 0, 18, 4)).decode()
    assert "m=audio 40002 RTP/AVP 8 0 18 4\r\n" in text
    assert "a=fmtp:18 annexb=yes\r\n" in text
    assert "a=silenceSupp:off" in text
    assert "telephone-event" not in text
    assert "ptime" not in text


def test_resampling_keeps_the_telephone_band_and_removes_the_rest() -> None:
    time = np.arange(22050) / 22050
    kept = resample(1000 * np.sin(2 * np.pi * 1000 * time), 22050)
    removed = resample(1000 * np.sin(2 * np.pi * 6000 * time), 22050)
    assert len(kept) == 8000
    assert np.sqrt(np.mean(kept**2)) == pytest.approx(1000 / np.sqrt(2), rel=0.01)
    assert np.max(np.abs(removed)) < 1
    expected = 1000 * np.sin(2 * np.pi * 1000 * np.arange(8000) / 8000)
    assert np.max(np.abs(kept - expected)) < 20


def test_speech_is_as_loud_as_a_telephone_is() -> None:
    voice = speak("Проверка связи.", "ru").astype(float)
    level = 20 * np.log10(np.sqrt(np.mean(voice**2)) / 32767)
    assert 0.5 < len(voice) / 8000 < 5
    assert level == pytest.approx(-20, abs=0.5)
