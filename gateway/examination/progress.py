"""How far an examination has come: its events, put together.  Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Progress:
    """What was told of one examination so far."""

    step: str | None = None
    """That is under way."""
    results: tuple[Values, ...] = ()
    report: Values | None = None
    """The whole, at its end."""

    def after(self, event: Values) -> Progress:
        """The same with one more event ``examination``."""
        match event:
            case {"phase": "begins", "step": step}:
                return replace(self, step=step)
            case {"phase": "ends", "result": result}:
                return replace(self, step=None, results=(*self.results, result))
            case {"phase": "over", "report": report}:
                return replace(self, step=None, report=report)
        return self

    @property
    def values(self) -> dict[str, Any]:
        """As JSON values."""
        return {"step": self.step, "results": list(self.results), "report": self.report}
