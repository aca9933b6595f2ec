"""The proof of being at the telephone with a real daemon that has no account at all."""

from __future__ import annotations

import asyncio
import re
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gateway.control.errors import RefusedError
from gateway.prompts.language import load_language
from gateway.prompts.recordings import archive_of, samples_of
from tests.gateway_process import GatewayProcess

LANGUAGE = load_language("ru")
FINGERPRINT = "0a1b2c3d4e5f60718293a4b5c6d7e8f9" * 2
ALIKE = 0.8
"""Correlation of a recorded word with the same word from the archive."""


class FirstRun(GatewayProcess):
    """A gateway whose settings name nothing but where it may listen."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "127.0.0.1:9")
        (folder / "config" / "settings.toml").write_text(
            '[network]\nbind_address = "127.0.0.1"\n', encoding="utf-8"
        )
        (folder / "config" / "secrets.toml").write_text("", encoding="utf-8")


def words_in(file: Path, vocabulary: dict[str, str]) -> str:
    """The words of the archive that are heard in ``file`` one after the other, by their signs."""
    with wave.open(str(file)) as sound:
        heard = np.frombuffer(sound.readframes(sound.getnframes()), np.int16).astype(float)
    found: list[tuple[int, float, int, str]] = []
    for piece, sign in vocabulary.items():
        word = np.frombuffer(samples_of([piece], archive_of("ru")), np.int16).astype(float)
        found += [(at, share, len(word), sign) for at, share in places(heard, word)]
    # A long word may hold a shorter one: what is most alike is taken first.
    taken: list[tuple[int, int, str]] = []
    for at, _, length, sign in sorted(found, key=lambda one: -one[1]):
        if all(at >= end or at + length <= start for start, end, _ in taken):
            taken.append((at, at + length, sign))
    return "".join(sign for _, _, sign in sorted(taken))


def places(heard: Any, word: Any) -> Iterator[tuple[int, float]]:
    """Where ``word`` is in ``heard``, and how alike it is there."""
    size = 1 << (len(heard) + len(word)).bit_length()
    product = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(word, size))
    matched = np.fft.irfft(product, size)[: len(heard) - len(word) + 1]
    sums = np.concatenate(([0.0], np.cumsum(heard**2)))
    power = sums[len(word) :] - sums[: -len(word)]
    share = matched / np.sqrt(np.maximum(power, 1.0) * float(np.sum(word**2)))
    while share.size and (best := int(np.argmax(share))) >= 0 and share[best] > ALIKE:
        yield best, float(share[best])
        share[max(0, best - len(word)) : best + len(word)] = 0.0


def digit_words() -> dict[str, str]:
    return {next(iter(LANGUAGE.spelling.words(n, LANGUAGE.counting))): str(n) for n in range(10)}


async def answer(gateway: GatewayProcess, file: Path, code: str, **how: Any) -> str:
    """What is answered when ``code`` is dialled: ``+`` it proves, ``-`` it does not."""
    await gateway.handset("lift")
    await gateway.handset("listen", file=str(file))
    await gateway.until_line("no-service")
    await gateway.handset("dial", digits=code, **how)
    await gateway.until_line("told")
    return await heard(gateway, file, {"proof-refused": "-", "proof-accepted": "+"})


async def heard(gateway: GatewayProcess, file: Path, vocabulary: dict[str, str]) -> str:
    """The words until the answer is over; then the receiver is replaced."""
    await gateway.until_line("no-service", seconds=60)
    await gateway.handset("listen-stop")
    await gateway.handset("hang-up")
    await gateway.until_line("idle")
    return words_in(file, vocabulary)


def test_a_page_shows_a_code_and_who_dials_it_is_at_the_telephone(tmp_path: Path) -> None:
    async def perform() -> None:
        async with FirstRun(tmp_path) as gateway:
            client = gateway.client
            assert (await gateway.status())["accounts"] == []
            await client.subscribe("presence")
            page = await client.call("presence.show")
            buttons, rotary = page["dial"]
            wrong = buttons[:-1] + str((int(buttons[-1]) + 5) % 10)
            assert await answer(gateway, tmp_path / "heard.wav", wrong) == "-"
            asked = await client.call("presence.state", id=page["id"])
            assert asked == {"state": "waiting"}
            pulses = {"by": "pulse", "pps": 20.0}
            assert await answer(gateway, tmp_path / "heard.wav", rotary, **pulses) == "+"
            event = await asyncio.wait_for(anext(aiter(client.events())), 30)
            assert event.method == "presence"
            assert (event.params["id"], event.params["proved"]) == (page["id"], True)
            assert page["code"] not in str(event.params)
            proved = await client.call("presence.state", id=page["id"])
            assert proved == {"state": "proved"}
            await nothing_is_told(gateway, page["code"])

    asyncio.run(perform())


def test_the_telephone_rings_and_tells_a_code_which_is_typed_on_the_page(tmp_path: Path) -> None:
    async def perform() -> None:
        async with FirstRun(tmp_path) as gateway:
            client = gateway.client
            assert (await client.call("presence.speak"))["dial"] == ["***7", "2227"]
            rung = await client.call("presence.speak", ring=True)
            assert rung["rings"] == "line1"
            refused = await client.call("presence.speak", ring=True)
            assert refused["ready"] is False
            assert refused["wait_s"] > 0
            await gateway.handset("ringing", wait=True)
            await gateway.handset("lift")
            await gateway.handset("listen", file=str(tmp_path / "heard.wav"))
            twice = await heard(gateway, tmp_path / "heard.wav", digit_words())
            code = twice[:6]
            assert twice == code + code

            wrong = await client.call("presence.check", code="12345")
            assert (wrong["proved"], bool(wrong["text_ru"])) == (False, True)
            while (early := await client.call("presence.check", code=code))["wait_s"]:
                assert not early["proved"]
                await asyncio.sleep(early["wait_s"])
            assert early["proved"] is True
            assert (await client.call("presence.check", code=code))["proved"] is False
            await nothing_is_told(gateway, code)

            given = await client.call("presence.fingerprint", sha256=FINGERPRINT)
            assert given == {
                "spoken": ["0a1b", "2c3d", "4e5f", "6071"],
                "dial": ["***8", "2228"],
            }
            with pytest.raises(RefusedError, match="64 hexadecimal digits"):
                await client.call("presence.fingerprint", sha256="00")

    asyncio.run(perform())


async def nothing_is_told(gateway: GatewayProcess, code: str) -> None:
    """The code is neither in the log nor in a report, as a whole, in words or digit by digit."""
    log = gateway.log.read_text(errors="replace")
    client = gateway.client
    told = str(await client.call("report")) + str(await client.call("log")) + log
    assert code not in told
    assert "proof-is" not in told
    assert code not in "".join(re.findall(r"Digit\(.*?digit='(.)'", log))
    assert await gateway.calls() == []
