"""The door to paho: a connection to an MQTT broker that comes back by itself.

Paho has a thread of its own.  Its callbacks only post to the event loop; what the loop asks of it
(``publish``, ``subscribe``) puts something into paho's queue and returns.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from gateway.interfaces.settings import Mqtt
from gateway.interfaces.topics import Message
from gateway.interfaces.trust import context

CONNECTING = 10.0
"""Seconds that one try to connect may take."""
AGAIN = (1, 60)
"""Seconds between two tries, at first and at most."""
KEEP_ALIVE = 30
"""Seconds after which broker and we ask each other for a sign of life (MQTT 3.1.1, 3.1.2.10)."""
QUEUED = 200
"""Messages that wait for the broker; what is more is dropped, and told again as state."""
_FAREWELL = 2.0
"""Seconds for the last message."""


class _Client(mqtt.Client):
    """Paho's client without its two calls of bind(2).

    Our unit lets no port but the page's be bound (systemd.resource-control(5), SocketBindDeny=),
    and paho has no setting for either.  A test notices if it comes by another that binds.
    """

    def _create_socket_connection(self) -> socket.socket:
        # Paho's own binds to any address and any port first, which the system does anyway.
        address = (self._host, self._port)
        return socket.create_connection(address, timeout=self._connect_timeout)


def _pair() -> tuple[socket.socket, socket.socket]:
    """Two sockets that wake paho's thread; its own are made by listening to a TCP port."""
    one, other = socket.socketpair()
    one.setblocking(False)
    other.setblocking(False)
    return one, other


mqtt._socketpair_compat = _pair


@dataclass(frozen=True, slots=True)
class Connection:
    """``why`` it is not connected, a sentence of the broker's or the system's."""

    connected: bool = False
    since: float = field(default_factory=time.time)
    why: str = ""


class Broker:
    """``will`` is what the broker says when we are gone, and what we say when we leave.

    ``came`` is called when it is connected, ``got`` with topic and payload of a message; both on
    the event loop.
    """

    def __init__(
        self,
        settings: Mqtt,
        identity: str,
        will: Message,
        came: Callable[[], None],
        got: Callable[[str, bytes], None],
    ) -> None:
        self.connection = Connection(why="it has not answered yet")
        self._settings = settings
        self._will = will
        self._came = came
        self._got = got
        self._loop = asyncio.get_running_loop()
        self._open = True
        client = _Client(CallbackAPIVersion.VERSION2, client_id=f"multifon-{identity}")
        if settings.user:
            client.username_pw_set(settings.user, settings.password.reveal() or None)
        client.will_set(will.topic, will.payload, qos=1, retain=will.retain)
        client.reconnect_delay_set(*AGAIN)
        client.max_queued_messages_set(QUEUED)
        client.connect_timeout = CONNECTING
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        self._client = client

    def start(self) -> None:
        """Begin to connect, and never stop trying."""
        settings = self._settings
        if settings.tls:
            # Reads the authorities' certificates; a new one each time, so that new ones count.
            self._client.tls_set_context(context(check=settings.check_certificate))
        self._client.connect_async(settings.host, settings.port_used, KEEP_ALIVE)
        self._client.loop_start()

    async def close(self) -> None:
        """Say the will, leave, end the thread.  Idempotent."""
        if not self._open:
            return
        self._open = False
        await asyncio.to_thread(self._leave)

    def _leave(self) -> None:
        if self._client.is_connected():
            said = self._client.publish(self._will.topic, self._will.payload, 1, self._will.retain)
            said.wait_for_publish(_FAREWELL)
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, message: Message) -> None:
        """Tell it, at least once where it is retained (QoS 1)."""
        if self._open and self.connection.connected:
            qos = 1 if message.retain else 0
            self._client.publish(message.topic, message.payload, qos, message.retain)

    def subscribe(self, topics: Sequence[str]) -> None:
        if self._open and topics:
            self._client.subscribe([(topic, 1) for topic in topics])

    # Paho's thread.

    def _on_connect(
        self,
        _client: mqtt.Client,
        _data: object,
        _flags: mqtt.ConnectFlags,
        reason: ReasonCode,
        _properties: object,
    ) -> None:
        self._post(partial(self._changed, not reason.is_failure, str(reason)))

    def _on_connect_fail(self, _client: mqtt.Client, _data: object) -> None:
        settings = self._settings
        why = f"nobody answers at {settings.host}, port {settings.port_used}"
        self._post(partial(self._changed, False, why))

    def _on_disconnect(
        self,
        _client: mqtt.Client,
        _data: object,
        _flags: mqtt.DisconnectFlags,
        reason: ReasonCode,
        _properties: object,
    ) -> None:
        self._post(partial(self._lost, str(reason)))

    def _on_message(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        # A command that the broker kept is an old one: nobody wants the bell at each connection.
        if not message.retain:
            self._post(partial(self._got, message.topic, bytes(message.payload)))

    def _post(self, what: Callable[[], None]) -> None:
        if self._open:
            self._loop.call_soon_threadsafe(what)

    # The event loop.

    def _changed(self, connected: bool, why: str) -> None:
        self.connection = Connection(connected, why="" if connected else why)
        if connected and self._open:
            self._came()

    def _lost(self, why: str) -> None:
        # A refusal was told already, with the broker's better words.
        if self.connection.connected:
            self.connection = Connection(why=why)
