"""Figures of two programs, and the table of them."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field

GATEWAY, BARESIP = "gateway", "baresip"


@dataclass(slots=True)
class Measure:
    """One row: the values of both programs in ``unit``."""

    name: str
    unit: str
    values: dict[str, list[float]] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)
    """Attempts that gave no value."""

    def row(self) -> list[str]:
        ours, theirs = self.values.get(GATEWAY, []), self.values.get(BARESIP, [])
        return [
            self.name,
            self.unit,
            *self._cells(GATEWAY),
            *self._cells(BARESIP),
            _ratio(ours, theirs),
        ]

    def _cells(self, program: str) -> list[str]:
        values, failed = self.values.get(program, []), self.failed.get(program, 0)
        if not values:
            return ["–", "–", f"0 of {failed}" if failed else "–"]
        count = f"{len(values)} of {len(values) + failed}" if failed else str(len(values))
        return [f"{statistics.median(values):.1f}", f"{max(values):.1f}", count]


class Table:
    """Measures in the order in which they were first named."""

    def __init__(self) -> None:
        self._measures: dict[str, Measure] = {}

    def add(self, name: str, program: str, value: float | None, unit: str = "ms") -> None:
        """One value; ``None`` counts as an attempt that failed."""
        measure = self._measures.setdefault(name, Measure(name, unit))
        if value is None:
            measure.failed[program] = measure.failed.get(program, 0) + 1
        else:
            measure.values.setdefault(program, []).append(value)

    def declare(self, names: Iterable[str], unit: str = "ms") -> None:
        """Fix the order of rows whose values come later."""
        for name in names:
            self._measures.setdefault(name, Measure(name, unit))

    def lines(self) -> list[str]:
        """The table as Markdown, columns aligned."""
        head = ["measure", "unit"]
        for program in (GATEWAY, BARESIP):
            head += [f"{program} median", "worst", "n"]
        rows = [[*head, "ratio"], *(measure.row() for measure in self._measures.values())]
        widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
        rows.insert(1, ["-" * width for width in widths])
        return ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows]


def _ratio(ours: list[float], theirs: list[float]) -> str:
    if not ours or not theirs or not statistics.median(theirs):
        return "–"
    return f"{statistics.median(ours) / statistics.median(theirs):.2f}"
