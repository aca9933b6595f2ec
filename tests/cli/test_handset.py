import os
import pty
import signal
import struct
import time
import wave
from array import array
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from gateway.exit_code import ExitCode
from tests.cli.bench import DEADLINE, NUMBER, Bench
from tests.cli.conftest import Gateway, Start

RAMP = struct.pack("<4000h", *range(1, 4001))
"""Half a second whose samples can be told apart."""


def samples_of(path: Path) -> bytes:
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        return bytes(file.readframes(file.getnframes()))


def without_silence(samples: bytearray) -> bytes:
    """What is left without zeros: a busy computer may put some between two pieces."""
    voice = array("h", bytes(samples))
    return array("h", (sample for sample in voice if sample)).tobytes()


def check_said(bench: Bench, wanted: bytes) -> None:
    """``wanted`` was spoken; its last frame is under way when the command ends."""
    deadline = time.monotonic() + DEADLINE
    while len(without_silence(bench.said)) < len(wanted) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert without_silence(bench.said) == wanted


def write(path: Path, samples: bytes) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(samples)
    return path


def test_a_receiver_is_lifted_and_replaced(gateway: Gateway, bench: Bench) -> None:
    assert gateway("handset", "lift") == "The receiver is lifted.\n"
    assert "off-hook" in gateway("handset", "state")
    gateway("handset", "--line", "phone", "flash")
    assert gateway("handset", "hang-up", "--line", "phone") == "The receiver is replaced.\n"
    assert "on-hook" in gateway("handset", "state")
    assert bench.said.strip(b"\0") == b""


def test_what_cannot_be_done_is_code_1_with_the_reason(gateway: Gateway) -> None:
    said = gateway("handset", "dial", "112", code=ExitCode.FAILED)
    assert "lift it first" in said
    said = gateway("handset", "lift", "--line", "attic", code=ExitCode.FAILED)
    assert "there are: phone" in said


def test_a_telephone_is_unplugged_and_plugged_in(
    gateway: Gateway, gateway_json: Callable[..., Any]
) -> None:
    gateway("handset", "unplug")
    assert gateway_json("handset", "state")["plugged"] is False
    gateway("handset", "plug")
    assert gateway_json("handset", "state")["plugged"] is True


def test_a_number_is_dialled_as_asked(gateway_json: Callable[..., Any], bench: Bench) -> None:
    gateway_json("handset", "lift")
    found = gateway_json(
        "handset", "dial", "1", "--on-ms", "40", "--off-ms", "20", "--level", "-12.5"
    )
    assert found["digits"] == "1"
    assert any(bench.said)
    assert gateway_json("handset", "dial", "12", "--pulse", "--pps", "20")["digits"] == "12"
    assert gateway_json("handset", "dial", "5*#", "--keypad")["digits"] == "5*#"
    error = gateway_json("handset", "dial", "1", "--pulse", "--level", "-9", code=1)["error"]
    assert "level means nothing" in error["message"]


def test_a_tone_is_heard_or_code_1_says_what_is_heard_instead(gateway: Gateway) -> None:
    gateway("handset", "lift")
    assert gateway("handset", "hear", "dial", "--timeout", "5").startswith("dial (425 Hz")
    assert gateway("handset", "hear").startswith("dial (")
    said = gateway("handset", "hear", "busy", "--timeout", "0.1", code=ExitCode.FAILED)
    assert "busy was not heard within 0.1 s" in said
    assert "gateway: " in said


def test_a_telephone_that_does_not_ring_is_code_1(gateway: Gateway, bench: Bench) -> None:
    assert gateway("handset", "ringing", code=ExitCode.FAILED) == "The telephone does not ring.\n"
    gateway("handset", "ringing", "--wait", "--timeout", "0.05", code=ExitCode.FAILED)
    bench.ring()
    assert gateway("handset", "ringing", "--wait").startswith("The telephone rings, 1 burst so far")
    said = gateway("handset", "ringing", "--shown", "--timeout", "5")
    assert f"The display shows {NUMBER}." in said
    gateway("handset", "silent", "--timeout", "0.05", code=ExitCode.FAILED)
    bench.line.stop_ringing()
    assert gateway("handset", "silent") == "The telephone does not ring.\n"


# Voice


def test_a_file_is_spoken_and_a_recording_written(
    gateway: Gateway, bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "ramp.wav", RAMP)
    gateway("handset", "lift")
    assert gateway("handset", "say", "ramp.wav") == "Said 0.5 s.\n"
    check_said(bench, RAMP)
    said = gateway("handset", "listen", "heard.wav", "--seconds", "0.3")
    assert said == f"Heard 0.3 s, see {tmp_path / 'heard.wav'}.\n"
    assert len(samples_of(tmp_path / "heard.wav")) == 4800


