"""``gateway run``."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from gateway import service
from gateway.cli import places
from gateway.cli.exit_code import CommandError, ExitCode
from gateway.control.server import AlreadyRunningError

LEVELS = ("debug", "info", "warning", "error")


def declare(parser: argparse.ArgumentParser) -> None:
    folders = (
        ("--config", places.config(), "folder of settings.toml and secrets.toml"),
        ("--state", places.state(), "folder of the records"),
        ("--run", places.runtime(), "folder of the control socket"),
    )
    for name, default, help_text in folders:
        parser.add_argument(
            name, type=Path, default=default, metavar="DIR", help=f"{help_text} (%(default)s)"
        )
    parser.add_argument(
        "--log", choices=LEVELS, default="info", help="least level of the log (%(default)s)"
    )
    parser.set_defaults(perform=perform)


def perform(options: argparse.Namespace) -> int:
    """Run the gateway until it is told to stop."""
    open_log(options.log)
    from gateway import daemon  # noqa: PLC0415 - it loads the SIP stack: not for --help

    try:
        return daemon.run(options.config, options.state, options.run)
    except AlreadyRunningError as error:
        raise CommandError(str(error)) from error
    except PermissionError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise CommandError(
            f"The gateway may not use one of its folders{where}. Name folders of your own with "
            "--state and --run, or start the service: sudo systemctl start gateway",
            ExitCode.FAILED,
        ) from error


def open_log(level: str) -> None:
    """Log to the journal where that is behind standard error, else to standard error."""
    handler = service.journal_handler()
    if handler is None:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler])
