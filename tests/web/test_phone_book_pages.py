"""The phone book, the block list and the calls on the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gateway.control.protocol import RefusalError
from tests.web.visit import CALL, EVERYDAY, Visit, visiting

ANNA = {"id": 4, "name": "Анна", "numbers": [{"number": "+7 926 111-22-33", "kind": "mobile"}]}
BLOCKED = {"id": 2, "pattern": "7495*", "name": "", "note": "ads", "since": 1795000000.0}
CALLS = [{**CALL, "id": f"c-{number}"} for number in range(60)]


def _page_of(parameters: Any) -> list[Any]:
    first = parameters.get("offset", 0)
    return CALLS[first : first + parameters["limit"]]


ANSWERS = {
    **EVERYDAY,
    "status": {**EVERYDAY["status"], "unseen_calls": 3},
    "calls": _page_of,
    "calls.seen": {"marked": 1},
    "calls.delete": {"deleted": 1},
    "phonebook": [ANNA],
    "phonebook.save": {"id": 4},
    "phonebook.delete": {"deleted": 1},
    "phonebook.import": {"added": 1, "merged": 0, "unchanged": 2},
    "block": [BLOCKED],
    "block.add": {"id": 3},
    "block.remove": {"removed": True},
}


def test_a_contact_is_written_down_from_a_call_and_changed(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        await visit.sign_in()
        assert "/phone-book/new?number=74951234567" in (await visit.get("/calls/c-1")).text
        assert 'value="74951234567"' in (await visit.get("/phone-book/new?number=74951234567")).text
        fields = {"name": "Бабушка", "number0": "74951234567", "kind0": "home", "number1": " "}
        answer = await visit.post("/phone-book/new", "/phone-book/new", **fields)
        assert answer.headers["location"] == "/phone-book"
        await visit.post("/phone-book/4", "/phone-book/4", name="Аня", number0="112")
        assert visit.called("phonebook.save") == [
            {
                "id": 0,
                "name": "Бабушка",
                "numbers": [{"number": "74951234567", "kind": "home"}],
            },
            {"id": 4, "name": "Аня", "numbers": [{"number": "112", "kind": "other"}]},
        ]
        await visit.post("/phone-book/4/delete", "/phone-book/4")
        assert visit.called("phonebook.delete") == [{"ids": [4]}]

    visiting(tmp_path, story, ANSWERS)


def test_a_contact_that_is_refused_comes_back_with_what_was_typed(tmp_path: Path) -> None:
    def refuse(_parameters: Any) -> Any:
        raise RefusalError("No number.", {"text_ru": "Нет номера."})

    async def story(visit: Visit) -> None:
        await visit.sign_in()
        visit.client.headers["Accept-Language"] = "ru"
        answer = await visit.post("/phone-book/new", "/phone-book/new", name="Аня", number0="x")
        assert answer.status_code == 422
        assert "Нет номера." in answer.text
        assert 'value="Аня"' in answer.text

    visiting(tmp_path, story, {**ANSWERS, "phonebook.save": refuse})


def test_contacts_of_another_telephone_are_added_and_all_are_saved_as_a_file(
    tmp_path: Path,
) -> None:
    card = "BEGIN:VCARD\nVERSION:3.0\nFN:Bob\nTEL:112\nEND:VCARD\nBEGIN:VCARD\nbad\n"

    async def story(visit: Visit) -> None:
        await visit.sign_in()
        for content, said in ((card, "New: 1"), ("nothing", "holds no contacts")):
            await visit.client.post(
                "/phone-book/import",
                data={"token": await visit.token("/phone-book")},
                files={"file": ("contacts.vcf", content)},
            )
            page = (await visit.get("/phone-book")).text
            assert said in page
            assert ("lines 6" in page) == (content == card)
        (given,) = visit.called("phonebook.import")
        assert given["contacts"] == [
            {"name": "Bob", "numbers": [{"number": "112", "kind": "other"}]}
        ]
        file = await visit.post("/phone-book/export", "/phone-book")
        assert "TEL;TYPE=CELL:+7 926 111-22-33" in file.text
        assert file.headers["content-disposition"].endswith('.vcf"')

    visiting(tmp_path, story, ANSWERS)


def test_a_caller_is_blocked_with_one_click_and_may_ring_again(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        await visit.sign_in()
        assert "Block this caller" in (await visit.get("/calls/c-1")).text
        await visit.post("/blocked", "/calls/c-1", pattern="74951234567", note="")
        assert visit.called("block.add") == [{"pattern": "74951234567", "note": ""}]
        page = (await visit.get("/blocked")).text
        assert "74951234567 does not ring any more." in page
        assert "7495*" in page
        await visit.post("/blocked/2/remove", "/blocked")
        assert visit.called("block.remove") == [{"id": 2}]

    visiting(tmp_path, story, ANSWERS)


def test_calls_come_page_by_page_and_only_those_that_are_wanted(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        await visit.sign_in()
        assert "3 missed" in (await visit.get("/")).text
        first = (await visit.get("/calls")).text
        assert "page=2" in first
        assert "c-49" in first
        assert "c-50" not in first
        assert len(visit.called("calls.seen")) == 1
        second = (await visit.get("/calls?page=2&show=in&search=495")).text
        assert "c-59" in second
        assert "Older calls" not in second
        assert len(visit.called("calls.seen")) == 1
        assert visit.called("calls")[-1] == {
            "limit": 51,
            "offset": 50,
            "search": "495",
            "missed": False,
            "direction": "in",
        }
        await visit.post("/calls/delete", "/calls/c-1", id="c-1")
        await visit.post("/calls/delete", "/calls", all="yes")
        assert [one["ids"] for one in visit.called("calls.delete")] == [["c-1"], "all"]

    visiting(tmp_path, story, ANSWERS)
