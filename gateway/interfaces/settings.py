"""What may be set about the interfaces, declared as the gateway's own settings are.

They are the page's, not the daemon's: two files in the page's state folder, one of them for the
secrets.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from gateway.interfaces import signature
from gateway.interfaces.occurrences import NAMES
from gateway.settings import forms
from gateway.settings.check import Check
from gateway.settings.load import SettingsError
from gateway.settings.problem import Problem
from gateway.settings.secret import Secret
from gateway.settings.setting import (
    Form,
    Kind,
    TakesEffect,
    section,
    sections_of,
    setting,
    settings_of,
    tables,
)
from gateway.web.keeping import read, write
from gateway.words import LANGUAGES, Words

_log = logging.getLogger(__name__)

MOST_WEBHOOKS = 20


def _certificate() -> Mapping[str, object]:
    return setting(
        title=Words("Checks the certificate", "Проверяет сертификат"),
        en="Whether a certificate has to be vouched for by an authority. Many homes have none.",
        ru="Нужно ли, чтобы сертификат заверил удостоверяющий центр. Дома такого часто нет.",
        takes_effect=TakesEffect.AT_ONCE,
    )


def _is_topic(text: str) -> bool:
    plain = text.isprintable() and len(text.encode()) <= 100
    return plain and not set(text) & set("+#$") and all(text.split("/"))


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    plain = text.isascii() and text.isprintable() and " " not in text and len(text) <= 500
    known = parts.scheme in {"http", "https"} and forms.HOST.accepts(parts.hostname or "")
    return plain and known and "@" not in parts.netloc and not parts.fragment and port != 0


_TOPIC = Form(
    Words("a topic without + and #, such as multifon", "тема без + и #, например multifon"),
    _is_topic,
)
_URL = Form(
    Words(
        "an address that begins with http:// or https://",
        "адрес, начинающийся с http:// или https://",
    ),
    _is_url,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """The control socket over HTTPS."""

    on: bool = field(
        default=False,
        metadata=setting(
            title=Words("Switched on", "Включено"),
            en="Programs with a token may ask and command the gateway at /api/v1.",
            ru="Программы с токеном могут спрашивать шлюз и управлять им: /api/v1.",
            takes_effect=TakesEffect.AT_ONCE,
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """Figures for Prometheus."""

    on: bool = field(
        default=False,
        metadata=setting(
            title=Words("Switched on", "Включено"),
            en="A collector with a token that may see the state reads figures at /metrics.",
            ru="Сборщик с токеном, которому видно состояние, читает показатели: /metrics.",
            takes_effect=TakesEffect.AT_ONCE,
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Mqtt:
    """The broker of a smart home."""

    on: bool = field(
        default=False,
        metadata=setting(
            title=Words("Switched on", "Включено"),
            en="The gateway tells a broker what happens, and Home Assistant finds it there.",
            ru="Шлюз сообщает брокеру, что происходит; Home Assistant находит его сам.",
            takes_effect=TakesEffect.AT_ONCE,
        ),
    )
    host: str = field(
        default="homeassistant.local",
        metadata=setting(
            title=Words("Broker", "Брокер"),
            en="Name or address of the broker.",
            ru="Имя или адрес брокера.",
            takes_effect=TakesEffect.AT_ONCE,
            form=forms.HOST,
        ),
    )
    port: int = field(
        default=0,
        metadata=setting(
            title=Words("Port", "Порт"),
            en="Port of the broker.",
            ru="Порт брокера.",
            takes_effect=TakesEffect.AT_ONCE,
            low=1,
            high=65535,
            empty=Words("1883, with TLS 8883", "1883, с TLS — 8883"),
        ),
    )
    user: str = field(
        default="",
        metadata=setting(
            title=Words("User", "Пользователь"),
            en="User at the broker.",
            ru="Пользователь у брокера.",
            takes_effect=TakesEffect.AT_ONCE,
            empty=Words("none", "нет"),
        ),
    )
    password: Secret = field(
        default=Secret(""),
        metadata=setting(
            title=Words("Password", "Пароль"),
            en="The password of that user.",
            ru="Пароль этого пользователя.",
            takes_effect=TakesEffect.AT_ONCE,
        ),
    )
    tls: bool = field(
        default=False,
        metadata=setting(
            title=Words("Encrypted", "Шифрование"),
            en="Speak with the broker in secret.",
            ru="Шифровать связь с брокером.",
            takes_effect=TakesEffect.AT_ONCE,
        ),
    )
    check_certificate: bool = field(default=True, metadata=_certificate())
    topic: str = field(
        default="multifon",
        metadata=setting(
            title=Words("Topic", "Тема"),
            en="What all our topics begin with. Each gateway needs its own.",
            ru="С чего начинаются все наши темы. У каждого шлюза — своё начало.",
            takes_effect=TakesEffect.AT_ONCE,
            form=_TOPIC,
        ),
    )
    discovery: str = field(
        default="homeassistant",
        metadata=setting(
            title=Words("Discovery topic", "Тема обнаружения"),
            en="Where Home Assistant looks for new devices.",
            ru="Где Home Assistant ищет новые устройства.",
            takes_effect=TakesEffect.AT_ONCE,
            form=_TOPIC,
            empty=Words("it is not told of us", "не сообщать о себе"),
        ),
    )
    language: str = field(
        default="ru",
        metadata=setting(
            title=Words("Language", "Язык"),
            en="The language of what Home Assistant shows.",
            ru="Язык того, что показывает Home Assistant.",
            takes_effect=TakesEffect.AT_ONCE,
            choices=lambda: LANGUAGES,
        ),
    )
    commands: bool = field(
        default=True,
        metadata=setting(
            title=Words("Takes commands", "Принимает команды"),
            en="Whoever may write at the broker may let the telephone ring.",
            ru="Кто может писать брокеру, может звонить в звонок телефона.",
            takes_effect=TakesEffect.AT_ONCE,
        ),
    )
    numbers: bool = field(
        default=True,
        metadata=setting(
            title=Words("Tells numbers", "Сообщает номера"),
            en="Tell the broker the numbers and names of callers, and the texts of messages.",
            ru="Сообщать брокеру номера и имена звонящих и тексты сообщений.",
            takes_effect=TakesEffect.AT_ONCE,
        ),
    )

    @property
    def port_used(self) -> int:
        """Ports of MQTT by IANA."""
        return self.port or (8883 if self.tls else 1883)


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """An address that is told what happens."""

    name: str = field(
        default="home",
        metadata=setting(
            title=Words("Name", "Имя"),
            en="What the webhook is called on the page and in the log.",
            ru="Как вебхук называется на странице и в журнале.",
            takes_effect=TakesEffect.AT_ONCE,
            form=forms.NAME,
        ),
    )
    url: str = field(
        metadata=setting(
            title=Words("Address", "Адрес"),
            en="The address that gets a POST.",
            ru="Адрес, на который уходит POST.",
            takes_effect=TakesEffect.AT_ONCE,
            form=_URL,
        )
    )
    events: tuple[str, ...] = field(
        default=(),
        metadata=setting(
            title=Words("Events", "События"),
            en="What it is told.",
            ru="О чём сообщать.",
            takes_effect=TakesEffect.AT_ONCE,
            choices=lambda: tuple(NAMES),
            empty=Words("everything", "обо всём"),
        ),
    )
    check_certificate: bool = field(default=True, metadata=_certificate())
    secret: Secret = field(
        default=Secret(""),
        metadata=setting(
            title=Words("Secret", "Секрет"),
            en="What each delivery is signed with.",
            ru="Чем подписывается каждая доставка.",
            takes_effect=TakesEffect.AT_ONCE,
        ),
    )


@dataclass(frozen=True, slots=True)
class InterfaceSettings:
    """All of them."""

    api: Api = field(
        default_factory=Api,
        metadata=section(
            title=Words("HTTP API", "Интерфейс HTTP"), en="The HTTP API.", ru="HTTP API."
        ),
    )
    metrics: Metrics = field(
        default_factory=Metrics,
        metadata=section(
            title=Words("Metrics", "Показатели"),
            en="Metrics for Prometheus.",
            ru="Показатели для Prometheus.",
        ),
    )
    mqtt: Mqtt = field(
        default_factory=Mqtt,
        metadata=section(
            title=Words("MQTT", "Шина MQTT"),
            en="MQTT and Home Assistant.",
            ru="MQTT и Home Assistant.",
        ),
    )
    webhooks: tuple[Webhook, ...] = field(
        default=(),
        metadata=tables(
            "webhook",
            title=Words("Webhooks", "Вебхуки"),
            en="Webhooks.",
            ru="Вебхуки.",
            takes_effect=TakesEffect.AT_ONCE,
        ),
    )


class Store:
    """The two files in ``folder``: ``interfaces.json`` and ``interfaces-secrets.json``."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "interfaces.json"
        self._secrets_path = folder / "interfaces-secrets.json"

    def load(self) -> InterfaceSettings:
        """What was saved.  Anything wrong in it is logged, and all is off then."""
        data, secrets = read(self._path), read(self._secrets_path)
        try:
            return _with_secrets(_checked(data if isinstance(data, dict) else {}), secrets)
        except SettingsError as error:
            _log.error("the interfaces stay switched off: %s", error)
            return InterfaceSettings()

    def save(self, settings: InterfaceSettings) -> None:
        """Keep them.  ``SettingsError`` with all problems if something is wrong."""
        data, secrets = _plain(settings)
        _checked(data)
        for name, secret in secrets.items():
            if name.startswith("webhook.") and not signature.is_secret(secret):
                raise SettingsError([Problem("bad-password", name)])
        write(self._secrets_path, secrets)
        write(self._path, data)


