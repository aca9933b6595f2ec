import queue
from collections.abc import Callable

import pytest

from gateway.sip import resolve
from gateway.sip.resolve import Resolver


def ask(resolver: Resolver, commands: "queue.SimpleQueue[Callable[[], None]]") -> tuple[str, ...]:
    found: list[tuple[str, ...]] = []
    resolver.resolve("sbc.example", found.append)
    commands.get(timeout=5)()
    return found[0]


def test_the_last_good_address_serves_while_dns_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([(), ("192.0.2.1", "192.0.2.2"), (), ("192.0.2.3",)])
    monkeypatch.setattr(resolve, "addresses_of", lambda _host: next(answers))
    commands: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
    resolver = Resolver(commands.put)
    assert ask(resolver, commands) == ()
    assert ask(resolver, commands) == ("192.0.2.1", "192.0.2.2")
    assert ask(resolver, commands) == ("192.0.2.1", "192.0.2.2")
    assert ask(resolver, commands) == ("192.0.2.3",)


def test_a_literal_address_needs_no_name_server() -> None:
    assert resolve.addresses_of("127.0.0.1") == ("127.0.0.1",)


def test_a_name_that_cannot_exist_has_no_address() -> None:
    assert resolve.addresses_of("no such host.invalid") == ()
