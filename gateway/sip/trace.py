"""The SIP trace: every message, with what is secret taken out."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from typing import Any

import pjsua2 as pj

from gateway.media.callback import callback
from gateway.sip.message_trace import MessageTrace, TracedMessage
from gateway.sip.message_watch import MessageWatch
from gateway.sip.redaction import without_bodies, without_secrets

_log = logging.getLogger(__name__)

_LEVELS = {1: logging.ERROR, 2: logging.WARNING, 3: logging.INFO}
_PORT_TAKEN = "RTP socket bind()"
"""Another program has this port of the range: pjsua takes the next, and tells if none is left."""
_MESSAGE = re.compile(r"\b[RT]X \d+ bytes ")


class LogWriter(pj.LogWriter):  # type: ignore[misc]
    """Takes pjproject's log.  SIP messages come in the SIP thread, the rest in any.

    ``follow`` gets each SIP message at once and must not block.
    """

    def __init__(self, follow: Callable[[TracedMessage], None]) -> None:
        super().__init__()
        self._follow = follow
        self.messages = MessageTrace()
        self.watch = MessageWatch()

    @callback
    def write(self, entry: Any) -> None:
        """One entry: a SIP message goes to the trace, the rest to the log by its level."""
        text = without_secrets(str(entry.msg).rstrip())
        if _MESSAGE.search(text):
            text = without_bodies(text)
            self._follow(self.messages.add(time.time(), text))
            self.watch.saw(text, time.monotonic())
            _log.info("%s", text)
        elif entry.level <= 2 and _PORT_TAKEN not in text:
            _log.log(_LEVELS.get(entry.level, logging.INFO), "%s", text)
        else:
            _log.debug("%s", text)
