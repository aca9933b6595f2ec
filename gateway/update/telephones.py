"""Asks the gateway that runs how it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.control.blocking import BlockingClient
from gateway.control.errors import ControlError
from gateway.update.places import SOCKET


def status() -> Mapping[str, Any] | None:
    """``None`` if it does not answer."""
    try:
        with BlockingClient(SOCKET) as client:
            found: Mapping[str, Any] = client.call("status", {})
            return found
    except (ControlError, OSError):
        return None
