"""The gateway in a smart home: the real page's interfaces, a real broker, a real control socket."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from gateway.control.protocol import RefusalError
from gateway.interfaces.ringing import PATTERNS
from gateway.interfaces.settings import Mqtt
from gateway.settings.secret import Secret
from tests.interfaces.mosquitto import (
    PASSWORD,
    USER,
    Listener,
    Mosquitto,
    comes,
    listening,
    mosquitto,
)
from tests.web.visit import CALL, EVERYDAY, STATUS, Answers, Visit, visit


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    with mosquitto(tmp_path_factory.mktemp("broker")) as running:
        yield running


@dataclass
class Home:
    visit: Visit
    told: Listener
    topic: str

    def last(self, topic: str) -> Any:
        return self.told.last(f"{self.topic}/{topic}")

    def say(self, topic: str, payload: str, *, retain: bool = False) -> None:
        self.told.say(f"{self.topic}/{topic}", payload, retain=retain)


@asynccontextmanager
async def home(
    folder: Path, broker: Mosquitto, answers: Answers | None = None, **values: Any
) -> AsyncIterator[Home]:
    """A gateway that a smart home knows, under a topic of this test's own."""
    settings = Mqtt(
        **{
            "on": True,
            "host": "127.0.0.1",
            "port": broker.port,
            "user": USER,
            "password": Secret(PASSWORD),
            "topic": f"test/{folder.name}",
            "language": "en",
            **values,
        }
    )
    with listening(broker) as told:
        async with visit(folder, {**EVERYDAY, **(answers or {})}) as visited:
            interfaces = visited.site.interfaces
            await interfaces.change(replace(interfaces.settings, mqtt=settings))
            found = Home(visited, told, settings.topic)
            await comes(lambda: found.last("available") == "online")
            yield found


def test_the_home_is_told_the_state_of_everything(tmp_path: Path, broker: Mosquitto) -> None:
    async def run() -> None:
        async with home(tmp_path, broker) as found:
            assert found.last("line/hall")["state"] == "idle"
            assert found.last("account/main")["registered"] is True
            assert found.last("account/main")["balance"] == 12.5
            assert found.last("gateway")["unread_messages"] == 0
            call = {"id": "c-2", "direction": "in", "number": "74951234567", "name": "Anna"}
            ringing = {**STATUS["lines"][0], "state": "ringing", "call": call}
            found.visit.server.publish("line", ringing)
            told = await comes(lambda: found.told.payloads(f"{found.topic}/line/hall")[1:])
            assert json.loads(told[0])["state"] == "ringing"
            assert json.loads(told[0])["number"] == "74951234567"
            found.visit.server.publish("call", {"id": CALL["id"], "reason": "no-answer"})
            missed = await comes(
                lambda: (
                    (found.last("event") or {}).get("event_type") == "missed"
                    and found.last("event")
                )
            )
            assert missed["number"] == CALL["number"]

    asyncio.run(run())


def test_numbers_and_names_are_kept_from_a_home_that_shall_not_know_them(
    tmp_path: Path, broker: Mosquitto
) -> None:
    async def run() -> None:
        async with home(tmp_path, broker, numbers=False) as found:
            call = {"id": "c-2", "direction": "in", "number": "74951234567", "name": "Anna"}
            found.visit.server.publish(
                "line", {**STATUS["lines"][0], "state": "ringing", "call": call}
            )
            found.visit.server.publish(
                "call", {"id": CALL["id"], "reason": "no-answer", "verdict": CALL["verdict"]}
            )
            found.visit.server.publish(
                "message", {"id": 1, "account": "main", "number": "74951234567", "text": "Hello"}
            )
            await comes(lambda: (found.last("event") or {}).get("event_type") == "message")
            ours = b"".join(p for topic, p, _ in found.told.messages if topic.startswith("test/"))
            for secret in (b"74951234567", b"Anna", b"Hello"):
                assert secret not in ours

    asyncio.run(run())


