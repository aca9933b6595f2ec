"""The gateway beside SIP software that we did not write: Kamailio between it and baresip."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.gateway_process import NUMBER, PASSWORD, GatewayProcess
from tests.interop.baresip import Baresip, baresip
from tests.interop.kamailio import Kamailio, kamailio
from tests.speech import RATE, quality, read, speak, write

FAR_END = "74950000001"
FAR_PASSWORD = "far-end"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("interop")


@pytest.fixture(scope="module")
def proxy(folder: Path) -> Iterator[Kamailio]:
    with kamailio(folder, {NUMBER: PASSWORD, FAR_END: FAR_PASSWORD}) as running:
        yield running


@pytest.fixture(scope="module")
def near_speech(folder: Path) -> Path:
    return speak("The telephone at home says: one, two, three, four.", folder / "near.wav")


@pytest.fixture(scope="module")
def far_speech(folder: Path) -> Path:
    # baresip hangs up when its file ends.
    spoken = read(speak("This is the far end. Five, six, seven, eight.", folder / "far.wav"))
    return write(folder / "far-and-silence.wav", np.pad(spoken, (0, 30 * RATE)))


@pytest.fixture
def far_end(tmp_path: Path, proxy: Kamailio, far_speech: Path) -> Iterator[Baresip]:
    account = f"{FAR_END}:{FAR_PASSWORD}@127.0.0.1:{proxy.port}"
    with baresip(tmp_path / "baresip", account, far_speech) as running:
        yield running


def test_it_registers_at_kamailio_and_a_wrong_password_is_refused(
    tmp_path: Path, proxy: Kamailio
) -> None:
    async def run() -> None:
        async with GatewayProcess(tmp_path / "right", f"127.0.0.1:{proxy.port}") as gateway:
            await gateway.until_registered()
        wrong = GatewayProcess(tmp_path / "wrong", f"127.0.0.1:{proxy.port}", password="Wrong")
        async with wrong:
            await wrong.until(
                lambda status: status["accounts"][0]["state"] == "refused", "refused", 10
            )
            account = (await wrong.status())["accounts"][0]
            assert account["reason"] == "wrong-password"
            assert account["next_try_s"] is None, "a wrong password is not tried again"

    asyncio.run(run())


def test_an_outgoing_call_carries_speech_both_ways(
    tmp_path: Path, proxy: Kamailio, far_end: Baresip, near_speech: Path, far_speech: Path
) -> None:
    heard = tmp_path / "heard.wav"

    async def run() -> None:
        async with GatewayProcess(tmp_path, f"127.0.0.1:{proxy.port}") as gateway:
            await gateway.until_registered()
            await gateway.handset("lift")
            await gateway.handset("hear", tone="dial")
            await gateway.handset("listen", file=str(heard))
            await gateway.handset("dial", digits="84950000001")
            await gateway.until_line("talking")
            # One after the other: without an echo canceller the hybrid's echo would be measured.
            await gateway.handset("hear", tone="voice")
            await gateway.handset("hear", tone="silence", lasting=1.5)
            await gateway.handset("listen-stop")
            await gateway.handset("say", file=str(near_speech))
            await gateway.handset("hang-up")
            await gateway.until_line("idle")
            await asyncio.to_thread(far_end.wait_for, "terminated")
            record = (await gateway.calls())[0]
            assert (record["direction"], record["reason"]) == ("out", "completed")
            assert record["number"] == FAR_END

    asyncio.run(run())
    assert quality(far_speech.with_name("far.wav"), heard).mos >= 3.5
    recorded = far_end.heard()
    assert recorded is not None
    assert quality(near_speech, recorded).mos >= 3.5


def test_an_incoming_call_rings_shows_the_caller_and_is_answered(
    tmp_path: Path, proxy: Kamailio, far_end: Baresip, near_speech: Path
) -> None:
    async def run() -> None:
        async with GatewayProcess(tmp_path, f"127.0.0.1:{proxy.port}") as gateway:
            await gateway.until_registered()
            far_end.tell(f"/dial sip:{NUMBER}@multifon.ru")
            rung = await gateway.handset("ringing", wait=True, shown=True)
            assert rung["caller"]["number"] == FAR_END
            await gateway.handset("lift")
            await gateway.until_line("talking")
            await gateway.handset("hear", tone="voice")
            await gateway.handset("hear", tone="silence", lasting=1.5)
            await gateway.handset("say", file=str(near_speech))
            await gateway.handset("hang-up")
            await asyncio.to_thread(far_end.wait_for, "terminated")

    asyncio.run(run())
    recorded = far_end.heard()
    assert recorded is not None
    assert quality(near_speech, recorded).mos >= 3.5


def test_a_number_that_nobody_has_gives_the_sit(tmp_path: Path, proxy: Kamailio) -> None:
    async def run() -> None:
        async with GatewayProcess(tmp_path, f"127.0.0.1:{proxy.port}") as gateway:
            await gateway.until_registered()
            await gateway.handset("lift")
            await gateway.handset("hear", tone="dial")
            await gateway.handset("dial", digits="84959999999")
            await gateway.handset("hear", tone="sit")
            record = (await gateway.calls())[0]
            assert record["reason"] == "wrong-number"
            assert record["detail"].startswith("404")

    asyncio.run(run())
