import asyncio
from pathlib import Path

import pytest

from tests.demo.house import House
from tests.failures.calls import call_out, until_recorded
from tests.speech import speak

SECONDS = 120.0
NEAR = "This is the telephone in the hall. It speaks for a long time, and nothing of it is lost."
FAR = "This is the city. It speaks as long, at the same time, and nothing of this is lost either."


@pytest.mark.slow
def test_two_minutes_of_speech_both_ways_lose_nothing(tmp_path: Path) -> None:
    near = speak(NEAR, tmp_path.absolute() / "near.wav")
    far = speak(FAR, tmp_path.absolute() / "far.wav")

    async def run() -> None:
        async with House(tmp_path) as house:
            call = await call_out(house)
            loop = asyncio.get_running_loop()
            end = loop.time() + SECONDS
            while loop.time() < end:
                await house.ask("play", call, far)
                await house.gateway.handset("say", file=str(near))
            network = (await house.ask("call_info", call))["figures"]
            await house.gateway.handset("hang-up")
            (record,) = await until_recorded(house.gateway, 1)
            (line,) = (await house.gateway.status())["lines"]
        assert (line["voice"]["underruns"], line["voice"]["overruns"]) == (0, 0), line
        for name in ("lost", "out_of_order", "duplicates", "unusable", "strangers", "restarts"):
            assert network[name] == 0, network
        figures = record["figures"]
        for name in ("lost", "discarded", "reordered"):
            assert figures[name] == 0, figures
        # The far end's and our packets: one each 20 ms, without a pause for silence.
        talked = record["ended"] - record["answered"]
        assert abs(figures["sent"] * 0.02 - talked) < 1.0, (figures, talked)
        assert abs(figures["received"] * 0.02 - talked) < 1.0, (figures, talked)

    asyncio.run(run())
