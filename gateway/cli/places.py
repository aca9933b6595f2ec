"""Where the gateway keeps its things: as systemd says, else where its packages put them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

NAME = "multifon-gateway"
SOCKET = "control.sock"


def config(environment: Mapping[str, str] = os.environ) -> Path:
    """The folder of the settings."""
    return Path(environment.get("CONFIGURATION_DIRECTORY") or f"/etc/{NAME}")


def state(environment: Mapping[str, str] = os.environ) -> Path:
    """The folder of the records."""
    return Path(environment.get("STATE_DIRECTORY") or f"/var/lib/{NAME}")


def runtime(environment: Mapping[str, str] = os.environ) -> Path:
    """The folder of the control socket."""
    return Path(environment.get("RUNTIME_DIRECTORY") or f"/run/{NAME}")


def socket(given: Path | None, environment: Mapping[str, str] = os.environ) -> Path:
    """The control socket: as given, as ``GATEWAY_SOCKET`` says, or that of the service.

    A folder stands for the socket in it, so that ``--socket`` takes what ``run --run`` took.
    """
    named = environment.get("GATEWAY_SOCKET")
    path = given or (Path(named) if named else runtime(environment) / SOCKET)
    return path / SOCKET if path.is_dir() else path