def test_a_recording_without_a_length_is_ended_by_the_keyboard(
    gateway: Gateway, start: Start, tmp_path: Path
) -> None:
    gateway("handset", "lift")
    process = start("handset", "listen", str(tmp_path / "heard.wav"))
    assert process.stderr is not None
    assert b"Ctrl-C" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    assert process.wait(DEADLINE) == 0
    assert (tmp_path / "heard.wav").exists()


def test_a_recording_without_a_length_ends_with_the_call(
    gateway: Gateway, start: Start, tmp_path: Path
) -> None:
    gateway("handset", "lift")
    process = start("handset", "listen", str(tmp_path / "heard.wav"))
    assert process.stderr is not None
    process.stderr.readline()
    gateway("handset", "hang-up")
    assert process.wait(DEADLINE) == 0
    samples_of(tmp_path / "heard.wav")


def test_what_a_program_writes_is_spoken_as_it_is(
    gateway: Gateway, start: Start, bench: Bench
) -> None:
    gateway("handset", "lift")
    speech = RAMP * 3
    said, _ = start("handset", "say", "-").communicate(speech, timeout=DEADLINE)
    assert said == b"Said 1.5 s.\n"
    # Nothing is lost or doubled, though it is more than the telephone takes ahead.
    check_said(bench, speech)


def test_a_program_may_write_in_odd_pieces(gateway: Gateway, start: Start, bench: Bench) -> None:
    gateway("handset", "lift")
    process = start("handset", "say", "-")
    assert process.stdin is not None
    for begin in range(0, 999, 333):
        process.stdin.write(RAMP[begin : begin + 333])
        process.stdin.flush()
    process.stdin.write(RAMP[999:1000])
    said, _ = process.communicate(timeout=DEADLINE)
    assert said == b"Said 0.0625 s.\n"
    check_said(bench, RAMP[:1000])


@pytest.mark.parametrize(
    ("samples", "code", "sentence"),
    [
        (b"RIFF$\0\0\0WAVE", ExitCode.USAGE, b"This is a WAV file"),
        (b"abc", ExitCode.FAILED, b"in the middle of a sample"),
        (RAMP[:101], ExitCode.FAILED, b"in the middle of a sample"),
        (b"", ExitCode.OK, b""),
        (b"ab", ExitCode.OK, b""),
    ],
)
def test_input_that_is_no_voice_is_refused(
    gateway: Gateway, start: Start, samples: bytes, code: int, sentence: bytes
) -> None:
    gateway("handset", "lift")
    process = start("handset", "say", "-")
    _, said = process.communicate(samples, timeout=DEADLINE)
    assert process.returncode == code
    assert sentence in said


@pytest.mark.parametrize("action", ["say", "listen"])
def test_a_person_is_told_how_to_pipe(start: Start, action: str) -> None:
    terminal, end = pty.openpty()
    try:
        process = start("handset", action, "-", stdin=end, stdout=end)
        _, said = process.communicate(timeout=DEADLINE)
    finally:
        os.close(terminal)
        os.close(end)
    assert process.returncode == ExitCode.USAGE
    assert b" | " in said


def test_a_program_can_listen(gateway: Gateway, start: Start) -> None:
    gateway("handset", "lift")
    gateway("handset", "hear", "dial")
    process = start("handset", "listen", "-", "--seconds", "0.5")
    heard, said = process.communicate(timeout=DEADLINE)
    assert (process.returncode, said) == (0, b"")
    values = struct.unpack("<4000h", heard)
    # 425 Hz crosses zero 425 times in half a second, wherever it begins.
    crossings = sum((a < 0) != (b < 0) for a, b in pairwise(values))
    assert 420 <= crossings <= 430


def test_listening_ends_when_the_receiver_is_hung_up(gateway: Gateway, start: Start) -> None:
    gateway("handset", "lift")
    process = start("handset", "listen", "-")
    assert process.stdout is not None
    assert len(process.stdout.read(3200)) == 3200
    gateway("handset", "hang-up")
    process.communicate(timeout=DEADLINE)
    assert process.returncode == 0
    process = start("handset", "listen", "-")
    _, said = process.communicate(timeout=DEADLINE)
    assert process.returncode == ExitCode.FAILED
    assert b"lift it first" in said


def test_samples_and_json_do_not_share_the_output(gateway: Gateway) -> None:
    gateway("handset", "lift")
    said = gateway("handset", "listen", "-", "--json", code=ExitCode.USAGE)
    assert "cannot share" in said
