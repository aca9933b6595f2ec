"""Who did what on the page: one JSON object a line, without secrets, bounded."""

from __future__ import annotations

import json
import logging
import os
import time
from collections import deque
from pathlib import Path
from typing import Any

_log = logging.getLogger(__name__)

LARGEST = 256 * 1024
"""Bytes; then the older half goes to ``audit.old``, and what was there before is gone."""
MOST_SHOWN = 500


class Audit:
    """The file ``audit.log`` in the page's state folder.  Nothing in it is ever a password."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "audit.log"
        self._old = folder / "audit.old"

    def note(self, what: str, address: str, detail: str = "") -> None:
        """``what`` is a fixed name; ``address`` the browser's."""
        row = {"time": round(time.time()), "what": what, "from": address}
        if detail:
            row["detail"] = detail[:200]
        line = json.dumps(row, ensure_ascii=False) + "\n"
        try:
            if self._path.exists() and self._path.stat().st_size > LARGEST:
                self._path.replace(self._old)
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(line)
        except OSError as error:
            _log.error("the audit log cannot be written: %s", error)

    def latest(self) -> list[dict[str, Any]]:
        """The newest first."""
        rows: deque[dict[str, Any]] = deque(maxlen=MOST_SHOWN)
        for path in (self._old, self._path):
            try:
                lines = path.read_text(encoding="utf-8").splitlines()
            except OSError:
                continue
            for line in lines:
                try:
                    rows.append(json.loads(line))
                except ValueError:
                    continue  # cut by a power failure
        return list(reversed(rows))