def test_home_assistant_finds_a_device_whose_topics_exist(
    tmp_path: Path, broker: Mosquitto
) -> None:
    async def run() -> None:
        async with home(tmp_path, broker) as found:
            identity = found.visit.site.interfaces._identity
            topic = f"homeassistant/device/multifon_{identity}/config"
            device = await comes(lambda: found.told.last(topic))
            assert device["device"]["identifiers"] == [f"multifon_{identity}"]
            platforms = [entity["platform"] for entity in device["components"].values()]
            assert {"sensor", "binary_sensor", "siren", "switch", "event"} <= set(platforms)
            # What Home Assistant reads has been told, and what it writes is obeyed.
            known = {name for name, _, _ in found.told.messages}
            spoken = {f"{found.topic}/{name}" for name in ("event", "scene", "line/hall/ring")}
            for entity in device["components"].values():
                for key in ("state_topic", "topic"):
                    assert entity.get(key, f"{found.topic}/gateway") in known | spoken
                command = entity.get("command_topic", f"{found.topic}/line/hall/ring/set")
                assert command.startswith(f"{found.topic}/line/hall/")
            assert device["availability_topic"] in known
            (siren,) = (e for e in device["components"].values() if e["platform"] == "siren")
            assert siren["available_tones"] == list(PATTERNS)

    asyncio.run(run())


def test_the_home_lets_the_telephone_ring_in_a_pattern(tmp_path: Path, broker: Mosquitto) -> None:
    async def run() -> None:
        answers = {"line.ring": {"ending": "not-lifted"}}
        async with home(tmp_path, broker, answers) as found:
            # As Home Assistant's siren says it.
            wish = '{"state": "ON", "tone": "twice", "duration": 5, "caller": "1003"}'
            found.say("line/hall/ring/set", wish)
            await comes(lambda: found.last("line/hall/ring") == "OFF")
            assert found.told.payloads(f"{found.topic}/line/hall/ring")[:1] == ["ON"]
            shown = {"line": "hall", "seconds": 1.0, "caller": "1003", "name": ""}
            assert found.visit.called("line.ring") == [shown, shown]

    asyncio.run(run())


def test_a_receiver_that_is_lifted_ends_the_pattern(tmp_path: Path, broker: Mosquitto) -> None:
    async def run() -> None:
        async with home(tmp_path, broker, {"line.ring": {"ending": "lifted"}}) as found:
            found.say("line/hall/ring/set", '{"tone": "alarm", "duration": 60}')
            await comes(lambda: found.last("line/hall/ring") == "OFF")
            assert len(found.visit.called("line.ring")) == 1

    asyncio.run(run())


def test_the_home_silences_the_bell_again(tmp_path: Path, broker: Mosquitto) -> None:
    async def run() -> None:
        rings: list[asyncio.Future[Any]] = []

        def ring(_params: Any) -> Any:
            rings.append(asyncio.get_running_loop().create_future())
            return rings[-1]

        def stop(_params: Any) -> Any:
            rings[-1].set_result({"ending": "stopped"})
            return {}

        answers = {"line.ring": ring, "line.stop-ring": stop}
        async with home(tmp_path, broker, answers) as found:
            found.say("line/hall/ring/set", "ON")
            await comes(lambda: rings)
            found.say("line/hall/ring/set", "OFF")
            await comes(lambda: found.last("line/hall/ring") == "OFF")
            await comes(rings[0].done)

    asyncio.run(run())


@pytest.mark.parametrize("wish", ["", "{", "[]", '{"tone": "polka"}', '{"duration": 1e9}', "5"])
def test_a_wish_that_makes_no_sense_is_answered_by_an_event(
    tmp_path: Path, broker: Mosquitto, wish: str
) -> None:
    async def run() -> None:
        async with home(tmp_path, broker) as found:
            found.say("line/hall/ring/set", wish)
            refusal = await comes(lambda: found.last("event"))
            assert refusal["event_type"] == "refused"
            assert refusal["why"]
            assert found.visit.called("line.ring") == []

    asyncio.run(run())


def test_what_the_gateway_refuses_is_told(tmp_path: Path, broker: Mosquitto) -> None:
    def refuse(_params: Any) -> Any:
        raise RefusalError("Line hall is in use.")

    async def run() -> None:
        async with home(tmp_path, broker, {"line.message-waiting": refuse}) as found:
            found.say("line/hall/message-waiting/set", "ON")
            refusal = await comes(lambda: found.last("event"))
            assert refusal["why"] == "Line hall is in use."

    asyncio.run(run())


