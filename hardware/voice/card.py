"""What the voice path needs of a sound card; ``hardware.sound_card.SoundCard`` is one."""

from __future__ import annotations

from typing import Protocol


class Card(Protocol):
    """Both directions of a running sound card, started at one moment.

    ``read``, ``write`` and ``close`` come from one thread, ``flush`` from any.  ``read`` and
    ``write`` raise ``OSError`` with a sentence for the user when the card is gone.
    """

    @property
    def latency_s(self) -> float:
        """Seconds from the beginning of a captured frame to that of the frame written after it."""

    @property
    def xruns(self) -> int: ...

    def read(self) -> bytes | None:
        """The next captured frame; waits for it, but not for ever.

        ``None``: both directions were started anew, by an xrun or by ``flush``.
        """

    def write(self, frame: bytes, /) -> bool:
        """Play a frame; never waits.  False: an underrun, the frame is lost."""

    def flush(self) -> None:
        """Throw away what waits to be heard, and start anew."""

    def close(self) -> None: ...
