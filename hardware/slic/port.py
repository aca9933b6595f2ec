"""The logic pins of a SLIC module, in its data sheet's terms and order of steps.

Ag1171 and KS0835F have the same pins: RM (ring mode), F/R (forward and reverse), SHK (switch hook)
and PD (power down).  The rules of their data sheets that are kept here, whatever is asked for:

* A ring burst is RM high, then F/R toggled at 20 to 25 Hz by a timer in C.
* A burst ends with F/R idle, more than 10 ms, RM low; on a lifted receiver too (ring trip).
* RM is high for a third of the time at most (``duty.py``), and is low whenever a step fails, the
  port is closed, or the process dies (``ring_guard.py``).
* PD is pulled low or let go, never driven high.
* SHK is not valid while the module wakes up or its polarity changes.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from typing import TypeAlias

from gateway.words import Words
from hardware.gpio import Bias, Chip, Edge, Input, OpenDrain, Output
from hardware.slic.board import Board
from hardware.slic.duty import RM_TAIL, RmDuty
from hardware.slic.ring_guard import Guard, GuardedPins, RingGuard, StartGuard

OnHookEdge: TypeAlias = Callable[[float, bool], None]
"""Called with the time of an edge of SHK (monotonic s) and whether the loop is closed now."""

_HOLD_RESERVE = 0.001
"""Seconds more than the data sheet's limit: F/R follows its pin with shaped slopes."""
_SHORTEST_BURST = 0.05
"""One turn of 20 Hz."""


