"""The SIP messages while they happen, for whoever names the event ``trace`` when subscribing.

What a slow reader has not taken is bounded by the control socket (``events.lost``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from gateway.sip.message_trace import TracedMessage

EVENT = "trace"


class LiveTrace:
    """``wanted`` tells whether anybody follows; ``scrubbed`` takes out what is secret."""

    def __init__(
        self,
        wanted: Callable[[str], bool],
        scrubbed: Callable[[TracedMessage], Mapping[str, Any]],
        publish: Callable[[str, Mapping[str, Any]], None],
    ) -> None:
        self._wanted = wanted
        self._scrubbed = scrubbed
        self._publish = publish
        self._loop = asyncio.get_running_loop()

    def take(self, message: TracedMessage) -> None:
        """A message of the SIP thread."""
        # The loop may be closed while the last messages of an end come.
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._tell, message)

    def _tell(self, message: TracedMessage) -> None:
        if self._wanted(EVENT):
            self._publish(EVENT, self._scrubbed(message))
