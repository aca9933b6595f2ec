"""The second provider profile: a plain registrar (RFC 3261), digits as telephone events (RFC 4733).

Kamailio is the registrar, baresip the far end that tells which events it got and what it heard.
"""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.gateway_process import NUMBER, PASSWORD, GatewayProcess
from tests.interop.baresip import Baresip, baresip
from tests.interop.kamailio import Kamailio, kamailio
from tests.speech import RATE, write

FAR_END = "74950000001"
FAR_PASSWORD = "far-end"
LOGIN = "office"
PLAIN = f'provider = "plain"\nlogin = "{LOGIN}"\ndomain = "multifon.ru"\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("plain")


@pytest.fixture(scope="module")
def proxy(folder: Path) -> Iterator[Kamailio]:
    with kamailio(folder, {LOGIN: PASSWORD, FAR_END: FAR_PASSWORD}) as running:
        yield running


@pytest.fixture
def far_end(tmp_path: Path, proxy: Kamailio) -> Iterator[Baresip]:
    silence = write(tmp_path / "silence.wav", np.zeros(40 * RATE, dtype=np.int16))
    account = f"{FAR_END}:{FAR_PASSWORD}@127.0.0.1:{proxy.port}"
    with baresip(tmp_path / "baresip", account, silence) as running:
        yield running


def digits_in(recording: Path) -> str:
    """The DTMF digits that can be heard in a recording, by multimon-ng."""
    sox = ["sox", str(recording), "-t", "raw", "-r", "22050", "-e", "signed", "-b", "16", "-"]
    samples = subprocess.run(sox, check=True, capture_output=True).stdout
    found = subprocess.run(
        ["multimon-ng", "-q", "-a", "DTMF", "-t", "raw", "-"],
        input=samples,
        check=True,
        capture_output=True,
    ).stdout.decode()
    return "".join(line.removeprefix("DTMF: ").strip() for line in found.splitlines())


def send_message(folder: Path, proxy: int, text: str) -> None:
    """The far end sends ``text`` to the gateway's account, by SIPp."""
    fields = folder / "message.csv"
    login = f"[authentication username={FAR_END} password={FAR_PASSWORD}]"
    fields.write_text(f"SEQUENTIAL\n{FAR_END};{login};{text}\n")
    scenario = Path(__file__).with_name("message.xml")
    command = [
        "sipp", f"127.0.0.1:{proxy}", "-sf", str(scenario), "-inf", str(fields), "-s", NUMBER,
        "-i", "127.0.0.1", "-m", "1", "-timeout", "20", "-nostdin",
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, cwd=folder)


def test_digits_leave_as_events_and_only_so_and_come_back_as_tones(
    tmp_path: Path, proxy: Kamailio, far_end: Baresip
) -> None:
    heard = tmp_path / "heard.wav"

    async def run() -> None:
        gateway = GatewayProcess(tmp_path, f"127.0.0.1:{proxy.port}", account=PLAIN)
        async with gateway:
            await gateway.until_registered()
            await gateway.handset("lift")
            await gateway.handset("hear", tone="dial")
            await gateway.handset("dial", digits=f"{FAR_END}#")
            await gateway.until_line("talking")
            with far_end.events() as events:
                for by, digits in (("tone", "147*"), ("pulse", "90"), ("keypad", "5#")):
                    await gateway.handset("dial", digits=digits, by=by)
                    assert await asyncio.to_thread(events.digits, len(digits)) == digits, by
            await gateway.handset("listen", file=str(heard))
            for digit in "28":
                far_end.tell(digit)
                await asyncio.sleep(0.6)
            await gateway.handset("hear", tone="silence", lasting=1.0)
            await gateway.handset("listen-stop")
            await gateway.handset("hang-up")
            await asyncio.to_thread(far_end.wait_for, "terminated")

    asyncio.run(run())
    assert digits_in(heard) == "28"
    recorded = far_end.heard()
    assert recorded is not None
    assert digits_in(recorded) == ""


def test_text_messages_come_and_go(tmp_path: Path, proxy: Kamailio, far_end: Baresip) -> None:
    async def run() -> None:
        gateway = GatewayProcess(tmp_path, f"127.0.0.1:{proxy.port}", account=PLAIN)
        async with gateway:
            await gateway.until_registered()
            sent = await gateway.client.call("messages.send", number=FAR_END, text="Буду в 8")
            assert sent["sent"], sent
            await asyncio.to_thread(far_end.wait_for, "Буду в 8")
            nobody = await gateway.client.call("messages.send", number="74959999999", text="?")
            assert (nobody["sent"], nobody["detail"]) == (False, "404 Not Found")

            await asyncio.to_thread(send_message, tmp_path, proxy.port, "Хорошо")
            await gateway.until(lambda status: status["unread_messages"] == 1, "a message", 10)
            (received, *earlier) = await gateway.client.call("messages")
            assert (received["number"], received["name"]) == (FAR_END, "Far End")
            assert received["text"] == "Хорошо"
            assert [(message["state"], message["detail"]) for message in earlier] == [
                ("failed", "404 Not Found"),
                ("sent", "200 OK"),
            ]
            assert await gateway.client.call("messages.read", ids=[received["id"]]) == {"marked": 1}
            assert (await gateway.status())["unread_messages"] == 0

    asyncio.run(run())
