"""The phone book and the block list at a running gateway, with real calls."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.live.home import WORK, home

GRANDMOTHER, SELLER = "74951112233", "78002223344"


def test_a_known_caller_is_named_and_a_blocked_one_does_not_ring(tmp_path: Path) -> None:
    async def run() -> None:
        async with home(tmp_path) as found:
            client = found.gateway.client
            await client.call("phonebook.save", name="Бабушка", numbers=["8 495 111-22-33"])
            call = await found.ask("call", WORK, caller=GRANDMOTHER)
            await found.line("hall", "ringing")
            (hall, _attic) = (await found.gateway.status())["lines"]
            assert hall["call"]["name"] == "Бабушка"
            rung = await found.gateway.handset("ringing", "hall", wait=True, shown=True)
            assert rung["caller"]["name"] == "Бабушка"
            await found.ask("hang_up", call)
            await found.line("hall", "idle")
            assert (await found.gateway.status())["unseen_calls"] == 1

            await client.call("block.add", pattern="8800*")
            call = await found.ask("call", WORK, caller=SELLER)
            await found.ask("wait", call, "ended")
            assert (await found.ask("call_info", call))["status"] == 486
            blocked = await found.gateway.last_call()
            assert (blocked["reason"], blocked["line"], blocked["alerted"]) == ("blocked", "", None)
            assert blocked["verdict"]["reason"] == "blocked"
            assert (await found.gateway.status())["unseen_calls"] == 1
            assert await client.call("calls", missed=True, search="800") == []

    asyncio.run(run())
