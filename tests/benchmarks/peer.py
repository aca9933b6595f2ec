"""baresip as a peer of the gateway: subscribers of the same network, voice in a loop."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.interop.baresip import Baresip
from tests.interop.kamailio import free_port

MODULES = ("/usr/lib/baresip/modules", "/usr/lib/x86_64-linux-gnu/baresip/modules")
CONFIGURATION = """
poll_method epoll
sip_listen 127.0.0.1:{port}
sip_trans_def udp
call_local_timeout 120
call_max_calls 8
audio_player aubridge,loop
audio_source aubridge,loop
audio_alert aubridge,alert
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
audio_buffer 20-160
rtp_tos 184
rtcp_mux no
jitter_buffer_delay 1-10
module_path {modules}
module stdio.so
module g711.so
module aubridge.so
{filters}module_tmp account.so
module_app menu.so
"""
"""Nothing is loaded that the calls do not need.  The buffers are the shortest that it takes: its
own example has 5-10 packets of jitter buffer."""


@contextmanager
def baresip_peer(
    folder: Path,
    proxy: int,
    manual: str,
    automatic: tuple[str, ...],
    password: str,
    *,
    filters: tuple[str, ...] = (),
) -> Iterator[Baresip]:
    """Run baresip with the accounts ``manual``, which rings, and ``automatic``, which answer.

    Each account that answers has an aubridge device of its own as source and player, so that it
    sends back what it receives.  ``proxy`` is the network's UDP port on 127.0.0.1; ``filters`` are
    baresip's modules that the voice passes.
    """
    folder.mkdir(parents=True)
    modules = next((place for place in MODULES if Path(place).is_dir()), MODULES[0])
    port = free_port()
    configuration = CONFIGURATION.format(
        port=port,
        modules=modules,
        filters="".join(f"module {name}.so\n" for name in filters),
    )
    (folder / "config").write_text(configuration)
    (folder / "contacts").write_text("")
    lines = []
    for user in (manual, *automatic):
        mode = "manual" if user == manual else "auto"
        lines.append(
            f"<sip:{user}@multifon.ru;transport=udp>;auth_user={user};auth_pass={password}"
            f';outbound="sip:127.0.0.1:{proxy};transport=udp";regint=60;answermode={mode}'
            f";audio_source=aubridge,{user};audio_player=aubridge,{user}"
            ";audio_codecs=PCMA/8000/1\n"
        )
    (folder / "accounts").write_text("".join(lines))
    log = folder / "baresip.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["baresip", "-f", str(folder)],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            env={"PATH": "/usr/bin:/bin", "HOME": str(folder)},
        )
    try:
        peer = Baresip(folder, port, log, process)
        peer.wait_for("baresip is ready")
        yield peer
    finally:
        process.terminate()
        process.communicate(timeout=10)
