"""The telephone among the other pages: behind their door, in their layout."""

from __future__ import annotations

import re
from pathlib import Path

from tests.web.visit import EVERYDAY, Visit, visiting


def test_the_telephone_is_a_page_for_who_has_signed_in(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        assert 'id="telephone"' not in (await visit.get("/telephone")).text
        await visit.sign_in()
        assert 'href="/telephone"' in (await visit.get("/more")).text
        page = (await visit.get("/telephone?line=hall")).text
        assert 'data-line="hall"' in page
        assert 'data-socket="/telephone/socket"' in page
        for address in re.findall(r'(?:src|href)="(/static/telephone/[^"]+)"', page):
            assert (await visit.get(address)).status_code == 200

    visiting(tmp_path, story, EVERYDAY)
