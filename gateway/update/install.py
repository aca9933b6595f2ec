"""Writes a bundle into the system that does not run, and starts that, when nobody telephones.

As root.  Where the bundle came from decides only whether an older one is taken: RAUC checks the
signature of each.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from gateway.update import system
from gateway.update.fetch import failed
from gateway.update.offer import LARGEST
from gateway.update.places import BEFORE, FOLDER, FOUND, GIVEN
from gateway.update.progress import Progress
from gateway.update.refusals import why
from gateway.update.telephones import status
from gateway.update.verdict import Before, is_in_use

LOOK_EVERY = 5.0
"""Seconds."""


def from_page(page: Path, progress: Progress) -> int:
    """What a person gave, and what was found by itself if it is newer."""
    with _alone():
        _await_verdict(progress)
        for name, only_newer in ((GIVEN, False), (FOUND, True)):
            if bundle := _taken(page / name):
                return _install(bundle, progress, only_newer=only_newer)
    return 0


def from_stick(device: Path, progress: Progress) -> int:
    """The newest bundle on a USB stick that is newer than what runs.

    One that failed here is not tried again: the stick may stay where it is.
    """
    with _alone():
        _await_verdict(progress)
        with _mounted(device) as folder:
            file = _newest_in(folder, progress)
            bundle = None if file is None else _taken(file, keep=True)
        return 0 if bundle is None else _install(bundle, progress, only_newer=True)


def _await_verdict(progress: Progress) -> None:
    """While a system is tried, the other one is the way back: nothing is written into it."""
    while (told := progress.read()) is not None and told["phase"] in ("restarting", "trying"):
        time.sleep(LOOK_EVERY)


def _newest_in(folder: Path, progress: Progress) -> Path | None:
    newest, found = system.installed_version(), None
    kind, told = system.compatible(), progress.read()
    for file in sorted(folder.glob("*.raucb")):
        bundle = system.look_into(file)
        if isinstance(bundle, str) or bundle.compatible != kind:
            continue
        if system.is_newer(bundle.version, newest) and not failed(told, bundle.version):
            newest, found = bundle.version, file
    return found


def _install(bundle: Path, progress: Progress, *, only_newer: bool) -> int:
    progress.tell("installing")
    found = system.look_into(bundle)
    version = "" if isinstance(found, str) else found.version
    if only_newer and isinstance(found, str):
        bundle.unlink()
        progress.tell("refused", why(found))
        return 1
    if only_newer and not system.is_newer(version, system.installed_version()):
        bundle.unlink()
        progress.tell("done")
        return 0
    done = system.run("rauc", "install", str(bundle))
    bundle.unlink(missing_ok=True)
    if done.returncode != 0:
        progress.tell("refused", why(done.stdout + done.stderr), version=version)
        return 1
    while is_in_use(now := status()):
        progress.tell("waiting", version=version)
        time.sleep(LOOK_EVERY)
    BEFORE.write_text(json.dumps(sorted(Before.of(now).accounts)), encoding="utf-8")
    progress.tell("restarting", version=version)
    system.run("systemctl", "reboot")
    return 0


def _taken(file: Path, *, keep: bool = False) -> Path | None:
    """A copy that only root can change while RAUC looks at it; the file itself goes."""
    bundle = FOLDER / "update.raucb"
    try:
        # The folder is not root's: what is there now may be a link to anything the next moment.
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError:
        file.unlink(missing_ok=True)
        return None
    with os.fdopen(descriptor, "rb") as source:
        about = os.fstat(descriptor)
        if stat.S_ISREG(about.st_mode) and about.st_size <= LARGEST:
            with bundle.open("wb") as copy:
                shutil.copyfileobj(source, copy, 1 << 20)
        else:
            bundle.write_bytes(b"")
    if not keep:
        file.unlink(missing_ok=True)
    return bundle


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """One update at a time."""
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def _mounted(device: Path) -> Iterator[Path]:
    """The stick's file system, for reading; an empty folder if it cannot be mounted."""
    with tempfile.TemporaryDirectory(prefix="stick-", dir="/run") as name:
        mounted = subprocess.run(
            ["mount", "-o", "ro,nosuid,nodev,noexec", str(device), name],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        sys.stderr.write(mounted.stderr)
        try:
            yield Path(name)
        finally:
            if mounted.returncode == 0:
                system.run("umount", name)
