"""The adapter's software on the page."""

from __future__ import annotations

import asyncio
from pathlib import Path

from gateway.update.progress import Progress
from gateway.update.source import Source, read_source
from gateway.web.update_search import Updates
from tests.web.visit import EVERYDAY, Visit, visiting


async def _given(visit: Visit, content: bytes) -> str:
    await visit.client.post(
        "/update",
        data={"token": await visit.token("/update")},
        files={"file": ("new.raucb", content)},
    )
    return (await visit.get("/update")).text


def test_a_file_is_handed_over_whole_and_its_way_is_told(tmp_path: Path) -> None:
    place = Updates(tmp_path / "state", tmp_path / "progress.json")
    bundle = b"hsqs" + bytes(3 << 20)

    async def story(visit: Visit) -> None:
        await visit.sign_in()
        object.__setattr__(visit.site, "updates", place)
        assert "This file is no update" in await _given(visit, b"PK\x03\x04")
        assert not place.given.exists()
        assert "The file has arrived" in await _given(visit, bundle)
        assert place.given.read_bytes() == bundle
        Progress(place.progress).tell("installing")
        assert "Telephones work meanwhile." in await _given(visit, bundle)
        assert "<form" not in (await visit.get("/update")).text.partition("<main")[2]
        Progress(place.progress).tell("done")
        assert "The adapter is up to date." in (await visit.get("/update")).text

    visiting(tmp_path, story, EVERYDAY)


def test_a_computer_with_other_tasks_is_updated_by_its_packages(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        await visit.sign_in()
        page = (await visit.get("/update")).text
        assert "apt upgrade" in page
        answer = await visit.client.post(
            "/update", data={"token": await visit.token("/update")}, files={"file": ("x", b"hsqs")}
        )
        assert answer.status_code == 404

    visiting(tmp_path, story, EVERYDAY)


def test_where_updates_come_from_is_kept_and_asked(tmp_path: Path) -> None:
    place = Updates(tmp_path / "state", tmp_path / "progress.json")

    async def save(visit: Visit, address: str, **other: str) -> str:
        token = await visit.token("/update")
        form = {"token": token, "address": address, **other}
        await visit.client.post("/update/source", data=form)
        return (await visit.get("/update")).text

    async def story(visit: Visit) -> None:
        await visit.sign_in()
        object.__setattr__(visit.site, "updates", place)
        assert "An address begins with" in await save(visit, "javascript:alert(1)", nightly="yes")
        assert read_source(place.source) == Source()
        assert "Saved." in await save(visit, "http://127.0.0.1:1/a", look="no")
        assert read_source(place.source) == Source("http://127.0.0.1:1/a", nightly=False)
        await save(visit, "http://127.0.0.1:1/a", nightly="yes", look="yes")
        async with asyncio.timeout(30):
            await place.looked()
        page = (await visit.get("/update")).text
        assert "Nothing was found: the address did not answer." in page
        assert 'value="http://127.0.0.1:1/a"' in page
        assert await save(visit, "") != page
        assert read_source(place.source).address == ""

    visiting(tmp_path, story, EVERYDAY)
