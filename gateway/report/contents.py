"""What a report is made of, however it was had, and its writing without secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from gateway.report import archive
from gateway.report.anonymous import Anonymous
from gateway.report.scrub import Scrubber
from gateway.report.versions import versions

CALLS = 50
"""The last so many."""


def questions(minutes: int) -> Sequence[tuple[str, Mapping[str, Any]]]:
    """What to ask the gateway: methods of the control socket with their parameters.

    ``minutes`` is how far back the SIP messages go.
    """
    return (
        ("status", {}),
        ("calls", {"limit": CALLS}),
        ("report", {}),
        ("trace", {"minutes": minutes}),
        ("log", {}),
    )


@dataclass(slots=True)
class Found:
    """Everything that goes into the report."""

    versions: Mapping[str, Any] = field(default_factory=versions)
    settings: Mapping[str, Any] = field(default_factory=dict)
    status: Mapping[str, Any] = field(default_factory=dict)
    calls: Sequence[Mapping[str, Any]] = ()
    trace: Sequence[Mapping[str, Any]] = ()
    log: str = ""
    drivers: Mapping[str, str] = field(default_factory=dict)
    secrets: list[str] = field(default_factory=list)
    """Known here, so that they do not get out; the gateway has removed them already."""
    problems: list[str] = field(default_factory=list)
    """Why something could not be had."""

    def take(self, method: str, answer: Any) -> None:
        """The gateway's answer to one of ``questions``."""
        match method:
            case "status":
                self.status = answer or {}
            case "calls":
                self.calls = answer or ()
            case "report":
                report = answer or {}
                self.versions = report.get("versions") or self.versions
                self.settings = report.get("settings") or {}
                self.drivers = report.get("drivers") or {}
            case "trace":
                self.trace = answer or ()
            case "log":
                self.log = "".join(f"{line}\n" for line in answer or ())

    def write(
        self,
        path: Path,
        now: datetime,
        *,
        anonymous: bool,
        call_text: Callable[[Mapping[str, Any]], str] | None = None,
    ) -> None:
        """Clean it and write it to ``path``; ``OSError`` if that cannot be done.

        ``anonymous`` replaces telephone numbers and names.  ``call_text`` tells a call to people.
        """
        scrubber = Scrubber(self.secrets)
        stand_ins = Anonymous(self._numbers(), self._names()) if anonymous else None

        def clean(text: str) -> str:
            scrubbed = scrubber.text(text)
            return scrubbed if stand_ins is None else stand_ins.text(scrubbed)

        parts = self._parts(now, anonymous=anonymous)
        if call_text is not None:
            parts["calls.txt"] = "\n\n---\n\n".join(call_text(entry) for entry in self.calls)
        archive.write(path, parts, clean)

    def _parts(self, now: datetime, *, anonymous: bool) -> dict[str, str]:
        what = {**self.versions, **({"drivers": self.drivers} if self.drivers else {})}
        return {
            "README.txt": archive.readme(now, anonymous=anonymous),
            "versions.json": archive.as_text(what),
            "settings.json": archive.as_text(self.settings),
            "status.json": archive.as_text(self.status),
            "calls.json": archive.as_text(self.calls),
            "trace.txt": archive.trace_text(self.trace),
            "log.txt": self.log,
            "problems.txt": "".join(f"{problem}\n" for problem in self.problems),
        }

    def _numbers(self) -> Iterable[str]:
        for entry in self.calls:
            yield str(entry.get("number") or "")
            evidence = (entry.get("verdict") or {}).get("evidence") or {}
            yield str(evidence.get("number") or "")
        for account in self.status.get("accounts") or self.settings.get("accounts") or ():
            yield str(account.get("number") or "")
        for line in self.status.get("lines") or ():
            for running in (line.get("call"), line.get("other_call")):
                yield str((running or {}).get("number") or "")

    def _names(self) -> Iterable[str]:
        for entry in self.calls:
            yield str(entry.get("name") or "")
