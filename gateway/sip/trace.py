"""The SIP trace: every message, with what is secret taken out."""

from __future__ import annotations

import logging
import re
from collections import deque
from typing import Any

import pjsua2 as pj

_log = logging.getLogger(__name__)

KEPT = 200
"""Messages kept in memory."""

_LEVELS = {1: logging.ERROR, 2: logging.WARNING, 3: logging.INFO}
_SECRET = re.compile(r'\b(response|cnonce|nonce|opaque|password)="[^"]*"', re.IGNORECASE)
_MESSAGE = re.compile(r"\b[RT]X \d+ bytes ")


def without_secrets(text: str) -> str:
    """``text`` without digest values: a response can be used to guess the password."""
    return _SECRET.sub(r'\1="*****"', text)


class LogWriter(pj.LogWriter):  # type: ignore[misc]
    """Takes pjproject's log.  Called from any thread, pjproject's own included."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: deque[str] = deque(maxlen=KEPT)

    def write(self, entry: Any) -> None:
        """One entry: a SIP message goes to the trace, the rest to the log by its level."""
        text = without_secrets(str(entry.msg).rstrip())
        if _MESSAGE.search(text):
            self.messages.append(text)
            _log.info("%s", text)
        elif entry.level <= 2:
            _log.log(_LEVELS.get(entry.level, logging.INFO), "%s", text)
        else:
            _log.debug("%s", text)
