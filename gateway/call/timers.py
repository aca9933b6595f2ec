"""How long call control waits: the lengths of a session's timers."""

from __future__ import annotations

from dataclasses import dataclass, fields

from gateway.call.events import Timer

_RANGES = {
    "first_digit": (1, 600),
    "inter_digit": (1, 60),
    "no_answer": (5, 600),
    "busy": (1, 3600),
    "howler": (1, 3600),
    "resume": (1, 60),
    "released": (1, 3600),
    "disconnected": (1, 3600),
    "moment": (0.2, 10),
}


@dataclass(frozen=True, slots=True)
class Timers:
    """Lengths in seconds.  ``ValueError`` names every length that is out of its range."""

    first_digit: float = 16.0
    """Dial tone without a digit, 1 to 600 s.  Asterisk's analogue lines wait 16 s."""
    inter_digit: float = 4.0
    """Pause after which the dialled number is taken as it stands, 1 to 60 s.

    Grandstream's adapters wait 4 s, Asterisk's analogue lines 8 s.  A number that is complete
    does not wait at all.
    """
    no_answer: float = 120.0
    """Bell without an answer, 5 to 600 s.  An INVITE from MultiFon itself lives 300 s."""
    busy: float = 60.0
    """Busy tone before the howler, 1 to 3600 s.  No Russian figure is published; 60 s is usual.

    Only where no call came about; after a call there are ``released`` and ``disconnected``.
    """
    howler: float = 60.0
    """Howler before the lockout, 1 to 3600 s.  No Russian figure is published."""
    resume: float = 3.0
    """Tone between the end of a call and the return to the one on hold, 1 to 60 s.

    Four bursts of a busy tone: enough to notice which of the two has hung up.
    """
    released: float = 20.0
    """Tone after the far end has hung up, 1 to 3600 s.

    A person needs three seconds of it, an answering machine that knows busy tones about ten.  One
    that does not would record it, so it is shorter than ``busy``.
    """
    disconnected: float = 40.0
    """Silence after that, 1 to 3600 s.

    It begins with the signal in the line's current.  Machines that wait for silence hang up after
    7 to 15 s.  With these lengths the howler begins 60 s after the end of a call, too.
    """

    moment: float = 1.0
    """Silence after a dial code before "one moment" is said, 0.2 to 10 s."""

    def __post_init__(self) -> None:
        problems = []
        for field in fields(self):
            seconds, (least, most) = getattr(self, field.name), _RANGES[field.name]
            if not least <= seconds <= most:
                problems.append(f"{field.name} is {least} to {most} seconds, not {seconds:g}")
        if problems:
            raise ValueError("; ".join(problems))

    def seconds(self, timer: Timer) -> float:
        """The length of ``timer``."""
        return {
            Timer.FIRST_DIGIT: self.first_digit,
            Timer.INTER_DIGIT: self.inter_digit,
            Timer.NO_ANSWER: self.no_answer,
            Timer.BUSY: self.busy,
            Timer.HOWLER: self.howler,
            Timer.RESUME: self.resume,
            Timer.RELEASED: self.released,
            Timer.DISCONNECTED: self.disconnected,
            Timer.MOMENT: self.moment,
        }[timer]
