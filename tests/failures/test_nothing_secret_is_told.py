import asyncio
import hashlib
import json
import re
from pathlib import Path

from tests.demo.house import House
from tests.failures.calls import call_works
from tests.gateway_process import NUMBER, PASSWORD

DIGEST = re.compile(r'\b(?:nonce|cnonce|response|opaque)="([^"]{6,})"', re.IGNORECASE)
REALM = "BREDBAND"


def test_no_password_and_no_digest_is_in_logs_records_or_answers(tmp_path: Path) -> None:
    told: list[str] = []
    # RFC 2617 §3.2.2.2: whoever has A1's hash can register without the password.
    a1 = f"{NUMBER}:{REALM}:{PASSWORD}".encode()
    secrets = {PASSWORD, hashlib.md5(a1, usedforsecurity=False).hexdigest()}

    async def run() -> None:
        async with House(tmp_path, settings="[log]\nsip_trace = true\n") as house:
            await house.gateway.client.subscribe("trace")
            await call_works(house)
            live = ""
            async for event in house.gateway.client.events():
                assert event.method == "trace"
                live += event.params["text"]
                if "\nBYE sip:" in live and "Digest" in live:
                    break
            told.append(live)
            for method in ("routing", "balance", "status", "lines"):
                told.append(json.dumps(await house.gateway.client.call(f"account.{method}")))
            for entry in await house.ask("trace"):
                secrets.update(DIGEST.findall(entry["text"]))
            told.append(json.dumps([await house.gateway.status(), await house.gateway.calls()]))

    asyncio.run(run())
    log = (tmp_path / "gateway" / "gateway.log").read_text(errors="replace")
    assert "INVITE sip:" in log, "the SIP messages are not in the log at all"
    assert "Digest " in log
    assert len(secrets) > 6, "the network has seen no digest"
    told.append(log)
    kept = (tmp_path / "gateway" / "state").rglob("*")
    told += [path.read_bytes().decode("latin-1") for path in kept if path.is_file()]
    for secret in secrets:
        assert not any(secret in text for text in told), f"{secret!r} is told"
