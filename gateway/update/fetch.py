"""Looks for a newer system where the page was told to, and hands it over like a user's file.

It runs as the page's user, not as root.  What was refused or left is not taken again by itself.
"""

from __future__ import annotations

import enum
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.update import system
from gateway.update.download import download, offered
from gateway.update.offer import OfferError, offer_of, place_of
from gateway.update.places import FOUND, SOURCE
from gateway.update.progress import BUSY, Progress
from gateway.update.source import read_source


class Outcome(enum.Enum):
    """How a look ended."""

    NONE = "none"
    """What runs is the newest."""
    LEFT = "left"
    """It is newer, but did not work here before."""
    FOUND = "found"
    """It is handed over."""


@dataclass(frozen=True, slots=True)
class Adapter:
    """What runs here."""

    version: str
    compatible: str

    @classmethod
    def this(cls) -> Adapter:
        return cls(system.installed_version(), system.compatible())


def fetch(page: Path, progress: Progress) -> int:
    """By schedule: what ``update.json`` in ``page`` names; 1 if that could not be asked."""
    source, told = read_source(page / SOURCE), progress.read()
    busy = told is not None and told["phase"] in BUSY
    if not source.address or not source.nightly or busy:
        return 0
    try:
        outcome = look(source.address, Adapter.this(), told, page)
    except OfferError as error:
        sys.stderr.write(f"No update: {error}\n")
        return 1
    sys.stderr.write(f"Looked for an update: {outcome.value}.\n")
    return 0


def look(address: str, adapter: Adapter, told: Mapping[str, Any] | None, page: Path) -> Outcome:
    """Hand over what is newer; ``OfferError`` if the address cannot be asked.

    ``told`` is how the last update ended (``Progress.read``).
    """
    place = place_of(address, adapter.compatible)
    offer = offer_of(offered(place), place)
    if not system.is_newer(offer.version, adapter.version):
        return Outcome.NONE
    if failed(told, offer.version):
        return Outcome.LEFT
    download(offer, page / FOUND)
    return Outcome.FOUND


def failed(told: Mapping[str, Any] | None, version: str) -> bool:
    """Whether this version was tried last, and did not stay."""
    ended = {} if told is None else told
    return ended.get("phase") in {"refused", "returned"} and ended.get("version") == version
