"""A test call without a handset, through the real gateway to the local MultiFon."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from gateway.control.errors import RefusedError
from tests.demo.house import House

ECHO, SPEECH, BUSY = "89990000001", "89990000002", "89990000003"


def test_a_test_call_tells_whether_voice_goes_both_ways_and_what_failed(tmp_path: Path) -> None:
    async def perform() -> None:
        async with House(tmp_path, {"ring_cycle": 0.5}) as house:
            client = house.gateway.client

            async def called(number: str, **more: Any) -> Any:
                return await client.call("call.test", number=number, **more)

            found = await called(ECHO, seconds=4)
            assert (found["ok"], found["answered"]) == (True, True), found
            assert (found["far_end_heard"], found["tone_returned"]) == (True, True)
            # How good it is depends on how busy this machine is.
            assert 1 <= found["call"]["figures"]["mos"] <= 4.5
            assert found["call"]["line"] == "test-call"

            found = await called(SPEECH, seconds=3)
            assert (found["far_end_heard"], found["tone_returned"]) == (True, False)
            assert "эхо-сервис" in found["text_ru"]

            found = await called(BUSY)
            assert (found["ok"], found["answered"]) == (False, False)
            assert found["text_ru"] == found["call"]["verdict"]["text_ru"]

            for number, why in (("112", "emergency"), ("***1", "no number")):
                with pytest.raises(RefusedError, match=why):
                    await called(number)

            # Nothing of it is left, and the real telephone was not touched.
            status = await house.gateway.status()
            assert [line["name"] for line in status["lines"]] == ["line1"]
            assert status["calls"] == 0
            assert {call["line"] for call in await house.gateway.calls()} == {"test-call"}

    asyncio.run(perform())
