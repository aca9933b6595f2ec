"""The Debian package needs what the Python package needs."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CONTROL = ROOT / "image-build" / "deb" / "gateway" / "debian" / "control"
VENDORED = ROOT / "image-build" / "deb" / "vendored"

DEBIAN = {
    "argon2-cffi": "python3-argon2",
    "Babel": "python3-babel",
    "pjsua2-python": "python3-pjsua2",
    "pyserial": "python3-serial",
    "python-multipart": "python3-python-multipart",
    "systemd-python": "python3-systemd",
}
"""Where Debian's name is not python3- and PyPI's."""


def needed() -> list[str]:
    """What ``setup.cfg`` asks PyPI for."""
    declared = configparser.ConfigParser()
    declared.read(ROOT / "setup.cfg")
    lines = declared["options"]["install_requires"].split("\n")
    return [re.split(r"[\s<>=;\[]", line.strip())[0] for line in lines if line.strip()]


@pytest.mark.parametrize("name", needed())
def test_what_python_needs_is_in_debians_package(name: str) -> None:
    depends = re.split(r"[,\s]+", CONTROL.read_text())
    vendored = VENDORED.read_text().lower()
    assert DEBIAN.get(name, f"python3-{name.lower()}") in depends or name.lower() in vendored
