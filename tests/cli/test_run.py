import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.exit_code import ExitCode
from tests.cli.conftest import ROOT


def run(*words: str) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if name != "JOURNAL_STREAM"}
    return subprocess.run(
        [sys.executable, "-m", "gateway", "run", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_wrong_settings_keep_the_gateway_from_running(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("nonsense = 1\n")
    folder = str(tmp_path)
    done = run("--config", folder, "--state", folder, "--run", folder)
    assert done.returncode == ExitCode.SETTINGS, done.stderr
    assert "nonsense" in done.stderr


@pytest.mark.parametrize("level", ["debug", "info", "warning", "error"])
def test_the_log_goes_to_standard_error_from_the_wanted_level_on(level: str) -> None:
    program = (
        "import logging; from gateway.logbook import set_up; "
        f"set_up({level!r}, sip_trace=False); log = logging.getLogger('gateway.x'); "
        "[log.log(n, 'level %d', n) for n in (10, 20, 30, 40)]"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "JOURNAL_STREAM"},
        capture_output=True,
        text=True,
        check=True,
    )
    least = logging.getLevelNamesMapping()[level.upper()]
    shown = [int(line.rpartition(" ")[2]) for line in done.stderr.splitlines()]
    assert shown == [number for number in (10, 20, 30, 40) if number >= least]
