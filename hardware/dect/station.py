"""One DECT module at work: its port, its thread, and the lines that share it.

The first line that is opened opens the port, the last one that is closed closes it.  All that the
module's state machine does happens in one thread, ``dect-PORT``, which owns the port too; the lines
and the control socket only give orders.  A port that vanishes is looked for every ``RETRY``.
"""

from __future__ import annotations

import dataclasses
import logging
import math
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeAlias

from gateway.handset_base import (
    BaseEvent,
    BaseStatus,
    HandsetStatus,
)
from gateway.line import Refusal
from hardware.dect import interface as do
from hardware.dect.base_events import base_event
from hardware.dect.interface import Happening, Module, Order, Write
from hardware.dect.modules import MODULES
from hardware.dect.options import BaseOptions, DectOptions
from hardware.serial_port import SerialPort

_log = logging.getLogger(__name__)

BAUD = 115200
RETRY = 1.0
"""Seconds between two attempts to open a port that is not there."""
CLOSING = 0.03
"""Seconds that closing waits for the module to silence its handsets; a method has 50 ms."""
CLOCK_EVERY = 3600.0
"""Seconds between two settings of the handsets' clocks."""
SHORTEST_REGISTRATION, LONGEST_REGISTRATION = 10.0, 600.0

Told: TypeAlias = Callable[[Happening, float], None]
"""What happened to a line's handset or to the module, and when (monotonic).  In the thread."""


class Port(Protocol):
    """What the station needs of a serial port."""

    def read(self, patience: float) -> bytes: ...

    def write(self, data: bytes) -> None: ...

    def wake(self) -> None: ...

    def close(self) -> None: ...


OpenPort: TypeAlias = Callable[[str, int], Port]


@dataclasses.dataclass(frozen=True, slots=True)
class _Line:
    name: str
    channel: int
    told: Told


