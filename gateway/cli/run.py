"""``gateway run``."""

from __future__ import annotations

import argparse
from pathlib import Path

from gateway.cli import places
from gateway.control.server import AlreadyRunningError
from gateway.exit_code import CommandError, ExitCode

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
        "--log", choices=LEVELS, help="least level of the log (as the settings say)"
    )
    parser.set_defaults(perform=perform)


def perform(options: argparse.Namespace) -> int:
    """Run the gateway until it is told to stop."""
    from gateway import daemon  # noqa: PLC0415 - it loads the SIP stack: not for --help

    try:
        return daemon.run(options.config, options.state, options.run, options.log)
    except AlreadyRunningError as error:
        raise CommandError(str(error)) from error
    except PermissionError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise CommandError(
            f"The gateway may not use one of its folders{where}. Name folders of your own with "
            "--state and --run, or start the service: sudo systemctl start gateway",
            ExitCode.FAILED,
        ) from error
