"""The hook switch as a state machine: what the changes of the loop, free of bounce, mean.

Rules
-----
1. **Off-hook** is a loop closed for ``off_hook``, while the bell rings for ``off_hook_ringing``.
   A shorter closure was none.  **On-hook** is a loop open for ``on_hook``, at any time and
   whatever is expected.  Both are dated to the edge that began them.
2. **Blind time**: a break that begins within ``blind`` of off-hook is no pulse and no flash, for
   the cradle still moves.  The same holds after a break longer than any pulse (the cradle was
   pressed), after the bell's current is off, and after the line was without its feed.
3. **While dialling** (``Taps.DIGITS``) a break within the pulse window (``pulses``) is a pulse,
   also when it is as long as a flash, and nothing is a flash.  A loop closed for ``digit_pause``
   ends the digit.
4. **In a call** (``Taps.FLASH``) a single break between ``flash_min`` and ``flash_max`` is a hook
   flash, and a single shorter one is nothing: a digit 1 cannot be told from an R key, and a call
   put on hold by mistake is worse than a 1 that a menu did not hear.  Two or more breaks within the
   pulse window, closed for no longer than a dial is between them, are a digit all the same: a key
   sends one break, and a hand cannot tap the cradle so fast.  So a break that could be either waits
   for ``SLOWEST_MAKE`` (110 ms); a longer one is a flash at once.
5. **Ignored** (``Taps.IGNORED``): only off-hook and on-hook.
6. **A change of what is expected** inside a digit neither loses nor doubles it.  A train of several
   pulses is a digit if anything but ``IGNORED`` was expected at any time in it.  A single break
   that began in a call and has the length of a flash is a flash; else it is a 1 if digits were
   expected at any time until its digit's end.
7. **A long break inside a train** (longer than a pulse, shorter than on-hook) spoils the digit.
   After a single pulse in a call it is judged alone: a cradle that bounced before it was pressed.
8. **Without its feed** (power denial, reversal of the polarity) the line says nothing; the state
   is kept, and a break that lasts is measured from the feed's return.
9. A digit and a flash are dated to the make that ended their last break.

=========  ==========================================  ======================================
state      the loop closes                             the loop opens
=========  ==========================================  ======================================
ON_HOOK    LIFTED                                      --
LIFTED     --  (after ``off_hook``: off-hook, CLOSED)  ON_HOOK
CLOSED     --                                          OPEN
OPEN       crackle, odd or flash: CLOSED               --  (after ``on_hook``: on-hook, ON_HOOK)
           crackle in a train, pulse: PULSED
PULSED     --  (after the pause: digit, CLOSED)        OPEN
=========  ==========================================  ======================================
"""

from __future__ import annotations

import enum

from gateway.line import Digit, DigitSource, HookFlash, LineEvent, OffHook, OnHook
from gateway.signalling import HookTimes, PulseCount, Taps
from hardware.hook.bounce import Change
from hardware.hook.figures import HookFigures
from hardware.hook.pulses import SLOWEST_MAKE, PulseTrain, PulseWindow, digit


class State(enum.Enum):
    ON_HOOK = enum.auto()
    LIFTED = enum.auto()
    """Closed, not yet long enough for off-hook."""
    CLOSED = enum.auto()
    """Off-hook and at rest."""
    OPEN = enum.auto()
    """A break whose length will tell what it is."""
    PULSED = enum.auto()
    """Closed after a pulse: the digit may go on."""


