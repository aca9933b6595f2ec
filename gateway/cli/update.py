"""``gateway update``."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from gateway.cli.output import show
from gateway.exit_code import CommandError, ExitCode
from gateway.update import places
from gateway.update.arrival import arriving
from gateway.update.fetch import Adapter, Outcome, look
from gateway.update.offer import OfferError
from gateway.update.progress import BUSY, Progress
from gateway.update.source import read_source

_OUTCOMES = {
    Outcome.NONE: "There is nothing newer.",
    Outcome.LEFT: "There is a newer system, but it did not work here before. Give it as a file.",
    Outcome.FOUND: "A newer system was fetched. It is checked and written now: gateway update",
}


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", type=Path, help="a signed update, NAME.raucb")
    parser.add_argument(
        "--look", action="store_true", help="look for something newer where the page was told to"
    )
    # For tests: the folders of an appliance.
    parser.add_argument("--page", type=Path, default=places.PAGE, help=argparse.SUPPRESS)
    parser.add_argument("--progress", type=Path, default=places.PROGRESS, help=argparse.SUPPRESS)
    parser.set_defaults(perform=perform)


def perform(options: argparse.Namespace) -> int:
    """Show how the last update went, or begin another one."""
    told = Progress(options.progress).read()
    if options.file is None and not options.look:
        text = "There was no update yet." if told is None else str(told["text"])
        show({"version": Adapter.this().version, "last": told}, text, as_json=options.json)
        return ExitCode.OK
    if not options.progress.parent.is_dir():
        raise CommandError("This computer is updated by its own package manager: apt upgrade")
    if told is not None and told["phase"] in BUSY:
        raise CommandError(str(told["text"]))
    try:
        if options.file is not None:
            with options.file.open("rb") as file, arriving(options.page / places.GIVEN) as place:
                shutil.copyfileobj(file, place, 1 << 20)
            text = "The file is checked and written now: gateway update"
        else:
            address = read_source(options.page / places.SOURCE).address
            if not address:
                raise CommandError(
                    "Nobody has told where updates come from: the page, More, Update"
                )
            text = _OUTCOMES[look(address, Adapter.this(), told, options.page)]
    except OfferError as error:
        raise CommandError(f"Nothing was found: {error}") from None
    except PermissionError:
        raise CommandError("Only root may do this: use sudo") from None
    except OSError as error:
        raise CommandError(f"{error.filename}: {error.strerror}") from None
    show({"text": text}, text, as_json=options.json)
    return ExitCode.OK
