"""``gateway factory-reset``."""

from __future__ import annotations

import argparse

from gateway.cli.backup import SCOPES, reset


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "scope",
        choices=SCOPES,
        help="telephones: lines, tones, timers; settings: the accounts, too; everything: the "
        "calls, messages and history, too",
    )
    parser.add_argument("--dry-run", action="store_true", help="only say what it clears")
    parser.add_argument("--yes", action="store_true", help="do it")
    parser.set_defaults(perform=reset)
