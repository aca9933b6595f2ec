"""The shell scripts that people and CI start with: ./run, ./test, .ci/run and what they share."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LISTS = [
    *sorted((ROOT / "image-build/packages").iterdir()),
    ROOT / "image-build/pjproject/packages",
]
PACKAGE_LINE = re.compile(r"(?P<name>[a-z0-9][a-z0-9+.-]+) +# (?P<reason>.+)")
SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


def bash(
    script: str, *, root: Path = ROOT, path: str = SYSTEM_PATH
) -> subprocess.CompletedProcess[str]:
    """Run a script that may call what ``image-build/bootstrap`` of the tree ``root`` defines."""
    return subprocess.run(
        ["/bin/bash", "-euc", f". {root}/image-build/bootstrap\n{script}"],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": path, "HOME": str(root)},
        timeout=60,
    )


def executable(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(0o755)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of all that decides what is in the environment."""
    root = tmp_path / "tree"
    shutil.copytree(ROOT / "image-build", root / "image-build")
    for name in ("setup.cfg", "setup.py", "pyproject.toml"):
        shutil.copy(ROOT / name, root)
    media = root / "gateway/media"
    media.mkdir(parents=True)
    (media / "_dsp.c").write_text("int first;\n")
    (media / "_dsp.cpython-311-x86_64-linux-gnu.so").touch()
    voice = root / "hardware/voice"
    voice.mkdir(parents=True)
    (voice / "_echo.cpython-311-x86_64-linux-gnu.so").touch()
    executable(root / ".venv/bin/python", "")
    return root


def packages(file: Path) -> list[str]:
    lines = [line for line in file.read_text().splitlines() if not line.startswith("#")]
    matches = [PACKAGE_LINE.fullmatch(line) for line in lines]
    assert all(matches), f"{file.name}: every line is a package, #, and the reason"
    return [match["name"] for match in matches if match]


@pytest.mark.parametrize("script", ["run", "test", ".ci/run", "image-build/try-on"])
def test_a_script_is_executable(script: str) -> None:
    assert (ROOT / script).stat().st_mode & 0o111 == 0o111


