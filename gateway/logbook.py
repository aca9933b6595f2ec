"""Where the log goes: to the journal with fields under systemd, else to standard error."""

from __future__ import annotations

import logging

from gateway import service

_TRACE = "gateway.sip.trace"


def set_up(level: str, *, sip_trace: bool) -> None:
    """Log from ``level`` (debug, info, warning, error) on; SIP messages only when asked for."""
    handler = service.journal_handler()
    if handler is None:
        handler = logging.StreamHandler()
        handler.setFormatter(
            logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S")
        )
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # Messages are logged as information; pjproject's warnings and errors are always wanted.
    logging.getLogger(_TRACE).setLevel(logging.INFO if sip_trace else logging.WARNING)
