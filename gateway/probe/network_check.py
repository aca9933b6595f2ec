"""Is there a way to the provider: each stretch of it by itself, from our own plug to its doors.

Everything is asked in a way that changes nothing.  Each finding has a fixed name and a sentence;
the first that is wrong is usually the cause of those behind it.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from gateway.probe.https_clock import Seen, look
from gateway.probe.sip_door import Outcome, ask
from gateway.sip.own_address import own_address
from gateway.sip.public_address import public_address_of
from gateway.sip.resolve import addresses_of
from gateway.words import Words

Tell = Callable[[Mapping[str, Any]], None]

ROUTES = Path("/proc/net/route")
CLOCK_S = 60.0
"""Seconds by which the clock may be wrong before certificates and records suffer."""
HTTPS_PORT = 443


@dataclass(frozen=True, slots=True)
class Door:
    """A transport and a port of the provider."""

    transport: str
    port: int


@dataclass(frozen=True, slots=True)
class Target:
    """Where one provider is; ``service_url`` is empty where it has no account service."""

    domain: str
    host: str
    doors: tuple[Door, ...]
    service_url: str
    registered: bool = False
    """The gateway is registered there now, whatever becomes of a question."""


async def check(targets: Sequence[Target], tell: Tell, *, ca_bundle: str = "") -> Mapping[str, Any]:
    """All findings in their order, each told when it is known; ``ok`` if nothing is wrong."""
    findings: list[Mapping[str, Any]] = []

    def add(name: str, ok: bool, words: Words, **values: Any) -> None:
        found = {"name": name, "ok": ok, "text": words.en, "text_ru": words.ru, **values}
        findings.append(found)
        tell(found)

    gateway = default_gateway(_read(ROUTES))
    _judge_gateway(gateway, add)
    for target in targets:
        addresses = await asyncio.to_thread(addresses_of, target.host)
        _judge_name(target.host, addresses, add)
        if addresses:
            _judge_own(own_address(addresses[0]), addresses[0], add)
            outcomes = await asyncio.gather(
                *(
                    ask(addresses[0], door.port, door.transport, method="OPTIONS",
                        domain=target.domain)
                    for door in target.doors
                )
            )  # fmt: skip
            for door, outcome in zip(target.doors, outcomes, strict=True):
                _judge_door(target.host, door, outcome, add)
            _judge_doors(target, outcomes, add)
        if target.service_url:
            url = urlsplit(target.service_url)
            host, port = url.hostname or "", url.port or HTTPS_PORT
            seen = await asyncio.to_thread(look, host, port, ca_bundle)
            judge_service(host, seen, add)
    ok = all(found["ok"] for found in findings if found["name"] != "sip-door")
    return {"ok": ok, "findings": findings}


Add = Callable[..., None]


def _judge_gateway(gateway: str, add: Add) -> None:
    if gateway:
        words = Words(f"The router is at {gateway}.", f"Роутер по адресу {gateway}.")
    else:
        words = Words(
            "No router is known: check the cable or Wi-Fi, and whether the router gives addresses "
            "(DHCP).",
            "Роутер не найден: проверьте кабель или Wi-Fi и выдаёт ли роутер адреса (DHCP).",
        )
    add("router", bool(gateway), words, address=gateway or None)


def _judge_name(host: str, addresses: Sequence[str], add: Add) -> None:
    if addresses:
        shown = ", ".join(addresses)
        words = Words(f"{host} is found: {shown}.", f"Адрес {host} найден: {shown}.")
    else:
        words = Words(
            f"The address of {host} is not found: the connection to the internet or the name "
            "server of the router does not work.",
            f"Адрес {host} не найден: не работает интернет или DNS роутера.",
        )
    add("name", bool(addresses), words, host=host, addresses=list(addresses))


def _judge_own(own: str, remote: str, add: Add) -> None:
    if own:
        words = Words(f"Our own address is {own}.", f"Наш адрес: {own}.")
    else:
        words = Words(
            f"There is no way to {remote}: check the cable or Wi-Fi.",
            f"Нет пути к {remote}: проверьте кабель или Wi-Fi.",
        )
    add("own-address", bool(own), words, address=own or None)


def _judge_door(host: str, door: Door, outcome: Outcome, add: Add) -> None:
    where = f"{host}, {door.transport.upper()} {door.port}"
    values = {"host": host, "transport": door.transport, "port": door.port}
    if outcome.reply is not None:
        ms = outcome.milliseconds
        words = Words(f"{where}: answers in {ms:.0f} ms.", f"{where}: отвечает за {ms:.0f} мс.")
        add("sip-door", True, words, **values, milliseconds=ms, status=outcome.reply.status)
        return
    why = {
        "silent": Words("no answer", "нет ответа"),
        "refused": Words("nobody listens there", "порт закрыт"),
        "no-route": Words("no way there", "нет пути"),
    }[outcome.why]
    add("sip-door", False, Words(f"{where}: {why.en}.", f"{where}: {why.ru}."), **values)


def _judge_doors(target: Target, outcomes: Sequence[Outcome], add: Add) -> None:
    """What all doors together tell: whether there is any, what the router makes of our packets."""
    host = target.host
    answered = [one for one in outcomes if one.reply is not None]
    if not answered and target.registered:
        words = Words(
            f"{host} does not answer the test question, but the gateway is registered there.",
            f"{host} не отвечает на пробный запрос, но шлюз там зарегистрирован.",
        )
        add("sip", True, words, host=host)
        return
    if not answered:
        words = Words(
            f"{host} does not answer on any port: a firewall or the router blocks SIP, or the "
            "provider is out of order.",
            f"{host} не отвечает ни на одном порту: роутер или межсетевой экран блокирует SIP, "
            "либо у оператора неполадки.",
        )
        add("sip", False, words, host=host)
        return
    add("sip", True, Words(f"{host} answers.", f"{host} отвечает."), host=host)
    public = next((found for one in answered if (found := _public(one))), "")
    private = bool(public) and ipaddress.ip_address(public.partition(":")[0]).is_private
    if public:
        words = Words(
            f"The provider sees us at {public}.", f"Оператор видит нас по адресу {public}."
        )
        add("public-address", True, words, address=public, private=private)
    changed = [one for one in answered if rewritten(one)]
    if changed:
        words = Words(
            'The router changes SIP messages ("SIP ALG"), which breaks calls. Switch SIP ALG off '
            "in the router.",
            "Роутер меняет сообщения SIP («SIP ALG»), из-за чего звонки срываются. Выключите SIP "
            "ALG в роутере.",
        )
    else:
        words = Words(
            "The router leaves SIP messages as they are.", "Роутер не меняет сообщения SIP."
        )
    add("sip-alg", not changed, words, host=host)


def _public(outcome: Outcome) -> str:
    return public_address_of(outcome.reply.text) if outcome.reply else ""


def rewritten(outcome: Outcome) -> bool:
    """Whether something on the way has put another address into what we had written.

    A response gives back our Via and Call-ID as they arrived (RFC 3261 §8.2.6.2), but for the
    parameters ``received`` and ``rport``.
    """
    reply, sent = outcome.reply, outcome.sent
    if reply is None:
        return False
    via = reply.headers.get("via", "").partition(";")[0].split()
    ours = f"{sent.host}:{sent.port}"
    by = via[-1] if via else ours
    return by != ours or reply.headers.get("call-id", sent.call_id) != sent.call_id


def judge_service(host: str, seen: Seen, add: Add) -> None:
    """Whether the account service is there, and whether our clock is right."""
    if seen.trouble is not None:
        add("service", False, seen.trouble.words, host=host, reason=seen.trouble.code)
    else:
        words = Words(
            f"The account service at {host} answers.", f"Сервис оператора {host} отвечает."
        )
        add("service", True, words, host=host)
    if seen.clock_offset is None:
        return
    offset = seen.clock_offset
    right = abs(offset) <= CLOCK_S
    if right:
        words = Words("The clock is right.", "Часы идут верно.")
    else:
        words = Words(
            f"The clock is wrong by {abs(offset):.0f} s, so that secure connections fail. Check "
            "the time settings and the connection to time servers (NTP).",
            f"Часы ошибаются на {abs(offset):.0f} с, и защищённые соединения не работают. "
            "Проверьте настройки времени и доступ к серверам времени (NTP).",
        )
    add("clock", right, words, offset_s=round(offset, 1))


def default_gateway(routes: str) -> str:
    """The address of the default router in the text of ``/proc/net/route``; empty: none."""
    for line in routes.splitlines()[1:]:
        fields = line.split()
        if len(fields) > 3 and fields[1] == "00000000" and int(fields[3], 16) & 2:
            return str(ipaddress.IPv4Address(bytes.fromhex(fields[2])[::-1]))
    return ""


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except OSError:
        return ""
