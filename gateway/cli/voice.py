"""The voice of a program: raw samples in and out of the simulated telephone, and recordings.

Raw samples are 16-bit signed, little-endian, 8 kHz, mono, without a header.
"""

from __future__ import annotations

import base64
import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from gateway.cli.output import note
from gateway.exit_code import CommandError, ExitCode

BYTES_A_SECOND = 16000
CHUNK = BYTES_A_SECOND // 10
"""Bytes sent at a time: 100 ms."""
AHEAD_MS = 300.0
"""How much is sent ahead: enough for a pause of this program, little enough for a conversation."""
POLL = 0.04
"""Seconds between two looks for what was heard: two voice frames."""
QUIET = 0.5
"""Seconds without a frame before it is asked whether the receiver was hung up."""


class HandsetCommand(Protocol):
    """Performs one command of the handset."""

    def __call__(
        self, name: str, arguments: Mapping[str, Any] | None = None, *, patience: float | None = ...
    ) -> Mapping[str, Any]: ...


def speak_from_input(command: HandsetCommand) -> Mapping[str, Any]:
    """Speak what standard input gives until its end, at the speed at which it is spoken."""
    if sys.stdin.isatty():
        raise CommandError(
            "Raw samples come from a program: sox hello.wav -t raw -r 8000 -c 1 -b 16 "
            "-e signed-integer - | gateway handset say -",
            ExitCode.USAGE,
        )
    spoken, queued = 0, 0.0
    for samples in _chunks(partial(os.read, sys.stdin.fileno())):
        audio = base64.b64encode(samples).decode("ascii")
        queued = float(command("say-frames", {"audio": audio})["queued_ms"])
        spoken += len(samples)
        if queued > AHEAD_MS:
            time.sleep((queued - AHEAD_MS) / 1000)
            queued = AHEAD_MS
    time.sleep(queued / 1000)
    return {"seconds": spoken / BYTES_A_SECOND}


def _chunks(read: Callable[[int], bytes]) -> Iterator[bytes]:
    """Whole samples as they come."""
    odd, first = b"", True
    while received := read(CHUNK):
        samples = odd + received
        if first and len(samples) < 4:
            odd = samples  # too little to tell what it is
            continue
        if first and samples.startswith(b"RIFF"):
            raise CommandError(
                "This is a WAV file: name it (gateway handset say FILE) instead of piping it.",
                ExitCode.USAGE,
            )
        first = False
        whole = len(samples) // 2 * 2
        samples, odd = samples[:whole], samples[whole:]
        yield samples
    if first and len(odd) >= 2:
        yield odd[:2]
        odd = odd[2:]
    if odd:
        raise CommandError("The input ended in the middle of a sample; samples have 16 bits.")


def listen_to_output(command: HandsetCommand, seconds: float | None) -> int:
    """Write what is heard from now on to standard output, until hang-up or for ``seconds``."""
    if sys.stdout.isatty():
        raise CommandError(
            "Raw samples go to a program: gateway handset listen - | aplay -f S16_LE -r 8000",
            ExitCode.USAGE,
        )
    if command("state").get("hook") == "on-hook":
        raise CommandError("The receiver is on-hook: lift it first.")
    command("heard-frames")  # what was heard before is not asked for
    left = None if seconds is None else round(seconds * BYTES_A_SECOND / 2) * 2
    heard_at = time.monotonic()
    while left is None or left > 0:
        found = command("heard-frames")
        if found.get("lost_ms"):
            note(f"gateway: {found['lost_ms']:g} ms were lost: this program is too slow")
        samples = base64.b64decode(found["audio"])[:left]
        if samples:
            sys.stdout.buffer.write(samples)
            sys.stdout.buffer.flush()
            heard_at = time.monotonic()
            left = None if left is None else left - len(samples)
        elif time.monotonic() - heard_at > QUIET:
            if command("state").get("hook") == "on-hook":
                return ExitCode.OK if left is None else ExitCode.FAILED
            heard_at = time.monotonic()
        if left is None or left > 0:
            time.sleep(POLL)
    return ExitCode.OK


def record(command: HandsetCommand, path: Path, seconds: float | None) -> Mapping[str, Any]:
    """Record into ``path`` for ``seconds``, or until hang-up, Ctrl-C or SIGTERM."""
    if seconds is not None:
        return command("listen", {"file": str(path), "seconds": seconds}, patience=None)
    with _deferred(signal.SIGINT, signal.SIGTERM) as signals:
        command("listen", {"file": str(path)})
        note("Recording; Ctrl-C ends it.")
        while signal.sigtimedwait(signals, QUIET) is None:
            if command("state").get("hook") == "on-hook":
                break
        return command("listen-stop", patience=None)


@contextlib.contextmanager
def _deferred(*signals: signal.Signals) -> Iterator[tuple[signal.Signals, ...]]:
    """Let ``signals`` wait until they are asked for, so that none of them loses the recording."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield signals
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
