"""Schemathesis reads the API's own description and asks the real page before the real gateway."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gateway.interfaces.methods import Scope
from gateway.interfaces.settings import Api, InterfaceSettings, Store
from gateway.interfaces.tokens import Tokens
from tests.gateway_process import GatewayProcess
from tests.page_process import PageProcess

OPTIONS = (
    # Every border of every schema; test_parameters.py has the chance values.
    "--phases=coverage",
    "--exclude-operation-id=stop",  # it does
    "--exclude-operation-id=json-rpc",  # it may stop as well; test_api.py has its tests
    "--exclude-operation-id=line.ring",  # rings for seconds; the real gateway's test does it
    "--exclude-operation-id=network.check",  # nor is the provider asked by a test
    "--exclude-tag=account",  # each asks the provider, repeats, and takes seconds
)


@pytest.mark.slow
def test_whatever_is_asked_is_answered_as_described_and_never_by_a_failure(tmp_path: Path) -> None:
    state = tmp_path / "page" / "state"
    state.mkdir(parents=True)
    Store(state).save(InterfaceSettings(api=Api(on=True)))
    token = Tokens(state, time.time).make("fuzzer", Scope)

    async def fuzz() -> tuple[int, str]:
        gateway = GatewayProcess(
            tmp_path / "gateway",
            "127.0.0.1:9",
            account='service_url = "https://127.0.0.1:9/"',
        )
        page = PageProcess(tmp_path / "page", tmp_path / "gateway" / "run")
        async with gateway, page:
            command = await asyncio.create_subprocess_exec(
                sys.executable, "-c", "from schemathesis.cli import schemathesis as s; s()",
                f"--config-file={Path(__file__).with_name('schemathesis.toml')}",
                "run", f"{page.url}api/v1/openapi.json",
                "--header", f"Authorization: Bearer {token}", "--no-color", *OPTIONS,
                cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )  # fmt: skip
            output, _ = await command.communicate()
            return command.returncode or 0, output.decode()

    code, output = asyncio.run(fuzz())
    assert code == 0, output
    assert " passed" in output, output
