"""How it shows that a setting took effect: one probe for every declared setting.

Each probe changes its setting in a running gateway, sees the effect outside the gateway or in what
it does, and changes it back.
"""

from __future__ import annotations

import asyncio
import base64
import cmath
import time
from array import array
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

import pytest

from gateway.call.service_codes import DEFAULT_CODES, PROOF_DIGITS
from gateway.control.errors import RefusedError
from gateway.prompts.answers import menu
from gateway.prompts.language import load_language
from gateway.prompts.recordings import archive_of, samples_of
from tests.gateway_process import NUMBER
from tests.live.home import WORK, WORK_PASSWORD, Home

DEADLINE = 20.0

Probe: TypeAlias = Callable[[Home], Awaitable[None]]


async def until(wanted: Callable[[], Awaitable[bool]], what: str) -> None:
    deadline = time.monotonic() + DEADLINE
    while not await wanted():
        assert time.monotonic() < deadline, what
        await asyncio.sleep(0.05)


async def sent(home: Home, *texts: str) -> None:
    """The network got a message with all of these texts in it."""

    async def came() -> bool:
        messages = [one["text"] for one in await home.ask("trace", contains=texts[0])]
        return any(all(text in message for text in texts) for message in messages)

    await until(came, f"no message with {texts}")


async def work(home: Home) -> Any:
    """The account of the hall, as ``status`` tells it."""
    return (await home.gateway.status())["accounts"][1]


def restored(path: str, value: Any, seen: Probe) -> Probe:
    """Set the value, see the effect, and take it back."""

    async def probe(home: Home) -> None:
        await home.set(path, value)
        await seen(home)
        number = (await home.gateway.client.call("settings.history", limit=1))[0]["id"]
        await home.gateway.client.call("settings.undo", id=number, by="probe")
        await home.registered()

    return probe


def registers(path: str, value: Any, *texts: str) -> Probe:
    """The next REGISTER has these texts."""

    async def seen(home: Home) -> None:
        await sent(home, "REGISTER sip:", *texts)

    return restored(f"account.work.{path}", value, seen)


def goes_by(path: str, value: str, way: str) -> Probe:
    async def seen(home: Home) -> None:
        async def changed() -> bool:
            return way in (await work(home)).get("way", "")

        await until(changed, way)

    return restored(f"account.work.{path}", value, seen)


async def account_name(home: Home) -> None:
    await home.set("account.work.name", "office")
    await home.registered()
    names = [account["name"] for account in (await home.gateway.status())["accounts"]]
    assert names == ["main", "office"]
    call = await home.call_from("hall")
    assert (await home.ask("call_info", call))["account"] == WORK
    await home.gateway.handset("hang-up", "hall")
    await home.line("hall", "idle")
    await home.set("account.office.name", "work")
    await home.registered()


async def provider(home: Home) -> None:
    await home.change(
        {"set": "account.work.provider", "value": "plain"},
        {"set": "account.work.domain", "value": "multifon.ru"},
    )
    assert (await work(home))["service"] is None, "a plain provider has no account service"
    await home.change({"unset": "account.work.provider"}, {"unset": "account.work.domain"})
    await home.registered()
    assert (await work(home))["service"] is not None


async def calls(home: Home) -> None:
    await home.set("line.hall.account", "main")
    await home.set("account.main.calls", 1)
    await home.gateway.handset("lift", "hall")
    await home.gateway.handset("dial", "hall", digits="89990000012", by="keypad")
    await home.gateway.handset("hear", "hall", tone="congestion")
    await home.gateway.handset("hang-up", "hall")
    assert (await home.gateway.calls())[0]["reason"] == "call-limit"
    await home.change(
        {"unset": "account.main.calls"}, {"set": "line.hall.account", "value": "work"}
    )


async def messages(home: Home) -> None:
    await home.set("account.work.messages", "plain")
    await home.registered()
    await home.gateway.client.call(
        "messages.send", account="work", number="89991234567", text="by the other form"
    )
    await sent(home, "MESSAGE sip:", "by the other form")
    await home.change({"unset": "account.work.messages"})
    await home.registered()


async def routing(home: Home) -> None:
    before = (await home.ask("account_api"))["routing"][WORK]
    await home.set("account.work.routing", "both")

    async def kept() -> bool:
        found: bool = (await home.ask("account_api"))["routing"][WORK] != before
        return found

    await until(kept, "the provider has the routing")
    assert (await work(home))["service"]["wanted"] == "both"
    await home.change({"unset": "account.work.routing"})
    assert (await work(home))["service"]["wanted"] is None


