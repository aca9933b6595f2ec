"""The account service of one account on the event loop: asks by itself, and when it is asked.

The client blocks, so each piece of work runs in a short-lived thread.  One at a time: ``_lock``.
What was begun is finished even if the program that asked for it has gone; a password that is half
changed would be worse than an answer that nobody reads.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Protocol, TypeVar

from gateway.multifon import password, telling
from gateway.multifon.client import AccountClient
from gateway.multifon.errors import ServiceError
from gateway.multifon.keeping import Jitter, Keeping
from gateway.multifon.password import PasswordError, PasswordStore
from gateway.multifon.routing import Routing
from gateway.settings.secret import Secret
from gateway.words import Words

_log = logging.getLogger(__name__)

T = TypeVar("T")


class AccountStore(PasswordStore, Protocol):
    """Where the password and the wanted mode of one account are kept."""

    def keep_routing(self, mode: str) -> None:
        """Put the wanted mode into the settings; ``OSError`` if that fails."""


class Observer(Protocol):
    """Who is told what the account service finds out."""

    def changed(self, name: str, found: Mapping[str, Any]) -> None:
        """Something of ``telling.found`` has changed."""

    def warned(self, name: str, warning: bool) -> None:
        """The user of the account's lines should look at the account, or need not any more."""

    def carries(self, name: str, lines: int) -> None:
        """So many outgoing calls the provider lets the account have at a time."""

    def renewed(self, name: str) -> None:
        """The account has another password from now on."""


