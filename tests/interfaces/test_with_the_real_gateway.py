"""A telephone, the real gateway, the interfaces, a real broker: nothing is played."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from gateway.interfaces.interfaces import Interfaces
from gateway.interfaces.settings import Mqtt
from gateway.settings.secret import Secret
from gateway.web.audit import Audit
from gateway.web.daemon import Daemon
from tests.gateway_process import GatewayProcess
from tests.interfaces.mosquitto import PASSWORD, USER, comes, listening, mosquitto


def test_a_scene_is_dialled_and_the_home_rings_back(tmp_path: Path) -> None:
    async def run() -> None:
        gateway = GatewayProcess(tmp_path / "gateway", "127.0.0.1:9")
        with mosquitto(tmp_path) as broker, listening(broker) as told:
            async with gateway:
                daemon = Daemon(gateway.socket)
                interfaces = Interfaces(tmp_path, daemon, Audit(tmp_path))
                daemon.start()
                interfaces.start()
                try:
                    password = Secret(PASSWORD)
                    mqtt = Mqtt(
                        on=True, host="127.0.0.1", port=broker.port, user=USER, password=password
                    )
                    await interfaces.change(replace(interfaces.settings, mqtt=mqtt))
                    await comes(lambda: told.last("multifon/available") == "online")
                    await operate(gateway, "lift")
                    await operate(gateway, "dial", digits="***912")
                    await comes(lambda: told.payloads("multifon/scene") == ["12"])
                    await operate(gateway, "hang-up")
                    await comes(lambda: told.last("multifon/line/line1")["state"] == "idle")
                    told.say("multifon/line/line1/ring/set", '{"tone": "once", "caller": "12"}')
                    heard = await operate(gateway, "ringing", wait=True, timeout=30)
                    assert heard["ringing"]
                    await comes(lambda: told.last("multifon/line/line1/ring") == "OFF")
                finally:
                    await interfaces.close()
                    await daemon.close()
                await comes(lambda: told.last("multifon/available") == "offline")

    async def operate(gateway: GatewayProcess, name: str, **arguments: object) -> dict[str, object]:
        found: dict[str, object] = await gateway.client.call(
            "handset.command", name=name, arguments=arguments
        )
        return found

    asyncio.run(run())
