"""Small files of the page's own state: replaced as a whole, for its user alone."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from gateway.settings.files import locked, replace

_log = logging.getLogger(__name__)

PRIVATE = 0o600


def read(path: Path) -> Any:
    """What was written last; ``None`` if there is nothing, or nothing that can be read."""
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        _log.error("%s cannot be read and counts as empty: %s", path, error)
        return None


def write(path: Path, value: Any) -> None:
    """Replace the file; ``OSError`` if it cannot be written."""
    with locked(path.parent):
        replace(path, json.dumps(value, ensure_ascii=False).encode(), PRIVATE)