class AccountService:
    """``run`` is the part that works by itself; the other methods answer the user.

    They raise ``ServiceError``, or ``OSError`` with a sentence if only the disk failed.
    """

    def __init__(
        self,
        name: str,
        client: AccountClient,
        store: AccountStore,
        keeping: Keeping,
        observer: Observer,
        *,
        jitter: Jitter = random.uniform,
    ) -> None:
        self.name = name
        self._client = client
        self._store = store
        self._keeping = keeping
        self._observer = observer
        self._jitter = jitter
        self._lines: int | None = None
        """What the provider said of the calls at a time; 0: nothing; ``None``: not asked yet."""
        self._lock = asyncio.Lock()
        self._moved = asyncio.Event()
        self._due = self._from_now(keeping.next_round(jitter))
        self._told: Mapping[str, Any] = telling.found(keeping)
        self._tasks: set[asyncio.Task[Any]] = set()

    async def run(self) -> None:
        """Ask in every round until cancelled."""
        if self._store.candidate() is not None:
            self._due = time.monotonic()
        while True:
            self._moved.clear()
            wait = None if self._due is None else max(0.0, self._due - time.monotonic())
            try:
                async with asyncio.timeout(wait):
                    await self._moved.wait()
            except TimeoutError:
                await self._finish(self._round())

    def close(self) -> None:
        """Cut what runs.  Idempotent."""
        self._client.close()
        for task in self._tasks:
            task.cancel()

    def want(self, wanted: Routing | None) -> None:
        """Keep another mode from now on (``None``: only watch), and ask at once."""
        if wanted is not self._keeping.wanted:
            self._take(self._keeping.wants(wanted))
            self._due = time.monotonic()
            self._moved.set()

    async def retire(self) -> None:
        """Finish what was begun, then ``close``."""
        async with self._lock:
            self.close()

    # For the user.

    def found(self) -> Mapping[str, Any]:
        """What is known, without asking the provider."""
        return telling.found(self._keeping, time.monotonic())

    async def routing(self) -> Mapping[str, Any]:
        """Where calls go now."""
        return await self._finish(self._asked())

    async def set_routing(self, mode: Routing, *, keep: bool) -> Mapping[str, Any]:
        """Send calls to ``mode``; with ``keep``, or if a mode is kept already, from now on."""
        return await self._finish(self._set_by_hand(mode, keep=keep))

    async def balance(self) -> float:
        """Roubles."""
        balance = await self._finish(self._asked_balance())
        return float(balance)

    async def status(self) -> Mapping[str, Any]:
        found = await self._finish(self._locked(self._client.read_status))
        return {"active": found.active, "expires": found.expires or None}

    async def lines(self) -> int:
        """How many outgoing calls the account may have at a time."""
        return await self._finish(self._locked_lines())

    async def change_password(self, new: Secret) -> tuple[Words, ...]:
        """Change it; returns what the provider may come to dislike about it."""
        return await self._finish(self._change(new))

    # Pieces of work.

    async def _round(self) -> None:
        async with self._lock:
            try:
                await self._settle_password()
                await self._look()
                await self._set_again()
            except ServiceError as error:
                self._take(self._keeping.failed(error))
        self._plan()

    async def _look(self) -> None:
        mode = await self._work(self._client.read_routing)
        try:
            balance = await self._work(self._client.read_balance)
        except ServiceError as error:
            _log.info("account %s: the balance is not known: %s", self.name, error)
            balance = None
        seen = self._keeping.saw_balance(balance)
        self._take(seen.saw(mode, time.monotonic()))
        if self._lines is None:
            # It hardly ever changes: once is enough, and no reason to ask again if it is not told.
            self._lines = 0
            with contextlib.suppress(ServiceError):
                await self._read_lines()

    async def _set_again(self) -> None:
        wanted = self._keeping.to_set(time.monotonic())
        if wanted is None:
            return
        self._take(self._keeping.tried(time.monotonic(), self._jitter))
        mode = await self._work(lambda: self._client.set_routing(wanted))
        if mode is wanted:
            _log.info("account %s: calls are sent to %s again", self.name, wanted.words.en)
        self._take(self._keeping.saw(mode, time.monotonic(), after_set=True))

    async def _asked(self) -> Mapping[str, Any]:
        async with self._lock:
            await self._look()
            try:
                await self._set_again()
            except ServiceError as error:
                self._take(self._keeping.failed(error))
        self._plan()
        return self.found()

    async def _asked_balance(self) -> Any:
        async with self._lock:
            balance = await self._work(self._client.read_balance)
            self._take(self._keeping.saw_balance(balance))
            # The user has topped the account up, perhaps: no need to wait for the next round.
            with contextlib.suppress(ServiceError):
                await self._set_again()
        return balance

    async def _set_by_hand(self, mode: Routing, *, keep: bool) -> Mapping[str, Any]:
        async with self._lock:
            kept = keep or self._keeping.wanted is not None
            if kept:
                if self._keeping.wanted is not mode:
                    self._store.keep_routing(mode.value)
                self._take(self._keeping.wants(mode))
            self._take(self._keeping.tried(time.monotonic(), self._jitter))
            found = await self._work(lambda: self._client.set_routing(mode))
            self._take(self._keeping.saw(found, time.monotonic(), after_set=True))
        self._plan()
        if found is not mode:
            raise ServiceError("not-taken", telling.not_taken(mode, found, kept=kept))
        return self.found()

    async def _locked_lines(self) -> int:
        async with self._lock:
            return await self._read_lines()

    async def _read_lines(self) -> int:
        lines = await self._work(self._client.read_lines)
        if lines != self._lines:
            self._lines = lines
            self._observer.carries(self.name, lines)
        return lines

    async def _locked(self, work: Callable[[], T]) -> T:
        async with self._lock:
            return await self._work(work)

    async def _change(self, new: Secret) -> tuple[Words, ...]:
        async with self._lock:
            before = self._store.present()
            try:
                await self._work(lambda: password.change(self._client, self._store, new))
            except OSError as error:
                changed = self._store.present() != before
                words = telling.not_kept(str(error), self._store.place, changed=changed)
                raise ServiceError("not-kept", words) from None
            finally:
                self._look_at_password(before)
        return tuple(password.remarks(new))

    async def _settle_password(self) -> None:
        """A change of the password that was never cleared up comes first: it may be the trouble."""
        before = self._store.present()
        try:
            if self._store.candidate() is not None:
                await self._work(lambda: password.settle(self._client, self._store))
        except (PasswordError, OSError) as error:
            _log.warning("account %s: %s", self.name, error)
        finally:
            self._look_at_password(before)

    def _look_at_password(self, before: Secret) -> None:
        if self._store.present() != before:
            _log.info("account %s: the password is changed", self.name)
            self._observer.renewed(self.name)

    # Telling and planning.

    def _take(self, keeping: Keeping) -> None:
        before, self._keeping = self._keeping, keeping
        if keeping.fell_back != before.fell_back:
            if keeping.fell_back:
                _log.warning("account %s: %s", self.name, telling.fell_back(keeping).en)
            self._observer.warned(self.name, keeping.fell_back)
        trouble = keeping.trouble
        if trouble is not None and (before.trouble is None or before.trouble.code != trouble.code):
            _log.warning("account %s: %s", self.name, trouble)
        found = telling.found(keeping)
        if found != self._told:
            self._told = found
            self._observer.changed(self.name, self.found())

    def _plan(self) -> None:
        self._due = self._from_now(self._keeping.next_round(self._jitter))
        self._moved.set()

    @staticmethod
    def _from_now(delay: float | None) -> float | None:
        return None if delay is None else time.monotonic() + delay

    # Running.

    async def _finish(self, work: Coroutine[Any, Any, T]) -> T:
        """Await ``work``, and let it go on if the one who awaits it is cancelled."""
        task = asyncio.create_task(work, name=f"account {self.name}")
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # known to whoever awaited it, if anybody still did

    async def _work(self, work: Callable[[], T]) -> T:
        """Run ``work``, which blocks, in a thread of its own."""
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[T] = loop.create_future()

        def settle(result: T | None, error: BaseException | None) -> None:
            if outcome.done():
                return
            if error is not None:
                outcome.set_exception(error)
            else:
                outcome.set_result(result)  # type: ignore[arg-type]

        def run() -> None:
            result: T | None = None
            failure: BaseException | None = None
            try:
                result = work()
            except Exception as error:  # noqa: BLE001 - it is raised where the work was asked for
                failure = error
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(settle, result, failure)

        threading.Thread(target=run, name="provider", daemon=True).start()
        return await outcome
