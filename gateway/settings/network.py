"""The settings of the network: voice, SIP, the provider's account service."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.settings import forms
from gateway.settings.setting import TakesEffect, setting
from gateway.settings.units import MILLISECONDS, SECONDS
from gateway.words import Words


@dataclass(frozen=True, slots=True)
class Voice:
    """How voice comes and goes."""

    jitter_buffer_max: int = field(
        default=200,
        metadata=setting(
            title=Words("Longest jitter buffer", "Наибольший буфер голоса"),
            en="The most delay that may be added to even out a restless network.",
            ru="Наибольшая задержка, которой разрешено сглаживать неровную сеть.",
            takes_effect=TakesEffect.RESTART,
            low=40,
            high=1000,
            unit=MILLISECONDS,
        ),
    )
    rtp_port_min: int = field(
        default=16384,
        metadata=setting(
            title=Words("Lowest port for voice", "Наименьший порт голоса"),
            en="The lowest UDP port for voice.",
            ru="Наименьший порт UDP для голоса.",
            takes_effect=TakesEffect.AT_ONCE,
            low=1024,
            high=65535,
        ),
    )
    rtp_port_max: int = field(
        default=32766,
        metadata=setting(
            title=Words("Highest port for voice", "Наибольший порт голоса"),
            en="The highest UDP port for voice, at least 100 above the lowest.",
            ru="Наибольший порт UDP для голоса, хотя бы на 100 больше наименьшего.",
            takes_effect=TakesEffect.AT_ONCE,
            low=1024,
            high=65535,
        ),
    )


@dataclass(frozen=True, slots=True)
class Network:
    """Where the gateway is in the network."""

    local_sip_port: int = field(
        default=0,
        metadata=setting(
            title=Words("Own SIP port", "Свой порт SIP"),
            en="The gateway's own port for SIP.",
            ru="Собственный порт шлюза для SIP.",
            takes_effect=TakesEffect.RESTART,
            low=1024,
            high=65535,
            empty=Words("any free port", "любой свободный порт"),
        ),
    )
    bind_address: str = field(
        default="",
        metadata=setting(
            title=Words("Own address", "Свой адрес"),
            en="The gateway's own address for SIP and voice, on a computer that has several.",
            ru="Собственный адрес шлюза для SIP и голоса, если у компьютера их несколько.",
            takes_effect=TakesEffect.RESTART,
            form=forms.ADDRESS,
            empty=Words("any address", "любой адрес"),
        ),
    )


@dataclass(frozen=True, slots=True)
class Provider:
    """How the provider's account service is asked."""

    poll_interval: int = field(
        default=900,
        metadata=setting(
            title=Words("How often to ask", "Как часто спрашивать"),
            en="How often the provider is asked where calls ring, and for the balance.",
            ru="Как часто спрашивать оператора, куда идут звонки и каков баланс.",
            takes_effect=TakesEffect.AT_ONCE,
            low=10,
            high=86400,
            unit=SECONDS,
            empty=Words("never by itself", "никогда сам"),
        ),
    )
    timeout: float = field(
        default=15.0,
        metadata=setting(
            title=Words("Longest wait for an answer", "Сколько ждать ответа"),
            en="How long an answer of the provider may take.",
            ru="Сколько ждать ответа оператора.",
            takes_effect=TakesEffect.AT_ONCE,
            low=1,
            high=120,
            unit=SECONDS,
        ),
    )
    ca_bundle: str = field(
        default="",
        metadata=setting(
            title=Words("Certificate authorities", "Центры сертификации"),
            en="A PEM file with the certificate authorities to trust for the provider's service.",
            ru="Файл PEM с центрами сертификации, которым доверять для сервиса оператора.",
            takes_effect=TakesEffect.AT_ONCE,
            form=forms.PATH,
            empty=Words("those that the system trusts", "те, которым доверяет система"),
        ),
    )
