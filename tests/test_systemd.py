import configparser
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from gateway.cli import parser, places

ROOT = Path(__file__).parent.parent
UNIT = ROOT / "systemd/gateway.service"
SYSUSERS = ROOT / "systemd/gateway.sysusers.conf"
TMPFILES = ROOT / "systemd/gateway.tmpfiles.conf"

MOST_EXPOSED = 20
"""Tenths of the exposure that ``systemd-analyze security`` computes; below 2.0 is its "OK"."""


def settings(key: str) -> list[str]:
    """Every value of ``key`` in the unit, in order."""
    lines = UNIT.read_text(encoding="utf-8").splitlines()
    return [line.partition("=")[2] for line in lines if line.startswith(f"{key}=")]


def systemd(tool: str, *arguments: str | Path) -> str:
    """Run one of systemd's own tools; what it said."""
    if shutil.which(tool) is None:
        pytest.fail(f"{tool} is missing; install it: sudo apt install systemd")
    done = subprocess.run([tool, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit as it would be installed: with its command in a place that exists here."""
    command = tmp_path / "gateway"
    command.write_text("#!/bin/sh\n")
    command.chmod(0o755)
    copy = tmp_path / UNIT.name
    text = UNIT.read_text(encoding="utf-8")
    copy.write_text(text.replace("ExecStart=/usr/bin/gateway", f"ExecStart={command}"))
    return copy


def test_systemd_accepts_the_unit_without_a_word(unit: Path) -> None:
    assert systemd("systemd-analyze", "verify", unit) == ""


def test_the_unit_is_shut_in(unit: Path) -> None:
    systemd("systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}", unit)


def test_the_unit_starts_a_command_that_exists() -> None:
    (start,) = settings("ExecStart")
    command, *words = start.split()
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    scripts = setup["options.entry_points"]["console_scripts"].split()
    assert Path(command).name in scripts
    options = parser().parse_args(words)
    assert options.perform


def test_the_unit_has_the_folders_that_the_command_expects() -> None:
    assert settings("RuntimeDirectory") == [places.runtime({}).name]
    assert settings("StateDirectory") == [places.state({}).name]
    assert settings("ConfigurationDirectory") == [places.config({}).name]
    assert settings("ReadWritePaths") == [str(places.config({}))]


def test_every_user_and_group_of_the_unit_is_made() -> None:
    lines = SYSUSERS.read_text(encoding="utf-8").splitlines()
    made = {tuple(line.split()[:2]) for line in lines if line and not line.startswith("#")}
    assert ("u", settings("User")[0]) in made
    groups = {name for kind, name in made if kind in {"u", "g"}}
    assert {settings("Group")[0], *settings("SupplementaryGroups")[0].split()} <= groups


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files to another user")
def test_the_folder_of_the_settings_belongs_to_the_gateway(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    systemd("systemd-sysusers", f"--root={tmp_path}", SYSUSERS)
    systemd("systemd-tmpfiles", f"--root={tmp_path}", "--create", TMPFILES)
    users = (tmp_path / "etc/passwd").read_text(encoding="utf-8").splitlines()
    (user,) = (line.split(":") for line in users if line.startswith("multifon-gateway:"))
    folder = (tmp_path / "etc/multifon-gateway").stat()
    assert [str(folder.st_uid), str(folder.st_gid)] == user[2:4]
    assert folder.st_mode & 0o777 == int(settings("ConfigurationDirectoryMode")[0], 8)
