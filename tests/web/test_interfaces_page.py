"""The page on which the interfaces are switched on."""

from __future__ import annotations

import html
import re
from pathlib import Path

from gateway.interfaces.methods import Scope
from gateway.web.way_in import obey
from tests.web.visit import EVERYDAY, Visit, visiting

PATH = "/interfaces"


async def done(visit: Visit, path: str, **fields: str) -> str:
    """Send a form that is right; what the page says then."""
    answer = await visit.post(f"{PATH}/{path}", form=PATH, **fields)
    assert answer.status_code == 303, answer.text
    return html.unescape((await visit.get(PATH)).text)


def test_a_token_is_made_shown_once_used_and_revoked(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        await visit.sign_in()
        await done(visit, "switch", api="yes")
        page = await done(visit, "tokens/make", **{"token-name": "Cellar", "scope-status": "yes"})
        found = re.search(r"mfg_[\w-]{43}", page)
        assert found
        assert "Cellar" in page
        assert found[0] not in (await visit.get(PATH)).text
        shown = {"Authorization": f"Bearer {found[0]}"}
        assert (await visit.client.post("/api/v1/status", headers=shown)).status_code == 200
        assert (await visit.client.post("/api/v1/calls", headers=shown)).status_code == 403
        (token,) = visit.site.interfaces.tokens.all()
        assert token.scopes == {Scope.STATUS}
        await done(visit, "tokens/revoke", key=token.key)
        assert (await visit.client.post("/api/v1/status", headers=shown)).status_code == 401
        noted = [row["what"] for row in visit.site.audit.latest()]
        assert {"token-made", "token-revoked", "interfaces-changed"} <= set(noted)
        assert found[0] not in (tmp_path / "state" / "audit.log").read_text()

    visiting(tmp_path, story, EVERYDAY)


def test_a_token_without_a_purpose_is_not_made(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        await visit.sign_in()
        answer = await visit.post(f"{PATH}/tokens/make", PATH, **{"token-name": "Cellar"})
        assert answer.status_code == 422
        assert visit.site.interfaces.tokens.all() == ()

    visiting(tmp_path, story, EVERYDAY)


def test_the_password_of_the_broker_is_kept_and_never_sent_back(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        await visit.sign_in()
        fields = {"host": "192.0.2.9", "topic": "multifon", "language": "en", "user": "phone"}
        page = await done(visit, "mqtt", password="Secret-of-the-broker-1", **fields)
        assert "Secret-of" not in page
        page = await done(visit, "mqtt", port="1884", tls="yes", **fields)
        mqtt = visit.site.interfaces.settings.mqtt
        assert mqtt.password.reveal() == "Secret-of-the-broker-1"
        assert (mqtt.port, mqtt.tls, mqtt.on) == (1884, True, False)
        assert "Secret-of" not in page
        # Without a user there is no password.
        await done(visit, "mqtt", **{**fields, "user": ""})
        assert visit.site.interfaces.settings.mqtt.password.reveal() == ""

    visiting(tmp_path, story, EVERYDAY)


def test_what_is_wrong_with_the_broker_is_said_and_what_was_typed_stays(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        await visit.sign_in()
        answer = await visit.post(
            f"{PATH}/mqtt", PATH, host="not a host", port="many", topic="a/#", language="ru"
        )
        assert answer.status_code == 422
        for text in ("not a host", "a/#", "from 1 to 65535"):
            assert text in html.unescape(answer.text)
        assert visit.site.interfaces.settings.mqtt.host == "homeassistant.local"

    visiting(tmp_path, story, EVERYDAY)


def test_a_webhook_is_added_with_a_secret_that_is_shown_once(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        await visit.sign_in()
        fields = {"hook-name": "home", "hook-url": "http://192.0.2.9/hook", "event-missed": "yes"}
        page = await done(visit, "webhooks/add", **fields)
        (hook,) = visit.site.interfaces.settings.webhooks
        assert hook.events == ("missed",)
        assert hook.secret.reveal() in page
        assert hook.secret.reveal() not in (await visit.get(PATH)).text
        again = await visit.post(f"{PATH}/webhooks/add", PATH, **fields)
        assert again.status_code == 422
        await done(visit, "webhooks/remove", name="home")
        assert visit.site.interfaces.settings.webhooks == ()

    visiting(tmp_path, story, EVERYDAY)


def test_the_way_in_by_the_card_revokes_every_token(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        tokens = visit.site.interfaces.tokens
        text = tokens.make("of an owner before", Scope)
        (tmp_path / "reset").touch()
        assert obey(tmp_path / "reset", tmp_path / "state", visit.site)
        assert tokens.find(text) is None

    visiting(tmp_path, story, EVERYDAY)


def test_nobody_changes_anything_without_signing_in(tmp_path: Path) -> None:
    async def story(visit: Visit) -> None:
        for path in ("switch", "mqtt", "webhooks/add", "tokens/make"):
            answer = await visit.post(f"{PATH}/{path}", **{"token-name": "x", "api": "yes"})
            assert answer.status_code == 303
            assert answer.headers["location"].startswith("/welcome")
        assert not visit.site.interfaces.settings.api.on
        assert visit.site.interfaces.tokens.all() == ()

    visiting(tmp_path, story, EVERYDAY)
