"""What no other site and no stranger can make the page do."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.web.hosts import is_own
from gateway.web.protection import LARGEST_BODY
from tests.web.visit import EVERYDAY, ORIGIN, Visit, visiting


def test_every_answer_carries_the_policies(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        await visit.sign_in()
        for path in ("/", "/calls", "/nothing", "/static/page.css", "/sign-in"):
            answer = await visit.get(path)
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert answer.headers["x-frame-options"] == "DENY"
            assert answer.headers["x-content-type-options"] == "nosniff"
        assert (await visit.get("/calls")).headers["cache-control"] == "no-store"

    visiting(tmp_path, story, EVERYDAY)


def test_no_page_has_a_script_or_a_style_inside() -> None:
    templates = Path("gateway/web/templates").glob("**/*.html")
    for path in templates:
        text = path.read_text()
        for forbidden in ("<style", "style=", "onclick=", "onload=", "http://", "https://"):
            assert forbidden not in text, path
        assert text.count("<script") == text.count('<script type="module" src="/static/'), path


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site"},
        {"Origin": ORIGIN, "Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_sites_form_is_refused(tmp_path: Path, headers: dict[str, str]) -> None:
    async def story(visit: Visit) -> None:
        await visit.sign_in()
        data = {"token": await visit.token("/more")}
        answer = await visit.client.post("/sign-out", data=data, headers=headers)
        assert answer.status_code == 403
        assert (await visit.get("/calls")).status_code == 200

    visiting(tmp_path, story, EVERYDAY)


@pytest.mark.parametrize("token", ["", "guess", "é"])
def test_a_form_without_the_sessions_token_is_refused(tmp_path: Path, token: str) -> None:
    async def story(visit: Visit) -> None:
        await visit.sign_in()
        answer = await visit.client.post("/sign-out", data={"token": token})
        assert answer.status_code == 403
        assert (await visit.get("/calls")).status_code == 200

    visiting(tmp_path, story, EVERYDAY)


def test_a_name_that_was_made_to_point_here_gets_nothing(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        answer = await visit.get("/welcome", headers={"Host": "evil.example"})
        assert answer.status_code == 421
        assert "token" not in answer.text

    visiting(tmp_path, story)


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("phone.local", True),
        ("PHONE.local:8443", True),
        ("192.168.1.20", True),
        ("192.168.1.20:80", True),
        ("[fd00::1]:443", True),
        ("phone.local.evil.example", False),
        ("evil.example", False),
        ("1.2.3.4.evil.example", False),
        ("", False),
    ],
)
def test_any_address_is_ours_and_only_our_own_names(host: str, own: bool) -> None:
    assert is_own(host, frozenset({"phone.local"})) is own


def test_a_body_that_is_too_large_is_refused(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        await visit.sign_in()
        large = b"x" * (LARGEST_BODY + 1)
        assert (await visit.client.post("/sign-out", content=large)).status_code == 413

        async def endless() -> object:
            for _ in range(LARGEST_BODY // 65536 + 2):
                yield b"x" * 65536

        answer = await visit.client.post(
            "/sign-out",
            content=endless(),  # type: ignore[arg-type]
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        assert answer.status_code in {400, 403, 413}
        assert (await visit.get("/calls")).status_code == 200

    visiting(tmp_path, story, EVERYDAY)


def test_the_page_stays_and_says_why_when_the_gateway_is_away(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        await visit.sign_in()
        home = await visit.get("/")
        assert home.status_code == 200
        assert "The gateway does not answer." in home.text
        assert "is not running" in home.text
        calls = await visit.get("/calls")
        assert (calls.status_code, "The gateway does not answer." in calls.text) == (503, True)

    visiting(tmp_path, story, running=False)