class HookSwitch:
    """Takes the changes in order and, between them, the moments it asked for by ``due``."""

    def __init__(self, times: HookTimes, count: PulseCount, figures: HookFigures) -> None:
        self._times = times
        self._count = count
        self._figures = figures
        self._window = PulseWindow(times)
        self._state = State.ON_HOOK
        self._opening = self._lifting = Change(0.0, closed=False)
        self._train = PulseTrain.expecting(Taps.IGNORED)
        self._taps = Taps.IGNORED
        self._blind_until = 0.0
        self._blind = False
        self._ringing = False
        self._fed = True

    @property
    def on_hook(self) -> bool:
        """No off-hook is reported, or the last one is over."""
        return self._state in (State.ON_HOOK, State.LIFTED)

    @property
    def awaits_trip(self) -> bool:
        """The bell rings and nobody has answered."""
        return self._ringing and self.on_hook

    @property
    def fed(self) -> bool:
        return self._fed

    def begin(self, change: Change) -> list[LineEvent]:
        """The state of the loop at the start counts at once."""
        return self._off_hook(change.time) if change.closed else []

    def expect(self, taps: Taps) -> None:
        self._taps = taps
        self._train.expect(taps)

    def ringing(self, time: float, on: bool) -> None:
        if self._ringing and not on:
            self._stay_blind(time)
        self._ringing = on

    def feed(self, time: float, on: bool) -> None:
        if on and not self._fed:
            self._stay_blind(time)
            self._blind = True
            self._opening = self._lifting = Change(time, closed=False)
            if self._state is State.PULSED:
                self._state = State.CLOSED
            self._train = PulseTrain.expecting(self._taps)
        self._fed = on

    # ------------------------------------------------------------------ the loop changes

    def changed(self, change: Change) -> list[LineEvent]:
        """The loop closed or opened; every ``due`` up to its time has been served."""
        match self._state, change.closed:
            case State.ON_HOOK, True:
                self._state, self._lifting = State.LIFTED, change
            case State.LIFTED, False:
                self._state = State.ON_HOOK
            case ((State.CLOSED | State.PULSED), False):
                self._open(change)
            case State.OPEN, True:
                return self._close(change)
            case _:
                pass
        return []

    def _open(self, change: Change) -> None:
        if self._state is State.CLOSED:
            self._train = PulseTrain.expecting(self._taps)
        self._state, self._opening = State.OPEN, change
        self._blind = change.time < self._blind_until

    def _close(self, change: Change) -> list[LineEvent]:
        train = self._train
        seconds = round(change.time - self._opening.time, 6)
        if seconds < self._window.shortest:
            train.crackled(seconds)
            self._state = State.PULSED if train.breaks else State.CLOSED
        elif self._blind:
            self._state = State.CLOSED
        elif seconds <= self._window.longest:
            train.add(self._opening, change)
            self._state = State.PULSED
        else:
            return self._pressed(change.time, seconds)
        return []

    def _pressed(self, time: float, seconds: float) -> list[LineEvent]:
        """A break longer than any pulse: somebody pressed the cradle."""
        train = self._train
        self._state = State.CLOSED
        self._stay_blind(time)
        alone = not train.breaks or train.may_be_tap
        if alone and train.meaning is Taps.FLASH and self._is_flash(seconds):
            return self._flash(time, seconds)
        if train.breaks and train.meaning is not Taps.IGNORED:
            self._figures.spoilt()
        self._figures.refused(train.meaning, seconds)
        return []

    # ---------------------------------------------------------------------- time passes

    @property
    def due(self) -> float | None:
        """When ``expire`` decides, if the loop does not change before."""
        if not self._fed:
            return None
        match self._state:
            case State.LIFTED:
                hold = self._times.off_hook_ringing if self._ringing else self._times.off_hook
                return round(self._lifting.time + hold / 1000, 6)
            case State.OPEN:
                return round(self._opening.time + self._times.on_hook / 1000, 6)
            case State.PULSED:
                return round(self._train.ended + self._pause, 6)
            case _:
                return None

    @property
    def _pause(self) -> float:
        pause = self._times.digit_pause / 1000
        return min(pause, SLOWEST_MAKE) if self._train.may_be_tap else pause

    def expire(self) -> list[LineEvent]:
        """The loop has not changed until ``due``."""
        match self._state:
            case State.LIFTED:
                return self._off_hook(self._lifting.time)
            case State.OPEN:
                self._state = State.ON_HOOK
                return [OnHook(self._opening.time)]
            case State.PULSED:
                self._state = State.CLOSED
                return self._end_of_train()
            case _:
                return []

    def _off_hook(self, time: float) -> list[LineEvent]:
        self._state = State.CLOSED
        self._blind_until = time + self._times.blind / 1000
        return [OffHook(time)]

    def _end_of_train(self) -> list[LineEvent]:
        train = self._train
        if train.meaning is Taps.IGNORED:
            return []
        if train.may_be_tap:
            (seconds,) = train.breaks
            if self._is_flash(seconds):
                return self._flash(train.ended, seconds)
            if not train.dialling:
                self._figures.refused(train.meaning, seconds)
                return []
        dialled = digit(len(train.breaks), self._count)
        if dialled is None:
            self._figures.spoilt()
            return []
        self._figures.digit(train)
        return [Digit(train.ended, dialled, DigitSource.PULSE)]

    def _is_flash(self, seconds: float) -> bool:
        return self._times.flash_min <= round(1000 * seconds, 3) <= self._times.flash_max

    def _flash(self, time: float, seconds: float) -> list[LineEvent]:
        self._figures.flash(seconds)
        return [HookFlash(time)]

    def _stay_blind(self, time: float) -> None:
        self._blind_until = max(self._blind_until, time + self._times.blind / 1000)
