"""What runs here: software, system, board."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

import gateway

PACKAGES = ("pjsua2-python", "pyalsaaudio", "rpi-lgpio", "systemd-python")
_MODEL = Path("/proc/device-tree/model")
_DEBIAN = Path("/etc/debian_version")


def versions() -> Mapping[str, str]:
    """Names and versions; what cannot be found out is left away."""
    found = {
        "gateway": gateway.__version__,
        "python": platform.python_version(),
        "kernel": platform.release(),
        "machine": platform.machine(),
        "system": _system(),
        "debian": _text(_DEBIAN),
        "board": _text(_MODEL),
    }
    return {name: text for name, text in (found | _packages()).items() if text}


def _packages() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = ""
    return found


def _system() -> str:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", "")
    except OSError:
        return ""


def _text(path: Path) -> str:
    """The first line of ``path``; the kernel ends the model's name with a zero byte."""
    try:
        return path.read_text(errors="replace").strip("\0\n ").partition("\n")[0]
    except OSError:
        return ""
