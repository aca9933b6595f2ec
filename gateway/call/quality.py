"""How good a call sounded: the E-model's estimate from loss and delay.  Pure.

ITU-T G.107 (06/2015) with every parameter at its default but delay, loss and codec, so
R = 93.2 - Idd - Ie,eff; echo is left out, since neither end tells how much of it there is.  The
codec's figures for G.711 are those of ITU-T G.113 Appendix I: Ie = 0 and a robustness Bpl of 25.1
where the receiver conceals lost packets, 4.3 where it does not.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

DEFAULT_RATING = 93.2
"""R of a call with nothing against it (G.107 §7.7, Table 3)."""
CONCEALED = 25.1
"""Bpl of G.711 with packet-loss concealment (G.113 Appendix I, Table I.4)."""
NOT_CONCEALED = 4.3
"""Bpl of G.711 without it."""
FRAME_MS = 20.0
POOR_MOS = 3.6
"""Below it many users are dissatisfied (G.107 Annex B, R = 70)."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a voice path did to speech.

    ``loss`` is the share of packets that did not arrive or arrived too late, 0 to 1;
    ``burst_ratio`` how much longer its bursts are than those of random loss (G.107 §7.5), 1 or
    more; ``delay_ms`` the one-way delay, mouth to ear.
    """

    loss: float = 0.0
    delay_ms: float = 0.0
    concealed: bool = True
    burst_ratio: float = 1.0

    def __post_init__(self) -> None:
        if not (0 <= self.loss <= 1 and self.delay_ms >= 0 and self.burst_ratio >= 1):
            raise ValueError(f"these conditions cannot be: {self}")


@dataclass(frozen=True, slots=True)
class Estimate:
    """``rating`` is R, 0 to 93.2; ``mos`` the MOS-CQE that belongs to it, 1 to 4.5."""

    rating: float
    mos: float


def delay_impairment(delay_ms: float) -> float:
    """Idd of a one-way delay (G.107 equations 7-27 and 7-28): nothing up to 100 ms."""
    if delay_ms <= 100:
        return 0.0
    x = math.log2(delay_ms / 100)
    return 25 * (math.pow(1 + x**6, 1 / 6) - 3 * math.pow(1 + (x / 3) ** 6, 1 / 6) + 2)


def loss_impairment(loss: float, robustness: float, burst_ratio: float = 1.0) -> float:
    """Ie,eff of G.711 (G.107 equation 7-29, Ie = 0); ``loss`` is a share, 0 to 1."""
    percent = 100 * loss
    return 95 * percent / (percent / burst_ratio + robustness)


def mos_of(rating: float) -> float:
    """The mean opinion score of R (G.107 Annex B, equation B-4)."""
    if rating <= 0:
        return 1.0
    if rating >= 100:
        return 4.5
    return max(1.0, 1 + 0.035 * rating + 7e-6 * rating * (rating - 60) * (100 - rating))


def estimate(conditions: Conditions) -> Estimate:
    """The quality that users would give such a path."""
    robustness = CONCEALED if conditions.concealed else NOT_CONCEALED
    rating = (
        DEFAULT_RATING
        - delay_impairment(conditions.delay_ms)
        - loss_impairment(conditions.loss, robustness, conditions.burst_ratio)
    )
    rating = max(0.0, rating)
    return Estimate(rating, mos_of(rating))


def burst_ratio(loss: float, mean_burst: float) -> float:
    """How bursty a loss is: ``mean_burst`` packets in a row, over what chance would give.

    Random loss with the probability p has bursts of 1 / (1 - p) packets (G.107 §7.5).
    """
    if loss <= 0 or loss >= 1:
        return 1.0
    return max(1.0, mean_burst * (1 - loss))


def quality_figures(counts: Mapping[str, float]) -> dict[str, float]:
    """What is kept of a call's quality, from the counters of its voice streams.

    ``counts`` are those of ``gateway.sip.call.Call.figures``.  ``mos`` is of what the telephone
    heard, ``far_mos`` of what the far end heard, by its RTCP reports.  A delay that RTCP did not
    tell counts as nothing, which is to the call's advantage; ``round_trip_ms`` is then 0.
    """
    figures: dict[str, float] = {}
    received, lost = counts.get("received", 0), counts.get("lost", 0)
    late = counts.get("discarded", 0) + counts.get("buffer_discarded", 0)
    network = counts.get("round_trip_ms", 0) / 2
    if received:
        expected = received + lost
        loss = min(1.0, (lost + late) / expected)
        delay = network + counts.get("buffer_ms", 0) + FRAME_MS
        bursts = burst_ratio(loss, counts.get("loss_burst", 1.0) or 1.0)
        found = estimate(Conditions(loss, delay, concealed=True, burst_ratio=bursts))
        figures["loss_percent"] = round(100 * loss, 2)
        figures["mos"] = round(found.mos, 2)
        figures["rating"] = round(found.rating, 1)
    sent = counts.get("sent", 0)
    if sent and counts.get("far_reports", 0):
        loss = min(1.0, counts.get("far_lost", 0) / sent)
        # Whether the far end conceals a loss is not known: the worse is supposed.
        delay = network + counts.get("far_jitter_ms", 0) + FRAME_MS
        found = estimate(Conditions(loss, delay, concealed=False))
        figures["far_loss_percent"] = round(100 * loss, 2)
        figures["far_mos"] = round(found.mos, 2)
    return figures
