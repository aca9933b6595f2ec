import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from gateway.cli import main
from tests.cli.bench import DEADLINE, Bench

ROOT = Path(__file__).parent.parent.parent

Gateway: TypeAlias = Callable[..., str]
Start: TypeAlias = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    running = Bench(tmp_path)
    yield running
    running.stop()


@pytest.fixture
def gateway(bench: Bench, capsys: pytest.CaptureFixture[str]) -> Gateway:
    """Performs a command in this process; its output."""

    def perform(*arguments: str, code: int = 0) -> str:
        found = main([*arguments, "--socket", str(bench.socket)])
        said = capsys.readouterr()
        assert found == code, said
        return said.out + said.err

    return perform


@pytest.fixture
def gateway_json(gateway: Gateway) -> Callable[..., Any]:
    """Performs a command with ``--json``; its result."""

    def perform(*arguments: str, code: int = 0) -> Any:
        return json.loads(gateway(*arguments, "--json", code=code))

    return perform


@pytest.fixture
def start(bench: Bench) -> Iterator[Start]:
    """Starts a command in a process of its own, where its streams and signals count."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(
        *arguments: str, stdin: int = subprocess.PIPE, stdout: int = subprocess.PIPE
    ) -> "subprocess.Popen[bytes]":
        environment = {**os.environ, "GATEWAY_SOCKET": str(bench.socket), "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(
            [sys.executable, "-m", "gateway", *arguments],
            env=environment,
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.PIPE,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=DEADLINE)
