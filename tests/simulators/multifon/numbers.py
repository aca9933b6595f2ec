"""The called parties by number, read from ``numbers.toml``, which explains the fields."""

from __future__ import annotations

import enum
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from tests.simulators.multifon.parties import PARTIES


class Alert(enum.Enum):
    """What the caller is told before the answer."""

    RINGING = "ringing"
    RINGBACK = "ringback"
    ANNOUNCEMENT = "announcement"
    NOTHING = "nothing"

    @property
    def early_media(self) -> bool:
        return self in {Alert.RINGBACK, Alert.ANNOUNCEMENT}


class Outcome(enum.Enum):
    ANSWER = "answer"
    REFUSE = "refuse"
    NO_ANSWER = "no-answer"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class CalledParty:
    """One row of the table; see ``numbers.toml``."""

    number: str
    name: str
    ringbacks: float = 1.0
    alert: Alert = Alert.RINGING
    outcome: Outcome = Outcome.ANSWER
    status: int = 0
    party: str = "echo"
    text: str = ""
    early_text: str = ""
    hang_up: float = 0.0
    free: bool = False

    def __post_init__(self) -> None:
        re.compile(self.number)
        if self.party not in PARTIES:
            raise ValueError(f"{self.name}: there is no party {self.party!r}")
        if self.outcome is Outcome.REFUSE and self.status and not 400 <= self.status <= 699:
            raise ValueError(f"{self.name}: a refusal's status is between 400 and 699")
        if (self.alert is Alert.ANNOUNCEMENT) != bool(self.early_text):
            raise ValueError(f"{self.name}: an announcement has early_text, nothing else has")
        if self.ringbacks < 0 or self.hang_up < 0:
            raise ValueError(f"{self.name}: a time is 0 or more")


def parse_numbers(text: str) -> tuple[CalledParty, ...]:
    """Raises ``ValueError`` or ``TypeError`` for a row that is wrong."""
    rows = []
    for row in tomllib.loads(text)["party"]:
        alert = Alert(row.pop("alert", "ringing"))
        outcome = Outcome(row.pop("outcome", "answer"))
        rows.append(CalledParty(alert=alert, outcome=outcome, **row))
    return tuple(rows)


@cache
def shipped_numbers() -> tuple[CalledParty, ...]:
    source = resources.files("tests.simulators.multifon") / "numbers.toml"
    return parse_numbers(source.read_text(encoding="utf-8"))


def find_party(number: str) -> CalledParty | None:
    """Who answers at ``number``; ``None`` if it does not exist."""
    return next((p for p in shipped_numbers() if re.fullmatch(p.number, number)), None)