async def password(home: Home) -> None:
    await home.set("account.work.password", "a wrong one")
    await home.registered(1, is_so=False)
    await home.set("account.work.password", WORK_PASSWORD)
    await home.registered()


async def no_balance(home: Home) -> None:
    with pytest.raises(RefusedError):
        await home.gateway.client.call("account.balance", account="work")


def cannot_be_asked(path: str, value: Any) -> Probe:
    async def probe(home: Home) -> None:
        await restored(path, value, no_balance)(home)
        await home.gateway.client.call("account.balance", account="work")

    return probe


async def timeout(home: Home) -> None:
    await home.ask("account_api_set", fault="hang", fault_times=1000)
    await home.set("provider.timeout", 1.0)
    began = time.monotonic()
    await no_balance(home)
    assert time.monotonic() - began < 15, "sooner than without the change"
    await home.ask("account_api_set", fault="", fault_times=0)
    await home.change({"unset": "provider.timeout"})


async def poll_interval(home: Home) -> None:
    async def seen(home: Home) -> None:
        async def asked() -> bool:
            return (await work(home))["service"]["checked_s"] is not None

        await until(asked, "the gateway asks by itself")

    await restored("provider.poll_interval", 10, seen)(home)


async def line_name(home: Home) -> None:
    await home.set("line.hall.name", "cellar")
    await home.line("cellar", "idle")
    call = await home.call_from("cellar")
    await home.voice_of("cellar", call, "73")
    await home.gateway.handset("hang-up", "cellar")
    await home.line("cellar", "idle")
    await home.set("line.cellar.name", "hall")
    await home.line("hall", "idle")


async def driver(home: Home) -> None:
    await home.change(
        {"set": "line.hall.driver", "value": "slic"},
        {"set": "line.hall.options.board", "value": "pi-ag1171"},
    )
    lines = (await home.gateway.status())["lines"]
    (hall,) = (line for line in lines if line["name"] == "hall")
    assert (hall["driver"], hall["state"]) == ("slic", "out-of-service"), "there is no board here"
    await home.change({"unset": "line.hall.driver"}, {"unset": "line.hall.options.board"})
    await home.line("hall", "idle")


async def line_account(home: Home) -> None:
    await home.set("line.hall.account", "main")
    call = await home.call_from("hall")
    assert (await home.ask("call_info", call))["account"] == NUMBER
    await home.gateway.handset("hang-up", "hall")
    await home.line("hall", "idle")
    await home.set("line.hall.account", "work")


async def rings_for(home: Home) -> None:
    await home.change(
        {"set": "line.hall.rings_for", "value": ["main"]},
        {"set": "line.attic.rings_for", "value": ["main"]},
    )
    refused = await home.ask("call", WORK)
    await home.ask("wait", refused, "ended")
    await home.change({"unset": "line.hall.rings_for"}, {"unset": "line.attic.rings_for"})
    offered = await home.ask("call", WORK)
    await home.gateway.handset("ringing", "hall", wait=True)
    await home.ask("hang_up", offered)
    await home.line("hall", "idle")


def rings_the_attic(path: str) -> Probe:
    """The attic is talking, so that the call from the hall waits there."""

    async def probe(home: Home) -> None:
        await home.set(path, "57")
        await home.gateway.handset("lift", "hall")
        await home.gateway.handset("dial", "hall", digits="57", by="keypad")
        await home.line("attic", "call-waiting")
        await home.gateway.handset("hang-up", "hall")
        await home.line("attic", "talking")
        await home.line("hall", "idle")
        await home.change({"unset": path})

    return probe


async def call_waiting(home: Home) -> None:
    await home.set("line.hall.rings_for", ["work"])
    waiting = await home.ask("call", NUMBER)
    await home.line("attic", "call-waiting")
    await home.ask("hang_up", waiting)
    await home.line("attic", "talking")
    await home.set("line.attic.call_waiting", False)
    refused = await home.ask("call", NUMBER)
    await home.ask("wait", refused, "ended")
    await home.change({"unset": "line.attic.call_waiting"}, {"unset": "line.hall.rings_for"})


async def options(home: Home) -> None:
    """The attic is talking: it waits; the hall does not."""
    found = await home.change(
        {"set": "line.attic.options.noise", "value": -60.0},
        {"set": "line.hall.options.noise", "value": -60.0},
    )
    assert [one["line"] for one in found["pending"]["lines"]] == ["attic"]
    await home.line("hall", "idle")
    call = await home.call_from("hall")
    await home.voice_of("hall", call, "46")
    await home.gateway.handset("hang-up", "hall")
    await home.line("hall", "idle")


