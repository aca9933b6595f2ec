import subprocess
import sys
from pathlib import Path

import pytest

from gateway.exit_code import ExitCode

SECRET = "Tell-nobody-4711"
SETTINGS = """
[[account]]
name = "main"
number = "79261234567"

[[account]]
name = "second"
number = "79261234568"

[dialling]
first_digit_timeout = "soon"

[voice]
jiter_buffer_max = 100
"""


@pytest.mark.parametrize("command", ["run", "check"])
def test_everything_that_is_wrong_is_said_at_once_and_no_password(
    tmp_path: Path, command: str
) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "settings.toml").write_text(SETTINGS)
    secrets = config / "secrets.toml"
    secrets.touch(mode=0o600)
    secrets.write_text(f'[account.main]\npassword = "{SECRET}"\n')
    folders = ["--state", str(tmp_path / "state"), "--run", str(tmp_path / "run")]
    ended = subprocess.run(
        [
            sys.executable, "-m", "gateway", command, "--config", str(config),
            *(folders if command == "run" else []),
        ],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env={"LANG": "C", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    said = ended.stderr if command == "run" else ended.stdout
    assert ended.returncode == ExitCode.SETTINGS, said
    for what in ("first_digit_timeout", "jiter_buffer_max", "second"):
        assert what in said
    assert "jitter_buffer_max" in said, "it suggests the right name"
    assert "password" in said
    assert SECRET not in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
