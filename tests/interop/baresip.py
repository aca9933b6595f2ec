"""baresip as the far end: a telephone that answers, speaks a WAV file and records what it hears."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.interop.kamailio import free_port

CONFIGURATION = """
poll_method epoll
sip_listen 127.0.0.1:{port}
sip_trans_def udp
call_local_timeout 120
call_max_calls 4
audio_player aubridge,sink
audio_source aufile,{speech}
audio_alert aubridge,alert
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
audio_buffer 20-160
rtp_tos 184
rtp_ports {rtp}-{rtp_end}
rtcp_mux no
jitter_buffer_delay 1-10
snd_path {folder}
module_path {modules}
module stdio.so
module g711.so
module aufile.so
module aubridge.so
module sndfile.so
module_tmp account.so
module_app menu.so
module cons.so
cons_listen 127.0.0.1:{console}
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{control}
"""


@dataclass(frozen=True, slots=True)
class Baresip:
    """A running baresip; ``heard`` gives the recording of what it received."""

    folder: Path
    port: int
    log: Path
    process: subprocess.Popen[bytes]
    control: int = 0
    """Port of its reports; 0: it makes none."""

    def heard(self) -> Path | None:
        """The newest recording of decoded voice, complete once the call has ended."""
        found = sorted(self.folder.glob("dump-*-dec.wav"), key=lambda path: path.stat().st_mtime)
        return found[-1] if found else None

    def wait_for(self, text: str, seconds: float = 10) -> None:
        """Until ``text`` is in the log; ``TimeoutError`` shows the end of the log instead."""
        deadline = time.monotonic() + seconds
        while text not in self.log.read_text(errors="replace"):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{text!r} is not in: {self.log.read_text()[-2000:]}")
            time.sleep(0.05)

    @contextmanager
    def events(self) -> Iterator[Events]:
        """What baresip reports of itself, from now on."""
        with socket.create_connection(("127.0.0.1", self.control), timeout=10) as connection:
            yield Events(connection)

    def tell(self, command: str) -> None:
        """Type a command at baresip's own prompt."""
        assert self.process.stdin is not None
        self.process.stdin.write(command.encode() + b"\n")
        self.process.stdin.flush()


class Events:
    """Reports of baresip's ctrl_tcp module: JSON objects as netstrings (``LENGTH:TEXT,``)."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._unread = b""

    def digits(self, count: int, seconds: float = 15) -> str:
        """The next ``count`` digits that came as telephone events."""
        self._connection.settimeout(seconds)
        digits = ""
        while len(digits) < count:
            event = self._next()
            if event.get("type") == "CALL_DTMF_START":
                digits += event["param"]
        return digits

    def _next(self) -> dict[str, str]:
        while (parts := self._unread.partition(b":"))[1] == b"" or len(parts[2]) <= int(parts[0]):
            received = self._connection.recv(4096)
            if not received:
                raise RuntimeError("baresip has ended")
            self._unread += received
        length = int(parts[0])
        self._unread = parts[2][length + 1 :]
        event: dict[str, str] = json.loads(parts[2][:length])
        return event


def _modules() -> Path:
    for place in Path("/usr/lib").glob("*/baresip/modules"):
        return place
    return Path("/usr/lib/baresip/modules")


@contextmanager
def baresip(folder: Path, account: str, speech: Path, *, answer: bool = True) -> Iterator[Baresip]:
    """Run baresip with ``account``, ``user:password@host:port`` of its registrar, or ``user``.

    ``speech`` is an 8 kHz mono WAV file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port, console, control, rtp = free_port(), free_port(), free_port(), free_port() & ~1
    (folder / "config").write_text(
        CONFIGURATION.format(
            port=port,
            console=console,
            control=control,
            rtp=min(rtp, 65000),
            rtp_end=min(rtp, 65000) + 40,
            speech=speech,
            folder=folder,
            modules=_modules(),
        )
    )
    mode = "auto" if answer else "manual"
    credentials, _, registrar = account.rpartition("@")
    if registrar and credentials:
        user, _, password = credentials.partition(":")
        line = (
            f"<sip:{user}@multifon.ru;transport=udp>;auth_user={user};auth_pass={password}"
            f';outbound="sip:{registrar};transport=udp";regint=60;answermode={mode}'
        )
    else:
        line = f"<sip:{account}@127.0.0.1:{port}>;regint=0;answermode={mode}"
    (folder / "accounts").write_text(f"{line};audio_codecs=PCMA/8000/1,PCMU/8000/1\n")
    (folder / "contacts").write_text("")
    log = folder / "baresip.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["baresip", "-f", str(folder)],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            env={"PATH": "/usr/bin:/bin", "HOME": str(folder)},
        )
    far_end = Baresip(folder, port, log, process, control)
    try:
        far_end.wait_for("200 OK" if registrar and credentials else "baresip is ready")
        yield far_end
    finally:
        process.terminate()
        process.communicate(timeout=10)
