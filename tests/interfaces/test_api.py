"""The HTTP API, asked as a program asks it, with a real control socket behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.control.protocol import RefusalError
from gateway.interfaces.api import BATCH, LARGEST_BODY, RUNNING
from gateway.interfaces.methods import METHODS, Scope
from tests.interfaces.programs import EVERYTHING, Program, program
from tests.web.visit import STATUS, until


def asking(
    folder: Path, story: Callable[[Program], Awaitable[None]], answers: Any = None, **options: bool
) -> None:
    async def run() -> None:
        async with program(folder, answers, **options) as opened:
            await story(opened)

    asyncio.run(run())


def test_a_method_has_its_own_address(tmp_path: Path) -> None:
    async def story(program: Program) -> None:
        token = program.token([Scope.STATUS, Scope.TELEPHONE])
        answer = await program.ask("status", token=token)
        assert answer.status_code == 200
        assert answer.json() == {"result": STATUS}
        await program.ask("line.ring", {"line": "hall", "seconds": 3}, token=token)
        assert program.visit.called("line.ring") == [{"line": "hall", "seconds": 3}]
        # What was done by a program stands in the audit log, with its name.
        noted = [row for row in program.visit.site.audit.latest() if row["what"] == "api"]
        assert [row["detail"] for row in noted] == ["program: line.ring"]

    asking(tmp_path, story)


def test_it_is_off_until_it_is_switched_on(tmp_path: Path) -> None:
    async def story(program: Program) -> None:
        answer = await program.ask("status", token=program.token())
        assert answer.status_code == 404
        assert "switched off" in answer.json()["error"]["message"]
        assert (await program.visit.get("/api/v1/openapi.json")).status_code == 404

    asking(tmp_path, story, on=False)


def test_without_a_good_token_there_is_nothing(tmp_path: Path) -> None:
    async def story(program: Program) -> None:
        text = program.token()
        for headers in (
            {},
            {"Authorization": ""},
            {"Authorization": f"Basic {text}"},
            {"Authorization": f"Bearer {text}x"},
        ):
            answer = await program.ask("status", headers=headers)
            assert answer.status_code == 401, headers
            assert answer.headers["www-authenticate"].startswith("Bearer")
        # A token in the address would stand in logs; there it is none.
        assert (await program.send(f"/api/v1/status?access_token={text}")).status_code == 401
        assert program.visit.called("status") == []

    asking(tmp_path, story)


def test_the_pages_own_session_is_no_token(tmp_path: Path) -> None:
    async def story(program: Program) -> None:
        await program.visit.sign_in()
        answer = await program.visit.client.post("/api/v1/stop", json={})
        assert answer.status_code == 401
        assert program.visit.called("stop") == []

    asking(tmp_path, story)


def test_who_tries_tokens_has_to_wait_but_a_good_one_is_let_in(tmp_path: Path) -> None:
    async def story(program: Program) -> None:
        good = program.token()
        statuses = [
            (await program.ask("status", token=f"mfg_{count}")).status_code for count in range(6)
        ]
        assert statuses[0] == 401
        assert statuses[-1] == 429
        refused = await program.ask("status", token="mfg_another")
        assert int(refused.headers["retry-after"]) > 0
        assert (await program.ask("status", token=good)).status_code == 200

    asking(tmp_path, story)


@pytest.mark.parametrize("scope", Scope)
def test_a_token_is_good_for_its_scope_only(tmp_path: Path, scope: Scope) -> None:
    async def story(program: Program) -> None:
        token = program.token([scope])
        for name, method in METHODS.items():
            params = {p.name: _example(p.kind.value) for p in method.parameters if p.required}
            answer = await program.ask(name, params, token=token)
            assert answer.status_code == (200 if method.scope is scope else 403), name

    asking(tmp_path, story)


def _example(kind: str) -> Any:
    return {"string": "1", "array": [1], "boolean": True, "integer": 1}[kind]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("calls", b"{", 400),
        ("calls", b"[]", 400),
        ("calls", b'{"limit": NaN}', 400),
        ("calls", b'{"limit": 0}', 400),
        ("calls", b'{"limt": 5}', 400),
        ("calls", b"[" * 30000, 400),
        ("calls", b"", 200),
        ("handset.command", b"{}", 404),
        ("subscribe", b"{}", 404),
        ("account.change-password", b"{}", 404),
        ("no/such", b"{}", 404),
        ("calls", b" " * (LARGEST_BODY + 1), 413),
    ],
)
def test_what_is_wrong_with_a_request_is_said(
    tmp_path: Path, path: str, body: bytes, status: int
) -> None:
    async def story(program: Program) -> None:
        headers = {"Authorization": f"Bearer {program.token()}", "Content-Type": "application/json"}
        answer = await program.visit.client.post(f"/api/v1/{path}", content=body, headers=headers)
        assert answer.status_code == status, answer.text
        if status != 200:
            assert answer.json()["error"]["message"]

    asking(tmp_path, story)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "TRACE", "NONSENSE"])
def test_a_method_of_http_that_means_nothing_is_refused(tmp_path: Path, method: str) -> None:
    async def story(program: Program) -> None:
        headers = {"Authorization": f"Bearer {program.token()}"}
        answer = await program.visit.client.request(method, "/api/v1/status", headers=headers)
        assert answer.status_code == 405
        assert answer.headers["allow"] == "POST"
        # And no other site may ask for a visitor: there is no CORS.
        assert "access-control-allow-origin" not in answer.headers

    asking(tmp_path, story)


def test_the_body_is_json_and_nothing_that_a_form_can_send(tmp_path: Path) -> None:
    async def story(program: Program) -> None:
        token = program.token()
        answer = await program.ask("status", token=token, headers={"Content-Type": "text/plain"})
        assert answer.status_code == 415

    asking(tmp_path, story)


def test_a_refusal_is_a_sentence_with_its_data(tmp_path: Path) -> None:
    def refuse(_params: Any) -> Any:
        raise RefusalError("Line hall is in use.", {"text_ru": "Линия занята."})

    def fail(_params: Any) -> Any:
        raise RuntimeError("the password is 1234")

    async def story(program: Program) -> None:
        token = program.token()
        answer = await program.ask("line.ring", token=token)
        assert answer.status_code == 409
        assert answer.json()["error"] == {
            "code": -32000,
            "message": "Line hall is in use.",
            "data": {"text_ru": "Линия занята."},
        }
        failed = await program.ask("log", token=token)
        assert failed.status_code == 502
        assert "1234" not in failed.text
        # A gateway of another version may lack a method.
        assert (await program.ask("trace", token=token)).status_code == 404

    answers = {"line.ring": refuse, "log": fail}
    asking(tmp_path, story, answers)


def test_while_the_gateway_is_away_the_api_says_so(tmp_path: Path) -> None:
    async def story(program: Program) -> None:
        answer = await program.ask("status", token=program.token())
        assert answer.status_code == 503
        assert answer.headers["retry-after"]

    asking(tmp_path, story, running=False)


def test_json_rpc_answers_as_the_control_socket(tmp_path: Path) -> None:
    async def story(program: Program) -> None:
        token = program.token([Scope.STATUS])
        answer = await program.send(
            "/api/v1", {"jsonrpc": "2.0", "id": "a", "method": "status"}, token=token
        )
        assert answer.json() == {"jsonrpc": "2.0", "id": "a", "result": STATUS}
        batch = [
            {"jsonrpc": "2.0", "id": 1, "method": "gateway.version"},
            {"jsonrpc": "2.0", "method": "status"},
            {"jsonrpc": "2.0", "id": 2, "method": "calls"},
            {"jsonrpc": "2.0", "id": 3, "method": "nonsense"},
            5,
        ]
        answers = (await program.send("/api/v1", batch, token=token)).json()
        assert [(found["id"], found.get("error", {}).get("code")) for found in answers] == [
            (1, None),
            (2, -32000),
            (3, -32601),
            (None, -32600),
        ]
        note = {"jsonrpc": "2.0", "method": "status"}
        assert (await program.send("/api/v1", note, token=token)).status_code == 204
        many = [note] * (BATCH + 1)
        assert "at most" in (await program.send("/api/v1", many, token=token)).text
        assert (await program.send("/api/v1", note)).status_code == 401

    asking(tmp_path, story)


def test_programs_cannot_take_the_whole_connection_from_the_page(tmp_path: Path) -> None:
    waiting: list[asyncio.Future[Any]] = []

    def wait(_params: Any) -> Any:
        waiting.append(asyncio.get_running_loop().create_future())
        return waiting[-1]

    async def story(program: Program) -> None:
        token = program.token()
        asked = [asyncio.create_task(program.ask("log", token=token)) for _ in range(RUNNING)]
        await until(lambda: len(waiting) == RUNNING)
        assert (await program.ask("status", token=token)).status_code == 429
        assert (await program.visit.site.daemon.call("status")) == STATUS
        for future in waiting:
            future.set_result({})
        assert {(await task).status_code for task in asked} == {200}
        assert (await program.ask("status", token=token)).status_code == 200

    asking(tmp_path, story, {**EVERYTHING, "log": wait})
