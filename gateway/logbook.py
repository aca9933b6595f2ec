"""Where the log goes: to the journal with fields under systemd, else to standard error."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Sequence

from gateway import service

_TRACE = "gateway.sip.trace"


KEPT = 500
"""Lines that are kept in memory for a report."""
LONGEST_LINE = 500
"""Characters of each."""
_FORM = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


class RecentLog(logging.Handler):
    """The last lines of the log, without SIP messages: those have a trace of their own."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: deque[str] = deque(maxlen=KEPT)
        self.setFormatter(logging.Formatter(_FORM))

    def emit(self, record: logging.LogRecord) -> None:
        if record.name != _TRACE or record.levelno > logging.INFO:
            self._lines.append(self.format(record)[:LONGEST_LINE])

    def lines(self) -> Sequence[str]:
        return tuple(self._lines.copy())


def set_up(level: str, *, sip_trace: bool, recent: RecentLog | None = None) -> None:
    """Log from ``level`` (debug, info, warning, error) on; SIP messages only when asked for."""
    handler = service.journal_handler()
    if handler is None:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter(_FORM, "%H:%M:%S"))
    handlers = [handler] if recent is None else [handler, recent]
    logging.basicConfig(level=level.upper(), handlers=handlers, force=True)
    # Messages are logged as information; pjproject's warnings and errors are always wanted.
    logging.getLogger(_TRACE).setLevel(logging.INFO if sip_trace else logging.WARNING)
