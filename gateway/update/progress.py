"""How an update goes, for the page: one small file, always whole."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gateway.settings.files import locked, replace
from gateway.words import Words

PHASES: Mapping[str, Words] = {
    "waiting": Words(
        "The update begins as soon as nobody telephones.",
        "Обновление начнётся, как только закончатся разговоры.",
    ),
    "installing": Words(
        "The update is checked and written. Telephones work meanwhile.",
        "Обновление проверяется и записывается. Телефоны пока работают.",
    ),
    "restarting": Words(
        "The adapter starts the new system. That takes some minutes; no telephone works meanwhile.",
        "Адаптер запускает новую систему. Это займёт несколько минут; телефоны пока не работают.",
    ),
    "trying": Words(
        "The new system is tried: it stays if it works as the old one did.",
        "Новая система проверяется: она останется, если работает так же, как прежняя.",
    ),
    "done": Words("The adapter is up to date.", "Адаптер обновлён."),
    "refused": Words(
        "This file was not taken: {why} Nothing has changed.",
        "Файл не принят: {why} Ничего не изменилось.",
    ),
    "returned": Words(
        "The new system did not work ({why}), so the adapter is back in the old one.",
        "Новая система не заработала ({why}), и адаптер вернулся к прежней.",
    ),
}
"""By the fixed name of each phase."""


BUSY = ("waiting", "installing", "restarting", "trying")
"""Phases in which no other update is taken."""


class Progress:
    """Written by root, read by the page: ``phase``, the texts, ``time`` (UTC), ``version``."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def tell(self, phase: str, why: Words | None = None, *, version: str = "") -> None:
        """The old text or the new one is there, whatever happens to the power.

        ``version`` of the update, if its signature is right.
        """
        words = PHASES[phase].format(why=why or "")
        told = {
            "phase": phase,
            "text": words.en,
            "text_ru": words.ru,
            "time": time.time(),
            "version": version,
        }
        with locked(self._file.parent):
            replace(self._file, json.dumps(told, ensure_ascii=False).encode(), 0o644)

    def read(self) -> Mapping[str, Any] | None:
        """What was told last; ``None`` if there was no update yet."""
        try:
            found: Mapping[str, Any] = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return found