async def loudest(home: Home) -> int:
    """Which of two dial tones sounds in the hall: the frequency that is louder, Hz."""
    await home.gateway.handset("lift", "hall")
    await home.line("hall", "dial-tone")
    sound = b""

    async def enough() -> bool:
        nonlocal sound
        frames = await home.gateway.handset("heard-frames", "hall", max_ms=1000)
        sound += base64.b64decode(frames["audio"])
        return len(sound) > 2 * 8000

    await until(enough, "a second of dial tone")
    await home.gateway.handset("hang-up", "hall")
    await home.line("hall", "idle")
    samples = array("h", sound[-8000:])

    def power(frequency: int) -> float:
        turns = (cmath.exp(-2j * cmath.pi * frequency * n / 8000) for n in range(len(samples)))
        return abs(sum(turn * sample for turn, sample in zip(turns, samples, strict=True)))

    return max((350, 425), key=power)


async def country(home: Home) -> None:
    assert await loudest(home) == 425
    await home.set("tones.country", "us")
    assert await loudest(home) == 350
    await home.change({"unset": "tones.country"})
    assert await loudest(home) == 425


async def times(home: Home) -> None:
    """All that a receiver goes through that is lifted and forgotten, in a second each."""
    paths = [
        ("dialling.first_digit_timeout", 1.0),
        ("busy.busy_tone", 1.0),
        ("busy.howler", 1.0),
        ("busy.after_call", 1.0),
        ("busy.silence", 1.0),
        ("dialling.inter_digit_timeout", 1.0),
    ]
    await home.change(*({"set": path, "value": value} for path, value in paths))
    await home.gateway.handset("lift", "hall")
    for state in ("busy", "howler", "lockout"):
        await home.line("hall", state)
    await home.gateway.handset("hang-up", "hall")
    await home.line("hall", "idle")
    call = await home.call_from("hall")
    await home.ask("hang_up", call)
    for state in ("released", "disconnected", "howler"):
        await home.line("hall", state)
    await home.gateway.handset("hang-up", "hall")
    await home.line("hall", "idle")
    await home.gateway.handset("lift", "hall")
    await home.gateway.handset("dial", "hall", digits="84", by="keypad")
    await home.line("hall", "busy")
    await home.gateway.handset("hang-up", "hall")
    await home.change(*({"unset": path} for path, _ in paths))
    await home.line("hall", "idle")


async def no_answer(home: Home) -> None:
    await home.set("ringing.no_answer_timeout", 5.0)
    offered = await home.ask("call", WORK)
    await home.line("hall", "ringing")
    await home.ask("wait", offered, "ended")
    await home.line("hall", "idle")
    await home.change({"unset": "ringing.no_answer_timeout"})


async def block_withheld(home: Home) -> None:
    await home.set("ringing.block_withheld", True)
    offered = await home.ask("call", WORK)
    await home.ask("wait", offered, "ended")
    assert (await home.ask("call_info", offered))["status"] == 486
    await home.change({"unset": "ringing.block_withheld"})
    offered = await home.ask("call", WORK)
    await home.line("hall", "ringing")
    await home.ask("hang_up", offered)
    await home.line("hall", "idle")


def dial_code(name: str, after: str = "") -> Probe:
    async def probe(home: Home) -> None:
        await home.set(f"dial_codes.{name}", ["5077"])
        await home.gateway.handset("lift", "hall")
        await home.gateway.handset("dial", "hall", digits=f"5077{after}", by="keypad")
        await home.line("hall", "asked", "awaited", "told")
        await home.gateway.handset("hang-up", "hall")
        await home.line("hall", "idle")
        await home.change({"unset": f"dial_codes.{name}"})

    return probe


def a_moment_of_the_menu(word: str) -> bytes:
    """Samples that only this language has: the loudest 20 ms of the first two seconds."""
    pieces = menu("***0", DEFAULT_CODES, load_language(word))
    spoken = samples_of(pieces, archive_of(word))
    moments = [spoken[at : at + 320] for at in range(0, 32000, 320)]
    return max(moments, key=lambda moment: sum(map(abs, array("h", moment))))


async def language(home: Home) -> None:
    for word in ("ru", "en"):
        await home.set("prompts.language", word)
        await home.gateway.handset("lift", "hall")
        await home.gateway.handset("dial", "hall", digits="***0", by="keypad")
        wanted, sound = a_moment_of_the_menu(word), bytearray()

        async def spoken(wanted: bytes = wanted, sound: bytearray = sound) -> bool:
            frames = await home.gateway.handset("heard-frames", "hall", max_ms=1000)
            sound += base64.b64decode(frames["audio"])
            return wanted in sound

        await until(spoken, f"the menu in {word}")
        await home.gateway.handset("hang-up", "hall")
        await home.line("hall", "idle")


