"""SIPp as the network: every refusal has a reason and its tone; early media, answer and voice."""

from __future__ import annotations

import asyncio
from pathlib import Path

from gateway.sip.reasons import reason_of_status
from tests.gateway_process import NUMBER, PASSWORD, GatewayProcess
from tests.interop.sipp import sipp
from tests.speech import quality, speak

STATUSES = (
    *(302, 400, 402, 403, 404, 405, 408, 410, 415, 420, 480, 481, 484, 486, 487, 488, 491),
    *(500, 503, 504, 580, 600, 603, 606, 608),
)
"""Final statuses, one of each kind at least; 401 and 407 would be challenges."""
NO_HYBRID = '[[line]]\nname = "line1"\noptions = { hybrid_return_loss = false }\n'


def test_every_refusal_has_a_reason_and_the_telephone_is_ready_again(tmp_path: Path) -> None:
    async def run(port: int) -> None:
        async with GatewayProcess(tmp_path / "gateway", f"127.0.0.1:{port}") as gateway:
            await gateway.until_registered()
            for status in STATUSES:
                await gateway.handset("lift")
                await gateway.handset("hear", tone="dial")
                await gateway.handset("dial", digits=f"8495000{status}0", by="keypad")
                await gateway.until_line("busy", seconds=60)
                record = await gateway.last_call()
                reason = reason_of_status(status, "Refused by SIPp")
                assert record["detail"].startswith(str(status)), record
                assert record["reason"] == reason.value, record
                await gateway.handset("hear", tone=reason.tone.value)
                await gateway.handset("hang-up")
                await gateway.until_line("idle")
            assert (await gateway.status())["accounts"][0]["registered"]

    with sipp(tmp_path, NUMBER, PASSWORD, STATUSES) as port:
        asyncio.run(run(port))


def test_early_media_and_voice_come_back_from_sipps_echo(tmp_path: Path) -> None:
    said = speak("The telephone at home says: one, two, three, four.", tmp_path / "said.wav")
    heard = tmp_path / "heard.wav"

    async def run(port: int) -> None:
        gateway = GatewayProcess(tmp_path / "gateway", f"127.0.0.1:{port}", lines=NO_HYBRID)
        async with gateway:
            await gateway.until_registered()
            await gateway.handset("lift")
            await gateway.handset("hear", tone="dial")
            await gateway.handset("dial", digits="84950002000")
            await gateway.until_line("ringback")
            await gateway.until_line("talking")
            await gateway.handset("listen", file=str(heard))
            await gateway.handset("say", file=str(said))
            await gateway.handset("hear", tone="silence", lasting=1.0)
            await gateway.handset("listen-stop")
            await gateway.handset("hang-up")
            await gateway.until_line("idle")
            record = await gateway.last_call()
            assert (record["reason"], record["early_media"]) == ("completed", True)

    with sipp(tmp_path, NUMBER, PASSWORD, STATUSES) as port:
        asyncio.run(run(port))
    assert quality(said, heard).mos >= 3.5


def test_a_password_that_sipp_does_not_verify_is_wrong(tmp_path: Path) -> None:
    async def run(port: int) -> None:
        gateway = GatewayProcess(
            tmp_path / "gateway", f"127.0.0.1:{port}", password="Not-the-password-1"
        )
        async with gateway:
            await gateway.until(
                lambda status: status["accounts"][0]["reason"] is not None, "an answer", 15
            )
            account = (await gateway.status())["accounts"][0]
            assert (account["registered"], account["reason"]) == (False, "wrong-password")

    with sipp(tmp_path, NUMBER, PASSWORD, STATUSES) as port:
        asyncio.run(run(port))
