"""Kamailio as the provider: registrar and proxy with digest authentication, on loopback."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CONFIGURATION = """
debug=2
log_stderror=yes
fork=yes
children=1
tcp_children=1
auto_aliases=no
alias="multifon.ru"
alias="sbc.megafon.ru"
listen=udp:127.0.0.1:{port}
listen=tcp:127.0.0.1:{port}
mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/:/usr/lib/aarch64-linux-gnu/kamailio/modules/"

loadmodule "sl.so"
loadmodule "tm.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "auth.so"
loadmodule "htable.so"

modparam("usrloc", "db_mode", 0)
modparam("registrar", "default_expires", 60)
modparam("registrar", "max_expires", {expiry})
modparam("auth", "nonce_count", 1)
modparam("auth", "qop", "auth")
modparam("htable", "htable", "passwords=>size=4;")

event_route[htable:mod-init] {{
{passwords}
}}

request_route {{
    if (!mf_process_maxfwd_header("10")) {{ sl_send_reply("483", "Too Many Hops"); exit; }}
    if (has_totag()) {{
        if (loose_route()) {{ t_relay(); exit; }}
        if (is_method("ACK")) {{ if (t_check_trans()) t_relay(); exit; }}
        sl_send_reply("404", "Not here"); exit;
    }}
    if (is_method("CANCEL")) {{ if (t_check_trans()) t_relay(); exit; }}
    t_check_trans();
    if (is_method("REGISTER")) {{
        if (!pv_www_authenticate("BREDBAND", "$sht(passwords=>$au)", "0")) {{
            www_challenge("BREDBAND", "1"); exit;
        }}
        consume_credentials();
        save("location"); exit;
    }}
    if (is_method("INVITE|MESSAGE")) {{
        if (!pv_proxy_authenticate("BREDBAND", "$sht(passwords=>$au)", "0")) {{
            proxy_challenge("BREDBAND", "1"); exit;
        }}
        consume_credentials();
        if (is_method("INVITE")) {{ record_route(); }}
        remove_hf("Route");
        if (!lookup("location")) {{ sl_send_reply("404", "Not Found"); exit; }}
        t_relay(); exit;
    }}
    if (is_method("OPTIONS")) {{ sl_send_reply("200", "OK"); exit; }}
    sl_send_reply("405", "Method Not Allowed");
}}
"""


@dataclass(frozen=True, slots=True)
class Kamailio:
    port: int
    log: Path


def free_port() -> int:
    """A port that is free for UDP and TCP on 127.0.0.1 right now."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
            udp.bind(("127.0.0.1", 0))
            port: int = udp.getsockname()[1]
            try:
                tcp.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def _answers(port: int) -> bool:
    request = (
        f"OPTIONS sip:127.0.0.1:{port} SIP/2.0\r\n"
        "Via: SIP/2.0/UDP 127.0.0.1:{local};branch=z9hG4bKprobe\r\n"
        "From: <sip:probe@127.0.0.1>;tag=p\r\nTo: <sip:probe@127.0.0.1>\r\n"
        "Call-ID: probe\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 5\r\nContent-Length: 0\r\n\r\n"
    )
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.connect(("127.0.0.1", port))
        sock.settimeout(0.2)
        try:
            sock.send(request.replace("{local}", str(sock.getsockname()[1])).encode())
            return sock.recv(2000).startswith(b"SIP/2.0 200")
        except OSError:
            return False


@contextmanager
def kamailio(folder: Path, passwords: Mapping[str, str], expiry: int = 60) -> Iterator[Kamailio]:
    """Run Kamailio for the users of ``passwords``; its files stay in ``folder``."""
    port = free_port()
    lines = "\n".join(
        f'    $sht(passwords=>{user}) = "{password}";' for user, password in passwords.items()
    )
    config = folder / "kamailio.cfg"
    config.write_text(CONFIGURATION.format(port=port, expiry=expiry, passwords=lines))
    log = folder / "kamailio.log"
    command = [
        "kamailio", "-DD", "-E", "-f", str(config), "-Y", str(folder), "-w", str(folder),
        "-m", "16", "-M", "4",
    ]  # fmt: skip
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)
    try:
        deadline = time.monotonic() + 15
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Kamailio does not run:\n{log.read_text()[-2000:]}")
        yield Kamailio(port, log)
    finally:
        # Not SIGTERM: now and then its processes wait for each other at their end, for a minute.
        # It has nothing to keep.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
