"""The gateway's figures as metrics.  Pure.

No number, no name and no text of a person is among them: whoever keeps metrics keeps them long.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from gateway.interfaces.exposition import Metric

_PREFIX = "multifon_gateway"

_REGISTRATION = ("registered", "registering", "waiting", "refused", "stopped")
_FIGURES = {
    "received": "Voice packets from the network",
    "lost": "Voice packets that the network lost",
    "discarded": "Voice packets that came too late",
    "line_underruns": "Moments without voice for the telephone",
    "line_overruns": "Moments with too much voice from the telephone",
}
"""What is counted of calls that have ended."""


class CallCounters:
    """Calls that have ended since the page's process began."""

    def __init__(self) -> None:
        self._ended: Counter[tuple[str, str]] = Counter()
        self._figures: Counter[str] = Counter()
        self._mos: float | None = None

    def ended(self, direction: str, reason: str, figures: Mapping[str, Any]) -> None:
        """Count one.  ``direction`` is ``in``, ``out`` or empty where nobody knows."""
        self._ended[direction, reason] += 1
        for name in _FIGURES:
            if isinstance(figures.get(name), int | float):
                self._figures[name] += figures[name]
        if isinstance(figures.get("mos"), int | float):
            self._mos = figures["mos"]

    def metrics(self) -> Iterable[Metric]:
        ended = Metric(f"{_PREFIX}_calls_ended_total", "counter", "Calls that have ended.")
        for (direction, reason), count in sorted(self._ended.items()):
            ended.add(count, direction=direction, reason=reason)
        yield ended
        for name, words in _FIGURES.items():
            metric = Metric(f"{_PREFIX}_call_{name}_total", "counter", f"{words}, of all calls.")
            if self._ended:
                metric.add(self._figures[name])
            yield metric
        mos = Metric(
            f"{_PREFIX}_call_mos", "gauge", "Quality of the last call, MOS 1 to 4.5 (G.107)."
        )
        mos.add(self._mos)
        yield mos


def metrics_of(status: Mapping[str, Any] | None, counters: CallCounters) -> list[Metric]:
    """``status`` is the gateway's own, ``None`` while it does not answer."""
    up = Metric(f"{_PREFIX}_up", "gauge", "Whether the gateway answers.")
    up.add(status is not None)
    found = [up]
    if status is not None:
        found += [*_whole(status), *_accounts(status["accounts"]), *_lines(status["lines"])]
    return [*found, *counters.metrics()]


def _whole(status: Mapping[str, Any]) -> Iterable[Metric]:
    info = Metric(f"{_PREFIX}_info", "gauge", "The version of the software.")
    info.add(1, version=status["version"])
    yield info
    for name, key, words in (
        ("uptime_seconds", "uptime_s", "Seconds since the gateway started."),
        ("calls", "calls", "Calls under way."),
        ("unread_messages", "unread_messages", "Text messages that nobody has read."),
    ):
        metric = Metric(f"{_PREFIX}_{name}", "gauge", words)
        metric.add(status[key])
        yield metric


def _accounts(accounts: Iterable[Mapping[str, Any]]) -> Iterable[Metric]:
    state = Metric(f"{_PREFIX}_account_state", "gauge", "1 for the state of the registration.")
    balance = Metric(f"{_PREFIX}_account_balance_roubles", "gauge", "Balance in roubles.")
    fell_back = Metric(
        f"{_PREFIX}_account_fell_back", "gauge", "Whether calls ring the mobile only, unwanted."
    )
    for account in accounts:
        name = account["name"]
        for possible in _REGISTRATION:
            state.add(account["state"] == possible, account=name, state=possible)
        service = account.get("service")
        if service:
            balance.add(service.get("balance"), account=name)
            fell_back.add(service.get("warning") == "fell-back", account=name)
    return state, balance, fell_back


def _lines(lines: Iterable[Mapping[str, Any]]) -> Iterable[Metric]:
    fault = Metric(f"{_PREFIX}_line_fault", "gauge", "Whether the line has a fault.")
    state = Metric(f"{_PREFIX}_line_state", "gauge", "1 for the state that the line is in.")
    voice = {
        name: Metric(f"{_PREFIX}_line_{name}_total", "counter", words)
        for name, words in (
            ("frames", "Frames of voice."),
            ("late", "Frames that came late."),
            ("underruns", "Moments without a frame."),
            ("overruns", "Moments with too many frames."),
        )
    }
    for line in lines:
        labels = {"line": line["name"], "driver": line["driver"]}
        fault.add(line["fault"] is not None, **labels)
        state.add(1, **labels, state=line["state"])
        for name, metric in voice.items():
            metric.add((line.get("voice") or {}).get(name), **labels)
    return fault, state, *voice.values()
