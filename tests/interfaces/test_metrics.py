"""The metrics, read by the parser of Prometheus itself."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from gateway.interfaces.exposition import Metric, text_of
from gateway.interfaces.methods import Scope
from gateway.interfaces.metrics import CallCounters, metrics_of
from tests.interfaces.programs import program
from tests.web.visit import CALL, STATUS, until

VOICE = {"frames": 1000, "late": 1, "underruns": 2, "overruns": 3}


def samples(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(text: str, name: str, **labels: str) -> float:
    return samples(text)[f"multifon_gateway_{name}", frozenset(labels.items())]


@given(
    st.dictionaries(
        st.sampled_from(["line", "state"]),
        st.text(st.characters(codec="utf-8", exclude_characters="\r")),
        max_size=2,
    ),
    st.floats(allow_nan=False) | st.integers(-(2**60), 2**60),
)
def test_any_label_and_any_value_are_read_as_they_were_written(
    labels: dict[str, str], number: float
) -> None:
    metric = Metric("thing", "gauge", "A thing\\with a\nbreak.")
    metric.add(number, **labels)
    assert samples(text_of([metric])) == {("thing", frozenset(labels.items())): float(number)}


def test_the_state_of_lines_and_accounts_is_told() -> None:
    line = {**STATUS["lines"][0], "voice": VOICE, "fault": "No board."}
    text = text_of(metrics_of({**STATUS, "lines": [line]}, CallCounters()))
    assert value(text, "up") == 1
    assert value(text, "info", version="0.1.0") == 1
    assert value(text, "account_state", account="main", state="registered") == 1
    assert value(text, "account_state", account="main", state="refused") == 0
    assert value(text, "account_balance_roubles", account="main") == 12.5
    assert value(text, "line_fault", line="hall", driver="simulated") == 1
    assert value(text, "line_underruns_total", line="hall", driver="simulated") == 2
    assert "79261234567" not in text


def test_while_the_gateway_is_away_only_that_is_told() -> None:
    assert samples(text_of(metrics_of(None, CallCounters()))) == {
        ("multifon_gateway_up", frozenset()): 0.0
    }


def test_metrics_are_for_a_token_and_count_the_calls_that_end(tmp_path: Path) -> None:
    async def run() -> None:
        async with program(tmp_path) as opened:
            visit = opened.visit

            async def scrape(token: str) -> Any:
                return await visit.get("/metrics", headers={"Authorization": f"Bearer {token}"})

            assert (await visit.get("/metrics")).status_code == 401
            assert (await scrape(opened.token([Scope.RECORDS]))).status_code == 403
            token = opened.token([Scope.STATUS])
            answer = await scrape(token)
            assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
            figures = {"received": 500, "lost": 5, "mos": 4.1}
            visit.server.publish(
                "call", {"id": CALL["id"], "reason": "no-answer", "figures": figures}
            )
            await until(lambda: bool(visit.called("calls")))
            text = (await scrape(token)).text
            assert value(text, "calls_ended_total", direction="in", reason="no-answer") == 1
            assert value(text, "call_lost_total") == 5
            assert value(text, "call_mos") == 4.1

    asyncio.run(run())


def test_metrics_are_off_until_they_are_switched_on(tmp_path: Path) -> None:
    async def run() -> None:
        async with program(tmp_path, on=False) as opened:
            headers = {"Authorization": f"Bearer {opened.token()}"}
            assert (await opened.visit.get("/metrics", headers=headers)).status_code == 404

    asyncio.run(run())
