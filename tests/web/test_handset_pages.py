"""Cordless handsets on the page."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.web.visit import EVERYDAY, Visit, visiting

BASE = {
    "base": "/dev/ttyAMA0", "module": "SC14CVMDECT", "tested_on_hardware": False, "fault": None,
    "firmware": "1.2", "identity": "00", "frequencies": "eu", "capacity": 6,
    "registration_s": None, "paging": False,
    "handsets": [
        {"number": 1, "name": "Kitchen", "identity": "02af", "present": True, "line": "kitchen"},
        {"number": 2, "name": "", "identity": "02b0", "present": None, "line": None},
    ],
}  # fmt: skip
METHODS = ("register", "register-stop", "rename", "delete", "page", "locate")
ANSWERS = {
    **EVERYDAY,
    "dect.status": {"bases": [BASE]},
    **{f"dect.{name}": {} for name in METHODS},
}


@pytest.mark.parametrize(
    ("doing", "fields", "asked"),
    [
        ("register", {}, {"base": "/dev/ttyAMA0", "seconds": 120}),
        ("page", {}, {"base": "/dev/ttyAMA0"}),
        ("locate", {"handset": "2"}, {"base": "/dev/ttyAMA0", "handset": 2}),
        ("delete", {"handset": "2"}, {"base": "/dev/ttyAMA0", "handset": 2}),
        (
            "rename",
            {"handset": "1", "name": " Hall "},
            {"base": "/dev/ttyAMA0", "handset": 1, "name": "Hall"},
        ),
    ],
)
def test_a_button_asks_the_gateway(
    tmp_path: Path, doing: str, fields: dict[str, str], asked: dict[str, object]
) -> None:
    async def story(visit: Visit) -> None:
        await visit.sign_in()
        page = (await visit.get("/handsets")).text
        assert "Kitchen" in page
        assert "Handset 2" in page
        assert "Not tested on real hardware yet." in page
        answer = await visit.post(f"/handsets/{doing}", "/handsets", base="/dev/ttyAMA0", **fields)
        assert answer.headers["location"] == "/handsets"
        assert visit.called(f"dect.{doing}") == [asked]

    visiting(tmp_path, story, ANSWERS)


def test_without_a_base_the_page_says_so(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        await visit.sign_in()
        assert "There is no base" in (await visit.get("/handsets")).text
        assert (await visit.post("/handsets/explode", "/handsets")).status_code == 404

    visiting(tmp_path, story, EVERYDAY)
