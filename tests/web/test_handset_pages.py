"""Cordless handsets on the page."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.web.visit import EVERYDAY, STATUS, Visit, visiting

BASE = {
    "base": "/dev/ttyAMA0", "module": "SC14CVMDECT", "tested_on_hardware": False, "fault": None,
    "firmware": "1.2", "identity": "00", "frequencies": "eu", "capacity": 6,
    "registration_s": None, "paging": False,
    "handsets": [
        {"number": 1, "name": "Kitchen", "identity": "02af", "present": True, "line": "hall"},
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


TWO_ACCOUNTS = [
    {**STATUS["accounts"][0]},
    {**STATUS["accounts"][0], "name": "work", "number": "79267654321"},
]
SAVED = {"saved": True, "changes": [], "pending": {"restart": [], "lines": []}}
WITH_SETTINGS = {
    **ANSWERS,
    "status": {
        **STATUS,
        "accounts": TWO_ACCOUNTS,
        "lines": [{**STATUS["lines"][0], "rings_for": ["main", "work"]}],
    },
    "settings.read": {"revision": "r1", "values": {}, "pending": {}},
    "settings.change": SAVED,
}


def test_the_internal_number_of_a_handset_and_of_a_telephone_is_shown(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        await visit.sign_in()
        for place in ("/handsets", "/lines"):
            assert "Internal number 61" in (await visit.get(place)).text
        russian = await visit.get("/handsets", headers={"Accept-Language": "ru"})
        assert "Внутренний номер 61" in russian.text

    visiting(tmp_path, story, ANSWERS)


@pytest.mark.parametrize(
    ("fields", "changes"),
    [
        (
            {"number": "62", "account": "work", "rings-work": "yes"},
            [("number", "62"), ("account", "work"), ("rings_for", ["work"])],
        ),
        ({"number": "61", "account": "work", "rings-main": "yes", "rings-work": "yes"},
         [("account", "work")]),
        ({"number": "", "account": "main", "rings-main": "yes", "rings-work": "yes"},
         [("number", "")]),
    ],
)  # fmt: skip
def test_only_the_numbers_that_differ_are_saved(
    tmp_path: Path, fields: dict[str, str], changes: list[tuple[str, object]]
) -> None:
    async def story(visit: Visit) -> None:
        await visit.sign_in()
        await visit.post("/lines/hall/numbers", "/handsets", after="/handsets", **fields)
        ((asked),) = visit.called("settings.change")
        assert asked["changes"] == [
            {"set": f"line.hall.{name}", "value": value} for name, value in changes
        ]

    visiting(tmp_path, story, WITH_SETTINGS)


def test_a_telephone_that_would_ring_for_nobody_is_refused(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        await visit.sign_in()
        fields = {"number": "61", "account": "main"}
        await visit.post("/lines/hall/numbers", "/handsets", after="/handsets", **fields)
        assert not visit.called("settings.change")
        assert "rings for one number at least" in (await visit.get("/handsets")).text

    visiting(tmp_path, story, WITH_SETTINGS)