def test_a_wish_that_the_broker_kept_is_an_old_one(tmp_path: Path, broker: Mosquitto) -> None:
    async def run() -> None:
        answers = {"line.ring": {"ending": "not-lifted"}, "line.message-waiting": {"shown": True}}
        with listening(broker) as before:
            before.say(f"test/{tmp_path.name}/line/hall/ring/set", "ON", retain=True)
        async with home(tmp_path, broker, answers) as found:
            # Commands come in order, so this one proves that the other was not obeyed.
            found.say("line/hall/message-waiting/set", "ON")
            await comes(lambda: found.visit.called("line.message-waiting"))
            assert found.visit.called("line.ring") == []

    asyncio.run(run())


def test_a_home_that_may_not_command_is_not_listened_to(tmp_path: Path, broker: Mosquitto) -> None:
    async def run() -> None:
        async with home(tmp_path, broker, commands=False) as found:
            found.say("line/hall/ring/set", "ON")
            found.visit.server.publish("scene", {"line": "hall", "code": "12"})
            await comes(lambda: found.told.payloads(f"{found.topic}/scene") == ["12"])
            assert found.visit.called("line.ring") == []

    asyncio.run(run())


def test_the_home_knows_when_the_gateway_is_away_and_when_the_page_is(
    tmp_path: Path, broker: Mosquitto
) -> None:
    async def run() -> None:
        async with home(tmp_path, broker) as found:
            told = found.told
            await found.visit.server.close()
            await comes(lambda: found.last("available") == "offline")
            await found.visit.server.start()
            await comes(lambda: found.last("available") == "online")
            interfaces = found.visit.site.interfaces
            await interfaces.change(replace(interfaces.settings, mqtt=Mqtt()))
            await comes(lambda: told.last(f"{found.topic}/available") == "offline")

    asyncio.run(run())


def test_the_state_is_told_again_to_a_broker_that_was_away(tmp_path: Path) -> None:
    async def run() -> None:
        with mosquitto(tmp_path) as own:
            async with home(tmp_path, own) as found:
                own.stop()
                smart_home = found.visit.site.interfaces.smart_home
                assert smart_home is not None
                await comes(lambda: not smart_home.connection.connected)
                assert smart_home.connection.why
                own.start()
                with listening(own) as anew:
                    await comes(lambda: anew.last(f"{found.topic}/available") == "online")
                    assert anew.last(f"{found.topic}/line/hall")["state"] == "idle"

    asyncio.run(run())


def test_no_port_is_bound_for_it_since_the_unit_lets_none_be_bound(
    tmp_path: Path, broker: Mosquitto
) -> None:
    """The unit's SocketBindDeny= would end MQTT otherwise: paho likes to bind."""
    bound: list[object] = []

    class Watched(socket.socket):
        def bind(self, address: Any) -> None:
            bound.append(address)
            super().bind(address)

    async def run() -> None:
        async with visit(tmp_path, EVERYDAY) as visited:
            interfaces = visited.site.interfaces
            right = Mqtt(
                on=True, host="127.0.0.1", port=broker.port, user=USER, password=Secret(PASSWORD)
            )
            await interfaces.change(replace(interfaces.settings, mqtt=right))
            smart_home = interfaces.smart_home
            assert smart_home is not None
            await comes(lambda: smart_home.connection.connected)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "socket", Watched)
        asyncio.run(run())
    assert [address for address in bound if not isinstance(address, str)] == []


def test_a_wrong_password_is_said_and_the_page_goes_on(tmp_path: Path, broker: Mosquitto) -> None:
    async def run() -> None:
        async with visit(tmp_path, EVERYDAY) as visited:
            interfaces = visited.site.interfaces
            wrong = Mqtt(
                on=True, host="127.0.0.1", port=broker.port, user=USER, password=Secret("wrong")
            )
            await interfaces.change(replace(interfaces.settings, mqtt=wrong))
            smart_home = interfaces.smart_home
            assert smart_home is not None
            await comes(lambda: "uthori" in smart_home.connection.why)
            assert "wrong" not in smart_home.connection.why

    asyncio.run(run())
