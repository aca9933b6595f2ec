"""The network as a process of its own: what tests of the gateway use.

Its voice thread then shares no interpreter lock with the gateway under test.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.simulators.multifon.control_client import ControlClient

ROOT = Path(__file__).parents[3]
STOPS_WITHIN = 10.0


@dataclass(frozen=True, slots=True)
class RunningNetwork:
    """``control`` is connected; SIP is on ``address`` and ``port``, UDP and TCP."""

    address: str
    port: int
    control_path: Path
    control: ControlClient
    pid: int
    account_api: str = ""
    """Address of the account service, if it runs."""


@contextmanager
def multifon_network(
    folder: Path,
    passwords: Mapping[str, str],
    *,
    port: int = 0,
    address: str = "127.0.0.1",
    certificate: Path | None = None,
    **settings: object,
) -> Iterator[RunningNetwork]:
    """Run the network for the accounts of ``passwords``; its files stay in ``folder``.

    With a ``certificate`` (PEM, with its key) the account service runs too.
    ``settings`` are fields of ``Settings``.  At the end it is stopped by SIGTERM, and a failure of
    the process raises ``RuntimeError`` with what it wrote.
    """
    control = folder / "multifon.sock"
    log = folder / "multifon.log"
    command = [
        sys.executable, "-m", "tests.simulators.multifon", "serve", "--address", address,
        "--port", str(port), "--control", str(control),
    ]  # fmt: skip
    if certificate is not None:
        command += ["--certificate", str(certificate)]
    for number, password in passwords.items():
        command += ["--account", f"{number}:{password}"]
    for name, value in settings.items():
        command += ["--set", f"{name}={json.dumps(value)}"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=output, stdin=subprocess.DEVNULL
        )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line:
            process.wait(STOPS_WITHIN)
            raise RuntimeError(f"the network does not start: {log.read_text()[-2000:]}")
        ready = json.loads(line)
        with ControlClient(control) as client:
            yield RunningNetwork(
                ready["address"],
                ready["port"],
                control,
                client,
                process.pid,
                ready["account_api"] or "",
            )
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            status = process.wait(STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            status = process.wait()
        process.stdout.close()
    if status != 0 or log.stat().st_size:
        raise RuntimeError(f"the network ended with {status}: {log.read_text()[-2000:]}")
