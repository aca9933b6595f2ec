"""What the telephone says and hears, to the sample: files, frames, echo and noise."""

from __future__ import annotations

import asyncio
import base64
import itertools
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from gateway.line import FRAME_BYTES, SILENCE
from hardware.simulated.recording import Recent
from tests.hardware.contract import until
from tests.hardware.handset import Far, Telephone, all_played, opened
from tests.media.signals import (
    frames,
    level_of,
    multimon_digits,
    noise,
    pcm,
    silence,
    sine,
    unpacked,
)


@pytest.fixture
def telephone() -> Iterator[Telephone]:
    yield from opened()


def wav(path: Path, data: bytes, rate: int = 8000) -> str:
    with path.open("wb") as file, wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(data)
    return str(path)


def content(path: str) -> bytes:
    with Path(path).open("rb") as file, wave.open(file, "rb") as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, 8000)
        return sound.readframes(sound.getnframes())


def numbered(count: int) -> bytes:
    """Samples that all differ from their neighbours, so that a lost or doubled one shows."""
    return (np.arange(count) * 7919 % 30011 - 15000).astype("<i2").tobytes()


def refused(telephone: Telephone, name: str, /, **arguments: object) -> str:
    with pytest.raises(ValueError, match=r"\w") as error:
        telephone(name, **arguments)
    return str(error.value)


# Speaking


def test_a_file_is_spoken_to_the_sample_from_a_frame_boundary(
    telephone: Telephone, tmp_path: Path
) -> None:
    spoken = numbered(1600)
    far = telephone.answer(Far())
    result = telephone("say", file=wav(tmp_path / "a.wav", spoken))
    assert result["seconds"] == 0.2
    begun = next(i for i, frame in enumerate(far.said) if frame != SILENCE)
    until(lambda: len(far.said) > begun + 10, "the frame after the file")
    assert b"".join(far.said[begun : begun + 10]) == spoken
    assert far.said[begun + 10] == SILENCE


def test_files_are_spoken_one_after_the_other(telephone: Telephone, tmp_path: Path) -> None:
    first, second = numbered(3200), numbered(320)[::-1]
    far = telephone.answer(Far())
    begun = telephone("say", file=wav(tmp_path / "a.wav", first), wait=False)
    assert telephone("state")["speaking"]
    ended = telephone("say", file=wav(tmp_path / "b.wav", second))
    assert ended["started"] > begun["started"]
    assert first + second in far.voice


def test_silence_ends_the_speech(telephone: Telephone, tmp_path: Path) -> None:
    far = telephone.answer(Far())
    speaking = telephone.begin("say", file=wav(tmp_path / "a.wav", numbered(80000)))
    until(lambda: any(far.voice), "speech")
    telephone("silence")
    with pytest.raises(ValueError, match="speaking was ended before it was done"):
        speaking.result(timeout=10)
    count = len(far.said)
    until(lambda: len(far.said) > count + 3, "frames after the speech")
    assert far.said[-1] == SILENCE
    assert not telephone("state")["speaking"]


def test_a_program_speaks_without_a_gap(telephone: Telephone) -> None:
    spoken = numbered(12000)
    far = telephone.answer(Far())
    sent = 0
    while sent < len(spoken):
        chunk = spoken[sent : sent + 1000]
        if telephone("state")["queued_ms"] < 900:
            telephone("say-frames", audio=base64.b64encode(chunk).decode())
            sent += len(chunk)
    until(lambda: spoken in far.voice, "the program's voice, whole")


def test_a_program_that_is_too_far_ahead_has_to_wait(telephone: Telephone) -> None:
    telephone("lift")
    half = base64.b64encode(bytes(8000)).decode()
    assert telephone("say-frames", audio=half) == {"queued_ms": 500}
    assert telephone("say-frames", audio=half) == {"queued_ms": 1000}
    assert "1000 ms are queued already" in refused(telephone, "say-frames", audio="AAA=")
    telephone("silence")
    assert telephone("say-frames", audio="AAA=")["queued_ms"] == 0.125


def test_keys_mute_the_microphone_while_they_are_sent(telephone: Telephone, tmp_path: Path) -> None:
    loud = pcm(noise(-10.0, 12000, 3))
    far = telephone.answer(Far())
    telephone("say", file=wav(tmp_path / "a.wav", loud), wait=False)
    telephone("dial", digits="5678", on_ms=80, off_ms=80)
    begun = next(i for i, frame in enumerate(far.said) if frame != SILENCE)
    keys = [i for i, frame in enumerate(far.said) if frame not in frames_of(loud)]
    dialled = [far.said[i] for i in keys if i >= begun][:32]
    assert multimon_digits(b"".join(dialled)) == "5678"


def frames_of(data: bytes) -> set[bytes]:
    return {SILENCE, *frames(data)}


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"audio": "%%%"}, "audio is not base64"),
        ({"audio": "AAAA"}, "length in bytes is even"),
        ({"audio": 3}, "audio is a text"),
    ],
)
def test_what_is_no_voice_is_refused(
    telephone: Telephone, arguments: dict[str, object], complaint: str
) -> None:
    telephone("lift")
    assert complaint in refused(telephone, "say-frames", **arguments)


def test_nobody_speaks_or_listens_on_hook(telephone: Telephone, tmp_path: Path) -> None:
    file = wav(tmp_path / "a.wav", numbered(160))
    for name, arguments in {
        "say": {"file": file},
        "say-frames": {"audio": ""},
        "listen": {"file": str(tmp_path / "b.wav")},
        "hear": {"tone": "dial"},
        "flash": {},
    }.items():
        assert "on-hook" in refused(telephone, name, **arguments)


# Listening


