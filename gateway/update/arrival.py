"""How an update comes to its place: whole, or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO


@contextlib.contextmanager
def arriving(place: Path) -> Iterator[BinaryIO]:
    """What is written into the file is at ``place`` once the block is left without an error.

    The folder of ``place`` is made if need be, and belongs to whom the one above belongs, whoever
    makes it.  ``OSError`` if it cannot be written.
    """
    folder = place.parent
    if not folder.exists():
        folder.mkdir(mode=0o700)
        owner = folder.parent.stat()
        os.chown(folder, owner.st_uid, owner.st_gid)
    part = place.with_suffix(".part")
    try:
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.rename(place)
    finally:
        part.unlink(missing_ok=True)
