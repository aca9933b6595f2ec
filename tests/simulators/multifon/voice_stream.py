"""The voice of one call: what is sent, what was heard, and the figures of the reception."""

from __future__ import annotations

import secrets
import struct
import threading
from collections.abc import Callable

import numpy as np

from tests.simulators.multifon.dtmf import DtmfDecoder, HeardDigit
from tests.simulators.multifon.figures import ReceptionFigures
from tests.simulators.multifon.g711 import Samples, decode, encode
from tests.simulators.multifon.recording import FRAME, RATE, Recording
from tests.simulators.multifon.rtcp import Reception, Sent, sender_report, sender_time
from tests.simulators.multifon.transport import HostPort

_HEADER = struct.Struct("!BBHII")
_SILENCE = np.zeros(FRAME, dtype=np.int16)
ECHO_DELAY = 4 * FRAME
"""An echo lags 80 ms behind, so that it never runs dry."""
SETTLED = 2 * FRAME
"""The decoder stays 40 ms behind the newest sample, so that a late packet is still in time."""


class VoiceStream:
    """Both directions.  The voice thread calls ``received`` and ``next_packet``.

    All other methods may be called from any thread.
    """

    def __init__(self, on_digit: Callable[[HeardDigit], None]) -> None:
        self._lock = threading.Lock()
        self._on_digit = on_digit
        self._payload_type = 8
        self._remote: HostPort | None = None
        self._latched: HostPort | None = None
        self._sending = False
        self._listening = False
        self._heard = Recording()
        self._sent = Recording()
        self._decoder = DtmfDecoder()
        self._decoded = 0
        self._playing: Samples | None = None
        self._played = 0
        self._repeat = False
        self._on_played: Callable[[], None] | None = None
        self._echo = False
        self._echoed: int | None = None
        self.figures = ReceptionFigures()
        self.packets_sent = 0
        self._report_heard: tuple[int, float] | None = None
        self._source = secrets.randbits(32)
        self._sequence = secrets.randbits(16)
        self._timestamp = secrets.randbits(32)

    # Any thread.

    def agree(self, payload_type: int, remote: HostPort) -> None:
        """Codec and the address of the session description; RTP latches anew."""
        with self._lock:
            self._payload_type = payload_type
            self._remote, self._latched = remote, None

    def send(self, *, on: bool) -> None:
        """Begin or cease to send; silence is sent when nothing plays."""
        with self._lock:
            self._sending = on

    def listen(self) -> None:
        """The call is answered: from here on voice is recorded, decoded and echoed."""
        with self._lock:
            self._listening = True

    def play(
        self,
        samples: Samples,
        *,
        repeat: bool = False,
        on_played: Callable[[], None] | None = None,
    ) -> None:
        """Play from the next frame on, instead of what plays; ``on_played`` in the voice thread."""
        with self._lock:
            self._playing, self._played = samples, 0
            self._repeat, self._on_played = repeat, on_played
            self._echo = False

    def fall_silent(self) -> None:
        """Stop what plays."""
        with self._lock:
            self._playing = self._on_played = None
            self._echo = False

    def echo(self) -> None:
        """Send back what is heard."""
        with self._lock:
            self._playing = self._on_played = None
            self._echo, self._echoed = True, None

    def heard(self) -> Samples:
        """A copy of what was heard since the answer."""
        with self._lock:
            return self._heard.part(0, self._heard.end)

    def sent(self) -> Samples:
        """A copy of what was sent, as the receiver decodes it."""
        with self._lock:
            return self._sent.part(0, self._sent.end)

    def recorded(self) -> dict[str, object]:
        """Length of both recordings in seconds, and the ``time.monotonic()`` of their beginning."""
        with self._lock:
            return {
                "heard_seconds": self._heard.end / RATE,
                "heard_since": self._heard.started,
                "sent_seconds": self._sent.end / RATE,
                "sent_since": self._sent.started,
            }

    def finish(self) -> None:
        """Decode what is left; the call is over."""
        with self._lock:
            self._sending = self._listening = False
            rest = self._heard.part(self._decoded, self._heard.end)
            self._decoded = self._heard.end
            tail = np.concatenate([rest, _SILENCE, _SILENCE, _SILENCE])
            digits = self._decoder.feed(tail)
        for digit in digits:
            self._on_digit(digit)

    @property
    def payload_type(self) -> int:
        return self._payload_type

    @property
    def latched(self) -> HostPort | None:
        """Where voice comes from, once it does."""
        return self._latched

    # The voice thread.

    def received(self, data: bytes, source: HostPort, now: float) -> None:
        """Take one datagram.  Whatever is not our codec's RTP is counted and dropped."""
        packet = _payload(data)
        with self._lock:
            if packet is None or packet[0] != self._payload_type:
                self.figures.unusable += 1
                return
            if self._latched is None:
                self._latched = source
            elif source != self._latched:
                self.figures.strangers += 1
                return
            payload_type, payload = packet
            _, _, sequence, timestamp, ssrc = _HEADER.unpack_from(data)
            self.figures.count(ssrc, sequence, timestamp, now)
            if not self._listening or not payload:
                return
            samples = decode(payload_type, payload)
            self._heard.place(ssrc, timestamp, samples, now)
            digits = self._decode()
        for digit in digits:
            self._on_digit(digit)

    def _decode(self) -> list[HeardDigit]:
        settled = self._heard.end - SETTLED
        if settled <= self._decoded:
            return []
        part = self._heard.part(self._decoded, settled)
        self._decoded = settled
        return self._decoder.feed(part)

    def next_packet(self, now: float) -> tuple[bytes, HostPort] | None:
        """The next 20 ms, and where to send it; ``None`` while nothing is sent."""
        with self._lock:
            remote = self._latched or self._remote
            if not self._sending or remote is None:
                return None
            frame, on_played = self._frame()
            payload = encode(self._payload_type, frame)
            self._sent.append(decode(self._payload_type, payload), now)
            marker = 0x80 if self.packets_sent == 0 else 0
            header = _HEADER.pack(
                0x80, marker | self._payload_type, self._sequence, self._timestamp, self._source
            )
            self._sequence = (self._sequence + 1) & 0xFFFF
            self._timestamp = (self._timestamp + FRAME) & 0xFFFFFFFF
            self.packets_sent += 1
        if on_played is not None:
            on_played()
        return header + payload, remote

    def reported(self, data: bytes, now: float) -> None:
        """Take one RTCP packet of the other side."""
        found = sender_time(data)
        if found is not None:
            with self._lock:
                self._report_heard = (found[1], now)

    def report(self, utc: float, now: float) -> tuple[bytes, HostPort] | None:
        """RTCP about both directions, and where to send it; ``None`` while nothing is sent."""
        with self._lock:
            remote = self._latched or self._remote
            if not self._sending or remote is None:
                return None
            sent = Sent(self._source, self._timestamp, self.packets_sent, self.packets_sent * FRAME)
            reception = None
            figures = self.figures
            if figures.source is not None:
                reception = Reception(
                    figures.source,
                    figures.expected,
                    figures.lost,
                    figures.highest,
                    round(figures.jitter),
                    self._report_heard,
                )
        return sender_report(utc, now, sent, reception), (remote[0], remote[1] + 1)

    def _frame(self) -> tuple[Samples, Callable[[], None] | None]:
        if self._echo:
            return self._echo_frame(), None
        if self._playing is None:
            return _SILENCE, None
        frame = self._playing[self._played : self._played + FRAME]
        self._played += FRAME
        finished = None
        if self._played >= len(self._playing):
            self._played = 0
            if not self._repeat:
                finished, self._playing, self._on_played = self._on_played, None, None
        if len(frame) < FRAME:
            frame = np.concatenate([frame, _SILENCE[len(frame) :]])
        return frame, finished

    def _echo_frame(self) -> Samples:
        newest = self._heard.end
        if self._echoed is None or newest - self._echoed > 3 * ECHO_DELAY:
            # At the beginning, and again if the far end's clock is so much faster than ours.
            if newest < ECHO_DELAY:
                return _SILENCE
            self._echoed = newest - ECHO_DELAY
        if self._echoed + FRAME > newest:
            return _SILENCE
        self._echoed += FRAME
        return self._heard.part(self._echoed - FRAME, self._echoed)


def _payload(data: bytes) -> tuple[int, bytes] | None:
    """Payload type and payload of an RTP packet (RFC 3550 §5.1); ``None`` if it is not one."""
    if len(data) < _HEADER.size or data[0] >> 6 != 2:
        return None
    start = _HEADER.size + 4 * (data[0] & 0x0F)
    if data[0] & 0x10:
        if len(data) < start + 4:
            return None
        start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4], "big")
    stop = len(data) - (data[-1] if data[0] & 0x20 else 0)
    if start > stop:
        return None
    return data[1] & 0x7F, data[start:stop]
