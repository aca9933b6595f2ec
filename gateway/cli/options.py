"""The options that every command takes."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TypeVar

P = TypeVar("P", bound=argparse.ArgumentParser)


def everywhere(kind: type[P]) -> P:
    """A parent for the parser of a command; what is not given leaves the namespace as it is."""
    parser = kind(add_help=False, argument_default=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help="write JSON, for programs")
    parser.add_argument(
        "--socket",
        type=Path,
        metavar="PATH",
        help="the gateway's control socket, or its folder (else GATEWAY_SOCKET, "
        "else /run/multifon-gateway/control.sock)",
    )
    return parser
