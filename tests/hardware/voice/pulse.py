"""A private PulseAudio with two null sinks: a real ALSA device on every machine.

What the gateway plays on ``NEAR`` is captured on ``FAR``, and the other way round, at the pace of
the server's clock.  Needs the Debian packages pulseaudio and libasound2-plugins.  The server has
its own socket and folders and can be killed and started again, like a card that is pulled.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

NEAR = "near_end"
FAR = "far_end"
TWO_CHANNELS = "two_channels"
"""Another name of ``NEAR``, which takes nothing but two channels."""
PATIENCE = 10.0

# Without norewinds an idle null sink runs in blocks of 2 s, and a capture that joins stalls.
_SINK = "load-module module-null-sink sink_name={} rate=8000 channels=1 format=s16le norewinds=1\n"
_SCRIPT = (
    "load-module module-native-protocol-unix socket={socket} auth-anonymous=1\n"
    + _SINK.format("to_far")
    + _SINK.format("to_near")
)
_DEVICES = """\
</usr/share/alsa/alsa.conf>
pcm.to_far {{ type pulse server "unix:{socket}" device "to_far" }}
pcm.to_near {{ type pulse server "unix:{socket}" device "to_near" }}
pcm.at_far {{ type pulse server "unix:{socket}" device "to_far.monitor" }}
pcm.at_near {{ type pulse server "unix:{socket}" device "to_near.monitor" }}
pcm.near_end {{ type asym playback.pcm "to_far" capture.pcm "at_near" }}
pcm.far_end {{ type asym playback.pcm "to_near" capture.pcm "at_far" }}
pcm.two_channels {{
    type multi
    slaves.a {{ pcm "near_end" channels 2 }}
    bindings {{ 0 {{ slave a channel 0 }} 1 {{ slave a channel 1 }} }}
}}
"""


class PrivatePulse:
    """The server; ``config`` is what ALSA_CONFIG_PATH must say for the devices to exist."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._socket = folder / "native"
        self._script = folder / "pulse.pa"
        self._script.write_text(_SCRIPT.format(socket=self._socket))
        self.config = folder / "asound.conf"
        self.config.write_text(_DEVICES.format(socket=self._socket))
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server; returns when it takes connections."""
        home = str(self._folder)
        places = dict.fromkeys(("HOME", "XDG_RUNTIME_DIR", "PULSE_RUNTIME_PATH"), home)
        log = self._folder / "pulse.log"
        with log.open("ab") as output:
            self._server = subprocess.Popen(
                [
                    "pulseaudio", "-n", "-F", str(self._script), "--daemonize=no",
                    "--exit-idle-time=-1", "--disallow-exit=yes", "--use-pid-file=no",
                ],
                env=os.environ | places,
                stdout=output,
                stderr=output,
            )  # fmt: skip
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            assert self._server.poll() is None, f"pulseaudio ended:\n{log.read_text()}"
            assert time.monotonic() < deadline, f"pulseaudio does not answer:\n{log.read_text()}"
            time.sleep(0.02)

    def stall(self) -> None:
        """Let the card's clock stand still.  Only reading is safe meanwhile: libpulse waits."""
        assert self._server is not None
        self._server.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self._server is not None
        self._server.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """The card is gone at once, without a word; idempotent."""
        if self._server is not None:
            self._server.kill()
            self._server.wait()
            self._server = None
        self._socket.unlink(missing_ok=True)

    def _answers(self) -> bool:
        """The sinks are there: the socket comes before them."""
        asked = subprocess.run(
            ["pactl", "--server", f"unix:{self._socket}", "list", "short", "sinks"],
            capture_output=True,
            check=False,
        )
        return asked.stdout.count(b"module-null-sink") == 2
