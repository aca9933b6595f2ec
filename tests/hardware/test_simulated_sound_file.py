"""WAV files of every kind are spoken as they sound; the others are refused in plain words."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

from hardware.simulated.sound_file import read_frames, resample
from tests.media.signals import Signal, level_of, pcm, sine, unpacked


def sox(path: Path, *form: str, frequency: float = 1000.0, seconds: float = 0.5) -> Path:
    """A sine at half of full scale, in the form asked for, made by sox."""
    words = ["sox", "-D", "-n", *form, str(path), "synth", str(seconds), "sine", str(frequency)]
    subprocess.run([*words, "vol", "0.5"], check=True, capture_output=True)
    return path


def spoken(path: Path) -> Signal:
    return unpacked(b"".join(read_frames(path)))


FORMS = [
    ("-r", "8000", "-b", "16", "-c", "1"),
    ("-r", "8000", "-b", "8", "-c", "1"),
    ("-r", "16000", "-b", "16", "-c", "2"),
    ("-r", "44100", "-b", "16", "-c", "2"),
    ("-r", "48000", "-b", "8", "-c", "2"),
    ("-r", "11025", "-b", "16", "-c", "1"),
    ("-r", "22050", "-b", "16", "-c", "1"),
    ("-r", "6000", "-b", "16", "-c", "1"),
    ("-r", "15999", "-b", "16", "-c", "1"),
]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: "-".join(form[1::2]))
def test_a_sine_in_any_form_is_spoken_as_the_same_sine(
    tmp_path: Path, form: tuple[str, ...]
) -> None:
    signal = spoken(sox(tmp_path / "a.wav", *form))
    assert 4000 <= len(signal) < 4160
    middle = signal[400:3600]
    time = np.arange(len(signal)) / 8000
    wanted = (0.5 * 32767 * np.sin(2 * np.pi * 1000 * time))[400:3600]
    error = middle - wanted
    # 8 bits have steps of 256, so noise of 74 rms.
    allowed = 150 if form[3] == "8" else 25
    assert np.sqrt(np.mean(error**2)) < allowed


@pytest.mark.parametrize("rate", [16000, 44100, 48000])
@pytest.mark.parametrize("frequency", [300, 1000, 2500, 3400])
def test_the_telephone_band_passes_the_resampler(rate: int, frequency: float) -> None:
    signal = np.array(resample(list(sine(frequency, -10, 250, rate=rate)), rate))
    assert level_of(signal[400:-400]) == pytest.approx(-10, abs=0.3)


@pytest.mark.parametrize("rate", [16000, 44100, 48000])
@pytest.mark.parametrize("frequency", [4100, 5000, 7000])
def test_what_would_fold_into_the_band_is_stopped(rate: int, frequency: float) -> None:
    signal = np.array(resample(list(sine(frequency, 0, 250, rate=rate)), rate))
    assert level_of(signal[400:-400]) < -60


def test_8_khz_mono_is_spoken_to_the_sample(tmp_path: Path) -> None:
    path = sox(tmp_path / "a.wav", "-r", "8000", "-b", "16", "-c", "1")
    raw = subprocess.run(
        ["sox", str(path), "-t", "raw", "-"], check=True, capture_output=True
    ).stdout
    assert b"".join(read_frames(path)).startswith(raw)


def test_stereo_is_the_mean_of_its_channels(tmp_path: Path) -> None:
    left = sox(tmp_path / "l.wav", "-r", "8000", "-b", "16", "-c", "1")
    quiet = tmp_path / "r.wav"
    subprocess.run(["sox", str(left), str(quiet), "vol", "0"], check=True, capture_output=True)
    both = tmp_path / "both.wav"
    subprocess.run(["sox", "-M", str(left), str(quiet), str(both)], check=True)
    assert np.abs(spoken(both) - spoken(left) / 2).max() <= 1


def refused(path: Path) -> str:
    with pytest.raises(ValueError, match=str(path)) as error:
        read_frames(path)
    return str(error.value)


def test_what_cannot_be_spoken_is_said_in_plain_words(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.wav").endswith("cannot be read: No such file or directory")
    assert "cannot be read: Is a directory" in refused(tmp_path)
    text = tmp_path / "text.wav"
    text.write_text("no sound at all, but long enough to be looked at")
    assert "is not a WAV file with plain PCM samples" in refused(text)
    empty = tmp_path / "empty.wav"
    empty.touch()
    assert "it is cut short" in refused(empty)
    law = sox(tmp_path / "law.wav", "-r", "8000", "-e", "a-law", "-c", "1")
    assert "convert it, e.g.: sox" in refused(law)
    float_32 = sox(tmp_path / "float.wav", "-r", "8000", "-e", "floating-point", "-c", "1")
    assert "plain PCM" in refused(float_32)
    quad = sox(tmp_path / "quad.wav", "-r", "8000", "-b", "16", "-c", "4")
    assert refused(quad)
    silent = sox(tmp_path / "short.wav", "-r", "8000", "-b", "16", "-c", "1", seconds=0.0001)
    header = silent.read_bytes()[:44]
    silent.write_bytes(header[:40] + bytes(4))
    assert "holds no sound" in refused(silent)


def test_24_bits_are_refused_with_what_can_be_spoken(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    data = pcm(sine(1000, -10, 90))
    # A plain PCM header of 24 bits; sox would write the extensible one.
    header = b"RIFF" + (36 + len(data)).to_bytes(4, "little") + b"WAVEfmt \x10\0\0\0\x01\0\x01\0"
    header += (8000).to_bytes(4, "little") + (24000).to_bytes(4, "little") + b"\x03\0\x18\0"
    path.write_bytes(header + b"data" + len(data).to_bytes(4, "little") + data)
    assert "has 24 bits a sample; 8 and 16 can be spoken" in refused(path)
