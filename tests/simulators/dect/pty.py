"""A simulated module on a pseudo-terminal: what a program finds at ``path`` is its serial port.

One thread brings the module forward in real time.  Whoever operates the module from another thread
does it with ``operate``, which is done in that thread.
"""

from __future__ import annotations

import contextlib
import errno
import os
import random
import select
import threading
import time
import tty
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from tests.simulators.dect.module import SimulatedModule
from tests.simulators.dect.serial_line import SerialLine, Spoiling

T = TypeVar("T")

LONGEST_WAIT = 0.5
PATIENCE = 30.0


class PtyModule:
    """``path`` is a link to the terminal's other end; ``vanish`` takes it away.

    Use it in a ``with``; the module is powered from then on.
    """

    def __init__(
        self, module: SimulatedModule, path: Path, spoiling: Spoiling | None = None, seed: int = 0
    ) -> None:
        self.module = module
        self.path = path
        dice = random.Random(seed)
        self._in = SerialLine(spoiling or Spoiling(), dice)
        self._out = SerialLine(spoiling or Spoiling(), dice)
        self._spoilt = spoiling is not None
        self._orders: deque[Callable[[], None]] = deque()
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._ours: int | None = None
        self._ending = False
        self.connected = False
        """A program holds the other end."""
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="simulated-dect", daemon=True)

    def __enter__(self) -> PtyModule:
        self._appear()
        self.module.power_up(time.monotonic())
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Idempotent; raises what went wrong in the thread."""
        if self._thread.is_alive():
            self._ending = True
            os.eventfd_write(self._wake, 1)
            self._thread.join()
            self._disappear()
            os.close(self._wake)
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure

    def operate(self, action: Callable[[SimulatedModule], T]) -> T:
        """Let the module's thread do something; its result, or what it raises."""
        done = threading.Event()
        outcome: list[Any] = [None, None]

        def order() -> None:
            try:
                outcome[0] = action(self.module)
            except Exception as error:  # noqa: BLE001 - raised where it was asked
                outcome[1] = error
            done.set()

        self._orders.append(order)
        os.eventfd_write(self._wake, 1)
        if not done.wait(PATIENCE):
            raise TimeoutError("the simulated module does not follow")
        if outcome[1] is not None:
            raise outcome[1]
        result: T = outcome[0]
        return result

    def vanish(self) -> None:
        """Unplug the module: the port is gone, for whoever holds it too."""
        self.operate(lambda _: self._disappear())

    def come_back(self) -> None:
        """Plug it in again: it is switched on anew."""

        def appear(module: SimulatedModule) -> None:
            self._appear()
            module.power_up(time.monotonic())

        self.operate(appear)

    def _appear(self) -> None:
        ours, theirs = os.openpty()
        tty.setraw(theirs)
        os.set_blocking(ours, False)
        name = os.ttyname(theirs)
        os.close(theirs)
        self.path.unlink(missing_ok=True)
        self.path.symlink_to(name)
        self._ours = ours

    def _disappear(self) -> None:
        if self._ours is not None:
            self.path.unlink(missing_ok=True)
            os.close(self._ours)
            self._ours = None
            self.connected = False
            self._in.cut()
            self._out.cut()

    def _run(self) -> None:
        try:
            while not self._ending:
                self._turn()
        except BaseException as error:  # noqa: BLE001 - raised by close
            self._failure = error

    def _turn(self) -> None:
        now = time.monotonic()
        self.module.advance(now)
        while self._orders:
            self._orders.popleft()()
        self._send(now)
        self._wait(min(self.module.deadline, self._in.due, self._out.due) - now)
        now = time.monotonic()
        self._receive(now)
        while data := self._in.take(now):
            self.module.receive(data, now)
        self._send(now)

    def _wait(self, seconds: float) -> None:
        wait = select.poll()
        wait.register(self._wake, select.POLLIN)
        if self._ours is not None:
            wait.register(self._ours, select.POLLIN)
        happened = dict(wait.poll(max(0.0, min(seconds, LONGEST_WAIT)) * 1000))
        if self._wake in happened:
            with contextlib.suppress(BlockingIOError):
                os.eventfd_read(self._wake)
        if self._ours is not None and happened.get(self._ours, 0) & select.POLLHUP:
            # Nobody holds the other end; the poll would return at once for ever.
            time.sleep(0.005)

    def _receive(self, now: float) -> None:
        if self._ours is None:
            return
        try:
            data = os.read(self._ours, 65536)
        except BlockingIOError:
            self.connected = True
            return
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            self.connected = False
            return
        self.connected = True
        if self._spoilt:
            self._in.send(data, now)
        else:
            self.module.receive(data, now)

    def _send(self, now: float) -> None:
        data = self.module.take()
        if self._spoilt:
            self._out.send(data, now)
            data = b"".join(iter(lambda: self._out.take(now), b""))
        if data and self._ours is not None and self.connected:
            # A program that does not read loses what it does not read, as on a wire.
            with contextlib.suppress(BlockingIOError, OSError):
                os.write(self._ours, data)
