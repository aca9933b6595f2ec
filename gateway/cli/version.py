"""``gateway version``."""

from __future__ import annotations

import argparse

import gateway
from gateway.cli.output import show
from gateway.exit_code import ExitCode


def declare(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(perform=perform)


def perform(options: argparse.Namespace) -> int:
    """Show this program's version; the running gateway's is in ``gateway status``."""
    version = gateway.__version__
    show({"version": version}, f"MultiFon gateway {version}", as_json=options.json)
    return ExitCode.OK
