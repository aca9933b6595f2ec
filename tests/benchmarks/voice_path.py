"""What the voice path of a line on a sound card costs, and how late it is.

``python -m tests.benchmarks.voice_path [--seconds S]``

The first table is processor time a frame of 20 ms: of the processing alone, with speech both ways,
and of the whole voice thread on a real ALSA device (a private PulseAudio), with ALSA's plugin for
it, which a real card does not need.  The second is the delay of a click from the exchange to the
far end of that device and back, counted in samples, beside what the buffers add up to.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from gateway.line import FRAME_BYTES, FRAME_SAMPLES, SAMPLE_RATE, SILENCE
from hardware.sound_card import SoundCard
from hardware.voice._echo import LineEchoCanceller
from hardware.voice.options import VoiceOptions
from hardware.voice.path import VoicePath
from hardware.voice.processing import VoiceProcessing
from tests.hardware.voice.pulse import FAR, NEAR, PrivatePulse
from tests.media.signals import frames, noise, pcm, speech, unpacked
from tests.simulators.telephone.alsa_end import PREFILL, AlsaEnd

ROUNDS = 7
FRAMES = 1000
CLICK = (20_000).to_bytes(2, "little") + bytes(FRAME_BYTES - 2)
CLICKS = 25
"""Frames from one click to the next."""
PLAIN = VoiceOptions(echo_canceller=False)
CASES = {
    "nothing": PLAIN,
    "fixed gain of 6 dB both ways": VoiceOptions(6.0, 6.0, echo_canceller=False),
    "automatic gain both ways": VoiceOptions(0.0, 0.0, True, True, False),
    "echo canceller": VoiceOptions(),
    "echo canceller and automatic gain": VoiceOptions(0.0, 0.0, True, True),
}


def write(*cells: str) -> None:
    sys.stdout.write(f"{cells[0]:36}" + "".join(f"{cell:>16}" for cell in cells[1:]) + "\n")


def sound(seed: int) -> list[bytes]:
    signal = np.concatenate(list(speech(FRAMES / 50, seed)))[: FRAMES * FRAME_SAMPLES] * 0.3
    return list(frames(pcm(signal + noise(-65.0, len(signal), seed))))


def cost(options: VoiceOptions, said: list[bytes], heard: list[bytes]) -> float:
    """Microseconds a frame of the processing alone, without the exchange."""
    canceller = LineEchoCanceller() if options.echo_canceller else None
    processing = VoiceProcessing(options, canceller)
    processing.restarted(0.04, same_echo=False)
    began = time.thread_time()
    for captured, played in zip(said, heard, strict=True):
        clean = processing.captured(captured, muted=False, in_use=True)
        processing.said(clean, passing=True)
        processing.written(processing.heard(played, passing=True))
    return (time.thread_time() - began) / len(said) * 1e6


def compare_processing() -> None:
    write("processor time a frame, us", "median", "highest")
    near, far = sound(1), sound(2)
    echo = np.convolve(unpacked(b"".join(far)), [0.0, 0.0, 0.2, -0.25, 0.1, 0.05])
    said = unpacked(b"".join(near)) + echo[: FRAMES * FRAME_SAMPLES]
    for name, options in CASES.items():
        times = [cost(options, list(frames(pcm(said))), far) for _ in range(ROUNDS)]
        write(name, f"{statistics.median(times):.1f}", f"{max(times):.1f}")


class Clicks:
    """An exchange that plays clicks and finds them in what is said; times the voice thread."""

    def __init__(self) -> None:
        self.delays: list[float] = []
        self.times: list[float] = []
        self._position = 0
        self._played: int | None = None
        self._last = 0.0

    def __call__(self, frame: bytes) -> bytes:
        now = time.thread_time()
        self.times.append(now - self._last)
        self._last = now
        found = np.flatnonzero(unpacked(frame) > 10_000)
        if len(found) and self._played is not None:
            samples = self._position + int(found[0]) - self._played
            self.delays.append(samples * 1000 / SAMPLE_RATE)
            self._played = None
        click = self._position // FRAME_SAMPLES % CLICKS == 0
        if click:
            self._played = self._position
        self._position += FRAME_SAMPLES
        # The measuring itself is not counted.
        self._last = time.thread_time()
        return CLICK if click else SILENCE


def through_alsa(seconds: float, options: VoiceOptions) -> tuple[Clicks, dict[str, float]]:
    clicks, enough = Clicks(), threading.Event()

    def loop(heard: bytes) -> bytes:
        if len(clicks.times) >= seconds * 50:
            enough.set()
        return heard

    path = VoicePath("bench", lambda: SoundCard(NEAR), options, sys.exit, lambda: None)
    with AlsaEnd(FAR, loop) as end:
        path.open()
        path.start(clicks)
        enough.wait(seconds + 20.0)
        figures = dict(path.figures)
        path.close()
        figures["far_xruns"] = end.xruns
    return clicks, figures


def compare_alsa(seconds: float) -> None:
    write(f"\non ALSA, {seconds:g} s", "us a frame", "late frames", "xruns")
    results: dict[str, tuple[Clicks, dict[str, float]]] = {}
    for name, options in {"plain": PLAIN, "echo canceller": VoiceOptions()}.items():
        clicks, figures = results[name] = through_alsa(seconds, options)
        microseconds = statistics.mean(clicks.times[1:]) * 1e6
        write(
            f"the whole voice thread, {name}",
            f"{microseconds:.0f}",
            f"{figures['late']:.0f}",
            f"{figures['xruns'] + figures['far_xruns']:.0f}",
        )
    clicks, figures = results["plain"]
    ours, theirs = figures["card_latency_ms"], PREFILL * 1000 / SAMPLE_RATE
    write("\ndelay of a click there and back, ms", "median", "shortest", "longest")
    delays = clicks.delays[1:]
    write(
        "measured",
        *(f"{of(delays):.1f}" for of in (statistics.median, min, max)),
    )
    write("our buffer and the far end's", f"{ours + theirs:.1f}")
    write("left for the server", f"{statistics.median(delays) - ours - theirs:.1f}")


def with_pulse(work: Callable[[], None]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        server = PrivatePulse(Path(folder))
        os.environ["ALSA_CONFIG_PATH"] = str(server.config)
        server.start()
        try:
            work()
        finally:
            server.kill()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=10.0, help="of each run on ALSA")
    chosen = options.parse_args()
    compare_processing()
    with_pulse(lambda: compare_alsa(chosen.seconds))


if __name__ == "__main__":
    main()
