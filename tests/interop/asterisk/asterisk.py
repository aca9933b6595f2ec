"""Asterisk as the provider, in a root of its own, on loopback."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.interop.kamailio import free_port

STARTS_WITHIN = 60.0

CONFIGURATION = """
[directories]
astetcdir => {inside}
astrundir => {inside}
astspooldir => {inside}
astdbdir => {inside}
astlogdir => {inside}
astvarlibdir => /var/lib/asterisk
astdatadir => /usr/share/asterisk
astmoddir => {modules}
[options]
nocolor = yes
"""
MODULES = """
[modules]
autoload = yes
"""
LOGGER = """
[general]
[logfiles]
messages => notice,warning,error,verbose
"""
RTP = """
[general]
rtpstart = {first}
rtpend = {last}
"""
PJSIP = """
[udp]
type = transport
protocol = udp
bind = 127.0.0.1:{port}

[tcp]
type = transport
protocol = tcp
bind = 127.0.0.1:{port}

[number](!)
type = endpoint
context = subscribers
disallow = all
allow = alaw
media_address = 127.0.0.1
bind_rtp_to_media_address = yes
direct_media = no
dtmf_mode = inband
timers = always
timers_min_se = 90
timers_sess_expires = 90
"""
NUMBER = """
[{number}](number)
auth = {number}
aors = {number}
callerid = <{number}>

[{number}]
type = auth
auth_type = userpass
username = {number}
password = {password}
realm = BREDBAND

[{number}]
type = aor
max_contacts = 1
minimum_expiration = 30
default_expiration = 60
"""
DIALPLAN = """
[subscribers]
; answers at once and sends back what it hears
exten => 74950000001,1,Answer()
 same => n,Echo()
; early media: a tone before the answer, another one after it
exten => 74950000002,1,Progress()
 same => n,Playtones(700)
 same => n,Wait(3)
 same => n,Answer()
 same => n,Playtones(1000)
 same => n,Wait(600)
; rings without sound, and nobody answers
exten => 74950000003,1,Ringing()
 same => n,Wait(4)
 same => n,Hangup(19)
; causes of ITU-T Q.850
exten => _74951000XXX,1,Hangup(${EXTEN:8})

[calls]
exten => _7X.,1,Set(CALLERID(num)=74957654321)
 same => n,Dial(PJSIP/${EXTEN})
"""


@dataclass(frozen=True, slots=True)
class Asterisk:
    port: int
    root: Path
    inside: str

    def command(self, text: str) -> str:
        """The answer of Asterisk's own command line."""
        done = subprocess.run(
            [
                "chroot",
                str(self.root),
                "asterisk",
                "-C",
                f"{self.inside}/asterisk.conf",
                "-rx",
                text,
            ],
            capture_output=True,
            check=False,
        )
        return done.stdout.decode(errors="replace")

    def log(self) -> str:
        path = Path(f"{self.root}{self.inside}/messages")
        return path.read_text(errors="replace") if path.exists() else ""


@contextmanager
def asterisk(root: Path, passwords: Mapping[str, str]) -> Iterator[Asterisk]:
    """Run Asterisk for the numbers of ``passwords``; its files are below ``root``."""
    folder = Path(tempfile.mkdtemp(dir=root / "run", prefix="gateway-"))
    inside = f"/{folder.relative_to(root)}"
    port, first = free_port(), 20000
    (modules,) = (root / "usr/lib").glob("*/asterisk/modules")
    numbers = "".join(
        NUMBER.format(number=number, password=password) for number, password in passwords.items()
    )
    files = {
        "asterisk.conf": CONFIGURATION.format(
            inside=inside, modules=f"/{modules.relative_to(root)}"
        ),
        "modules.conf": MODULES,
        "logger.conf": LOGGER,
        "rtp.conf": RTP.format(first=first, last=first + 2000),
        "pjsip.conf": PJSIP.format(port=port) + numbers,
        "extensions.conf": DIALPLAN,
        "musiconhold.conf": "",
        "indications.conf": "[general]\ncountry = ru\n[ru]\ndescription = Russia\n"
        "ringcadence = 1000,4000\ndial = 425\nbusy = 425/350,0/350\nring = 425/1000,0/4000\n"
        "congestion = 425/175,0/175\ncallwaiting = 425/200,0/5000\ndialrecall = 425/400,0/40\n"
        "record = 1400/400,0/15000\ninfo = 950/330,1400/330,1800/330,0/1000\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text)
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            ["chroot", str(root), "asterisk", "-f", "-C", f"{inside}/asterisk.conf", "-vvv"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    running = Asterisk(port, root, inside)
    try:
        deadline = time.monotonic() + STARTS_WITHIN
        while "fully booted" not in running.command("core waitfullybooted"):
            if process.poll() is not None or time.monotonic() > deadline:
                written = (folder / "output").read_text(errors="replace")
                raise RuntimeError(f"Asterisk does not run:\n{written[-3000:]}")
            time.sleep(0.2)
        yield running
    finally:
        process.terminate()
        process.wait(timeout=20)
        shutil.rmtree(folder)
