"""Every form of the page with what no person would send: it is refused, and never a defect."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest
from starlette.routing import Route

from gateway.control.protocol import RefusalError
from gateway.web.pages import ROUTES
from tests.web.test_settings_pages import ANSWERS
from tests.web.visit import CALL, visit

FORMS = sorted(
    route.path for route in ROUTES if isinstance(route, Route) and "POST" in (route.methods or ())
)
FIELDS = (
    "password", "again", "old", "next", "language", "code", "number", "text", "mode", "account",
    "name", "kind", "country", "scheme", "after", "anyway", "revision", "level", "keep",
    "sip_trace", "id", "method", "address", "router", "name_servers", "network", "other",
    "host_name", "zone", "anonymous", "line", "key",
)  # fmt: skip
VALUES = (
    "", "0", "-1", "yes", "main", "79261234567", "\x00", "a" * 5000, "é\u202e\U0001f600",
    "../../etc/passwd", "<script>alert(1)</script>", "' or 1=1 --", "{{ 7 * 7 }}", "%(n)s", "1e999",
    "nan", "|", "a|b|c", "192.168.1.20/24", "\r\nSet-Cookie: session=1", "//evil.example",
)  # fmt: skip
ROUNDS = 12


def refused(_params: object) -> object:
    raise RefusalError("No.", [{"path": "log.level", "en": "No.", "ru": "Нет."}])


def told(_params: object) -> object:
    raise ValueError("This is not right.")


@pytest.mark.parametrize("path", FORMS)
def test_no_form_can_break_the_page(tmp_path: Path, path: str) -> None:
    chosen = random.Random(path)
    place = path
    for parameter in ("section", "row", "name", "interface", "id"):
        place = place.replace(f"{{{parameter}}}", "log" if parameter == "section" else "main")

    async def story() -> None:
        answers = {**ANSWERS, "settings.change": refused, "settings.undo": told}
        answers |= dict.fromkeys(("line.ring", "line.digit-test", "messages.send"), told)
        answers |= {"account.check": {"ok": False, "text": "No.", "text_ru": "Нет."}}
        answers |= {"calls": [CALL], "messages": [], "line.kinds": []}
        async with visit(tmp_path, answers) as opened:
            await opened.sign_in()
            for _ in range(ROUNDS):
                if not opened.client.cookies:
                    break  # signed out: the door is another test's
                names = chosen.sample(FIELDS, chosen.randrange(len(FIELDS)))
                form = {name: chosen.choice(VALUES) for name in names}
                form["token"] = await opened.token("/more")
                answer = await opened.client.post(place, data=form)
                assert answer.status_code < 500 or answer.status_code == 502, (form, answer.text)
                for value in (form.get(name, "") for name in names):
                    assert "<script>alert" not in answer.text, value
                assert "Set-Cookie: session=1" not in str(answer.headers)
                if path == "/sign-out":
                    break

    asyncio.run(story())