class SlicPort:
    """One module's pins, from ``open`` to ``close``; may be opened again.

    May be called from any thread.  No call takes longer than about 15 ms.  ``OSError`` has a
    sentence for the user; the port is best closed then.
    """

    def __init__(self, board: Board, start_guard: StartGuard = RingGuard) -> None:
        self.board = board
        self.duty = RmDuty(board.slic.rm_share)
        """Times with RM high; a ``RingSequence`` plans with it."""
        self._start_guard = start_guard
        self._lock = threading.RLock()
        self._on_hook_edge: OnHookEdge | None = None
        self._chip: Chip | None = None
        self._guard: Guard | None = None
        self._rm: Output | None = None
        self._fr: Output | None = None
        self._shk: Input | None = None
        self._pd: OpenDrain | None = None
        self._in_burst = False
        self._rm_is_low = True
        """As far as is known: false after a failure to take it low."""
        self._reversed = False
        self._settled = 0.0
        self._off_hook = False
        self._clamped: float | None = None

    def open(self, on_hook_edge: OnHookEdge) -> None:
        """Take the pins: RM low, F/R idle, the module awake.

        ``on_hook_edge`` is called from a thread of the door, or in ``collect_edges``.  Where PD is
        wired, SHK is valid from ``settled`` on.
        """
        with self._lock:
            if self._chip is not None:
                raise OSError("The SLIC's pins are open already; close them first.")
            board = self.board
            chip = Chip(board.chip)
            try:
                rm = chip.output(board.rm_pin, high=False, rest=Bias.PULL_DOWN)
                idle = Bias.PULL_UP if board.fr_idle_high else Bias.PULL_DOWN
                fr = chip.output(board.fr_pin, high=board.fr_idle_high, rest=idle)
                pd = None if board.pd_pin is None else chip.open_drain(board.pd_pin)
                self._settled = time.monotonic() + (board.slic.wake_up if pd is not None else 0.0)
                self._on_hook_edge = on_hook_edge
                shk = chip.input(board.shk_pin, board.shk_bias, self._edge)
                pins = GuardedPins(chip.number, board.rm_pin, board.fr_pin, board.fr_idle_high)
                self._guard = self._start_guard(pins)
            except BaseException:
                chip.close()
                raise
            self._rm, self._fr, self._pd, self._shk = rm, fr, pd, shk
            self._chip = chip
            self._in_burst = self._reversed = self._off_hook = False
            self._rm_is_low = True

    def close(self) -> None:
        """Give the pins back, the bell silent.  Idempotent, never raises.

        No edge is reported once this returns.
        """
        with self._lock:
            chip, self._chip = self._chip, None
            if chip is None:
                return
            try:
                self._end_burst()
            except OSError:
                # The chip is gone or broken; closing it does what is left to do.
                pass
            finally:
                self._on_hook_edge = None
                guard, self._guard = self._guard, None
                self._rm = self._fr = self._shk = self._pd = None
        # Outside of the lock: the thread that reports an edge may be waiting for it.
        chip.close()
        if guard is None:
            return
        if self._rm_is_low:
            guard.farewell()
        else:
            guard.abandon()

    # Hook

    @property
    def settled(self) -> float:
        """The monotonic time from which SHK is valid; infinite while the power is off.

        Edges before it are not reported: ask for ``off_hook`` then.
        """
        return self._settled

    @property
    def off_hook(self) -> bool:
        """The loop is closed; the last valid answer while SHK is not valid."""
        with self._lock:
            if self._shk is None:
                raise OSError("The SLIC's pins are not open.")
            if time.monotonic() >= self._settled:
                self._off_hook = self._shk.high == self.board.shk_off_hook_high
            return self._off_hook

    def collect_edges(self) -> None:
        """Report the edges that the door's thread has not come to yet, from this thread."""
        shk = self._shk
        if shk is not None:
            shk.collect()

    def _edge(self, edge: Edge) -> None:
        report = self._on_hook_edge
        if report is not None and edge.time >= self._settled:
            report(edge.time, edge.high == self.board.shk_off_hook_high)

    # Ringing

    @property
    def in_burst(self) -> bool:
        """RM is high."""
        return self._in_burst

    def start_ring_burst(self, hertz: float, seconds: float) -> float:
        """Ring for ``seconds`` at most; gives how long it may be, 0 when it is refused.

        ``stop_ring_burst`` is to be called by then: a daemon that is 2 s late is killed by the
        guard.  ``hertz`` outside of the module's range is brought into it (``findings``).
        """
        with self._lock:
            guard, rm, fr = self._opened()
            self._end_burst()
            now = time.monotonic()
            granted = min(seconds, self.duty.allowance(now) - RM_TAIL)
            if granted < _SHORTEST_BURST or self._settled == math.inf:
                return 0.0
            module = self.board.slic
            frequency = module.ring_frequency(hertz)
            self._clamped = hertz if frequency != hertz else None
            guard.rm_high(now + granted)
            self._in_burst = True
            self._reversed = self._rm_is_low = False
            try:
                self.duty.high(time.monotonic())
                rm.set(True)
                fr.oscillate(frequency)
            except BaseException:
                self._end_burst()
                raise
            return granted

    def stop_ring_burst(self) -> None:
        """End the burst, on ring trip as well; RM is low when this returns, after some 11 ms."""
        with self._lock:
            self._opened()
            self._end_burst()

    def _end_burst(self) -> None:
        if not self._in_burst:
            return
        assert self._rm is not None
        assert self._fr is not None
        assert self._guard is not None
        try:
            self._fr.set(self.board.fr_idle_high)
            time.sleep(self.board.slic.rm_hold + _HOLD_RESERVE)
        finally:
            self._in_burst = False
            try:
                self._rm.set(False)
                self._rm_is_low = True
                self._guard.rm_low()
            finally:
                self.duty.low(time.monotonic())

    # Loop current

    def reverse(self, on: bool) -> None:
        """Reverse the polarity of the line, or make it normal; ends a burst."""
        with self._lock:
            _, _, fr = self._opened()
            self._end_burst()
            if on == self._reversed:
                return
            fr.set(self.board.fr_idle_high != on)
            self._reversed = on
            self._unsettle(self.board.slic.reversal)

    def power(self, on: bool) -> None:
        """Cut the feed of the loop, or feed it again; ends a burst.

        Raises ``OSError`` where PD is not wired.
        """
        with self._lock:
            self._opened()
            if self._pd is None:
                raise OSError(f"PD is not wired on the board {self.board.name}.")
            self._end_burst()
            if on == (self._settled != math.inf):
                return
            if not on:
                self._settled = math.inf
            self._pd.pull(low=not on)
            if on:
                self._settled = time.monotonic() + self.board.slic.wake_up

    @property
    def can_cut_power(self) -> bool:
        """PD is wired."""
        return self.board.pd_pin is not None

    def _unsettle(self, seconds: float) -> None:
        self._settled = max(self._settled, time.monotonic() + seconds)

    def _opened(self) -> tuple[Guard, Output, Output]:
        if self._guard is None or self._rm is None or self._fr is None:
            raise OSError("The SLIC's pins are not open.")
        return self._guard, self._rm, self._fr

    # What it says of itself

    @property
    def findings(self) -> tuple[Words, ...]:
        """Sentences for the user: of the board file, and of what was asked for in vain."""
        findings = list(self.board.findings)
        if self._clamped is not None:
            module = self.board.slic
            low, high = module.ring_hertz
            made = module.ring_frequency(self._clamped)
            findings.append(
                Words(
                    f"The bell is to be rung with {self._clamped:g} Hz, which the {module.name} "
                    f"does not make: it rings with {made:g} Hz, being made for {low:g} to "
                    f"{high:g} Hz.",
                    f"Звонить нужно с частотой {self._clamped:g} Гц, которой {module.name} не "
                    f"даёт: он звонит с частотой {made:g} Гц и рассчитан на частоты от {low:g} до "
                    f"{high:g} Гц.",
                )
            )
        return tuple(findings)
