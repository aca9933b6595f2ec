"""The methods ``phonebook.*``, ``block.*`` and ``calls*`` of the control socket, see docs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from gateway.blocking import Blocking
from gateway.commands import limit_of
from gateway.control.server import Method
from gateway.phone_book import MOST, PhoneBook, contact_from, contact_told
from gateway.records.calls import CallRecord, CallRecords, Wanted
from gateway.settings_commands import flag_of

Arguments = Mapping[str, Any]
Publish = Callable[[str, Mapping[str, Any]], None]

LONGEST_SEARCH = 80
"""Characters."""


class BookCommands:
    """The phone book, the block list and the list of calls.

    Every refusal is a ``ValueError`` with a sentence.  Each change is told by the event
    ``phonebook``, ``block`` or ``calls``.
    """

    def __init__(
        self,
        book: PhoneBook,
        blocking: Blocking,
        calls: CallRecords,
        publish: Publish,
        seen: Callable[[], None] = lambda: None,
    ) -> None:
        """``seen`` is called when somebody has looked at the missed calls."""
        self._book = book
        self._blocking = blocking
        self._calls = calls
        self._publish = publish
        self._seen = seen

    def methods(self) -> Mapping[str, Method]:
        return {
            "calls": self._list_calls,
            "calls.seen": self._calls_seen,
            "calls.delete": self._delete_calls,
            "phonebook": self._contacts,
            "phonebook.save": self._save,
            "phonebook.delete": self._delete,
            "phonebook.import": self._import,
            "block": self._blocked,
            "block.add": self._block,
            "block.remove": self._unblock,
        }

    # Calls.

    async def _list_calls(self, arguments: Arguments) -> list[Mapping[str, Any]]:
        limit, offset = limit_of(arguments), _whole(arguments, "offset", 0)
        direction = arguments.get("direction")
        if direction not in {None, "in", "out"}:
            raise ValueError("direction is in or out.")
        missed = flag_of(arguments, "missed")
        line = arguments.get("line")
        if line is not None and not isinstance(line, str):
            raise ValueError("line is the name of a line.")
        search = _text(arguments, "search", LONGEST_SEARCH)
        # Whoever was written down later is found by the name all the same.
        known = self._book.contacts(search) if search else ()
        keys = frozenset(key for contact in known for key in contact.keys)
        wanted = Wanted(line, direction, None, missed, search, keys)
        return [self._told(record) for record in self._calls.latest(limit, wanted, offset)]

    def _told(self, record: CallRecord) -> Mapping[str, Any]:
        # Who was written into the phone book later has a name all the same.
        name = record.name or self._book.name_of(record.number)
        return {**asdict(record), "name": name}

    async def _calls_seen(self, _arguments: Arguments) -> Mapping[str, Any]:
        marked = self._calls.mark_seen()
        self._seen()
        if marked:
            self._publish("calls", {"unseen": 0})
        return {"marked": marked}

    async def _delete_calls(self, arguments: Arguments) -> Mapping[str, Any]:
        ids = arguments.get("ids")
        if ids == "all":
            deleted = self._calls.prune(0.0, keep=0)
        elif isinstance(ids, list) and all(isinstance(one, str) for one in ids):
            deleted = self._calls.delete(ids)
        else:
            raise ValueError('ids is a list of the ids of calls, or "all".')
        self._publish("calls", {"unseen": self._calls.unseen()})
        return {"deleted": deleted}

    # The phone book.

    async def _contacts(self, arguments: Arguments) -> list[Mapping[str, Any]]:
        found = self._book.contacts(_text(arguments, "search", LONGEST_SEARCH))
        return [contact_told(contact) for contact in found]

    async def _save(self, arguments: Arguments) -> Mapping[str, Any]:
        ident = self._book.save(contact_from(arguments))
        self._publish("phonebook", {})
        return {"id": ident}

    async def _delete(self, arguments: Arguments) -> Mapping[str, Any]:
        ids = arguments.get("ids")
        if not isinstance(ids, list) or not all(type(one) is int for one in ids):
            raise ValueError("ids is a list of the whole numbers that identify contacts.")
        deleted = self._book.delete(ids)
        self._publish("phonebook", {})
        return {"deleted": deleted}

    async def _import(self, arguments: Arguments) -> Mapping[str, Any]:
        contacts = arguments.get("contacts")
        if not isinstance(contacts, list) or len(contacts) > MOST:
            raise ValueError(f"contacts is a list of at most {MOST} contacts.")
        if not all(isinstance(one, Mapping) for one in contacts):
            raise ValueError("A contact has a name and a list of numbers.")
        done = self._book.take([contact_from({**one, "id": 0}) for one in contacts])
        self._publish("phonebook", {})
        return asdict(done)

    # The block list.

    async def _blocked(self, _arguments: Arguments) -> list[Mapping[str, Any]]:
        return [
            {**asdict(entry), "name": self._book.name_of(entry.pattern)}
            for entry in self._blocking.entries()
        ]

    async def _block(self, arguments: Arguments) -> Mapping[str, Any]:
        pattern = arguments.get("pattern")
        if not isinstance(pattern, str):
            raise ValueError("pattern is a number, or a beginning of numbers and *.")  # noqa: TRY004
        ident = self._blocking.add(pattern, _text(arguments, "note", 200))
        self._publish("block", {})
        return {"id": ident}

    async def _unblock(self, arguments: Arguments) -> Mapping[str, Any]:
        removed = self._blocking.remove(_whole(arguments, "id", None))
        self._publish("block", {})
        return {"removed": removed}


def _whole(arguments: Arguments, name: str, default: int | None) -> int:
    value = arguments.get(name, default)
    if type(value) is not int or not 0 <= value <= 2**53:
        raise ValueError(f"{name} is a whole number from 0 on.")
    return value


def _text(arguments: Arguments, name: str, longest: int) -> str:
    value = arguments.get(name, "")
    if not isinstance(value, str) or len(value) > longest:
        raise ValueError(f"{name} is a text of at most {longest} characters.")
    return value
