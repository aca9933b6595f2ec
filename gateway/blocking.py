"""Who is not to ring: the block list as it is kept, and as call control asks it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gateway.call.block_list import SHORTEST_BEGINNING, BlockList, Pattern
from gateway.call.same_number import LONGEST, digits_of
from gateway.caller import Caller
from gateway.phone_book import written
from gateway.records.blocked import Blocked
from gateway.records.store import RecordStore
from gateway.refusal import refusal
from gateway.words import Words

MOST = 1000
LONGEST_NOTE = 80
"""Characters."""

_WRONG = {
    "no-number": Words(
        f"Write a number of up to {LONGEST} digits, or the beginning of numbers with * behind it.",
        f"Напишите номер до {LONGEST} цифр или начало номеров со знаком * после него.",
    ),
    "short-beginning": Words(
        f"Write at least {SHORTEST_BEGINNING} digits before the *.",
        f"Перед знаком * напишите не меньше {SHORTEST_BEGINNING} цифр.",
    ),
}
_NOTE = Words(
    f"A note has at most {LONGEST_NOTE} characters.", f"Заметка не длиннее {LONGEST_NOTE} знаков."
)
_FULL = Words(
    f"The block list holds {MOST} entries and no more.",
    f"В чёрном списке помещается {MOST} записей, не больше.",
)
_EMERGENCY = Words(
    "Emergency numbers may always ring.", "Экстренные службы могут дозвониться всегда."
)
EMERGENCY = frozenset({"101", "102", "103", "104", "112"})


class Blocking:
    """Everything runs on the event loop; ``clock`` gives UTC seconds since the epoch.

    Refusals are ``RefusalError`` with both languages.
    """

    def __init__(self, records: RecordStore, clock: Callable[[], float]) -> None:
        self._records = records
        self._clock = clock
        self._list = BlockList()
        self._withheld = False
        self._read()

    def block_withheld(self, withheld: bool) -> None:
        """Callers who hide their number do not ring, or do again."""
        self._withheld = withheld
        self._read()

    def blocks(self, caller: Caller) -> bool:
        """``caller`` is not to ring."""
        return self._list.blocks(caller)

    def entries(self) -> Sequence[Blocked]:
        """The newest first."""
        return self._records.blocked.all()

    def add(self, text: str, note: str = "") -> int:
        """Block a number, or numbers by their beginning; the id of the entry."""
        pattern, tidy = check(text, note)
        keys = {Pattern(one.pattern).key for one in self._records.blocked.all()}
        if len(keys) >= MOST and pattern.key not in keys:
            raise refusal(_FULL)
        with written(self._records):
            ident = self._records.blocked.add(pattern, tidy, self._clock())
        self._read()
        return ident

    def remove(self, ident: int) -> bool:
        """Let ring again; false if there is no such entry."""
        with written(self._records):
            removed = self._records.blocked.remove(ident)
        self._read()
        return removed

    def replace_all(self, entries: Sequence[tuple[str, str]]) -> None:
        """Only these, patterns and notes, from now on, as a backup has them."""
        checked = [check(text, note) for text, note in entries[:MOST]]
        with written(self._records):
            self._records.blocked.clear()
            for pattern, note in checked:
                self._records.blocked.add(pattern, note, self._clock())
        self._read()

    def _read(self) -> None:
        patterns = (entry.pattern for entry in self._records.blocked.all())
        self._list = BlockList.of(patterns, withheld=self._withheld)


def check(text: str, note: str) -> tuple[Pattern, str]:
    """An entry tidied; ``RefusalError`` says what is wrong with it."""
    try:
        pattern = Pattern(text.strip())
    except ValueError as error:
        raise refusal(_WRONG[str(error)]) from None
    if len(digits_of(text)) > LONGEST or len(text) > 2 * LONGEST:
        raise refusal(_WRONG["no-number"])
    if pattern.key in EMERGENCY:
        raise refusal(_EMERGENCY)
    tidy = " ".join(note.split())
    if len(tidy) > LONGEST_NOTE or not tidy.isprintable():
        raise refusal(_NOTE)
    return pattern, tidy
