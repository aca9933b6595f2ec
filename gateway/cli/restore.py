"""``gateway restore``."""

from __future__ import annotations

import argparse
from pathlib import Path

from gateway.cli.backup import restore


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the backup")
    parser.add_argument(
        "--settings-only", action="store_true", help="keep the accounts that are here"
    )
    parser.add_argument("--dry-run", action="store_true", help="only say what would change")
    parser.set_defaults(perform=restore)
