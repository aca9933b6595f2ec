from __future__ import annotations

import pytest

from gateway.multifon.client import Client
from gateway.multifon.errors import NotSentError, ServiceError
from gateway.multifon.password import PasswordError, change, remarks, settle
from gateway.multifon.request import Form
from gateway.multifon.routing import Routing
from gateway.settings.secret import Secret
from tests.multifon.passwords import MemoryStore
from tests.multifon.provider import LOGIN, Provider
from tests.test_multifon_network.conftest import PASSWORD

NEW = "New-Horse-22"
BOTH_FORMS = pytest.mark.parametrize("form", list(Form))


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(PASSWORD)


def client_of(multifon: Provider, store: MemoryStore, *forms: Form, timeout: float = 30) -> Client:
    """A client that signs with the password that is in force here."""
    door = multifon.door(timeout=timeout)
    return Client(door, LOGIN, store.present, forms or list(Form), pause=multifon.pauses.append)


def held(store: MemoryStore) -> tuple[str, str, str | None]:
    """In use, in the file of secrets, beside it."""
    candidate = store.candidate()
    return store.present().reveal(), store.written.reveal(), candidate and candidate.reveal()


CHANGED = (NEW, NEW, None)
UNCHANGED = (PASSWORD, PASSWORD, None)
UNKNOWN = (PASSWORD, PASSWORD, NEW)


@BOTH_FORMS
def test_a_password_is_changed_and_written_when_a_read_has_proven_it(
    multifon: Provider, store: MemoryStore, form: Form
) -> None:
    client = client_of(multifon, store, form)
    change(client, store, Secret(NEW))
    assert held(store) == CHANGED
    assert multifon.paths[1:] == ["routing"], "one harmless read proves it"
    assert client.read_routing() is Routing.MULTIFON


@pytest.mark.parametrize("fault", ["error", "lost"])
@BOTH_FORMS
def test_a_call_that_answers_an_error_although_it_has_changed_the_password_is_seen_through(
    multifon: Provider, store: MemoryStore, fault: str, form: Form
) -> None:
    path = "password" if form is Form.NEWER else "password/change"
    multifon.behaves(fault=fault, fault_on=path)
    change(client_of(multifon, store, form), store, Secret(NEW))
    assert held(store) == CHANGED


@pytest.mark.parametrize("fault", ["code-500", "reset", "http-500", "http-403", "redirect"])
def test_a_call_that_fails_and_has_changed_nothing_leaves_the_old_password(
    multifon: Provider, store: MemoryStore, fault: str
) -> None:
    multifon.behaves(fault=fault, fault_on="password", redirect="/x")
    with pytest.raises(PasswordError, match="still takes the old one") as refused:
        change(client_of(multifon, store, Form.NEWER), store, Secret(NEW))
    assert refused.value.code == "not-changed"
    assert held(store) == UNCHANGED


def test_a_new_password_that_the_provider_does_not_like_is_told_with_its_words(
    multifon: Provider, store: MemoryStore
) -> None:
    with pytest.raises(PasswordError, match="invalid symbols or too long"):
        change(client_of(multifon, store), store, Secret("Short1"))
    assert held(store) == UNCHANGED


def test_a_provider_that_cannot_be_reached_changes_nothing(
    multifon: Provider, store: MemoryStore
) -> None:
    door = multifon.door(url="https://127.0.0.1:1/")
    client = Client(door, LOGIN, store.present, pause=multifon.pauses.append)
    with pytest.raises(NotSentError):
        change(client, store, Secret(NEW))
    assert held(store) == UNCHANGED


@pytest.mark.parametrize("fault", ["http-500", "reset", "hang", "no-result", "code-404"])
def test_when_neither_can_be_proven_both_are_kept_and_the_user_is_told_where(
    multifon: Provider, store: MemoryStore, fault: str
) -> None:
    multifon.behaves(fault=fault)
    with pytest.raises(PasswordError, match=r"secrets\.toml .* the other file") as unknown:
        change(client_of(multifon, store, Form.NEWER, timeout=0.5), store, Secret(NEW))
    assert unknown.value.code == "unknown-password"
    assert held(store) == UNKNOWN


@pytest.mark.parametrize(("fault", "expected"), [("lost", CHANGED), ("reset", UNCHANGED)])
def test_what_became_of_it_is_found_out_when_the_provider_answers_again(
    multifon: Provider, store: MemoryStore, fault: str, expected: tuple[str, str, str | None]
) -> None:
    client = client_of(multifon, store, Form.NEWER)
    multifon.behaves(fault=fault)
    with pytest.raises(PasswordError):
        change(client, store, Secret(NEW))
    with pytest.raises(PasswordError):
        settle(client, store)
    multifon.behaves(fault="")
    assert settle(client, store) is (expected == CHANGED)
    assert held(store) == expected
    assert settle(client, store) is False, "there is nothing left to find out"


def test_another_change_first_finds_out_what_became_of_the_one_before(
    multifon: Provider, store: MemoryStore
) -> None:
    client = client_of(multifon, store, Form.NEWER)
    multifon.behaves(fault="lost")
    with pytest.raises(PasswordError):
        change(client, store, Secret(NEW))
    multifon.behaves(fault="")
    change(client, store, Secret("Third-Horse-33"))
    assert held(store) == ("Third-Horse-33", "Third-Horse-33", None)


def test_nothing_is_sent_while_the_new_password_cannot_be_kept_safe(
    multifon: Provider, store: MemoryStore
) -> None:
    store.full = True
    with pytest.raises(OSError, match="No space left"):
        change(client_of(multifon, store), store, Secret(NEW))
    assert multifon.asked == []
    assert held(store) == UNCHANGED


def test_a_user_who_may_not_route_proves_the_password_by_the_balance(
    multifon: Provider, store: MemoryStore
) -> None:
    multifon.behaves(routing_allowed=False)
    change(client_of(multifon, store), store, Secret(NEW))
    assert held(store) == CHANGED


@pytest.mark.parametrize("new", ["", "two\nlines", "nul\x00", "bell\x07", "\ud800"])
def test_what_can_be_no_password_is_not_sent(
    multifon: Provider, store: MemoryStore, new: str
) -> None:
    with pytest.raises(PasswordError):
        change(client_of(multifon, store), store, Secret(new))
    assert multifon.asked == []


def test_the_present_password_is_not_sent_as_the_new_one(
    multifon: Provider, store: MemoryStore
) -> None:
    with pytest.raises(ServiceError, match="the present password"):
        change(client_of(multifon, store), store, Secret(PASSWORD))
    assert multifon.asked == []


@pytest.mark.parametrize(
    ("new", "count"),
    [
        ("Abcdefg1", 0),
        ("Abcdefghijklmnopqrs1", 0),
        ("Abcdef1", 1),
        ("Abcdefghijklmnopqrst1", 1),
        ("abcdefg1", 1),
        ("ABCDEFG1", 1),
        ("Abcdefgh", 1),
        ("abc", 2),
    ],
)
def test_the_rules_of_passwords_are_hearsay_so_they_are_remarks(new: str, count: int) -> None:
    found = list(remarks(Secret(new)))
    assert len(found) == count
    assert all(words.en != words.ru for words in found)
