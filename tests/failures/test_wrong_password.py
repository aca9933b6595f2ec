import asyncio
from pathlib import Path

import pytest

from tests.failures.calls import asked
from tests.failures.fragile_house import FragileHouse


@pytest.mark.parametrize("status", [401, 403])
def test_a_wrong_password_is_said_and_not_sent_again(tmp_path: Path, status: int) -> None:
    """Providers ban addresses that insist.  Only a 403, which may be a ban, is tried once more."""

    async def run() -> None:
        network = {"wrong_password": status}
        async with FragileHouse(tmp_path, network=network, password="Not-the-one") as house:
            await house.gateway.start()
            await house.gateway.until(
                lambda found: found["accounts"][0]["state"] == "refused", "refused", 15
            )
            sent = await asked(house, "trace", contains="REGISTER sip:")
            (account,) = (await house.gateway.status())["accounts"]
            assert account["reason"] == "wrong-password"
            assert "password" in account["reason_text"]
            if status == 401:
                assert account["next_try_s"] is None
            else:
                assert account["next_try_s"] > 1000
            await house.gateway.handset("lift")
            # Longer than the delay after which a failure of another kind is tried again.
            await house.gateway.handset("hear", tone="congestion", lasting=3.0)
            await house.gateway.handset("dial", digits="89990000012", by="keypad")
            await house.gateway.handset("hear", tone="congestion")
            await house.gateway.handset("hang-up")
            assert await asked(house, "trace", contains="REGISTER sip:") == sent
            assert await asked(house, "trace", contains="INVITE sip:") == []

    asyncio.run(run())
