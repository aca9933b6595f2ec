"""What the system that runs says of itself, and what RAUC says of a bundle."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

RAUC_SETTINGS = Path("/etc/rauc/system.conf")
PACKAGE = "multifon-gateway"


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a bundle whose signature is right says of itself."""

    version: str
    compatible: str


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """Run it; what it says also goes to the log."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    for text in (done.stdout, done.stderr):
        sys.stderr.write(text)
    return done


def installed_version() -> str:
    """Of the package that runs, as ``image-build/bundle`` calls its updates; empty: unknown."""
    try:
        asked = ["dpkg-query", "-W", "-f", "${Version}", PACKAGE]
        return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""


def is_newer(version: str, than: str) -> bool:
    """Debian's order of versions (policy 5.6.12)."""
    return run("dpkg", "--compare-versions", version, "gt", than).returncode == 0


def compatible() -> str:
    """The kind of this adapter, such as ``multifon-gateway-arm64``; empty: unknown."""
    try:
        lines = RAUC_SETTINGS.read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.partition("=")[2] for line in lines if line.startswith("compatible=")), "")


def look_into(bundle: Path) -> Bundle | str:
    """What RAUC says of it instead, if it cannot be read, or is not signed by whom we trust."""
    done = run("rauc", f"--conf={RAUC_SETTINGS}", "info", "--output-format=json", str(bundle))
    try:
        found = json.loads(done.stdout)
        return Bundle(str(found["version"]), str(found["compatible"]))
    except (ValueError, KeyError, TypeError):
        # Beside the reason it tells what went well.
        lines = done.stderr.splitlines()
        return "\n".join(line for line in lines if not line.startswith("rauc-Message"))
