"""Replaces a file as a whole: after a crash or a power cut there is the old or the new one."""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other writers of ``folder`` out; the lock ends with the process at the latest."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def replace(path: Path, content: bytes, mode: int | None = None) -> None:
    """Put ``content`` in the place of ``path``.

    Without a ``mode`` the file keeps its own, or begins with 0644.  The folder must be ``locked``.
    Nobody else can read a byte before the file has its mode.  Nothing is written if nothing would
    change: flash memory wears.
    """
    try:
        old = path.stat()
        present = stat.S_IMODE(old.st_mode)
        if mode in {None, present} and path.read_bytes() == content:
            return
    except FileNotFoundError:
        old, present = path.parent.stat(), 0o644
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)  # of a writer that was killed
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        if os.geteuid() == 0:
            # A save by root must not lock the gateway's own user out.
            os.fchown(descriptor, old.st_uid, old.st_gid)
        os.fchmod(descriptor, present if mode is None else mode)
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
