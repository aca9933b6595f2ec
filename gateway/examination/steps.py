"""The steps of an examination, and what came of each."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.words import Words, told


class Step(enum.Enum):
    """What a person does, or waits for; ``value`` is the stable name (control socket)."""

    RECEIVER = "receiver"
    """The receiver is lifted."""
    DIGITS = "digits"
    """Two digits are dialled."""
    SILENCE = "silence"
    """Nobody speaks: the noise of the line is measured."""
    ECHO = "echo"
    """A test sound plays: what returns of it is measured."""
    SPEECH = "speech"
    """A sentence is spoken."""
    FLASH = "flash"
    """The cradle is tapped, or the key R is pressed."""
    HANG_UP = "hang-up"
    """The receiver is replaced."""


class Outcome(enum.Enum):
    """How a step ended."""

    PASSED = "passed"
    FAILED = "failed"
    """It was measured, and something is wrong."""
    SKIPPED = "skipped"
    TIMED_OUT = "timed-out"
    """What was asked for did not happen in time."""


class Ending(enum.Enum):
    """How an examination ended; ``words`` say it plainly."""

    words: Words

    def __new__(cls, name: str, english: str, russian: str) -> Ending:
        member = object.__new__(cls)
        member._value_ = name
        member.words = Words(english, russian)
        return member

    COMPLETED = "completed", "The examination is complete.", "Проверка закончена."
    NOT_LIFTED = (
        "not-lifted",
        "Nobody lifted the receiver, so nothing was examined.",
        "Никто не снял трубку, поэтому ничего не проверено.",
    )
    HUNG_UP = (
        "hung-up",
        "The receiver was replaced, which ended the examination.",
        "Трубку положили, и проверка закончилась.",
    )
    CALL = (
        "call",
        "A call came in, which ended the examination; start it again after the call.",
        "Поступил звонок, и проверка закончилась; начните её снова после разговора.",
    )
    FAULT = (
        "fault",
        "The line has a fault, which ended the examination.",
        "Линия неисправна, и проверка закончилась.",
    )
    STOPPED = "stopped", "The examination was stopped.", "Проверку остановили."


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a step.  Figures are named by their unit; findings are sentences."""

    step: Step
    outcome: Outcome
    figures: Mapping[str, float] = field(default_factory=dict)
    findings: tuple[Words, ...] = ()

    @property
    def values(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "step": self.step.value,
            "outcome": self.outcome.value,
            "figures": dict(self.figures),
            **told(self.findings),
        }


@dataclass(frozen=True, slots=True)
class Pace:
    """How long the steps take, in seconds."""

    lift: float = 60.0
    """A receiver is awaited."""
    dial: float = 30.0
    """Two digits are awaited."""
    settle: float = 1.5
    """From the order to be silent to silence."""
    silence: float = 2.0
    """Silence is measured."""
    learn: float = 2.5
    """The test sound plays before its echo is measured: the canceller learns."""
    echo: float = 2.0
    """Its echo is measured."""
    speak: float = 20.0
    """A sentence is awaited."""
    speech: float = 2.0
    """So much speech is enough."""
    flash: float = 20.0
    """A tap is awaited."""
    hang_up: float = 30.0
    """The receiver is awaited on the hook."""

    def limit(self, step: Step) -> float:
        """Seconds after which ``step`` ends at the latest."""
        return {
            Step.RECEIVER: self.lift,
            Step.DIGITS: self.dial,
            Step.SILENCE: self.settle + self.silence,
            Step.ECHO: self.learn + self.echo,
            Step.SPEECH: self.speak,
            Step.FLASH: self.flash,
            Step.HANG_UP: self.hang_up,
        }[step]
