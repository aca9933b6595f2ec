"""Drives ``pjsua_program``: an independent user agent for the tests."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.interop.kamailio import free_port
from tests.test_multifon_network.conftest import ACCOUNT, PASSWORD

ROOT = Path(__file__).parents[2]


class Phone:
    """A running telephone; its events are read in order."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._events: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._noise: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            if line.startswith("{"):
                self._events.put(json.loads(line))
            else:
                self._noise.append(line)
        self._events.put(None)

    def do(self, command: str, **values: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": command, **values}) + "\n")
        self._process.stdin.flush()

    def expect(self, event: str, seconds: float = 10.0, **values: Any) -> dict[str, Any]:
        """The next event of that name and with those values; others before it are passed over."""
        passed: list[dict[str, Any]] = []
        deadline = time.monotonic() + seconds
        while True:
            try:
                found = self._events.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no {event} {values}, but {passed} {self._noise}") from None
            if found is None:
                raise AssertionError(f"the telephone ended: {passed} {''.join(self._noise)}")
            if found["event"] == event and values.items() <= found.items():
                return found
            passed.append(found)

    def close(self) -> None:
        """End the program in the order that pjsua2 wants."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            status = self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        self._reader.join()
        assert self._process.stderr is not None
        self._process.stderr.close()
        assert status == 0, "".join(self._noise)


@contextmanager
def pjsua_phone(
    port: int,
    *,
    user: str = ACCOUNT,
    password: str = PASSWORD,
    tcp: bool = False,
    expires: int = 60,
    codec_first: tuple[str, ...] = (),
) -> Iterator[Phone]:
    """A telephone that registers at ``port`` as soon as it runs."""
    options = {
        "port": port, "user": user, "password": password, "tcp": tcp, "expires": expires,
        "rtp_port": free_port() & ~1, "codec_first": codec_first,
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.test_multifon_network.pjsua_program", json.dumps(options)],
        cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    phone = Phone(process)
    try:
        phone.expect("ready")
        yield phone
    finally:
        phone.close()