def test_a_recording_has_every_sample_and_no_other(telephone: Telephone, tmp_path: Path) -> None:
    played = numbered(160 * 60)
    telephone.answer(Far(played, repeat=True))
    result = telephone("listen", file=str(tmp_path / "heard.wav"), seconds=0.9)
    assert result == {"file": str(tmp_path / "heard.wav"), "seconds": 0.9, "complete": True}
    recorded = content(result["file"])
    assert len(recorded) == 2 * 7200
    # It begins at whichever frame was next.
    assert recorded in played * 3


def test_seconds_need_not_be_whole_frames(telephone: Telephone, tmp_path: Path) -> None:
    telephone.answer(Far(numbered(3200)))
    result = telephone("listen", file=str(tmp_path / "heard.wav"), seconds=0.0501)
    assert len(content(result["file"])) == 2 * 401


def test_a_recording_goes_on_until_it_is_stopped(telephone: Telephone, tmp_path: Path) -> None:
    played = numbered(160 * 30)
    path = str(tmp_path / "heard.wav")
    telephone("lift")
    assert telephone("listen", file=path) == {"file": path}
    assert telephone("state")["recording"] == path
    assert "not written yet" in refused(telephone, "listen", file=path)
    far = Far(played)
    telephone.line.voice.start(far)
    until(lambda: len(far.said) > 31, "all that is played, and more")
    result = telephone("listen-stop")
    assert result["complete"]
    assert content(path).startswith(played)
    assert result["seconds"] * 16000 == len(content(path))
    assert "begin with listen" in refused(telephone, "listen-stop")


def test_hanging_up_ends_a_recording_and_keeps_it(telephone: Telephone, tmp_path: Path) -> None:
    far = telephone.answer(Far(numbered(1600)))
    path = str(tmp_path / "heard.wav")
    listening = telephone.begin("listen", file=path, seconds=60)
    telephone.until("recording", path)
    all_played(far)
    telephone("hang-up")
    result = listening.result(timeout=10)
    assert not result["complete"]
    assert 0 < result["seconds"] < 60
    assert len(content(path)) == result["seconds"] * 16000


def test_a_cancelled_recording_is_written(telephone: Telephone, tmp_path: Path) -> None:
    far = telephone.answer(Far(numbered(16000)))
    path = tmp_path / "heard.wav"

    async def give_up() -> None:
        async with asyncio.timeout(0.3):
            await telephone.command("listen", file=str(path), seconds=60)

    with pytest.raises(TimeoutError):
        asyncio.run(give_up())
    assert content(str(path)) in numbered(16000)
    assert telephone("state")["recording"] is None
    assert far.said


def test_a_file_that_cannot_be_written_is_refused_before_recording(
    telephone: Telephone, tmp_path: Path
) -> None:
    telephone("lift")
    missing = str(tmp_path / "none" / "heard.wav")
    assert refused(telephone, "listen", file=missing) == (
        f"{missing} cannot be written: No such file or directory"
    )
    assert "does not begin with a slash" in refused(telephone, "listen", file="heard.wav")
    assert telephone("state")["recording"] is None


def test_a_program_hears_every_frame_once(telephone: Telephone) -> None:
    played = numbered(160 * 40)
    telephone.answer(Far(played))
    heard = b""
    lost = 0
    while len(heard) < len(played):
        result = telephone("heard-frames", max_ms=100)
        assert result["ms"] <= 100
        heard += base64.b64decode(result["audio"])
        lost += result["lost_ms"]
    assert lost == 0
    assert heard.startswith(played)


def test_a_program_that_is_too_slow_is_told_how_much_it_lost() -> None:
    recent = Recent()
    played = [bytes([n]) * FRAME_BYTES for n in range(130)]
    for frame in played:
        recent.add(frame)
    voice, lost = recent.fetch(1000)
    assert (voice, lost) == (b"".join(played[30:80]), 600)
    assert recent.fetch(2000) == (b"".join(played[80:]), 0)
    assert recent.fetch(2000) == (b"", 0)


def test_lifting_again_forgets_what_was_heard(telephone: Telephone) -> None:
    far = telephone.answer(Far(numbered(1600)))
    all_played(far)
    telephone("hang-up")
    telephone.line.voice.stop()
    telephone("lift")
    assert telephone("heard-frames") == {"audio": "", "ms": 0, "lost_ms": 0}


# The line


@pytest.mark.parametrize("loss", [0, 6, 12, 30])
def test_what_is_heard_leaks_back_by_the_return_loss(loss: float) -> None:
    telephone = Telephone(hybrid_return_loss=loss)
    played = sine(1000, -10, 400)
    far = telephone.answer(Far(played))
    all_played(far)
    telephone.close()
    said = unpacked(far.voice)
    assert level_of(said[800:2400]) == pytest.approx(-10 - loss, abs=0.2)
    # It comes back in the next frame.
    expected = np.rint(played[:1600] * 10 ** (-loss / 20))
    assert np.abs(said[160:1760] - expected).max() <= 2


def test_nothing_leaks_without_a_hybrid_and_on_hook() -> None:
    telephone = Telephone(hybrid_return_loss=False)
    far = telephone.answer(Far(sine(1000, -10, 200)))
    all_played(far)
    assert not any(far.voice)
    telephone.close()
    hung_up = Telephone(hybrid_return_loss=6)
    far = Far(sine(1000, -10, 200))
    hung_up.line.voice.start(far)
    all_played(far)
    assert not any(far.voice)
    hung_up.close()


def test_the_noise_of_the_line_is_in_the_voice() -> None:
    telephone = Telephone(noise=-40)
    far = telephone.answer(Far(silence(600)))
    all_played(far)
    telephone.close()
    assert level_of(unpacked(far.voice)) == pytest.approx(-40, abs=0.5)
    assert all(first != second for first, second in itertools.pairwise(far.said))
