"""The first run at a telephone on a SLIC board: bell, rotary dial, caller ID, and the proof."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.examination.electrical_line import installed_driver
from tests.examination.test_doctor_of_the_daemon import ROOT, electrical
from tests.simulators.multifon.control_client import ControlClient as TelephoneClient

SHOWN = "84951234567"


def test_bell_dial_display_and_proof_work_with_a_rotary_telephone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed_driver(tmp_path / "packages")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path / 'packages'}:{ROOT}")

    async def perform() -> None:
        async with electrical(tmp_path, 'caller_id = "none"') as gateway:
            client = gateway.client
            telephone = TelephoneClient(tmp_path / "telephone")

            async def phone(method: str, **parameters: Any) -> Any:
                return await asyncio.to_thread(
                    telephone.request, method, timeout=60.0, **parameters
                )

            try:
                schemes = await client.call("line.caller-id-schemes")
                assert schemes[0]["country"] is True
                assert not any(scheme["present"] for scheme in schemes)
                etsi = next(one for one in schemes if one["name"] == "etsi")
                tried = await client.call("line.try-caller-id", scheme="etsi", caller=SHOWN)
                assert tried["ending"] == "not-lifted"
                assert tried["options"] == etsi["options"]
                display = await phone("display-report")
                assert display["shown"]["number"].endswith(SHOWN[1:])
                assert await phone("violations") == []

                test = asyncio.create_task(client.call("line.digit-test", digit="5"))
                await gateway.until_line("examination-awaited")
                await phone("lift")
                await gateway.until_line("examined-digits")
                await asyncio.sleep(0.4)  # the cradle bounces; so long no digit counts
                await phone("dial-pulse", digits="5")
                found = await test
                assert (found["passed"], found["digits"]) == (True, [{"digit": "5", "by": "pulse"}])
                assert found["figures"]["dial_speed_pps"] == pytest.approx(10, abs=1)
                await phone("hang-up")
                await gateway.until_line("idle")

                page = await client.call("presence.show")
                await phone("lift")
                await gateway.until_line("no-service")
                await asyncio.sleep(0.4)
                await phone("dial-pulse", digits=page["dial"][1])
                await gateway.until_line("told", seconds=60)
                proved = await client.call("presence.state", id=page["id"])
                assert proved == {"state": "proved"}
                await phone("hang-up")
            finally:
                telephone.close()

    asyncio.run(perform())
