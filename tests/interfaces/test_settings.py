from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.interfaces import signature
from gateway.interfaces.settings import Api, InterfaceSettings, Mqtt, Store, Webhook
from gateway.settings.load import SettingsError
from gateway.settings.secret import Secret

WHOLE = InterfaceSettings(
    api=Api(on=True),
    mqtt=Mqtt(on=True, host="192.168.1.5", user="phone", password=Secret("open sesame")),
    webhooks=(
        Webhook(
            name="home",
            url="http://192.168.1.5:8123/api/webhook/abc?x=1",
            events=("missed", "scene"),
            secret=Secret(signature.new_secret()),
        ),
        Webhook(name="log", url="https://example.com/", check_certificate=False),
    ),
)


def test_everything_is_off_at_first(tmp_path: Path) -> None:
    settings = Store(tmp_path).load()
    assert (settings.api.on, settings.metrics.on, settings.mqtt.on) == (False, False, False)
    assert settings.webhooks == ()


def test_what_is_saved_is_read_with_its_secrets(tmp_path: Path) -> None:
    Store(tmp_path).save(WHOLE)
    assert Store(tmp_path).load() == WHOLE


def test_secrets_stand_in_a_file_of_their_own_that_nobody_else_reads(tmp_path: Path) -> None:
    Store(tmp_path).save(WHOLE)
    assert "sesame" not in (tmp_path / "interfaces.json").read_text()
    secrets = tmp_path / "interfaces-secrets.json"
    assert "sesame" in secrets.read_text()
    assert secrets.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "wrong",
    [
        replace(WHOLE, mqtt=Mqtt(host="not a host")),
        replace(WHOLE, mqtt=Mqtt(topic="a/#")),
        replace(WHOLE, mqtt=Mqtt(topic="a//b")),
        replace(WHOLE, mqtt=Mqtt(topic="")),
        replace(WHOLE, mqtt=Mqtt(port=70000)),
        replace(WHOLE, mqtt=Mqtt(language="fr")),
        replace(WHOLE, webhooks=(Webhook(url="ftp://example.com/"),)),
        replace(WHOLE, webhooks=(Webhook(url="http://me:secret@example.com/"),)),
        replace(WHOLE, webhooks=(Webhook(url="http://exa mple.com/"),)),
        replace(WHOLE, webhooks=(Webhook(url="http://example.com/\r\nX: y"),)),
        replace(WHOLE, webhooks=(Webhook(url="http://example.com:0/"),)),
        replace(WHOLE, webhooks=(Webhook(url="https://example.com/", events=("nothing",)),)),
        replace(WHOLE, webhooks=(Webhook(url="https://example.com/", secret=Secret("short")),)),
        replace(WHOLE, webhooks=2 * (Webhook(url="https://example.com/"),)),
        replace(
            WHOLE,
            webhooks=tuple(Webhook(name=f"w{n}", url="https://example.com/") for n in range(21)),
        ),
    ],
)
def test_what_cannot_work_is_not_saved(tmp_path: Path, wrong: InterfaceSettings) -> None:
    Store(tmp_path).save(WHOLE)
    with pytest.raises(SettingsError) as caught:
        Store(tmp_path).save(wrong)
    assert all(problem.text("ru") for problem in caught.value.problems)
    assert Store(tmp_path).load() == WHOLE


@pytest.mark.parametrize(
    "content", ["", "[]", '{"mqtt": {"on": 5}}', '{"nonsense": {}}', '{"webhook": [{}]}']
)
def test_a_file_that_somebody_spoiled_switches_all_off(tmp_path: Path, content: str) -> None:
    (tmp_path / "interfaces.json").write_text(content)
    assert Store(tmp_path).load() == InterfaceSettings()


def test_a_secret_of_a_webhook_that_cannot_sign_is_none(tmp_path: Path) -> None:
    Store(tmp_path).save(WHOLE)
    (tmp_path / "interfaces-secrets.json").write_text(json.dumps({"webhook.home.secret": "x"}))
    assert Store(tmp_path).load().webhooks[0].secret.reveal() == ""
