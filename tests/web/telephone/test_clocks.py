"""Clocks that differ: the page's own scripts in simulated time, two minutes in a few seconds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.handset.playout import Playout
from gateway.line import FRAME_BYTES, FRAME_MS
from tests.web.chromium import Chromium
from tests.web.telephone.page import served

SECONDS = 120
"""At 300 ppm 36 ms: more than the margin and what is tolerated above it."""
LATE_MS = 8.0
"""Every third frame is late by so much."""

PLAYED = """
const [ppm, seconds, lateMs] = arguments;
globalThis.sampleRate = 48000;
globalThis.AudioWorkletProcessor = class {
    constructor() { this.port = { postMessage: (news) => this.news(news) }; }
};
const made = new Promise((ready) => { globalThis.registerProcessor = (_, made) => ready(made); });
return import("/static/telephone/playout.js?" + ppm).then(() => made).then((Playout) => {
    let report = null;
    Playout.prototype.news = (news) => { report = news.report ?? report; };
    const playout = new Playout();
    const output = new Float32Array(128);
    let sent = 0;
    const due = (n) => n * 0.02 * (1 - ppm / 1e6) + (n % 3 === 2 ? lateMs / 1000 : 0);
    for (let quantum = 0; quantum < seconds * 375; quantum += 1) {
        while (due(sent) <= quantum * 128 / 48000) {
            playout.port.onmessage({ data: { frame: new ArrayBuffer(320) } });
            sent += 1;
        }
        playout.process([], [[output]]);
    }
    return report;
});
"""
CORRECTED = """
return import("/static/telephone/margin.js").then(({ correction }) => correction(...arguments));
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    folder = tmp_path_factory.mktemp("clocks")
    with served(folder) as port, Chromium(folder) as started:
        started.open(f"http://127.0.0.1:{port}/telephone")
        yield started


@pytest.mark.parametrize("ppm", [-300, 300])
def test_the_page_hears_a_gateway_whose_clock_is_off_without_a_gap(
    browser: Chromium, ppm: int
) -> None:
    report = browser.run(PLAYED, ppm, SECONDS, LATE_MS)
    assert (report["underruns"], report["overruns"]) == (0, 0)
    # What waits is held between the margin and a frame more, give or take what 300 ppm need.
    assert report["marginMs"] - 10 < report["leastMs"] < report["marginMs"] + FRAME_MS + 10


@pytest.mark.parametrize("ppm", [-300, 300])
def test_the_gateway_hears_a_page_whose_clock_is_off_without_a_gap(
    browser: Chromium, ppm: int
) -> None:
    playout = Playout()
    frame = bytes(FRAME_BYTES)
    period = FRAME_MS / 1000
    bent = least = margin = 0.0
    sending = begin = 100.0
    for tick in range(SECONDS * 1000 // FRAME_MS):
        now = begin + tick * period + 0.003
        while sending <= now:
            playout.put(frame, sending)
            # A page that is told to take more of its samples for a frame sends fewer frames.
            sending += period * (1 - ppm / 1e6) * (1 + bent / 1e6)
        playout.take(now)
        if tick % 50 == 49:
            report = playout.report()
            assert report.least_ms is not None
            least, margin = report.least_ms, report.margin_ms
            bent = browser.run(CORRECTED, least, margin)
    assert (report.underruns, report.overruns) == (0, 0)
    assert margin - 10 < least < margin + FRAME_MS + 10