class Station:
    """Implements ``gateway.handset_base.HandsetBase``.  ``station_of`` makes one for each port."""

    def __init__(self, options: BaseOptions, open_port: OpenPort = SerialPort) -> None:
        self._options = options
        self._open_port = open_port
        self._kind = MODULES[options.module]
        self._lines: dict[int, _Line] = {}
        self._joining = threading.Lock()
        self._thread: threading.Thread | None = None
        self._orders: deque[Order] = deque()
        self._changed = threading.Condition()
        self._port: Port | None = None
        self._module: Module = self._kind.make(options)
        self._clock_due = 0.0
        self._watchers: list[Callable[[BaseEvent], None]] = []
        self._information: do.BaseInformation | None = None
        self._fault: str | None = None
        self._presence: dict[int, bool] = {}
        self._registration_until: float | None = None
        self._paging_until = -math.inf
        self._idle = True

    # Lines.

    def join(self, name: str, options: DectOptions, told: Told) -> None:
        """Serve a handset; ``OSError`` with a sentence when that cannot be."""
        with self._joining:
            if options.base != self._options:
                raise OSError(
                    f"The line {name} gives other settings for the DECT module on "
                    f"{self._options.port} than another line; give the same ones to all its lines."
                )
            other = self._lines.get(options.handset)
            if other is not None:
                raise OSError(
                    f"The lines {other.name} and {name} both serve handset {options.handset}; "
                    "each handset has one line."
                )
            for line in self._lines.values():
                if line.channel == options.channel:
                    raise OSError(
                        f"The lines {line.name} and {name} both use voice channel "
                        f"{options.channel} of the DECT module; give each its own."
                    )
            self._lines[options.handset] = _Line(name, options.channel, told)
            self.order(do.Serve(options.handset, options.channel))
            if self._thread is None:
                self._start()
            elif self._information is not None:
                self._tell_line(options.handset, do.Ready(self._information), time.monotonic())
            elif self._fault is not None:
                self._tell_line(options.handset, do.Down(self._fault), time.monotonic())

    def leave(self, handset: int) -> None:
        """The line serves its handset no more; returns when the handset is silent, or soon."""
        with self._joining:
            if self._lines.pop(handset, None) is None:
                return
            self.order(do.Dismiss(handset))
            if not self._lines:
                self._stop()

    @property
    def unused(self) -> bool:
        """No line is open."""
        return not self._lines

    def has(self, options: BaseOptions) -> bool:
        return options == self._options

    def order(self, order: Order) -> None:
        """Let the module do something.  From any thread, never blocks."""
        with self._changed:
            self._orders.append(order)
            self._idle = False
            self._changed.notify_all()
            port = self._port
            if port is not None:
                port.wake()

    # What ``HandsetBase`` asks.

    @property
    def name(self) -> str:
        return self._options.port

    def status(self) -> BaseStatus:
        known, until = self._information, self._registration_until
        handsets = known.handsets if known else {}
        return BaseStatus(
            module=self._kind.description,
            tested_on_hardware=self._kind.tested_on_hardware,
            fault=self._fault or (None if known else "The DECT module is being started."),
            firmware=known.firmware if known else None,
            identity=known.identity if known else None,
            frequencies=known.frequencies if known else None,
            capacity=known.capacity if known else None,
            handsets=tuple(
                HandsetStatus(number, identity, self._presence.get(number), self._line(number))
                for number, identity in sorted(handsets.items())
            ),
            registration_s=None if until is None else max(0.0, until - time.monotonic()),
            paging=time.monotonic() < self._paging_until,
        )

    def watch(self, told: Callable[[BaseEvent], None]) -> None:
        self._watchers.append(told)

    def register(self, seconds: float) -> None:
        self._require_work()
        if not SHORTEST_REGISTRATION <= seconds <= LONGEST_REGISTRATION:
            raise ValueError(
                f"A handset can be registered for {SHORTEST_REGISTRATION:g} to "
                f"{LONGEST_REGISTRATION:g} seconds."
            )
        if self._registration_until is not None:
            raise ValueError("A handset is being registered already; stop that first.")
        self._registration_until = time.monotonic() + seconds
        self.order(do.OpenRegistration(seconds))

    def stop_registering(self) -> None:
        self.order(do.CloseRegistration())

    def delete(self, handset: int) -> None:
        self._require_handset(handset)
        self.order(do.DeleteHandset(handset))

    def page(self, on: bool) -> None:
        self._require_work()
        self._paging_until = time.monotonic() + do.PAGING if on else -math.inf
        self.order(do.Page(on))

    def locate(self, handset: int, on: bool) -> None:
        self._require_handset(handset)
        self.order(do.Locate(handset, on))

    def show_missed_calls(self, handset: int, count: int) -> None:
        self._require_handset(handset)
        self.order(do.ShowMissedCalls(handset, count))

    def _require_work(self) -> do.BaseInformation:
        if self._information is None:
            raise ValueError(
                self._fault or "The DECT module is being started; try again in some seconds."
            )
        return self._information

    def _require_handset(self, handset: int) -> None:
        known = self._require_work().handsets
        if handset not in known:
            there = ", ".join(map(str, sorted(known))) or "none"
            raise ValueError(f"There is no handset {handset}; there are: {there}.")

    def _line(self, handset: int) -> str | None:
        line = self._lines.get(handset)
        return line.name if line else None

    # The thread.

    def _start(self) -> None:
        self._module = self._kind.make(self._options)
        self._information = self._fault = self._registration_until = None
        self._presence.clear()
        name = f"dect-{Path(self._options.port).name}"
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def _stop(self) -> None:
        deadline = time.monotonic() + CLOSING
        with self._changed:
            self._changed.wait_for(
                lambda: self._idle or self._port is None, deadline - time.monotonic()
            )
        thread, self._thread = self._thread, None
        with self._changed:
            self._orders.clear()
            self._changed.notify_all()
            if self._port is not None:
                self._port.wake()
        if thread is not None and thread is not threading.current_thread():
            thread.join(max(0.01, deadline - time.monotonic()))
        self._information = None

    def _run(self) -> None:
        me = threading.current_thread()
        while self._thread is me:
            try:
                port = self._open_port(self._options.port, BAUD)
            except OSError as error:
                self._lost(str(error))
                continue
            with self._changed:
                self._port = port
            try:
                self._work(port, me)
            except OSError as error:
                self._lost(str(error), port)
            except Exception as error:  # noqa: BLE001
                # A driver's thread never raises; the port is opened anew.
                _log.exception("the DECT module on %s failed", self._options.port)
                self._lost(f"The DECT module failed ({error}); see the log.", port)
            finally:
                with self._changed:
                    self._port = None
                    self._changed.notify_all()
                port.close()

    def _work(self, port: Port, me: threading.Thread) -> None:
        self._perform(self._module.opened(time.monotonic()), port)
        while self._thread is me:
            self._follow_orders(port)
            now = time.monotonic()
            came = port.read(min(self._module.deadline, self._clock_due_at()) - now)
            now = time.monotonic()
            if came:
                self._perform(self._module.received(came, now), port)
            if now >= self._module.deadline:
                self._perform(self._module.advance(now), port)
            if now >= self._clock_due_at():
                self._set_clock(now)
            self._tell_idle()

    def _follow_orders(self, port: Port) -> None:
        while True:
            with self._changed:
                if not self._orders:
                    return
                order = self._orders.popleft()
            self._perform(self._module.order(order, time.monotonic()), port)

    def _lost(self, reason: str, port: Port | None = None) -> None:
        """The port is not there: the lines are told, and it is looked for after a while."""
        with self._changed:
            self._port = None
        if port is not None:
            port.close()
        self._perform(self._module.closed(time.monotonic(), reason), None)
        self._hear_orders_without_a_port()
        me = threading.current_thread()
        with self._changed:
            self._changed.wait_for(lambda: self._thread is not me, RETRY)
        self._hear_orders_without_a_port()

    def _hear_orders_without_a_port(self) -> None:
        while self._orders:
            self._perform(self._module.order(self._orders.popleft(), time.monotonic()), None)

    def _perform(self, outputs: list[do.Output], port: Port | None) -> None:
        now = time.monotonic()
        for output in outputs:
            if isinstance(output, Write):
                if port is not None:
                    port.write(output.data)
            else:
                self._happened(output, now)

    def _tell_idle(self) -> None:
        """Whoever closes waits until all that was ordered is done."""
        with self._changed:
            if not self._orders and not self._idle:
                self._idle = True
                self._changed.notify_all()

    def _clock_due_at(self) -> float:
        return self._clock_due if self._information is not None else math.inf

    def _set_clock(self, now: float) -> None:
        self._clock_due = now + CLOCK_EVERY
        self._orders.append(do.SetClock(datetime.now().astimezone()))

    # What happened.

    def _happened(self, what: Happening, now: float) -> None:
        self._note(what, now)
        match what:
            case do.Ready() | do.Down():
                for handset in tuple(self._lines):
                    self._tell_line(handset, what, now)
            case (
                do.Seized(handset)
                | do.Alerting(handset)
                | do.Answered(handset)
                | do.Refused(handset)
                | do.Released(handset)
                | do.Pressed(handset)
            ):
                self._presence[handset] = not (
                    isinstance(what, do.Refused) and what.why is Refusal.UNREACHABLE
                )
                self._tell_line(handset, what, now)
        event = base_event(what)
        if event is not None:
            for told in tuple(self._watchers):
                told(event)

    def _note(self, what: Happening, now: float) -> None:
        """Keep what ``status`` tells."""
        match what:
            case do.Ready(information):
                self._information, self._fault = information, None
                self._clock_due = now
            case do.Down(reason):
                self._information, self._fault = None, reason
                self._registration_until, self._paging_until = None, -math.inf
            case do.HandsetsKnown(handsets) if self._information is not None:
                self._information = dataclasses.replace(self._information, handsets=handsets)
            case do.HandsetPresent(handset):
                self._presence[handset] = True
                self._clock_due = now
            case do.HandsetGone(handset):
                self._presence[handset] = False
            case do.HandsetDeleted(handset):
                self._presence.pop(handset, None)
            case do.RegistrationEnded() | do.OperationFailed(do.OpenRegistration(), _):
                self._registration_until = None

    def _tell_line(self, handset: int, what: Happening, now: float) -> None:
        line = self._lines.get(handset)
        if line is not None:
            line.told(what, now)


_stations: dict[str, Station] = {}
_making = threading.Lock()


def station_of(options: BaseOptions, open_port: OpenPort = SerialPort) -> Station:
    """The station of a port, made for the first line that asks."""
    # Not resolved: a link may be away with its port, and name another one when it is back.
    port = os.path.abspath(options.port)  # noqa: PTH100 - Path.resolve would follow links
    with _making:
        station = _stations.get(port)
        if station is None or (station.unused and not station.has(options)):
            station = _stations[port] = Station(options, open_port)
        return station
