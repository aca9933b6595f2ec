"""Figures of the reception of one RTP stream (RFC 3550 §6.4.1, appendix A.1, A.3 and A.8)."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.simulators.multifon.recording import RATE

_MISORDER = 1000
"""A sequence number that jumps further is a sender that has started over."""


@dataclass(slots=True)
class ReceptionFigures:
    """Counters; times are ``time.monotonic()`` seconds unless they say milliseconds."""

    received: int = 0
    out_of_order: int = 0
    """Packets that came after one with a higher number."""
    duplicates: int = 0
    unusable: int = 0
    """Datagrams that were not RTP of the agreed codec."""
    strangers: int = 0
    """RTP from another address than the one latched to."""
    restarts: int = 0
    """Changes of the source identifier or wild jumps of the sequence number."""
    first_arrival: float | None = None
    last_arrival: float | None = None
    longest_gap: float = 0.0
    """Longest time between two arrivals, seconds."""
    jitter: float = 0.0
    """Inter-arrival jitter, in samples."""
    _source: int | None = None
    _first: int = 0
    _highest: int = 0
    _expected_before: int = 0
    _transit: float | None = None
    _seen: set[int] = field(default_factory=set)

    @property
    def expected(self) -> int:
        if self._source is None:
            return 0
        return self._expected_before + self._highest - self._first + 1

    @property
    def source(self) -> int | None:
        """SSRC of the stream; ``None`` before its first packet."""
        return self._source

    @property
    def highest(self) -> int:
        """The highest sequence number, with the count of its rounds above it."""
        return self._highest & 0xFFFFFFFF

    @property
    def lost(self) -> int:
        return max(0, self.expected - (self.received - self.duplicates))

    def count(self, source: int, sequence: int, timestamp: int, now: float) -> None:
        self.received += 1
        if self.last_arrival is None:
            self.first_arrival = now
        else:
            self.longest_gap = max(self.longest_gap, now - self.last_arrival)
        self.last_arrival = now
        step = ((sequence - self._highest + 0x8000) & 0xFFFF) - 0x8000
        if self._source != source or abs(step) > _MISORDER:
            self._restart(source, sequence)
        elif step > 0:
            self._highest += step
            self._remember(self._highest)
        elif self._highest + step in self._seen:
            self.duplicates += 1
        else:
            self.out_of_order += 1
            self._remember(self._highest + step)
        transit = now * RATE - timestamp
        if self._transit is not None:
            difference = abs(transit - self._transit) % 2**32
            self.jitter += (min(difference, 2**32 - difference) - self.jitter) / 16
        self._transit = transit

    def _restart(self, source: int, sequence: int) -> None:
        if self._source is not None:
            self.restarts += 1
        self._expected_before = self.expected
        self._source = source
        self._first = self._highest = sequence
        self._seen.clear()
        self._seen.add(sequence)
        self._transit = None

    def _remember(self, extended: int) -> None:
        self._seen.add(extended)
        if len(self._seen) > 2 * _MISORDER:
            self._seen = {number for number in self._seen if number > extended - _MISORDER}

    def as_json(self, answered: float | None) -> dict[str, object]:
        """``first_after_answer_ms`` is negative for voice that came before the answer."""
        first = None
        if self.first_arrival is not None and answered is not None:
            first = round((self.first_arrival - answered) * 1000, 1)
        return {
            "received": self.received,
            "lost": self.lost,
            "out_of_order": self.out_of_order,
            "duplicates": self.duplicates,
            "unusable": self.unusable,
            "strangers": self.strangers,
            "restarts": self.restarts,
            "jitter_ms": round(self.jitter * 1000 / RATE, 2),
            "longest_gap_ms": round(self.longest_gap * 1000, 1),
            "first_after_answer_ms": first,
        }
