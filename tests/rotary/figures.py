"""What was dialled, what arrived, and the figures of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True)
class Dialled:
    """One number."""

    pps: float
    break_ratio: float
    number: str
    arrived: str
    """At the network; empty: nothing came."""
    late_ms: float
    """How late the telephone's latest edge was."""
    counted: Mapping[str, str] = field(default_factory=dict)
    """What other ways of counting made of the same edges."""

    @property
    def right(self) -> bool:
        return self.wrong_digits == 0

    @property
    def wrong_digits(self) -> int:
        """Of a number that did not arrive, every digit."""
        return distance("7" + self.number[1:], self.arrived)


def distance(wanted: str, got: str) -> int:
    """Fewest digits to change, add or leave out that make ``wanted`` of ``got``."""
    row = list(range(len(got) + 1))
    for at, digit in enumerate(wanted, 1):
        above, row[0] = row[0], at
        for place, other in enumerate(got, 1):
            changed = above + (digit != other)
            above = row[place]
            row[place] = min(changed, row[place] + 1, row[place - 1] + 1)
    return row[-1]


def figures(found: Iterable[Dialled], speeds: Iterable[float]) -> dict[str, object]:
    """By speed: digits, and what was wrong with them; the wrong numbers in full."""
    found = list(found)
    return {
        "speeds": {
            f"{pps:g} pps": of_speed([one for one in found if one.pps == pps]) for pps in speeds
        },
        "wrong": [asdict(one) for one in found if not one.right],
    }


def of_speed(found: list[Dialled]) -> dict[str, float]:
    others = sorted({name for one in found for name in one.counted})
    return {
        "digits": sum(len(one.number) for one in found),
        "wrong_digits": sum(one.wrong_digits for one in found),
        "wrong_numbers": sum(not one.right for one in found),
        "lost_numbers": sum(not one.arrived for one in found),
        "latest_edge_ms": max((one.late_ms for one in found), default=0.0),
        **{name: sum(distance(one.number, one.counted[name]) for one in found) for name in others},
    }
