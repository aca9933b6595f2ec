from __future__ import annotations

from tests.dect import traces


def test_the_page_of_traces_is_what_the_driver_does() -> None:
    assert traces.PAGE.read_text(encoding="utf-8") == traces.page(), (
        "write it anew: python -m tests.dect.traces --write"
    )


def test_the_capture_of_a_real_module_is_in_the_start() -> None:
    assert "10 00 06 08 00 01 01 40 00 4A" in traces.page()
