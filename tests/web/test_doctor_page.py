"""The line doctor on the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.examination.steps import Step
from gateway.web.pages.doctor import STEPS
from tests.web.visit import EVERYDAY, Visit, visiting

QUIET = {
    "step": "silence",
    "outcome": "passed",
    "figures": {"noise_dbm0": -62.0},
    "findings": ["The line is quiet: -62 dBm0."],
    "findings_ru": ["На линии тихо: -62 дБм0."],
}
REPORT = {
    "line": "hall",
    "passed": False,
    "ending": "completed",
    "text": "The examination is complete.",
    "text_ru": "Проверка закончена.",
    "findings": ["A pulse lasts up to 78 ms: set break_max to 90."],
    "findings_ru": ["Импульс длится до 78 мс: установите break_max = 90."],
    "figures": {},
    "suggested": {"break_max": 90, "echo_canceller": True},
    "steps": [QUIET],
}
PLACE = "/lines/hall/doctor"


def progress(step: str | None, results: list[Any], report: Any) -> dict[str, Any]:
    return {
        **EVERYDAY,
        "line.examination": {"line": "hall", "step": step, "results": results, "report": report},
        "line.examine": {"line": "hall", "steps": []},
        "line.examine-skip": {},
        "line.examine-stop": {},
        "settings.read": {"revision": "r1"},
        "settings.change": {},
    }


def test_the_page_knows_every_step_in_its_order() -> None:
    assert list(STEPS) == [step.value for step in Step]


def test_before_it_says_what_is_needed_and_begins_by_a_button(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        await visit.sign_in()
        page = (await visit.get(PLACE)).text
        assert "receiver in your hand" in page
        answer = await visit.post(f"{PLACE}/begin", PLACE)
        assert answer.headers["location"] == PLACE
        assert visit.called("line.examine") == [{"line": "hall"}]

    visiting(tmp_path, story, progress(None, [], None))


@pytest.mark.parametrize("doing", ["skip", "stop"])
def test_a_step_says_what_to_do_and_what_came_of_the_last(tmp_path: Path, doing: str) -> None:
    async def story(visit: Visit) -> None:
        await visit.sign_in()
        page = (await visit.get(PLACE)).text
        assert "stay silent until it ends" in page
        assert "The line is quiet" in page
        await visit.post(f"{PLACE}/{doing}", PLACE)
        assert visit.called(f"line.examine-{doing}") == [{"line": "hall"}]

    visiting(tmp_path, story, progress("echo", [QUIET], None))


def test_afterwards_it_proposes_settings_and_writes_them(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        await visit.sign_in()
        visit.client.headers["Accept-Language"] = "ru"
        page = (await visit.get(PLACE)).text
        assert "установите break_max = 90" in page
        assert "Проверка закончена." in page
        await visit.post(f"{PLACE}/apply", PLACE)
        (change,) = visit.called("settings.change")
        assert change["changes"] == [
            {"set": "line.hall.options.break_max", "value": 90},
            {"set": "line.hall.options.echo_canceller", "value": True},
        ]

    visiting(tmp_path, story, progress(None, [QUIET], REPORT))