async def voice_ports(home: Home) -> None:
    await home.change(
        {"set": "voice.rtp_port_min", "value": 40000},
        {"set": "voice.rtp_port_max", "value": 40100},
    )
    await home.registered()
    call = await home.call_from("hall")
    await sent(home, "INVITE sip:", "m=audio 400")
    await home.voice_of("hall", call, "9")
    await home.gateway.handset("hang-up", "hall")
    await home.line("hall", "idle")
    await home.change({"unset": "voice.rtp_port_min"}, {"unset": "voice.rtp_port_max"})
    await home.registered()


def takes_a_restart(path: str, value: Any) -> Probe:
    async def probe(home: Home) -> None:
        found = await home.set(path, value)
        assert found["pending"]["restart"] == [path]
        assert (await home.gateway.status())["pending"]["restart"] == [path]
        number = (await home.gateway.client.call("settings.history", limit=1))[0]["id"]
        back = await home.gateway.client.call("settings.undo", id=number, by="probe")
        assert back["pending"]["restart"] == []

    return probe


def logs(path: str, value: Any, text: str) -> Probe:
    async def seen(home: Home) -> None:
        async def written() -> bool:
            return text in home.gateway.log.read_text(errors="replace")

        await home.call_from("hall")
        await home.gateway.handset("hang-up", "hall")
        await home.line("hall", "idle")
        await until(written, text)

    async def probe(home: Home) -> None:
        assert text not in home.gateway.log.read_text(errors="replace")
        await restored(path, value, seen)(home)

    return probe


def keeps(path: str, value: int, left: int) -> Probe:
    async def probe(home: Home) -> None:
        await home.set(path, value)
        old = [call for call in await home.gateway.calls() if call["id"].startswith("old-")]
        found = await home.gateway.client.call("calls", limit=1000)
        assert len([call for call in found if call["id"].startswith("old-")]) <= left, len(old)

    return probe


PROBES: Mapping[str, Probe] = {
    "log.level": logs("log.level", "debug", " DEBUG "),
    "log.sip_trace": logs("log.sip_trace", True, "SIP/2.0 200 OK"),
    "account.name": account_name,
    "account.number": registers("number", "79260000000", "sip:79260000000@"),
    "account.provider": provider,
    "account.login": registers("login", "somebody", 'username="somebody"'),
    "account.domain": registers("domain", "example.org", "sip:example.org"),
    "account.proxy": goes_by("proxy", "127.0.0.1:9", ":9"),
    "account.transport": goes_by("transport", "tcp", "tcp"),
    "account.calls": calls,
    "account.messages": messages,
    "account.expiry": registers("expiry", 77, "Expires: 77"),
    "account.routing": routing,
    "account.service_url": cannot_be_asked("account.work.service_url", "https://127.0.0.1:9/"),
    "account.password": password,
    "line.name": line_name,
    "line.driver": driver,
    "line.account": line_account,
    "line.rings_for": rings_for,
    "line.number": rings_the_attic("line.attic.number"),
    "line.call_waiting": call_waiting,
    "line.options": options,
    "tones.country": country,
    "dialling.everybody": rings_the_attic("dialling.everybody"),
    "dialling.first_digit_timeout": times,
    "dialling.inter_digit_timeout": times,
    "ringing.no_answer_timeout": no_answer,
    "ringing.block_withheld": block_withheld,
    "busy.busy_tone": times,
    "busy.after_call": times,
    "busy.silence": times,
    "busy.howler": times,
    "prompts.language": language,
    "voice.jitter_buffer_max": takes_a_restart("voice.jitter_buffer_max", 100),
    "voice.rtp_port_min": voice_ports,
    "voice.rtp_port_max": voice_ports,
    "network.local_sip_port": takes_a_restart("network.local_sip_port", 5099),
    "network.bind_address": takes_a_restart("network.bind_address", "127.0.0.2"),
    "provider.poll_interval": poll_interval,
    "provider.timeout": timeout,
    "provider.ca_bundle": cannot_be_asked("provider.ca_bundle", "/nowhere.pem"),
    "records.keep_days": keeps("records.keep_days", 30, 140),
    "records.keep_calls": keeps("records.keep_calls", 100, 100),
    "dial_codes.scene": dial_code("scene", after="12"),
    "dial_codes.prove": dial_code("prove", after="1" * PROOF_DIGITS),
    **{
        f"dial_codes.{name}": dial_code(name)
        for name in (
            "help", "balance", "routing_phone", "routing_multifon", "routing_both", "state",
            "speak_code", "fingerprint",
        )
    },
}  # fmt: skip
"""By declared setting."""
