import asyncio
import signal
import sqlite3
from pathlib import Path

from tests.failures.calls import asked, call_out, call_works, until_recorded
from tests.failures.fragile_house import FragileHouse


def test_a_killed_gateway_comes_back_with_its_records(tmp_path: Path) -> None:
    async def run() -> None:
        async with FragileHouse(tmp_path) as house:
            gateway = house.gateway
            await gateway.start()
            await gateway.until_registered()
            await call_works(house)
            written = await until_recorded(gateway, 1)
            # Records are written together, up to 30 s later; an orderly end writes them at once.
            assert await gateway.stop() == 0
            await gateway.start()
            await gateway.until_registered()
            call = await call_out(house)
            assert await gateway.stop(signal.SIGKILL) == -signal.SIGKILL
            assert gateway.socket.is_socket(), "nobody has removed it: the next start must"
            await gateway.start()
            await gateway.until_registered()
            assert await gateway.calls() == written
            # The network has not heard of the end of the old call, which counts for its limit.
            await asked(house, "hang_up", call)
            await call_works(house)
            assert (await until_recorded(gateway, 2))[1:] == written

    asyncio.run(run())
    (records,) = (tmp_path / "gateway" / "state").glob("*.sqlite")
    database = sqlite3.connect(records)
    try:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("SELECT count(*) FROM calls").fetchall() == [(2,)]
    finally:
        database.close()
