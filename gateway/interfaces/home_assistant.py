"""How Home Assistant learns what we have: MQTT discovery of one device.  Pure.

Source: home-assistant.io/integrations/mqtt, device discovery (Home Assistant 2024.11 or newer).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from gateway.interfaces.occurrences import NAMES
from gateway.interfaces.ringing import PATTERNS
from gateway.interfaces.topics import REFUSED, Message
from gateway.words import Language, Words

_STATES: Mapping[str, Words] = {
    "line": Words("Telephone %s", "Телефон %s"),
    "ringing": Words("%s rings", "%s звонит"),
    "fault": Words("Fault of %s", "Неисправность %s"),
    "caller": Words("Caller at %s", "Кто на линии %s"),
    "bell": Words("Bell of %s", "Звонок %s"),
    "waiting": Words("Message lamp of %s", "Лампа сообщений %s"),
    "registered": Words("Registration of %s", "Связь учётной записи %s"),
    "balance": Words("Balance of %s", "Баланс %s"),
    "routing": Words("Where calls to %s ring", "Куда идут звонки на %s"),
    "unread": Words("Unread messages", "Непрочитанные сообщения"),
    "event": Words("What happened", "Событие"),
    "scene": Words("Scene dialled", "Набранная сцена"),
}


def announcement(
    discovery: str, prefix: str, identity: str, status: Mapping[str, Any], language: Language
) -> Message:
    """The device with all its entities.  ``identity`` stays the same for the gateway's life."""
    device = f"multifon_{identity}"
    entities = {
        f"{device}_{key}": entity | {"unique_id": f"{device}_{key}"}
        for key, entity in (
            *_of_gateway(prefix, language),
            *(e for line in status["lines"] for e in _of_line(prefix, line["name"], language)),
            *(
                e
                for account in status["accounts"]
                for e in _of_account(prefix, account["name"], language)
            ),
        )
    }
    value = {
        "device": {
            "identifiers": [device],
            "name": Words("MultiFon gateway", "Шлюз МультиФон").of(language),
            "manufacturer": "MultiFon gateway",
            "model": "multifon-gateway",
            "sw_version": status["version"],
        },
        "origin": {"name": "multifon-gateway", "sw_version": status["version"]},
        "availability_topic": f"{prefix}/available",
        "components": entities,
    }
    payload = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Message(f"{discovery}/device/{device}/config", payload, retain=True)


def withdrawal(discovery: str, identity: str) -> Message:
    """An empty message: Home Assistant forgets the device."""
    return Message(f"{discovery}/device/multifon_{identity}/config", b"", retain=True)


Entity = dict[str, Any]


def _of_gateway(prefix: str, language: Language) -> Iterable[tuple[str, Entity]]:
    yield (
        "unread",
        _sensor("unread", "", language, f"{prefix}/gateway", "unread_messages")
        | {"icon": "mdi:message-text", "state_class": "measurement"},
    )
    yield (
        "event",
        {
            "platform": "event",
            "name": _STATES["event"].of(language),
            "state_topic": f"{prefix}/event",
            "event_types": [*(name for name in NAMES if name != "gateway"), REFUSED],
        },
    )
    yield (
        "scene",
        {
            "platform": "device_automation",
            "automation_type": "trigger",
            "type": "scene",
            "subtype": "dialled",
            "topic": f"{prefix}/scene",
        },
    )


def _of_line(prefix: str, name: str, language: Language) -> Iterable[tuple[str, Entity]]:
    topic, key = f"{prefix}/line/{name}", f"line_{name}"
    yield f"{key}", _sensor("line", name, language, topic, "state") | {"icon": "mdi:phone"}
    yield (
        f"{key}_caller",
        _sensor("caller", name, language, topic, "number") | {"icon": "mdi:phone-incoming"},
    )
    yield (
        f"{key}_ringing",
        _binary("ringing", name, language, topic, "value_json.state == 'ringing'"),
    )
    yield (
        f"{key}_fault",
        _binary("fault", name, language, topic, "value_json.fault is not none")
        | {"device_class": "problem", "entity_category": "diagnostic"},
    )
    yield (
        f"{key}_bell",
        {
            "platform": "siren",
            "name": _STATES["bell"].of(language) % name,
            "command_topic": f"{topic}/ring/set",
            "state_topic": f"{topic}/ring",
            "available_tones": list(PATTERNS),
            "support_duration": True,
            "support_volume_set": False,
            "icon": "mdi:bell-ring",
        },
    )
    yield (
        f"{key}_waiting",
        {
            "platform": "switch",
            "name": _STATES["waiting"].of(language) % name,
            "command_topic": f"{topic}/message-waiting/set",
            "icon": "mdi:message-badge",
        },
    )


def _of_account(prefix: str, name: str, language: Language) -> Iterable[tuple[str, Entity]]:
    topic, key = f"{prefix}/account/{name}", f"account_{name}"
    yield (
        f"{key}_registered",
        _binary("registered", name, language, topic, "value_json.registered")
        | {"device_class": "connectivity"},
    )
    yield (
        f"{key}_balance",
        _sensor("balance", name, language, topic, "balance")
        | {"device_class": "monetary", "unit_of_measurement": "RUB"},
    )
    yield (
        f"{key}_routing",
        _sensor("routing", name, language, topic, "routing") | {"icon": "mdi:call-split"},
    )


def _sensor(words: str, name: str, language: Language, topic: str, key: str) -> Entity:
    label = _STATES[words].of(language)
    return {
        "platform": "sensor",
        "name": label % name if "%s" in label else label,
        "state_topic": topic,
        "value_template": f"{{{{ value_json.{key} }}}}",
    }


def _binary(words: str, name: str, language: Language, topic: str, condition: str) -> Entity:
    return {
        "platform": "binary_sensor",
        "name": _STATES[words].of(language) % name,
        "state_topic": topic,
        "value_template": f"{{{{ 'ON' if {condition} else 'OFF' }}}}",
    }
