"""How the ``gateway`` command ends, the daemon included."""

from __future__ import annotations

import enum


class ExitCode(enum.IntEnum):
    """The exit codes of every command, for scripts."""

    OK = 0
    FAILED = 1
    """What was asked for did not happen: a tone was not heard, the telephone does not ring."""
    USAGE = 2
    """The command line is wrong."""
    SETTINGS = 3
    """The settings are wrong."""
    NOT_RUNNING = 4
    """The gateway is not running, or this user may not reach it."""
    HARDWARE = 5
    """The hardware or a port is not available."""
    INTERNAL = 70
    """The gateway, or this command, has an error of its own (EX_SOFTWARE of sysexits.h)."""
    RESTART = 75
    """The gateway asks to be started again (EX_TEMPFAIL of sysexits.h)."""
    INTERRUPTED = 130
    """Ended from the keyboard."""


class CommandError(Exception):
    """Ends a command; the message is a sentence for the user."""

    def __init__(self, message: str, code: ExitCode = ExitCode.FAILED) -> None:
        super().__init__(message)
        self.code = code
