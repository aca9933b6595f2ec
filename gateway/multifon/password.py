"""Changes the password at the provider without ever losing it.

The new password is put on disk before it is sent, and goes into the file of secrets only when the
provider has taken it in a harmless read.  One author of a client suspects that the provider can
answer with an error and change the password all the same; so after every answer both are tried.
Whatever happens in between - a cut, a crash, a power failure - the old one is in the file of
secrets and the new one beside it, and ``settle`` finds out later.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from gateway.multifon import result_codes
from gateway.multifon.client import AccountClient
from gateway.multifon.errors import (
    NoSuchAddressError,
    NotSentError,
    RefusedError,
    ServiceError,
    UnclearError,
)
from gateway.settings.secret import Secret
from gateway.words import Words

SHORTEST, LONGEST = 8, 20


class PasswordStore(Protocol):
    """Where the passwords of one account are kept."""

    place: str
    """The file with a new password that is not proven yet, for sentences."""

    def present(self) -> Secret: ...

    def candidate(self) -> Secret | None:
        """The new password that is not proven yet; ``OSError`` if that cannot be read."""

    def keep_candidate(self, new: Secret) -> None:
        """Put ``new`` on disk beside the present one; ``OSError`` if that fails."""

    def adopt(self, new: Secret) -> None:
        """``new`` is the password from now on; ``OSError`` if only the disk does not know it."""

    def drop_candidate(self) -> None: ...


class PasswordError(ServiceError):
    """The password was not changed, or nobody knows whether it was; the sentence says which."""


def remarks(new: Secret) -> Iterator[Words]:
    """What the provider may not like about ``new``.  Its rules are hearsay, so it decides."""
    text = new.reveal()
    if not SHORTEST <= len(text) <= LONGEST:
        yield Words(
            f"MultiFon is said to want {SHORTEST} to {LONGEST} characters.",
            f"Говорят, МультиФон требует от {SHORTEST} до {LONGEST} символов.",
        )
    lower = any(c.islower() for c in text)
    upper = any(c.isupper() for c in text)
    if not (lower and upper and any(c.isdigit() for c in text)):
        yield Words(
            "MultiFon is said to want capital letters, small letters and digits.",
            "Говорят, МультиФон требует заглавные и строчные буквы и цифры.",
        )


def check(new: Secret, present: Secret) -> None:
    """``PasswordError`` for what can never be a new password."""
    text = new.reveal()
    if not text or not text.isprintable():
        # A surrogate, which no file can hold, is not printable either.
        words = Words(
            "A password has at least one character and no control characters.",
            "В пароле должен быть хотя бы один символ и не должно быть управляющих символов.",
        )
        raise PasswordError("bad-password", words)
    if new == present:
        words = Words("That is the present password.", "Это и есть действующий пароль.")
        raise PasswordError("same-password", words)


def change(client: AccountClient, store: PasswordStore, new: Secret) -> None:
    """Change the password to ``new``; returns when the provider has proven to take it.

    Blocks.  ``ServiceError`` says what came of it otherwise.
    """
    check(new, store.present())
    if store.candidate() is not None:
        settle(client, store)
        check(new, store.present())
    store.keep_candidate(new)
    answered: ServiceError | None = None
    try:
        client.change_password(new)
    except (NotSentError, NoSuchAddressError):
        store.drop_candidate()
        raise
    except (RefusedError, UnclearError) as error:
        answered = error
    if not _settled(client, store, new, answered):
        raise _not_taken(answered)


def settle(client: AccountClient, store: PasswordStore) -> bool:
    """Find out what became of an earlier change; whether the new password is in force.

    ``PasswordError`` if that cannot be found out now either.
    """
    candidate = store.candidate()
    return candidate is not None and _settled(client, store, candidate, None)


def _settled(
    client: AccountClient, store: PasswordStore, new: Secret, answered: ServiceError | None
) -> bool:
    if _is_taken(client, new):
        store.adopt(new)
        return True
    if _is_taken(client, store.present()):
        store.drop_candidate()
        return False
    raise _unknown(store.place, answered)


def _is_taken(client: AccountClient, password: Secret) -> bool:
    """Whether ``password`` has proven to be the one in force."""
    for read in (client.read_routing, client.read_balance):
        try:
            read(password)
        except RefusedError as error:
            if error.code == result_codes.WRONG_PASSWORD:
                return False
            # Another refusal may come before or after a look at the password: it proves nothing.
        except ServiceError:
            return False
        else:
            return True
    return False


def _not_taken(answered: ServiceError | None) -> PasswordError:
    said = answered.words if answered else Words("", "")
    return PasswordError(
        "not-changed",
        Words(
            f"The password is not changed: MultiFon still takes the old one. {said.en}".rstrip(),
            f"Пароль не изменён: МультиФон по-прежнему принимает старый. {said.ru}".rstrip(),
        ),
    )


def _unknown(place: str, answered: ServiceError | None) -> PasswordError:
    said = answered.words if answered else Words("", "")
    return PasswordError(
        "unknown-password",
        Words(
            "Nobody knows yet whether the password is changed: MultiFon has confirmed neither the "
            "old nor the new one. Both are kept, the old one in secrets.toml and the new one in "
            f"{place}. The gateway goes on trying both. {said.en}".rstrip(),
            "Пока неизвестно, изменён ли пароль: МультиФон не подтвердил ни старый, ни новый. Оба "
            f"сохранены: старый в secrets.toml, новый в {place}. Шлюз продолжит проверять оба. "
            f"{said.ru}".rstrip(),
        ),
    )
