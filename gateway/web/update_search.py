"""A look for a newer system that somebody asked for on the page; it goes on when he leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gateway.update.fetch import Adapter, Outcome, look
from gateway.update.offer import OfferError
from gateway.update.places import GIVEN, SOURCE
from gateway.update.progress import Progress
from gateway.words import Words

_NONE = Words("There is nothing newer.", "Новее ничего нет.")
_LEFT = Words(
    "There is a newer system, but it did not work here before. It is taken only as a file.",
    "Есть новее, но здесь она уже не заработала. Её можно установить только файлом.",
)
_FAILED = Words("Nothing was found: {why}", "Ничего не найдено: {why}")


@dataclass(slots=True)
class Updates:
    """The page's part in an update: it hands files over, and reads how it goes.

    ``state`` is the page's folder, ``progress`` the installer's file.
    """

    state: Path
    progress: Path
    said: Words | None = None
    """How the last look ended, until the next."""
    _task: asyncio.Task[None] | None = field(default=None, repr=False)

    @property
    def given(self) -> Path:
        return self.state / GIVEN

    @property
    def source(self) -> Path:
        return self.state / SOURCE

    @property
    def looking(self) -> bool:
        return self._task is not None and not self._task.done()

    def told(self) -> Mapping[str, Any] | None:
        """How the last update went."""
        return Progress(self.progress).read()

    def look(self, address: str) -> None:
        """Begin to look there; one look at a time."""
        if not self.looking:
            self._task = asyncio.create_task(self._look(address))

    async def looked(self) -> None:
        """Until the look that has begun is over."""
        if self._task is not None:
            await self._task

    async def _look(self, address: str) -> None:
        self.said = None
        try:
            outcome = await asyncio.to_thread(
                lambda: look(address, Adapter.this(), self.told(), self.state)
            )
        except OfferError as error:
            self.said = _FAILED.format(why=error.words)
        except OSError as error:
            self.said = _FAILED.format(why=error.strerror or type(error).__name__)
        else:
            self.said = {Outcome.NONE: _NONE, Outcome.LEFT: _LEFT}.get(outcome)
