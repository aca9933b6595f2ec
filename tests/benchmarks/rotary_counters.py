"""Rotary digits as other projects count them, with the same edges.  Pure.

Both are given the exact times of the edges, which their programs would not have, and the dial
alone: what they make of lifting the receiver is left out.
"""

from __future__ import annotations

from collections.abc import Sequence

from tests.simulators.telephone.contacts import Edge

BOUNCE = 0.030
"""Seconds after a counted edge in which further ones are ignored: ``bouncetime`` of RPi.GPIO."""
DIGIT_TIMEOUT = 0.3
TICK = 0.010
LONGEST_BREAK = 10
"""Ticks."""
SHORTEST_PAUSE = 10
"""Ticks closed that end a digit."""


def falling_edges(edges: Sequence[Edge]) -> str:
    """Edges that open the loop, a digit ended by a time-out (jacob-meacham/rotary-voip)."""
    digits = ""
    pulses = 0
    last = float("-inf")
    for time, closed in edges:
        if closed or time - last < BOUNCE:
            continue
        if pulses and time - last > DIGIT_TIMEOUT:
            digits += _digit(pulses)
            pulses = 0
        pulses += 1
        last = time
    return digits + _digit(pulses)


def sampler(edges: Sequence[Edge]) -> str:
    """Two equal samples at a tick of 10 ms (danjulio/blue_pot)."""
    digits = ""
    pulses = held = 0
    stable = before = True
    for closed in _samples(edges):
        held += 1
        if closed == before and closed != stable:
            if closed and held <= LONGEST_BREAK:
                pulses += 1
            stable, held = closed, 0
        before = closed
        if stable and pulses and held >= SHORTEST_PAUSE:
            digits += _digit(pulses)
            pulses = 0
    return digits


def _samples(edges: Sequence[Edge]) -> list[bool]:
    """Levels at every tick, from before the first edge until the last digit has ended."""
    levels = []
    at, level = 0, True
    time = edges[0].time - TICK / 2
    while time < edges[-1].time + TICK * (2 * SHORTEST_PAUSE):
        while at < len(edges) and edges[at].time <= time:
            level = edges[at].closed
            at += 1
        levels.append(level)
        time += TICK
    return levels


def _digit(pulses: int) -> str:
    return str(pulses % 10) if 0 < pulses <= 10 else "?"
