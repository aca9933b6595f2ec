"""The command ``gateway-update``, which the units of the appliance start as root."""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gateway.control.blocking import BlockingClient
from gateway.control.errors import ControlError
from gateway.update.progress import Progress
from gateway.update.refusals import why
from gateway.update.verdict import Before, Trial, Verdict, is_in_use
from gateway.words import Words

GIVEN = Path("/data/kept/var/lib/multifon-gateway-web/update/update.raucb")
"""What the page was given; it appears whole."""
FOLDER = Path("/data/update")
SOCKET = Path("/run/multifon-gateway/control.sock")
CHOICE = "/usr/lib/multifon-gateway/boot-choice"
LARGEST = 512 << 20
"""Bytes of a bundle."""
LOOK_EVERY = 5.0

_NOT_STARTED = Words("it did not start", "она не запустилась")
_NOT_AS_GOOD = Words(
    "the gateway did not run, or was not registered as before",
    "шлюз не работал или не зарегистрировался, как раньше",
)


def main() -> int:
    """``install`` what the page was given; ``verdict`` on a system that is tried."""
    parser = argparse.ArgumentParser(prog="gateway-update", description="Updates the adapter.")
    parser.add_argument("what", choices=("install", "verdict"))
    what = parser.parse_args().what
    FOLDER.mkdir(exist_ok=True)
    FOLDER.chmod(0o755)
    progress = Progress(FOLDER / "progress.json")
    return install(progress) if what == "install" else verdict(progress)


def install(progress: Progress) -> int:
    """Write the bundle into the other system and start that, when nobody telephones."""
    if not GIVEN.is_file() or GIVEN.is_symlink():
        return 0
    bundle = FOLDER / "update.raucb"
    try:
        # Only root can change the copy while RAUC looks at it.
        if GIVEN.stat().st_size <= LARGEST:
            shutil.copyfile(GIVEN, bundle)
    finally:
        GIVEN.unlink(missing_ok=True)
    progress.tell("installing")
    done = _run("rauc", "install", str(bundle))
    bundle.unlink(missing_ok=True)
    if done.returncode != 0:
        progress.tell("refused", why(done.stdout + done.stderr))
        return 1
    while is_in_use(status := _status()):
        progress.tell("waiting")
        time.sleep(LOOK_EVERY)
    before = Before.of(status)
    (FOLDER / "before.json").write_text(json.dumps(sorted(before.accounts)), encoding="utf-8")
    progress.tell("restarting")
    _run("systemctl", "reboot")
    return 0


def verdict(progress: Progress) -> int:
    """Keep the system that is tried, or go back; tell how the last update ended."""
    running, usual = _choice("get-current"), _choice("get-primary")
    told = progress.read()
    phase = None if told is None else told["phase"]
    if running in {"", usual}:
        if phase in {"restarting", "trying"}:
            progress.tell("returned", _NOT_STARTED)
        return 0
    progress.tell("trying")
    trial, began = Trial(_before()), time.monotonic()
    while (found := trial.judge(time.monotonic() - began, _status())) is Verdict.WAIT:
        time.sleep(LOOK_EVERY)
    if found is Verdict.KEEP:
        _run("rauc", "status", "mark-good")
        progress.tell("done")
        return 0
    progress.tell("returned", _NOT_AS_GOOD)
    _run("systemctl", "reboot")
    return 1


def _before() -> Before:
    try:
        accounts = json.loads((FOLDER / "before.json").read_text(encoding="utf-8"))
        return Before(answered=True, accounts=frozenset(map(str, accounts)))
    except (OSError, ValueError, TypeError):
        return Before()


def _choice(question: str) -> str:
    return _run(CHOICE, question).stdout.strip()


def _status() -> Mapping[str, Any] | None:
    try:
        with BlockingClient(SOCKET) as client:
            found: Mapping[str, Any] = client.call("status", {})
            return found
    except (ControlError, OSError):
        return None


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    for text in (done.stdout, done.stderr):
        sys.stderr.write(text)
    return done


if __name__ == "__main__":
    sys.exit(main())
