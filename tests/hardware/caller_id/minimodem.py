"""The FSK decoder minimodem (Debian package of that name), and the messages in what it prints.

It measures a bit in whole samples and tones in whole bins of its filter.  At 8000 Hz a bit is 6.67
samples, and with bins of 200 Hz, its default, V.23 lies between them: then it errs in one message
of a thousand at 20 dB of noise, where spandsp errs in none.  So it gets 24000 Hz and 100 Hz.
"""

from __future__ import annotations

import subprocess
import wave
from pathlib import Path

RATE = 24000
BANDWIDTH = 100
TYPES = (0x04, 0x06, 0x80, 0x82)
"""First bytes of display messages: SDMF and MDMF, call and waiting messages."""


def decode(samples: bytes, mark: int, space: int, folder: Path) -> bytes:
    """Every byte that minimodem hears in 8 kHz ``samples``: 1200 baud, 8-N-1, lowest bit first.

    ``folder`` holds a file for a moment; minimodem reads no samples from a pipe.
    """
    path = folder / f"minimodem-{mark}-{space}.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(_faster(samples))
    command = ["minimodem", "--rx", "--quiet", "--file", str(path), "--bandwidth", str(BANDWIDTH)]
    command += ["--mark", str(mark), "--space", str(space), "1200"]
    heard = subprocess.run(command, check=True, capture_output=True, timeout=60).stdout
    path.unlink()
    return heard


def _faster(samples: bytes) -> bytes:
    command = f"sox -t raw -r 8000 -e signed -b 16 -c 1 - -t raw -r {RATE} -".split()
    return subprocess.run(command, check=True, capture_output=True, input=samples).stdout


def messages(heard: bytes) -> list[bytes]:
    """The display messages in ``heard`` whose checksum is right, with their checksum."""
    found = []
    at = 0
    while at + 2 < len(heard):
        end = at + 3 + heard[at + 1]
        whole = heard[at:end]
        if heard[at] in TYPES and len(whole) == end - at > 5 and sum(whole) % 256 == 0:
            found.append(whole)
            at = end
        else:
            at += 1
    return found
