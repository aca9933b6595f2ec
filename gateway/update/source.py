"""Where updates come from by themselves, as the page was told: one small file of the page's."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from gateway.settings.files import locked, replace
from gateway.update.offer import is_address


@dataclass(frozen=True, slots=True)
class Source:
    """``address`` is empty where nobody named one; ``nightly``: it is asked every night."""

    address: str = ""
    nightly: bool = True


def read_source(file: Path) -> Source:
    """What was kept; nothing if that cannot be read."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        address, nightly = found["address"], found["nightly"]
    except (OSError, ValueError, TypeError, KeyError):
        return Source()
    sound = isinstance(address, str) and is_address(address)
    return Source(address if sound else "", nightly is True)


def keep_source(file: Path, source: Source) -> None:
    """The old one or the new one is there, whatever happens to the power."""
    with locked(file.parent):
        replace(file, json.dumps(asdict(source)).encode(), 0o600)
