"""The scripts of ``tests/kernel_rig``, outside of the emulated machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
RIG = ROOT / "tests/kernel_rig"
SCRIPTS = [RIG / name for name in ("run", "kernel", "init")]
SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_script_is_executable_and_without_complaint(script: Path) -> None:
    assert script.stat().st_mode & 0o111 == 0o111
    if shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is not installed")
    subprocess.run(["shellcheck", "-x", script], check=True, cwd=ROOT, timeout=60)


def test_the_command_explains_itself_without_preparing_anything() -> None:
    result = subprocess.run(
        [RIG / "run", "--help"], capture_output=True, text=True, check=True, timeout=10
    )
    assert "--python" in result.stderr


def test_another_processor_is_refused_with_a_sentence(tmp_path: Path) -> None:
    uname = tmp_path / "uname"
    uname.write_text("#!/bin/sh\necho aarch64\n")
    uname.chmod(0o755)
    result = subprocess.run(
        [RIG / "run"],
        capture_output=True,
        text=True,
        check=False,
        timeout=10,
        env={"PATH": f"{tmp_path}:{SYSTEM_PATH}"},
    )
    assert result.returncode == 1
    assert "amd64 computers only; this one is aarch64" in result.stderr


def test_an_archive_without_the_kernels_source_is_told_with_a_sentence(tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, code in {"apt-cache": 100, "apt-get": 0, "sudo": 0}.items():
        program = programs / name
        program.write_text(f"#!/bin/sh\nexit {code}\n")
        program.chmod(0o755)
    result = subprocess.run(
        [RIG / "kernel", tmp_path / "kernel"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={"PATH": f"{programs}:{SYSTEM_PATH}"},
    )
    assert result.returncode == 1
    assert "no linux-image-amd64 with headers and source of the same\nversion" in result.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"programs", "kernel.log"}


def test_its_tests_are_skipped_outside_of_the_machine() -> None:
    environment = {**os.environ, "MULTIFON_KERNEL_RIG": ""}
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", RIG],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=environment,
        timeout=120,
    )
    assert "runs in an emulated machine" in result.stdout
    assert "passed" not in result.stdout
    assert "failed" not in result.stdout
