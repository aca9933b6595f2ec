"""What the control socket tells of a line and of its examination."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.examination.steps import Ending, Outcome, Result
from gateway.exchange_line import Line
from gateway.words import told


def self_test(line: Line) -> dict[str, Any]:
    """What the driver finds, as JSON values."""
    result = line.driver.self_test()
    capabilities = line.driver.capabilities
    return {
        "line": line.name,
        "driver": capabilities.description,
        "tested_on_hardware": capabilities.tested_on_hardware,
        "passed": result.passed,
        **told(result.findings),
        "figures": dict(result.figures),
        "suggested": dict(result.suggested),
    }


def report(line: Line, results: Sequence[Result], ending: Ending) -> dict[str, Any]:
    """The whole examination, with what the driver finds after it."""
    found = self_test(line)
    fine = all(result.outcome in {Outcome.PASSED, Outcome.SKIPPED} for result in results)
    return {
        **found,
        "ending": ending.value,
        "text": ending.words.en,
        "text_ru": ending.words.ru,
        "passed": bool(found["passed"]) and fine and ending is Ending.COMPLETED,
        "steps": [result.values for result in results],
    }
