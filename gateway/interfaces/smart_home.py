"""The gateway in a smart home: what a broker is told, and what it may wish."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

from gateway.control.errors import ControlError
from gateway.interfaces import home_assistant, topics
from gateway.interfaces.bell import Bells
from gateway.interfaces.broker import Broker, Connection
from gateway.interfaces.occurrences import Occurrence
from gateway.interfaces.ringing import wish
from gateway.interfaces.settings import Mqtt
from gateway.interfaces.topics import OFF, OFFLINE, ON, ONLINE, REFUSED, Message
from gateway.web.daemon import AwayError, Daemon
from gateway.words import Language

_log = logging.getLogger(__name__)

ANEW = 60.0
"""Seconds after which the whole state is looked at even if nothing seems to have changed."""
_LARGEST_WISH = 2048
"""Bytes of a command."""


class SmartHome:
    """Joined to one broker.  ``identity`` is the gateway's, for its whole life."""

    def __init__(self, daemon: Daemon, settings: Mqtt, identity: str) -> None:
        self._daemon = daemon
        self._settings = settings
        self._identity = identity
        self._prefix = settings.topic
        will = Message(f"{self._prefix}/available", OFFLINE, retain=True)
        self._broker = Broker(settings, identity, will, self._on_connection, self._on_message)
        self._bells = Bells(daemon, self._rings, self._refused)
        self._told: dict[str, bytes] = {}
        self._look = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._wishes: set[asyncio.Task[None]] = set()

    @property
    def connection(self) -> Connection:
        """Whether the broker is there."""
        return self._broker.connection

    def start(self) -> None:
        self._broker.start()
        self._task = asyncio.create_task(self._keep_told(), name="MQTT state")

    async def close(self) -> None:
        """Silence the bells, say that we are offline, leave.  Idempotent."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, *self._wishes, return_exceptions=True)
        await self._bells.close()
        await self._broker.close()

    def put(self, occurrence: Occurrence) -> None:
        """Tell it."""
        numbers = self._settings.numbers
        if occurrence.name == "line":
            # At once and in order: a state may be over before somebody asks for it.
            self._retain(topics.line(self._prefix, occurrence.data, numbers=numbers))
        elif occurrence.name == "gateway":
            self._told.clear()
        if occurrence.name != "gateway":
            for message in topics.happened(self._prefix, occurrence, numbers=numbers):
                self._broker.publish(message)
        self._look.set()

    # State.

    def _on_connection(self) -> None:
        self._told.clear()
        if self._settings.commands:
            self._broker.subscribe(topics.commands(self._prefix))
        self._look.set()

    async def _keep_told(self) -> None:
        while True:
            try:
                async with asyncio.timeout(ANEW):
                    await self._look.wait()
            except TimeoutError:
                pass
            self._look.clear()
            try:
                status = await self._daemon.call("status")
            except (AwayError, ControlError):
                self._retain(Message(f"{self._prefix}/available", OFFLINE, retain=True))
                continue
            self._tell(status)

    def _tell(self, status: dict[str, Any]) -> None:
        settings = self._settings
        if settings.discovery:
            language: Language = "ru" if settings.language == "ru" else "en"
            self._retain(
                home_assistant.announcement(
                    settings.discovery, self._prefix, self._identity, status, language
                )
            )
        for message in topics.state(self._prefix, status, numbers=settings.numbers):
            self._retain(message)
        self._retain(Message(f"{self._prefix}/available", ONLINE, retain=True))

    def _retain(self, message: Message) -> None:
        """Publish what the broker does not know yet."""
        if self.connection.connected and self._told.get(message.topic) != message.payload:
            self._told[message.topic] = message.payload
            self._broker.publish(message)

    # Wishes.

    def _on_message(self, topic: str, payload: bytes) -> None:
        command = topics.command_of(self._prefix, topic)
        if command is None or len(payload) > _LARGEST_WISH:
            return
        line, what = command
        if what == "message-waiting":
            task = asyncio.create_task(self._lamp(line, payload))
            self._wishes.add(task)
            task.add_done_callback(self._wishes.discard)
            return
        try:
            ring = wish(payload)
        except ValueError as error:
            self._refused(line, str(error))
            return
        self._bells.wish(line, ring)

    async def _lamp(self, line: str, payload: bytes) -> None:
        try:
            await self._daemon.call(
                "line.message-waiting", line=line, waiting=payload.strip().upper() == ON
            )
        except (AwayError, ControlError) as error:
            self._refused(line, str(error))

    def _rings(self, line: str, rings: bool) -> None:
        topic = f"{self._prefix}/line/{line}/ring"
        self._retain(Message(topic, ON if rings else OFF, retain=True))

    def _refused(self, line: str, why: str) -> None:
        _log.info("MQTT: %s: %s", line, why)
        refusal = Occurrence(REFUSED, time.time(), {"line": line, "why": why})
        for message in topics.happened(self._prefix, refusal, numbers=True):
            self._broker.publish(message)
