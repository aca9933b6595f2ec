from __future__ import annotations

import asyncio
import io
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.account_commands import AccountCommands
from gateway.cli import main
from gateway.cli.account import routing_text, service_text
from gateway.control.server import ControlServer
from gateway.multifon.account_service import AccountService
from gateway.multifon.keeping import Keeping
from tests.cli.bench import DEADLINE
from tests.multifon.conftest import authority, multifon
from tests.multifon.passwords import MemoryStore
from tests.multifon.provider import Provider
from tests.multifon.test_account_service import Notes
from tests.test_multifon_network.conftest import PASSWORD

__all__ = ["authority", "multifon"]

NEW = "New-Horse-22"
Account = Callable[..., str]


class Gateway:
    """The account's part of a gateway: two accounts, one of a provider without a service."""

    def __init__(self, folder: Path, provider: Provider) -> None:
        self.socket = folder / "control.sock"
        self._provider = provider
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self._thread.start()
        assert self._ready.wait(DEADLINE)

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        service = AccountService(
            "main", self._provider.client(), MemoryStore(PASSWORD), Keeping(0.0), Notes()
        )
        methods = AccountCommands({"main": service, "plain": None}).methods()
        server = ControlServer(self.socket, methods)
        await server.start()
        self._ready.set()
        await self._stop.wait()
        service.close()
        await server.close()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(DEADLINE)
        assert not self._thread.is_alive()


@pytest.fixture
def account(
    tmp_path: Path, multifon: Provider, capsys: pytest.CaptureFixture[str]
) -> Iterator[Account]:
    """Performs ``gateway account …``; its output."""
    gateway = Gateway(tmp_path, multifon)

    def perform(*arguments: str, code: int = 0) -> str:
        found = main(["account", *arguments, "--socket", str(gateway.socket)])
        said = capsys.readouterr()
        assert found == code, said
        return said.out + said.err

    yield perform
    gateway.stop()


def test_the_routing_is_shown_and_set(multifon: Provider, account: Account) -> None:
    said = account("routing")
    assert "ring MultiFon only" in said
    assert "leaves it as it is" in said
    assert "MultiFon and the mobile telephone" in account("routing", "both")
    assert multifon.routing == "2"
    assert "The gateway keeps: the mobile telephone only" in account("routing", "phone", "--keep")
    assert multifon.routing == "0"


def test_a_mode_that_is_not_taken_fails_with_a_sentence(
    multifon: Provider, account: Account
) -> None:
    multifon.has_balance(0)
    assert "did not take MultiFon only" in account("routing", "multifon", code=1)


def test_balance_status_and_lines_are_shown(multifon: Provider, account: Account) -> None:
    multifon.behaves(lines=5, blocked=True, expires="2027-01-31")
    assert account("balance") == "100.00 roubles\n"
    assert account("status") == "The account is blocked, until 2027-01-31.\n"
    assert account("lines") == "5 outgoing calls at a time\n"


def test_with_json_the_answer_is_what_the_gateway_said(account: Account) -> None:
    assert json.loads(account("balance", "--json")) == {"balance": 100.0}
    assert json.loads(account("status", "--json")) == {"active": True, "expires": None}
    assert json.loads(account("lines", "--json")) == {"lines": 2}
    found: dict[str, Any] = json.loads(account("routing", "--json"))
    assert (found["routing"], found["wanted"], found["warning"]) == ("multifon", None, None)


def test_an_account_is_named_and_one_without_a_service_says_so(account: Account) -> None:
    assert "100.00" in account("balance", "--account", "main")
    assert "There is no account 'other'" in account("balance", "--account", "other", code=1)
    assert "has no service for this" in account("balance", "--account", "plain", code=1)


@pytest.mark.parametrize(
    "arguments",
    [[], ["routing", "gsm"], ["change-password", NEW], ["profile"]],
)
def test_a_wrong_command_line_ends_with_2(account: Account, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        account(*arguments)
    assert end.value.code == 2


def test_there_is_nothing_to_keep_without_a_mode(account: Account) -> None:
    assert "--keep needs a mode" in account("routing", "--keep", code=2)


def typed(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """A person at a terminal; the prompts."""
    prompts: list[str] = []
    given = iter(answers)

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    def getpass(prompt: str) -> str:
        prompts.append(prompt)
        return next(given)

    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", getpass)
    return prompts


def test_a_new_password_is_typed_twice(
    multifon: Provider, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompts = typed(monkeypatch, NEW, NEW)
    said = account("change-password")
    assert "The password is changed" in said
    assert len(prompts) == 2
    assert NEW not in said
    assert multifon.client(NEW).read_lines() == 2


def test_two_that_differ_change_nothing(
    multifon: Provider, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, NEW, NEW.lower())
    assert "not the same" in account("change-password", code=2)
    assert multifon.asked == []


def test_a_new_password_comes_from_the_input_and_what_it_lacks_is_remarked(
    multifon: Provider, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("all small letters\n"))
    said = account("change-password", "--stdin")
    assert "said to want capital letters" in said
    assert multifon.client("all small letters").read_lines() == 2


@pytest.mark.parametrize(
    ("arguments", "given"), [([], NEW), (["--stdin"], ""), (["--stdin"], "\n")]
)
def test_no_password_and_no_terminal_change_nothing(
    multifon: Provider,
    account: Account,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    given: str,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(given))
    account("change-password", *arguments, code=2)
    assert multifon.asked == []


# Texts.

FALLEN = {
    "routing": "phone",
    "wanted": "both",
    "balance": 0.5,
    "checked_s": 65,
    "warning": "fell-back",
    "text": "Calls to this number ring the mobile telephone only.",
}


def test_the_status_tells_where_calls_ring_the_balance_and_the_warning() -> None:
    assert service_text(FALLEN) == (
        "calls ring the mobile telephone only, balance 0.5 roubles, 1 min 5 s ago\n"
        "Calls to this number ring the mobile telephone only."
    )


def test_the_routing_tells_the_warning() -> None:
    assert routing_text(FALLEN).endswith(f"\n{FALLEN['text']}")


def test_missing_keys_leave_their_places_empty() -> None:
    assert service_text({}) == ""
    assert service_text({"text": "No answer."}) == "No answer."
    assert "nobody knows" in routing_text({})
