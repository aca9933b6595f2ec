"""After the start of a new system: it stays, or the old one is started again.  As root."""

from __future__ import annotations

import json
import time

from gateway.update.places import BEFORE, CHOICE
from gateway.update.progress import Progress
from gateway.update.system import run
from gateway.update.telephones import status
from gateway.update.verdict import Before, Trial, Verdict
from gateway.words import Words

LOOK_EVERY = 5.0
"""Seconds."""
_NOT_STARTED = Words("it did not start", "она не запустилась")
_NOT_AS_GOOD = Words(
    "the gateway did not run, or was not registered as before",
    "шлюз не работал или не зарегистрировался, как раньше",
)


def judge(progress: Progress) -> int:
    """Keep the system that is tried, or go back; tell how the last update ended."""
    running, usual = _choice("get-current"), _choice("get-primary")
    told = progress.read()
    phase = None if told is None else told["phase"]
    version = "" if told is None else str(told.get("version", ""))
    if running in {"", usual}:
        if phase in {"restarting", "trying"}:
            progress.tell("returned", _NOT_STARTED, version=version)
        return 0
    progress.tell("trying", version=version)
    trial, began = Trial(_before()), time.monotonic()
    while (found := trial.judge(time.monotonic() - began, status())) is Verdict.WAIT:
        time.sleep(LOOK_EVERY)
    if found is Verdict.KEEP:
        run("rauc", "status", "mark-good")
        progress.tell("done", version=version)
        return 0
    progress.tell("returned", _NOT_AS_GOOD, version=version)
    run("systemctl", "reboot")
    return 1


def _before() -> Before:
    try:
        accounts = json.loads(BEFORE.read_text(encoding="utf-8"))
        return Before(answered=True, accounts=frozenset(map(str, accounts)))
    except (OSError, ValueError, TypeError):
        return Before()


def _choice(question: str) -> str:
    return run(CHOICE, question).stdout.strip()
