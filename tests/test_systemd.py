import configparser
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from gateway.cli import parser, places

ROOT = Path(__file__).parent.parent
SYSTEMD = ROOT / "systemd"
UNIT = SYSTEMD / "gateway.service"
WEB = SYSTEMD / "gateway-web.service"
SERVICES = (UNIT, WEB)
APPLIANCE = sorted(
    path
    for path in (SYSTEMD / "appliance").iterdir()
    if path.suffix in {".service", ".mount", ".path", ".timer"}
)
PROGRAMS = sorted(
    path
    for path in (SYSTEMD / "appliance").iterdir()
    if path.is_file() and os.access(path, os.X_OK)
)
SYSUSERS = SYSTEMD / "gateway.sysusers.conf"
WEB_SYSUSERS = SYSTEMD / "gateway-web.sysusers.conf"
TMPFILES = SYSTEMD / "gateway.tmpfiles.conf"
EXPLAINED = ROOT / "docs/appliance.md"

MOST_EXPOSED = 15
"""Tenths of the exposure that ``systemd-analyze security`` computes; below 2.0 is its "OK"."""


def settings(key: str, unit: Path = UNIT) -> list[str]:
    """Every value of ``key`` in the unit, in order."""
    lines = unit.read_text(encoding="utf-8").splitlines()
    return [line.partition("=")[2] for line in lines if line.startswith(f"{key}=")]