def test_run_explains_itself_without_preparing_anything(tmp_path: Path) -> None:
    shutil.copy(ROOT / "run", tmp_path)
    result = subprocess.run(
        [tmp_path / "run", "--help"], capture_output=True, text=True, check=True, timeout=10
    )
    assert "./run demo" in result.stdout
    assert [file.name for file in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("file", LISTS, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_a_package_list_names_each_package_once_with_its_reason(file: Path) -> None:
    names = packages(file)
    assert names
    assert len(set(names)) == len(names)


def test_only_what_is_neither_installed_nor_provided_is_missing(tmp_path: Path) -> None:
    # "awk" is a virtual package that mawk or gawk provides on every Debian system.
    wanted = tmp_path / "packages"
    wanted.write_text("# a comment\ndpkg   # installed\nawk    # provided\nno-such-package # why\n")
    assert bash(f"missing_packages {wanted}").stdout.split() == ["no-such-package"]


@pytest.mark.parametrize(
    ("change", "ready"),
    [
        ("true", True),
        ("touch README.md gateway/__init__.py", True),
        ("echo '# new' >> setup.cfg", False),
        ("echo 'int second;' >> gateway/media/_dsp.c", False),
        ("echo 'sox # again' >> image-build/packages/run", False),
        ("rm gateway/media/_dsp.*.so", False),
        ("rm .venv/bin/python", False),
        ("rm .venv/ready", False),
        ("mv .venv .elsewhere; VENV=$ROOT/.elsewhere", False),
    ],
)
def test_the_environment_is_ready_until_something_under_it_changes(
    tree: Path, change: str, ready: bool
) -> None:
    result = bash(
        f"""
        cd "$ROOT"
        VENV=$ROOT/.venv
        printf '%s\\n' "$(interpreter)" "$(inputs)" test,lint >.venv/ready
        is_ready test && is_ready test,lint || fail "not ready before the change"
        {change}
        is_ready test && echo ready || echo stale
        """,
        root=tree,
    )
    assert result.stderr == ""
    assert result.stdout.strip() == ("ready" if ready else "stale")


@pytest.mark.parametrize(
    ("change", "made"),
    [
        ("true", True),
        ("touch build.py recordings.py", True),
        ("echo '# another voice' >> languages/ru.toml", False),
        ("echo 'name = \"Deutsch\"' > languages/de.toml", False),
        ("echo '# louder' >> levelling.py", False),
        ("rm sounds/made-from", False),
        ("rm -r sounds", False),
    ],
)
def test_the_prompts_are_made_anew_when_something_under_them_changes(
    tree: Path, change: str, made: bool
) -> None:
    shutil.copytree(ROOT / "gateway/prompts", tree / "gateway/prompts")
    result = bash(
        f"""
        cd "$ROOT/gateway/prompts"
        prompts_are_made || fail "not made before the change"
        {change}
        prompts_are_made && echo made || echo stale
        """,
        root=tree,
    )
    assert result.stderr == ""
    assert result.stdout.strip() == ("made" if made else "stale")


def test_prompts_that_cannot_be_made_do_not_count_as_made(tree: Path) -> None:
    shutil.copytree(ROOT / "gateway/prompts", tree / "gateway/prompts")
    executable(tree / ".venv/bin/python", "#!/bin/sh\necho no voice >&2\nexit 1\n")
    result = bash(
        f"""
        VENV=$ROOT/.venv LOG={tree}/log
        (make_prompts) || prompts_are_made || echo not made
        """,
        root=tree,
    )
    assert result.stdout.strip() == "not made"
    assert "no voice" in result.stderr


def test_an_environment_without_the_linters_is_not_ready_for_ci(tree: Path) -> None:
    result = bash(
        """
        VENV=$ROOT/.venv
        printf '%s\\n' "$(interpreter)" "$(inputs)" test >"$VENV/ready"
        is_ready test && ! is_ready test,lint && echo right
        """,
        root=tree,
    )
    assert result.stdout.strip() == "right"


def test_a_failing_step_shows_its_own_last_lines_and_stops(tmp_path: Path) -> None:
    result = bash(f"LOG={tmp_path}/log; step First echo one; step Second ls /nowhere; echo on")
    assert result.returncode == 1
    assert result.stdout == ""
    assert "'/nowhere'" in result.stderr
    assert "\none\n" not in result.stderr
    assert f'"Second" failed; these are the last lines of {tmp_path}/log.' in result.stderr


@pytest.mark.parametrize(("failures", "outcome"), [(0, 0), (2, 0), (3, 1)])
def test_a_network_command_is_tried_three_times(
    tmp_path: Path, failures: int, outcome: int
) -> None:
    result = bash(
        f"""
        sleep() {{ :; }}
        tries={tmp_path}/tries
        attempt() {{ echo try >>"$tries"; [ "$(wc -l <"$tries")" -gt {failures} ]; }}
        retry attempt
        """
    )
    assert result.returncode == outcome
    assert len((tmp_path / "tries").read_text().split()) == min(failures + 1, 3)


def test_a_user_without_rights_is_told_what_an_administrator_must_do(tmp_path: Path) -> None:
    wanted = tmp_path / "packages"
    wanted.write_text("no-such-package # why\n")
    result = bash(f"can_be_root() {{ false; }}\ninstall_packages {wanted}")
    assert result.returncode == 1
    assert (
        "apt-get update && apt-get install -y --no-install-recommends no-such-package"
        in result.stderr
    )


def test_requirements_come_from_setup_cfg_and_an_unknown_extra_is_an_error() -> None:
    printed = bash('"$PYTHON" "$ROOT/image-build/requirements.py" test').stdout.splitlines()
    assert any(line.startswith("setuptools") for line in printed)
    assert any(line.startswith("pjsua2-python") for line in printed)
    assert any(line.startswith("pytest") for line in printed)
    assert not any(line.startswith("ruff") for line in printed)
    assert bash('"$PYTHON" "$ROOT/image-build/requirements.py" tests').returncode != 0


def test_known_checksums_are_lines_that_sha256sum_reads() -> None:
    lines = (ROOT / "image-build/pjproject/SHA256SUMS").read_text().splitlines()
    assert lines
    for line in lines:
        assert re.fullmatch(r"[0-9a-f]{64}  asterisk_\S+\.orig-Xpjproject\.tar\.xz", line)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("{known}", "is not to be trusted"),
        ("asterisk_99.orig-Xpjproject.tar.xz", "is new to image-build/pjproject/SHA256SUMS"),
        ("asterisk_99.orig.tar.xz", "has no asterisk source with a pjproject component"),
    ],
)
def test_the_pjproject_source_is_judged_by_the_known_checksums(
    tmp_path: Path, name: str, says: str
) -> None:
    known = (ROOT / "image-build/pjproject/SHA256SUMS").read_text().split()[1]
    source = name.format(known=known)
    # An archive whose index offers this file with a checksum of zeros. The file cannot be had.
    offer = f"'file:/nowhere' {source} 1 SHA256:{'0' * 64}"
    executable(
        tmp_path / "bin/apt-get",
        f'#!/bin/sh\ncase "$*" in *--print-uris*) echo "{offer}" ;; esac\n',
    )
    executable(tmp_path / "bin/sleep", "#!/bin/sh\n")
    result = bash(
        f'TMPDIR={tmp_path} "$PJPROJECT/build" {tmp_path}/out', path=f"{tmp_path}/bin:{SYSTEM_PATH}"
    )
    assert result.returncode == 1
    assert says in result.stderr
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["build.log"]
    assert not list(tmp_path.glob("pjproject.*")), "the work folder is removed"
