"""The door to systemd: readiness, the watchdog and the journal.

Everything here does nothing where there is no systemd, or where systemd-python is not installed.
Sources: sd_notify(3), sd_watchdog_enabled(3), systemd.exec(5) for ``JOURNAL_STREAM``.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

try:
    import systemd.daemon as _daemon
except ImportError:
    _daemon = None

_log = logging.getLogger(__name__)

FIELD_PREFIX = "field_"
"""``extra={"field_call": id}`` of a log call becomes the field ``CALL=`` of the journal."""

# Notifications


def ready() -> None:
    """The service has started: ``systemctl start`` may return."""
    if _daemon is None and "NOTIFY_SOCKET" in os.environ:
        _log.warning(
            "systemd waits for a sign of life that cannot be given without systemd-python; "
            "install it: sudo apt install python3-systemd"
        )
    _notify("READY=1")


def status(text: str) -> None:
    """One line about the service for ``systemctl status``."""
    # A line end would begin another assignment of the message.
    _notify(f"STATUS={' '.join(text.split())}")


def watchdog() -> None:
    """Feed the watchdog."""
    _notify("WATCHDOG=1")


def stopping() -> None:
    """The service has begun to stop."""
    _notify("STOPPING=1")


def _notify(message: str) -> None:
    if _daemon is not None and "NOTIFY_SOCKET" in os.environ:
        _daemon.notify(message)


def watchdog_interval() -> float | None:
    """Seconds within which the watchdog has to be fed; ``None`` when nobody watches."""
    interval = os.environ.get("WATCHDOG_USEC", "")
    # The variables are inherited: they may be meant for a parent.
    meant_for = os.environ.get("WATCHDOG_PID", "")
    if not interval.isdecimal() or int(interval) == 0 or meant_for not in {"", str(os.getpid())}:
        return None
    return int(interval) / 1e6


# Heartbeat

Probe: TypeAlias = Callable[[], float]
"""When a part last answered, in seconds of ``time.monotonic()``."""

LIMIT = 10.0
"""Seconds of silence that are allowed to a part."""
LOOK = 5.0
"""Seconds between two looks where no watchdog says how often it is to be fed."""


def silent_parts(
    answers: Mapping[str, float], limits: Mapping[str, float], now: float
) -> tuple[str, ...]:
    """The parts whose last answer is older than their limit (``LIMIT`` unless given), in order."""
    return tuple(name for name, last in answers.items() if now - last > limits.get(name, LIMIT))


@dataclass(frozen=True, slots=True)
class Beat:
    """What one look at the parts found."""

    silent: tuple[str, ...]
    """Every part that is silent; the watchdog is fed when there is none."""
    fell_silent: tuple[str, ...]
    """Those that were not silent at the look before."""
    returned: tuple[str, ...]
    """Those that were silent at the look before and have answered since."""


class Heartbeat:
    """The watchdog is fed only while every part answers: half a gateway is a dead telephone.

    ``parts`` are asked with each look; what cannot be asked calls ``answered`` instead.
    ``limits`` are seconds of silence by part.
    """

    def __init__(
        self, parts: Mapping[str, Probe], limits: Mapping[str, float] | None = None
    ) -> None:
        self._probes = dict(parts)
        self._limits = dict(limits or {})
        self._answers: dict[str, float] = {}
        self._silent: tuple[str, ...] = ()

    def watch(self, part: str, probe: Probe) -> None:
        """Ask ``part``, too, from now on."""
        self._probes[part] = probe

    def forget(self, part: str) -> None:
        """``part`` is there no more."""
        self._probes.pop(part, None)
        self._answers.pop(part, None)

    def answered(self, part: str, now: float) -> None:
        """``part`` gives a sign of life; the first one registers it."""
        self._answers[part] = now

    def look(self, now: float) -> Beat:
        """Ask every part.  A part whose probe raises has not answered."""
        for name, probe in self._probes.items():
            # Its first look counts as an answer, so that no part is born silent.
            self._answers.setdefault(name, now)
            try:
                self._answers[name] = probe()
            except Exception:  # noqa: BLE001 - whatever ails a part, the others are looked at
                _log.exception("the part %s of the gateway could not be asked", name)
        before, self._silent = self._silent, silent_parts(self._answers, self._limits, now)
        return Beat(
            silent=self._silent,
            fell_silent=tuple(name for name in self._silent if name not in before),
            returned=tuple(name for name in before if name not in self._silent),
        )


def tell(beat: Beat) -> None:
    """Feed the watchdog if nothing is silent; say what changed, once, in log and status."""
    if not beat.silent:
        watchdog()
    for name in beat.returned:
        _log.warning("the part %s of the gateway answers again", name)
    for name in beat.fell_silent:
        _log.error("the part %s of the gateway does not answer", name)
    if beat.silent and (beat.fell_silent or beat.returned):
        status(f"Does not answer: {', '.join(beat.silent)}.")
    elif beat.returned:
        status("Everything answers again.")


async def beat(heartbeat: Heartbeat) -> None:
    """Look and tell until cancelled.  That this runs is the sign of life of the event loop."""
    interval = watchdog_interval()
    # Three times within the interval: one late look is no reason to be killed.
    pause = LOOK if interval is None else interval / 3
    while True:
        tell(heartbeat.look(time.monotonic()))
        await asyncio.sleep(pause)


# Journal

_PRIORITIES = (
    (logging.CRITICAL, 2),
    (logging.ERROR, 3),
    (logging.WARNING, 4),
    (logging.INFO, 6),
    (logging.DEBUG, 7),
)
"""The priorities of syslog(3) by the level of ``logging``."""

_FIELD_NAME = re.compile(r"[A-Z0-9][A-Z0-9_]{0,63}", re.ASCII)
"""Names that the journal takes (systemd.journal-fields(7)); an underscore first is its own."""


def journal_fields(record: logging.LogRecord) -> dict[str, str]:
    """The fields of one entry, beside its message.  Arguments of a log call are not among them."""
    fields = {
        name.removeprefix(FIELD_PREFIX).upper(): str(value)
        for name, value in vars(record).items()
        if name.startswith(FIELD_PREFIX) and value is not None
    }
    fields = {name: value for name, value in fields.items() if _FIELD_NAME.fullmatch(name)}
    priority = next((found for level, found in _PRIORITIES if record.levelno >= level), 7)
    return fields | {
        "PRIORITY": str(priority),
        "SYSLOG_IDENTIFIER": "gateway",
        "LOGGER": record.name,
        "THREAD_NAME": record.threadName or "",
        "CODE_FILE": record.pathname,
        "CODE_FUNC": record.funcName or "",
    }


class _JournalHandler(logging.Handler):
    """Writes to the journal.  ``send`` is that of ``systemd.journal``."""

    def __init__(self, send: Callable[..., Any]) -> None:
        super().__init__()
        self._send = send

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._send(self.format(record), CODE_LINE=record.lineno, **journal_fields(record))
        except Exception:  # noqa: BLE001 - a log entry that fails must not stop the gateway
            self.handleError(record)


def journal_handler() -> logging.Handler | None:
    """Writes log records to the journal with their fields.

    ``None`` unless the process's standard error is the journal, and systemd-python is installed:
    then a plain log on standard error is right.
    """
    if not _to_journal():
        return None
    try:
        import systemd.journal as _journal  # noqa: PLC0415 - slow, and only wanted here
    except ImportError:
        return None
    return _JournalHandler(_journal.send)


def _to_journal() -> bool:
    """Standard error is the stream that ``JOURNAL_STREAM`` names: ``device:inode``."""
    try:
        found = os.fstat(sys.stderr.fileno())
    except (AttributeError, OSError, ValueError):
        return False  # there is no standard error, or it is no file
    return os.environ.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"
