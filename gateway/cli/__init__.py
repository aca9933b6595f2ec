"""The ``gateway`` command.  Each command is a module that is imported when it is wanted."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.cli.options import everywhere
from gateway.cli.output import complain
from gateway.exit_code import CommandError, ExitCode

Run = Callable[[argparse.Namespace], int]


@dataclass(frozen=True, slots=True)
class Command:
    """One command; its module declares the arguments (``declare``) and performs it."""

    name: str
    module: str
    help: str
    example: str


COMMANDS = (
    Command("status", "status", "show the accounts, the lines and the calls", "gateway status"),
    Command("calls", "calls", "list the last calls", "gateway calls -n 5"),
    Command("call", "call", "show one call with its verdict and its quality", "gateway call 1"),
    Command(
        "phonebook",
        "phonebook",
        "show and change the phone book, as vCards too",
        "gateway phonebook import contacts.vcf",
    ),
    Command("block", "block", "say who is not to ring", "gateway block add 84951234567"),
    Command("messages", "messages", "list text messages, or send one", "gateway messages --unread"),
    Command(
        "report", "report", "write a file for whoever helps", "gateway report --output report.zip"
    ),
    Command("watch", "watch", "show what happens while it happens", "gateway watch line call"),
    Command("handset", "handset", "operate a simulated telephone", "gateway handset lift"),
    Command(
        "account", "account", "ask or change the account at the provider", "gateway account routing"
    ),
    Command(
        "dect", "dect", "show cordless handsets, register and find them", "gateway dect register"
    ),
    Command(
        "doctor",
        "doctor",
        "examine a line and its telephone, or the network",
        "gateway doctor line",
    ),
    Command("ring", "ring", "let the telephone ring as a test", "gateway ring --seconds 10"),
    Command(
        "settings",
        "settings",
        "show and change the settings of the running gateway",
        "gateway settings set tones.country de",
    ),
    Command("backup", "backup", "write an encrypted backup", "gateway backup home.mfbackup"),
    Command(
        "restore", "restore", "take the settings from a backup", "gateway restore home.mfbackup"
    ),
    Command(
        "factory-reset",
        "factory_reset",
        "make the settings those of a new adapter",
        "gateway factory-reset telephones --yes",
    ),
    Command("restart", "restart", "restart the gateway", "gateway restart --when-idle"),
    Command(
        "update",
        "update",
        "show how the last update of an adapter went, or begin one",
        "gateway update new.raucb",
    ),
    Command("check", "check", "check the settings", "gateway check --config /etc/multifon-gateway"),
    Command("run", "run", "run the gateway", "gateway run --config . --state . --run /tmp/gateway"),
    Command("version", "version", "show the version", "gateway version"),
)

EPILOG = """\
Exit codes: 0 done, 1 it did not happen (a tone was not heard ...), 2 wrong command line,
3 wrong settings, 4 the gateway is not running, 5 hardware or port not available, 70 internal
error, 75 run ended in order to be started again, 130 ended from the keyboard.

Example: gateway status --json"""


class _CommandParser(argparse.ArgumentParser):
    """Learns its arguments from the module of its command, when they are first needed."""

    def __init__(self, *args: Any, command: Command | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._command = command

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        command, self._command = self._command, None
        if command is not None:
            importlib.import_module(f"gateway.cli.{command.module}").declare(self)
        return super().parse_known_args(args, namespace)


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    shared = everywhere(_CommandParser)
    top = argparse.ArgumentParser(
        prog="gateway",
        description="A home telephone on a MultiFon account.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[shared],
    )
    commands = top.add_subparsers(
        title="commands", metavar="COMMAND", required=True, parser_class=_CommandParser
    )
    for command in COMMANDS:
        commands.add_parser(
            command.name,
            command=command,
            help=command.help,
            description=f"{command.help[0].upper()}{command.help[1:]}.",
            epilog=f"Example: {command.example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            parents=[shared],
        )
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Perform one command; returns its exit code."""
    options = parser().parse_args(arguments, argparse.Namespace(json=False, socket=None))
    run: Run = options.perform
    try:
        return int(run(options))
    except BrokenPipeError:
        # The reader of our output has seen enough.  What Python flushes at its end goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OK
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last resort of a command
        message, code = _explain(error)
        complain(message, code, as_json=options.json)
        return code


def _explain(error: Exception) -> tuple[str, ExitCode]:
    """The sentence and the exit code for ``error``; an error of our own shows its traceback."""
    if isinstance(error, CommandError):
        return str(error), error.code
    from gateway.control import errors  # noqa: PLC0415 - not every command needs it

    match error:
        case errors.NotRunningError() | errors.ConnectionLostError():
            return str(error), ExitCode.NOT_RUNNING
        case errors.FailedError():
            return str(error), ExitCode.INTERNAL
        case errors.ControlError():
            return str(error), ExitCode.FAILED
    import traceback  # noqa: PLC0415

    traceback.print_exception(error)
    return f"This is an error of the gateway itself: {error!r}.", ExitCode.INTERNAL
