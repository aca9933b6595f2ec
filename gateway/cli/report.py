"""``gateway report``."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from gateway.cli import call, places
from gateway.cli.output import note, show
from gateway.control.blocking import BlockingClient
from gateway.control.errors import ControlError, NotRunningError
from gateway.exit_code import CommandError, ExitCode
from gateway.records.calls import calls_in
from gateway.records.database import RecordsError
from gateway.report.contents import CALLS, Found, questions
from gateway.settings.account_files import AccountFiles
from gateway.settings.declaration import Settings
from gateway.settings.load import SettingsError, load

LOG_LINES = 500
JOURNAL = (
    "journalctl",
    "--unit=gateway",
    f"--lines={LOG_LINES}",
    "--output=short-iso",
    "--no-pager",
)


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="the file (gateway-report-TIME.zip)"
    )
    parser.add_argument(
        "--minutes", type=int, default=10, help="how far back SIP messages go, 1-30 (%(default)s)"
    )
    parser.add_argument(
        "--anonymous", action="store_true", help="replace telephone numbers and names"
    )
    parser.add_argument("--config", type=Path, default=places.config(), metavar="DIR")
    parser.add_argument("--state", type=Path, default=places.state(), metavar="DIR")
    parser.set_defaults(perform=perform)


def perform(options: argparse.Namespace) -> int:
    """Collect, clean and write; tell where the file is."""
    now = datetime.now(UTC)
    path: Path = options.output or Path(f"gateway-report-{now:%Y%m%d-%H%M%S}.zip")
    found = Found()
    settings, wrong = _settings(options.config)
    if settings is not None:
        # Ours to know, so that they do not get out: the gateway has removed them already.
        found.secrets += _passwords(settings, options.config)
    try:
        with BlockingClient(places.socket(options.socket)) as client:
            _from_gateway(client, options.minutes, found)
    except NotRunningError as error:
        found.problems.append(f"{error} There is no state, no SIP trace and no counter.")
        found.problems += wrong
        _from_files(settings, options.state, found)
    try:
        found.write(path, now, anonymous=options.anonymous, call_text=call.text)
    except OSError as error:
        why = error.strerror or str(error)
        raise CommandError(f"{path} cannot be written: {why}.", ExitCode.FAILED) from error
    show({"file": str(path), "problems": found.problems}, f"{path}", as_json=options.json)
    if not options.json:
        for problem in found.problems:
            note(problem)
        if not options.anonymous:
            note("It holds telephone numbers; with --anonymous they are replaced.")
    return ExitCode.OK


def _settings(folder: Path) -> tuple[Settings | None, list[str]]:
    """The settings in their files, or why they cannot be had."""
    try:
        return load(folder / "settings.toml", folder / "secrets.toml"), []
    except SettingsError as error:
        return None, [problem.text("en") for problem in error.problems]


def _passwords(settings: Settings, folder: Path) -> list[str]:
    """Those in force, and new ones that the provider has not proven to take yet."""
    known = [account.password for account in settings.accounts]
    for account in settings.accounts:
        with contextlib.suppress(OSError):
            new = AccountFiles(folder, account.name, account.password).candidate()
            known += [new] if new is not None else []
    return [secret.reveal() for secret in known]


def _from_gateway(client: BlockingClient, minutes: int, found: Found) -> None:
    """Ask the running gateway; another version may lack one of the methods."""
    for method, parameters in questions(minutes):
        try:
            found.take(method, client.call(method, dict(parameters)))
        except NotRunningError:
            raise
        except ControlError as error:
            found.problems.append(f"{method}: {error}")


def _from_files(settings: Settings | None, state: Path, found: Found) -> None:
    """What can be had of a gateway that does not run."""
    if settings is not None:
        found.settings = dataclasses.asdict(settings)
    try:
        records = calls_in(state / "records.sqlite", CALLS)
        found.calls = [dataclasses.asdict(record) for record in records]
    except RecordsError as error:
        found.problems.append(str(error))
    try:
        journal = subprocess.run(
            JOURNAL, capture_output=True, text=True, errors="replace", check=True, timeout=30
        )
        found.log = journal.stdout
    except (OSError, subprocess.SubprocessError) as error:
        found.problems.append(f"The journal cannot be read: {error}.")