def _checked(data: Mapping[str, Any]) -> InterfaceSettings:
    check = Check()
    # The file was made by us, but a person may have changed it.
    settings = check.tables(InterfaceSettings, json.loads(json.dumps(data)))
    seen: set[str] = set()
    for index, hook in enumerate(settings.webhooks):
        place = f"webhook[{index}].name"
        if hook.name in seen:
            check.report("duplicate-name", place, name=hook.name, table="webhook")
        seen.add(hook.name)
    if len(settings.webhooks) > MOST_WEBHOOKS:
        accepted = Words(f"at most {MOST_WEBHOOKS}", f"не больше {MOST_WEBHOOKS}")
        given = str(len(settings.webhooks))
        check.report("out-of-range", "webhook", given=given, accepted=accepted)
    if check.problems:
        raise SettingsError(check.problems)
    return settings


def _plain(settings: InterfaceSettings) -> tuple[dict[str, Any], dict[str, str]]:
    """The values for the one file and the secrets, by their place, for the other."""
    data: dict[str, Any] = {}
    secrets: dict[str, str] = {}
    for table in sections_of(InterfaceSettings).values():
        found = getattr(settings, table.attribute)
        rows = []
        for row in found if table.repeated else (found,):
            values = {}
            for about in settings_of(table.structure).values():
                value = getattr(row, about.name)
                if about.kind is not Kind.SECRET:
                    values[about.name] = list(value) if isinstance(value, tuple) else value
                elif value.reveal():
                    secrets[_place(table.table, row, about.name)] = value.reveal()
            rows.append(values)
        data[table.table] = rows if table.repeated else rows[0]
    return data, secrets


def _with_secrets(settings: InterfaceSettings, secrets: object) -> InterfaceSettings:
    known = secrets if isinstance(secrets, dict) else {}

    def secret(place: str) -> Secret:
        value = known.get(place, "")
        return Secret(value if isinstance(value, str) else "")

    hooks = []
    for hook in settings.webhooks:
        found = secret(_place("webhook", hook, "secret"))
        # One that cannot sign is none: what is not signed is noticed by the receiver.
        sound = signature.is_secret(found.reveal())
        hooks.append(replace(hook, secret=found if sound else Secret("")))
    mqtt = replace(settings.mqtt, password=secret("mqtt.password"))
    return replace(settings, mqtt=mqtt, webhooks=tuple(hooks))


def _place(table: str, row: Any, name: str) -> str:
    return f"{table}.{row.name}.{name}" if table == "webhook" else f"{table}.{name}"