def systemd(tool: str, *arguments: str | Path) -> str:
    """Run one of systemd's own tools; what it said."""
    if shutil.which(tool) is None:
        pytest.fail(f"{tool} is missing; install it: sudo apt install systemd")
    done = subprocess.run([tool, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def installed(unit: Path, folder: Path) -> Path:
    """The unit as it would be installed: with its commands in a place that exists here."""

    def here(found: re.Match[str]) -> str:
        command = folder / Path(found[2]).name
        command.write_text("#!/bin/sh\n")
        command.chmod(0o755)
        return f"{found[1]}{command}"

    copy = folder / unit.name
    text = unit.read_text(encoding="utf-8")
    copy.write_text(re.sub(r"(?m)^(ExecStart=)(/\S+)", here, text))
    return copy


def test_systemd_accepts_every_unit_without_a_word(tmp_path: Path) -> None:
    copies = [installed(unit, tmp_path) for unit in (*SERVICES, *APPLIANCE)]
    assert systemd("systemd-analyze", "verify", *copies) == ""


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_a_service_is_shut_in(unit: Path) -> None:
    systemd("systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}", unit)


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_every_point_that_a_service_leaves_open_is_explained_and_no_other(unit: Path) -> None:
    table = systemd("systemd-analyze", "security", "--offline=true", "--no-pager", unit)
    # One column holds the mark, one the setting.
    left = {line.split()[1] for line in table.splitlines() if line.split()[:1] == ["✗"]}
    text = EXPLAINED.read_text(encoding="utf-8")
    section = text.partition(f"### {unit.name}\n")[2].partition("\n#")[0]
    explained = {name.replace("\\|", "|") for name in re.findall(r"(?m)^\| `([^`]+)` \|", section)}
    assert left, table
    assert explained == left


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_a_service_starts_a_command_that_exists(unit: Path) -> None:
    (start,) = settings("ExecStart", unit)
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    scripts = setup["options.entry_points"]["console_scripts"]
    assert f"{Path(start.split()[0]).name} = " in scripts


def test_the_gateway_knows_the_words_that_its_unit_gives_it() -> None:
    (start,) = settings("ExecStart")
    assert parser().parse_args(start.split()[1:]).perform


def test_the_page_listens_at_no_port_that_its_unit_does_not_name() -> None:
    (start,) = settings("ExecStart", WEB)
    https = start.split()[start.split().index("--https") + 1]
    # Port 80 is what the page listens at when it is not told another one.
    assert settings("SocketBindAllow", WEB) == ["tcp:80", f"tcp:{https}"]
    assert settings("SocketBindDeny", WEB) == ["any"]


def test_the_dial_tone_waits_for_no_network_and_no_time_server() -> None:
    for unit in SERVICES:
        words = {name for key in ("After", "Wants", "Requires") for name in settings(key, unit)}
        awaited = {name for value in words for name in value.split()}
        assert not awaited & {"network-online.target", "time-sync.target"}, unit.name


@pytest.mark.parametrize("unit", APPLIANCE, ids=lambda unit: unit.name)
def test_the_programs_of_the_appliance_units_are_there(unit: Path) -> None:
    own = "/usr/lib/multifon-gateway/"
    commands = [start.split()[0] for start in settings("ExecStart", unit)]
    wanted = {command.removeprefix(own) for command in commands if command.startswith(own)}
    assert wanted <= {path.name for path in PROGRAMS}


def test_the_unit_has_the_folders_that_the_command_expects() -> None:
    assert settings("RuntimeDirectory") == [places.runtime({}).name]
    assert settings("StateDirectory") == [places.state({}).name]
    assert settings("ConfigurationDirectory") == [places.config({}).name]
    assert settings("ReadWritePaths") == [str(places.config({}))]


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_every_user_and_group_of_a_service_is_made(unit: Path) -> None:
    texts = [path.read_text(encoding="utf-8") for path in (SYSUSERS, WEB_SYSUSERS)]
    lines = [line for text in texts for line in text.splitlines()]
    made = {tuple(line.split()[:2]) for line in lines if line and not line.startswith("#")}
    assert ("u", settings("User", unit)[0]) in made
    groups = {name for kind, name in made if kind in {"u", "g"}}
    wanted = {settings("Group", unit)[0], *settings("SupplementaryGroups", unit)[0].split()}
    assert wanted <= groups


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


@pytest.mark.parametrize(
    ("hostname", "zone", "name", "time"),
    [
        (None, None, "multifon", "Etc/UTC"),
        ("hall-phone\n", "Europe/Moscow\n", "hall-phone", "Europe/Moscow"),
        ("-bad-\n", "../../etc/shadow\n", "multifon", "Etc/UTC"),
        ("$(reboot)\n", "Nowhere/None\n", "multifon", "Etc/UTC"),
        ("", "", "multifon", "Etc/UTC"),
    ],
)
def test_the_adapter_is_called_as_the_page_says_if_that_can_be_a_name(
    tmp_path: Path, hostname: str | None, zone: str | None, name: str, time: str
) -> None:
    kept = tmp_path / "data/kept/var/lib/multifon-gateway-web"
    kept.mkdir(parents=True)
    zones = tmp_path / "usr/share/zoneinfo/Europe"
    zones.mkdir(parents=True)
    (zones / "Moscow").touch()
    for file, text in (("hostname", hostname), ("timezone", zone)):
        if text is not None:
            (kept / file).write_text(text)
    program = SYSTEMD / "appliance/name-adapter"
    done = subprocess.run(
        ["/bin/sh", program, tmp_path], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip().partition("-")[0] == name.partition("-")[0]
    if name != "multifon":
        assert done.stdout.strip() == name
    assert (tmp_path / "run/localtime").readlink() == Path("/usr/share/zoneinfo") / time


def test_what_is_kept_is_mounted_at_every_start(tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    # Root's own work: what counts here is that both ends of each mount are there.
    (tools / "mount").write_text('#!/bin/sh\ntest -d "$2" && test -d "$3" && echo "$3"\n')
    (tools / "chown").write_text("#!/bin/sh\n")
    for tool in tools.iterdir():
        tool.chmod(0o755)
    root = tmp_path / "root"
    (root / "data").mkdir(parents=True)
    (root / "etc/multifon-gateway").mkdir(parents=True)
    (root / "etc/multifon-gateway/settings.toml").write_text("new")
    environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}
    mounted = []
    for _start in range(2):
        done = subprocess.run(
            ["/bin/sh", SYSTEMD / "appliance/keep-folders", root],
            capture_output=True, text=True, check=False, env=environment,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        mounted.append(done.stdout.split())
        # /var is memory.
        shutil.rmtree(root / "var")
    assert mounted[0] == mounted[1]
    assert str(root / "var/lib/multifon-gateway") in mounted[0]
    assert (root / "data/kept/etc/multifon-gateway/settings.toml").read_text() == "new"
