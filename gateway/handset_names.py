"""What the user calls the cordless handsets: one small file in the folder of the records.

A name belongs to the handset, not to its number, so that it stays when the handset is registered
anew.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path

from gateway.settings.files import locked, replace

_log = logging.getLogger(__name__)

FILE = "handsets.json"
LONGEST = 24
"""Letters."""


class HandsetNames:
    """Names by the handset's identity (``gateway.handset_base.HandsetStatus``)."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._names = _read(self._path)

    def of(self, identity: str) -> str:
        """Empty where the user gave none."""
        return self._names.get(identity, "")

    def give(self, identity: str, name: str) -> None:
        """``ValueError`` with a sentence for a name that is none; ``OSError`` if it cannot be kept.

        An empty name takes it away.
        """
        name = name.strip()
        if len(name) > LONGEST or not name.isprintable():
            raise ValueError(f"A handset's name has at most {LONGEST} letters, in one line.")
        names = {**self._names, identity: name}
        if not name:
            del names[identity]
        text = json.dumps(names, ensure_ascii=False, indent=1) + "\n"
        with locked(self._path.parent):
            replace(self._path, text.encode())
        self._names = names


def _read(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {str(identity): str(name) for identity, name in found.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError) as error:
        _log.error("the handsets' names in %s cannot be read: %s", path, error)
        return {}
