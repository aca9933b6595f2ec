"""A real MQTT broker for a test, and a program that listens to it."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

READY = 30.0
USER, PASSWORD = "gateway", "Secret-of-the-broker-1"


@dataclass
class Mosquitto:
    """The broker on a free port; it asks for user and password."""

    folder: Path
    port: int
    address: str
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self.folder / "mosquitto.log").open("ab") as log:
            self._process = subprocess.Popen(
                ["mosquitto", "-c", str(self.folder / "mosquitto.conf")], stdout=log, stderr=log
            )
        deadline = time.monotonic() + READY
        while True:
            try:
                socket.create_connection((self.address, self.port), 1).close()
            except OSError:
                assert time.monotonic() < deadline, (self.folder / "mosquitto.log").read_text()
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(READY)


@contextmanager
def mosquitto(folder: Path, address: str = "127.0.0.1") -> Iterator[Mosquitto]:
    """A broker that runs on an address of this computer."""
    if shutil.which("mosquitto") is None:
        pytest.fail("there is no mosquitto: image-build/packages/test names it")
    with socket.socket() as probe:
        probe.bind((address, 0))
        port = probe.getsockname()[1]
    passwords = folder / "passwords"
    passwords.touch(mode=0o600)
    subprocess.run(
        ["mosquitto_passwd", "-b", str(passwords), USER, PASSWORD], check=True, capture_output=True
    )
    (folder / "mosquitto.conf").write_text(
        # As root it would become another user, who may not read the test's folder.
        f"user root\nlistener {port} {address}\npassword_file {passwords}\n"
        "allow_anonymous false\npersistence false\n"
    )
    broker = Mosquitto(folder, port, address)
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()


@dataclass
class Listener:
    """A smart home: all that it was told, the newest by topic and in order."""

    messages: list[tuple[str, bytes, bool]] = field(default_factory=list)
    _client: mqtt.Client | None = None

    def connect(self, broker: Mosquitto) -> None:
        client = mqtt.Client(CallbackAPIVersion.VERSION2)
        client.username_pw_set(USER, PASSWORD)
        client.on_message = lambda _c, _d, m: self.messages.append(
            (m.topic, bytes(m.payload), m.retain)
        )
        client.on_connect = lambda c, *_rest: c.subscribe("#", 1)
        client.connect(broker.address, broker.port)
        client.loop_start()
        self._client = client

    def close(self) -> None:
        if self._client is not None:
            self._client.disconnect()
            self._client.loop_stop()

    def say(self, topic: str, payload: str, *, retain: bool = False) -> None:
        assert self._client is not None
        self._client.publish(topic, payload, 1, retain).wait_for_publish(READY)

    def payloads(self, topic: str) -> list[str]:
        return [payload.decode() for name, payload, _ in self.messages if name == topic]

    def last(self, topic: str) -> Any:
        """The newest message of a topic, as JSON if it is that."""
        found = self.payloads(topic)
        if not found:
            return None
        try:
            return json.loads(found[-1])
        except ValueError:
            return found[-1]


@contextmanager
def listening(broker: Mosquitto) -> Iterator[Listener]:
    listener = Listener()
    listener.connect(broker)
    try:
        yield listener
    finally:
        listener.close()


async def comes(condition: Callable[[], Any]) -> Any:
    """Wait until ``condition`` has a value that counts as true, and give it."""
    async with asyncio.timeout(READY):
        while not (found := condition()):  # noqa: ASYNC110 - a thread of paho's brings it
            await asyncio.sleep(0.01)
        return found
