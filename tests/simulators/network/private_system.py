"""Starts the system of ``system`` and ends it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

PROGRAMS = ("NetworkManager", "dbus-daemon", "dnsmasq", "unshare", "nsenter", "ip")
READY = 60.0
"""Seconds that a start may take on a busy machine."""


def missing() -> str:
    """Why it cannot run here; empty if it can."""
    if os.geteuid() != 0:
        return "needs root: namespaces"
    search = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    lacking = [name for name in PROGRAMS if shutil.which(name, path=search) is None]
    return f"needs {', '.join(lacking)}" if lacking else ""


class PrivateSystem:
    """A cable to a router with DHCP (192.168.77.0/24), NetworkManager, hostnamed, a D-Bus."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def bus(self) -> str:
        return f"unix:path={self.folder}/bus"

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True)
        program = str(Path(__file__).with_name("system"))
        with (self.folder / "system.log").open("wb") as log:
            # No PID namespace: NetworkManager looks up who asks it.
            self._process = subprocess.Popen(
                ["unshare", "--mount", "--net", "--uts", program, str(self.folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=log,
                env={**os.environ, "PATH": f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"},
                start_new_session=True,
            )
        deadline = time.monotonic() + READY
        while not (self.folder / "ready").exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.__exit__(None, None, None)
                logs = "".join(p.read_text() for p in sorted(self.folder.glob("*.log")))
                raise RuntimeError(f"the private system does not start:\n{logs}")
            time.sleep(0.05)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def inside(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a program in its network."""
        assert self._process is not None
        return subprocess.run(
            ["nsenter", "--net", "--target", str(self._process.pid), *command],
            capture_output=True,
            text=True,
            check=False,
        )
