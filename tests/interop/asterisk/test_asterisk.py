"""The gateway with Asterisk as its network: registrar and proxy, both directions, refusals."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.gateway_process import NUMBER, GatewayProcess
from tests.interop.asterisk.asterisk import Asterisk
from tests.speech import RATE, quality, read, speak

ECHO = "84950000001"
EARLY_MEDIA = "84950000002"
NEVER_ANSWERS = "84950000003"
CALLER = "74957654321"
NO_HYBRID = '[[line]]\nname = "line1"\noptions = { hybrid_return_loss = false }\n'
"""A telephone that lets nothing of what it hears back to the line."""
REFRESHED = 60.0
"""Seconds in which Asterisk refreshes a session of 90 s at least once (RFC 4028)."""


@asynccontextmanager
async def registered(
    folder: Path, network: Asterisk, **settings: Any
) -> AsyncIterator[GatewayProcess]:
    gateway = GatewayProcess(folder, f"127.0.0.1:{network.port}", **settings)
    async with gateway:
        try:
            await gateway.until_registered()
            yield gateway
        except BaseException as error:
            error.add_note(f"Asterisk's log ends:\n{network.log()[-3000:]}")
            raise


async def dial(gateway: GatewayProcess, number: str) -> None:
    await gateway.handset("lift")
    await gateway.handset("hear", tone="dial")
    await gateway.handset("dial", digits=number)


async def until_heard(gateway: GatewayProcess, frequency: float) -> None:
    """Until the telephone hears a tone of ``frequency`` Hz, and little else."""
    recording = gateway.folder / "heard.wav"
    async with asyncio.timeout(30):
        while abs(await heard_frequency(gateway, recording) - frequency) > 3:
            pass


async def heard_frequency(gateway: GatewayProcess, recording: Path) -> float:
    """The strongest frequency of the next half second, Hz; 0 for silence."""
    await gateway.handset("listen", file=str(recording), seconds=0.5)
    samples = read(recording).astype(float)
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    if spectrum.max() < len(samples):
        return 0.0
    return float(np.argmax(spectrum)) * RATE / len(samples)


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_it_registers_through_the_outbound_proxy(
    tmp_path: Path, network: Asterisk, transport: str
) -> None:
    async def run() -> None:
        async with registered(tmp_path, network, account=f'transport = "{transport}"\n'):
            contacts = await asyncio.to_thread(network.command, "pjsip show contacts")
            assert f"{NUMBER}/sip:{NUMBER}@127.0.0.1" in contacts
        contacts = await asyncio.to_thread(network.command, "pjsip show contacts")
        assert NUMBER not in contacts, "the registration is taken back at the end"

    asyncio.run(run())


def test_a_wrong_password_is_refused_and_not_tried_again(tmp_path: Path, network: Asterisk) -> None:
    async def run() -> None:
        wrong = GatewayProcess(tmp_path, f"127.0.0.1:{network.port}", password="Wrong")
        async with wrong:
            await wrong.until(
                lambda status: status["accounts"][0]["state"] == "refused", "refused", 10
            )
            assert (await wrong.status())["accounts"][0]["reason"] == "wrong-password"

    asyncio.run(run())


def test_early_media_is_heard_before_the_answer_and_voice_after_it(
    tmp_path: Path, network: Asterisk
) -> None:
    async def run() -> None:
        async with registered(tmp_path, network) as gateway:
            await dial(gateway, EARLY_MEDIA)
            await until_heard(gateway, 700)
            assert (await gateway.status())["lines"][0]["state"] == "ringback"
            await gateway.until_line("talking")
            await until_heard(gateway, 1000)
            await gateway.handset("hang-up")
            await gateway.until_line("idle")
            record = await gateway.last_call()
            assert (record["reason"], record["early_media"]) == ("completed", True)
            assert record["figures"]["lost"] == 0

    asyncio.run(run())


def test_what_is_said_comes_back_from_the_echo(tmp_path: Path, network: Asterisk) -> None:
    said = speak("The telephone at home says: one, two, three, four.", tmp_path / "said.wav")
    heard = tmp_path / "echo.wav"

    async def run() -> None:
        async with registered(tmp_path, network, lines=NO_HYBRID) as gateway:
            await dial(gateway, ECHO)
            await gateway.until_line("talking")
            await gateway.handset("listen", file=str(heard))
            await gateway.handset("say", file=str(said))
            await gateway.handset("hear", tone="silence", lasting=1.0)
            await gateway.handset("listen-stop")
            await gateway.handset("hang-up")
            await gateway.until_line("idle")
            assert (await gateway.last_call())["figures"]["lost"] == 0

    asyncio.run(run())
    assert quality(said, heard).mos >= 3.5


def test_a_caller_is_shown_and_answered_and_hangs_up(tmp_path: Path, network: Asterisk) -> None:
    async def run() -> None:
        async with registered(tmp_path, network) as gateway:
            await asyncio.to_thread(
                network.command, f"channel originate Local/{NUMBER}@calls application Milliwatt"
            )
            rung = await gateway.handset("ringing", wait=True, shown=True)
            assert rung["caller"]["number"] == CALLER
            await gateway.handset("lift")
            await gateway.until_line("talking")
            await until_heard(gateway, 1004)
            await asyncio.to_thread(network.command, "channel request hangup all")
            await gateway.until_line("released")
            await gateway.handset("hang-up")
            await gateway.until_line("idle")
            assert (await gateway.last_call())["reason"] == "completed"

    asyncio.run(run())


def test_a_caller_who_gives_up_stops_the_bell(tmp_path: Path, network: Asterisk) -> None:
    async def run() -> None:
        async with registered(tmp_path, network) as gateway:
            await asyncio.to_thread(
                network.command, f"channel originate Local/{NUMBER}@calls application Milliwatt"
            )
            await gateway.handset("ringing", wait=True)
            await asyncio.to_thread(network.command, "channel request hangup all")
            await gateway.until_line("idle")
            assert (await gateway.last_call())["reason"] == "cancelled"

    asyncio.run(run())


def test_a_call_is_held_for_a_second_one_and_taken_back(tmp_path: Path, network: Asterisk) -> None:
    async def run() -> None:
        async with registered(tmp_path, network) as gateway:
            await dial(gateway, EARLY_MEDIA)
            await gateway.until_line("talking")
            await until_heard(gateway, 1000)
            await asyncio.to_thread(
                network.command, f"channel originate Local/{NUMBER}@calls application Milliwatt"
            )
            await gateway.until_line("call-waiting")
            await gateway.handset("flash")
            await gateway.until_line("call-on-hold")
            await until_heard(gateway, 1004)
            await gateway.handset("flash")
            await until_heard(gateway, 1000)
            await gateway.handset("hang-up")
            # The one that is still on hold rings back.
            await gateway.until_line("ringing-back")
            await gateway.handset("lift")
            await gateway.until_line("talking")
            await until_heard(gateway, 1004)
            await gateway.handset("hang-up")
            await gateway.until_line("idle")
            assert {record["reason"] for record in await gateway.calls()} == {"completed"}

    asyncio.run(run())


def test_the_networks_session_refresh_leaves_the_call_up(tmp_path: Path, network: Asterisk) -> None:
    async def run() -> None:
        async with registered(tmp_path, network) as gateway:
            await dial(gateway, EARLY_MEDIA)
            await gateway.until_line("talking")
            await asyncio.sleep(REFRESHED)
            assert (await gateway.status())["lines"][0]["state"] == "talking"
            await until_heard(gateway, 1000)
            await gateway.handset("hang-up")
            await gateway.until_line("idle")
            assert (await gateway.last_call())["figures"]["lost"] == 0

    asyncio.run(run())


@pytest.mark.parametrize(
    ("cause", "status", "reason", "tone"),
    [
        (1, "404", "wrong-number", "sit"),
        (17, "486", "busy", "busy"),
        (19, "480", "unreachable", "congestion"),
        (21, "403", "not-allowed", "sit"),
        (22, "410", "wrong-number", "sit"),
        (28, "484", "wrong-number", "sit"),
        (34, "503", "congestion", "congestion"),
        (38, "500", "provider-failed", "congestion"),
        (58, "488", "codec", "congestion"),
    ],
)
def test_a_refusal_has_its_reason_and_its_tone(  # noqa: PLR0917
    tmp_path: Path, network: Asterisk, cause: int, status: str, reason: str, tone: str
) -> None:
    async def run() -> None:
        async with registered(tmp_path, network) as gateway:
            await dial(gateway, f"84951000{cause:03}")
            await gateway.handset("hear", tone=tone)
            record = await gateway.last_call()
            assert (record["reason"], record["detail"][:3]) == (reason, status)

    asyncio.run(run())


def test_nobody_answers(tmp_path: Path, network: Asterisk) -> None:
    async def run() -> None:
        async with registered(tmp_path, network) as gateway:
            await dial(gateway, NEVER_ANSWERS)
            await gateway.handset("hear", tone="ringback")
            await gateway.until_line("busy")
            assert (await gateway.last_call())["detail"].startswith("480")

    asyncio.run(run())
