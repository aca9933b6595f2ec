"""Who comes in: the first visit, the password, sessions, too many tries."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.web.password import objection
from tests.web.visit import EVERYDAY, PASSWORD, Visit, visiting

SHOWN = {"shown": True, "id": "p1", "code": "4711", "dial": ["0094711", "*0*4711#"], "seconds": 300}


def test_every_page_leads_to_the_first_visit_until_there_is_a_password(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        for path in ("/", "/calls", "/more", "/security", "/nothing", "/events"):
            answer = await visit.get(path)
            assert (answer.status_code, answer.headers["location"]) == (303, "/welcome"), path
        assert (await visit.get("/sign-in")).headers["location"] == "/welcome"

    visiting(tmp_path, story)


def test_nobody_chooses_the_password_without_a_proof(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        answer = await visit.post(
            "/welcome/password", "/welcome", password=PASSWORD, again=PASSWORD
        )
        assert answer.headers["location"] == "/welcome"
        assert not visit.site.password.chosen

    visiting(tmp_path, story)


def test_a_code_that_was_dialled_opens_the_first_visit(tmp_path: Path) -> None:
    state = {"state": "waiting"}

    async def story(visit: Visit) -> None:
        shown = await visit.post("/welcome/show", "/welcome")
        assert "*0*4711#" in shown.text
        assert "Choose a password" not in (await visit.get("/welcome")).text
        state["state"] = "proved"
        assert "Choose a password" in (await visit.get("/welcome")).text
        answer = await visit.post(
            "/welcome/password", "/welcome", password=PASSWORD, again=PASSWORD
        )
        assert answer.headers["location"] == "/first-run"
        assert (await visit.get("/calls")).status_code == 200

    visiting(
        tmp_path,
        story,
        {**EVERYDAY, "presence.show": SHOWN, "presence.state": lambda _: dict(state)},
    )


def test_a_proof_of_one_browser_opens_nothing_for_another(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        await visit.post("/welcome/show", "/welcome")
        visit.client.cookies.clear()
        assert "Choose a password" not in (await visit.get("/welcome")).text

    proved = {"presence.show": SHOWN, "presence.state": {"state": "proved"}}
    visiting(tmp_path, story, proved)


def test_a_code_that_was_heard_opens_the_first_visit_and_a_wrong_one_does_not(
    tmp_path: Path,
) -> None:
    def check(params: object) -> object:
        right = params == {"code": "4711"}
        return {"proved": right, "text": "Wrong.", "text_ru": "Неверно.", "wait_s": 0}

    async def story(visit: Visit) -> None:
        heard = await visit.post("/welcome/speak", "/welcome")
        assert "What does the telephone say?" in heard.text
        wrong = await visit.post("/welcome/check", "/welcome", code="1234")
        assert (wrong.status_code, "Wrong." in wrong.text) == (422, True)
        right = await visit.post("/welcome/check", "/welcome", code=" 4711 ")
        assert right.status_code == 303
        assert "Choose a password" in (await visit.get("/welcome")).text

    visiting(tmp_path, story, {"presence.speak": {"ready": True}, "presence.check": check})


def test_the_password_opens_and_a_wrong_one_does_not(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        await visit.site.password.choose(PASSWORD)
        wrong = await visit.post("/sign-in", password="guess")
        assert (wrong.status_code, "set-cookie" in wrong.headers) == (422, False)
        assert (await visit.get("/calls")).headers["location"] == "/sign-in?next=/calls"
        before = visit.client.cookies["session"]
        right = await visit.post("/sign-in", password=PASSWORD, next="/calls")
        assert right.headers["location"] == "/calls"
        assert visit.client.cookies["session"] != before
        assert (await visit.get("/calls")).status_code == 200

    visiting(tmp_path, story, EVERYDAY)


@pytest.mark.parametrize(
    "path", ["//evil.example/", "https://evil.example", "/\\evil", "x", "/a\nb"]
)
def test_signing_in_never_leads_to_another_site(tmp_path: Path, path: str) -> None:
    async def story(visit: Visit) -> None:
        await visit.site.password.choose(PASSWORD)
        answer = await visit.post("/sign-in", password=PASSWORD, next=path)
        assert answer.headers["location"] == "/"

    visiting(tmp_path, story, EVERYDAY)


def test_who_guesses_has_to_wait_even_with_the_right_password(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        await visit.site.password.choose(PASSWORD)
        for _ in range(4):
            assert (await visit.post("/sign-in", password="guess")).status_code == 422
        locked = await visit.post("/sign-in", password=PASSWORD)
        assert locked.status_code == 429
        assert "Wait" in locked.text

    visiting(tmp_path, story, EVERYDAY)


def test_signing_out_ends_the_session_here_and_not_in_the_browser_alone(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        await visit.sign_in()
        cookie = visit.client.cookies["session"]
        await visit.post("/sign-out", "/more")
        visit.client.cookies.clear()
        visit.client.cookies.set("session", cookie)
        assert (await visit.get("/calls")).status_code == 303

    visiting(tmp_path, story, EVERYDAY)


def test_a_new_password_signs_all_other_browsers_out(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        await visit.sign_in()
        old = visit.client.cookies["session"]
        visit.client.cookies.clear()
        assert (await visit.post("/sign-in", password=PASSWORD)).status_code == 303
        fields = {"old": PASSWORD, "password": "four new old words", "again": "four new old words"}
        assert (await visit.post("/password", "/password", **fields)).status_code == 303
        assert (await visit.get("/calls")).status_code == 200
        visit.client.cookies.clear()
        visit.client.cookies.set("session", old)
        assert (await visit.get("/calls")).status_code == 303

    visiting(tmp_path, story, EVERYDAY)


def test_sessions_survive_a_restart_and_the_file_opens_nothing(tmp_path: Path) -> None:
    cookies: dict[str, str] = {}

    async def first(visit: Visit) -> None:
        await visit.sign_in()
        cookies["session"] = visit.client.cookies["session"]

    async def second(visit: Visit) -> None:
        assert cookies["session"] not in (tmp_path / "state" / "sessions.json").read_text()
        visit.client.cookies.set("session", cookies["session"])
        assert (await visit.get("/calls")).status_code == 200

    visiting(tmp_path, first, EVERYDAY)
    visiting(tmp_path, second, EVERYDAY)


def test_no_secret_is_kept_readable_or_noted(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        await visit.sign_in()
        await visit.post("/sign-in", password="a-wrong-secret")

    visiting(tmp_path, story, EVERYDAY)
    for path in (tmp_path / "state").iterdir():
        text = path.read_text()
        assert PASSWORD not in text
        assert "a-wrong-secret" not in text
        assert path.stat().st_mode & 0o777 == 0o600, path
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700


def test_the_cookie_is_for_this_site_and_no_script(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        cookie = (await visit.get("/welcome")).headers["set-cookie"]
        assert {"HttpOnly", "SameSite=Strict", "Secure"} <= set(cookie.split("; "))

    visiting(tmp_path, story, secure=True)


@pytest.mark.parametrize(
    ("chosen", "again", "fine"),
    [
        ("short", "short", False),
        ("aaaaaaaaaa", "aaaaaaaaaa", False),
        ("three old words", "three old word", False),
        ("x1y2" * 60, "x1y2" * 60, False),
        ("три старых слова", "три старых слова", True),
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused(chosen: str, again: str, fine: bool) -> None:
    assert (objection(chosen, again) is None) is fine
