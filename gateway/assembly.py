"""What the settings make: lines with their drivers, and the parameters of the SIP stack."""

from __future__ import annotations

import itertools
import random
import secrets
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

from gateway import __version__
from gateway.call.internal_numbers import with_internal_numbers
from gateway.call.number_plan import NumberPlan
from gateway.call.service_codes import Codes, with_codes
from gateway.call.session import Session
from gateway.call.timers import Timers
from gateway.dial_codes import DialCodes
from gateway.drivers import driver_of
from gateway.exchange import Exchange
from gateway.exchange_line import Line
from gateway.media.bridge import Bridge
from gateway.media.voice import LineVoice
from gateway.multifon.account_service import AccountService, Observer
from gateway.multifon.client import Client
from gateway.multifon.https import HttpsDoor
from gateway.multifon.keeping import Keeping
from gateway.multifon.request import Form
from gateway.multifon.routing import Routing
from gateway.prompts.language import Language, load_language
from gateway.prompts.recordings import archive_of
from gateway.provider import EVENTS, RE_INVITE, ProviderProfile, load_provider
from gateway.settings.account_files import AccountFiles
from gateway.settings.declaration import Account, Settings
from gateway.settings.declaration import Line as LineSettings
from gateway.settings.secret import Secret
from gateway.sip.account_parameters import AccountParameters
from gateway.sip.endpoint import SipParameters
from gateway.sip.message_form import MessageForm
from gateway.sip.registration import Backoff
from gateway.sip.ways import Door
from gateway.toneplan import load_tone_plan

SPARE_CALLS = 6
TEST_TELEPHONE = "test-call"
"""The line of a test call (``gateway.call_test``)."""
CALLS = 32
"""At a time, at least: a line that is added while the gateway runs has room, too."""


def line_of(
    entry: LineSettings,
    settings: Settings,
    profiles: Mapping[str, ProviderProfile],
    exchange: Exchange,
    bridge: Bridge,
) -> Line:
    """A line of the exchange; ``CommandError`` when its driver or its options do not exist."""
    plan = load_tone_plan(settings.tones.country)
    driver = driver_of(entry, plan.signalling)
    post = partial(exchange.post_line, entry.name)
    voice = LineVoice(entry.name, plan, bridge, post, lambda: line.driver.voice.drift_ppm)
    account, rings_for = accounts_of(entry, profiles)
    session = session_of(entry, settings, profiles)
    number = settings.internal_numbers.get(entry.name, "")
    line = Line(entry.name, entry.driver, driver, voice, account, rings_for, session, number)
    return line


def accounts_of(
    entry: LineSettings, profiles: Mapping[str, ProviderProfile]
) -> tuple[str, frozenset[str]]:
    """The account of a line's calls, empty if there is none, and those that it rings for."""
    return entry.account or next(iter(profiles), ""), frozenset(entry.rings_for or profiles)


def session_of(
    entry: LineSettings, settings: Settings, profiles: Mapping[str, ProviderProfile]
) -> Session:
    """A line at its beginning."""
    account, _ = accounts_of(entry, profiles)
    profile = profiles[account] if account else load_provider("multifon")
    timers = Timers(
        first_digit=settings.dialling.first_digit_timeout,
        inter_digit=settings.dialling.inter_digit_timeout,
        no_answer=settings.ringing.no_answer_timeout,
        busy=settings.busy.busy_tone,
        howler=settings.busy.howler,
        released=settings.busy.after_call,
        disconnected=settings.busy.silence,
    )
    return Session.start(
        line=entry.name,
        id_prefix=secrets.token_hex(3),
        plan=plan_of(profile, settings),
        timers=timers,
        call_waiting=entry.call_waiting,
    )


def plan_of(profile: ProviderProfile, settings: Settings) -> NumberPlan:
    """What can be dialled: dial codes, internal numbers, and the numbers of the provider."""
    inside = filter(None, [*settings.internal_numbers.values(), settings.dialling.everybody])
    return with_codes(with_internal_numbers(profile.numbers, inside), settings.dial_codes.codes)


def codecs_of(profiles: Iterable[ProviderProfile]) -> tuple[str, ...]:
    """The voice formats of all of them, the best first."""
    codecs = dict.fromkeys(codec for profile in profiles for codec in profile.codecs)
    return tuple(codecs) or ("PCMA",)


def test_telephone(
    settings: Settings,
    profiles: Mapping[str, ProviderProfile],
    exchange: Exchange,
    bridge: Bridge,
    like: Line,
) -> Line:
    """A telephone for programs that calls by the account of ``like`` and rings for nobody."""
    # Without an echo of its own: what it hears of itself has come back from the far end.
    entry = LineSettings(
        name=TEST_TELEPHONE,
        driver="simulated",
        account=like.account,
        call_waiting=False,
        options={"hybrid_return_loss": False},
    )
    line = line_of(entry, settings, profiles, exchange, bridge)
    line.rings_for = frozenset()
    return line


def sip_parameters(settings: Settings, profiles: Iterable[ProviderProfile]) -> SipParameters:
    """The parameters of the one stack that serves every account."""
    return SipParameters(
        address=settings.network.bind_address,
        port=settings.network.local_sip_port,
        user_agent=f"MultiFon-gateway/{__version__}",
        codecs=codecs_of(profiles),
        # A telephone may have two calls, and the waiting ones of others are refused in time.
        max_calls=max(CALLS, 2 * len(settings.lines) + SPARE_CALLS),
        jitter_buffer_ms=settings.voice.jitter_buffer_max,
    )


def account_parameters(
    account: Account, profile: ProviderProfile, settings: Settings, files: AccountFiles
) -> AccountParameters:
    """An account, with what the settings leave open filled in from the provider's profile."""
    domain = account.domain or profile.domain
    host, _, port = (account.proxy or profile.proxy or domain).partition(":")
    transports = (account.transport,) if account.transport else profile.transports
    ports = (int(port),) if port else profile.ports
    low, high = settings.voice.rtp_port_min, settings.voice.rtp_port_max
    # A random place to begin: the well-known one is where strangers send their noise.
    first = low + 2 * random.randrange(max(1, (high - low) // 4))
    return AccountParameters(
        name=account.name,
        user=account.number,
        login=account.login or account.number,
        domain=domain,
        proxy_host=host,
        doors=tuple(Door(*door) for door in itertools.product(transports, ports)),
        expiry=account.expiry or profile.expiry,
        keep_alive=profile.keep_alive,
        backoff=Backoff(profile.retry_first, profile.retry_longest),
        password=lambda: files.present().reveal(),
        message_form=MessageForm(account.messages or profile.messages),
        digit_events=profile.digits == EVENTS,
        tells_hold=profile.hold == RE_INVITE,
        blocked_status=profile.blocked_status,
        rtp_port=first,
        rtp_ports=high - first,
        bound_address=settings.network.bind_address,
    )


def account_service(
    account: Account,
    profile: ProviderProfile,
    settings: Settings,
    files: AccountFiles,
    observer: Observer,
) -> AccountService | None:
    """The account service of ``account``; ``None`` where the provider has none."""
    client = account_client(account, profile, settings, files.present)
    if client is None:
        return None
    wanted = Routing(account.routing) if account.routing else None
    keeping = Keeping(float(settings.provider.poll_interval), wanted)
    return AccountService(account.name, client, files, keeping, observer)


def account_client(
    account: Account,
    profile: ProviderProfile,
    settings: Settings,
    password: Callable[[], Secret],
    *,
    timeout: float | None = None,
    pause: Callable[[float], object] | None = None,
) -> Client | None:
    """Who asks the account service of ``account``; ``None`` where the provider has none.

    ``timeout`` is in seconds and holds for one request, else that of the settings; ``pause`` waits
    between repeats, else some seconds.
    """
    service = profile.account_service
    if service is None:
        return None
    login = account.number
    if service.login == "address":
        login = f"{account.number}@{profile.domain}"
    door = HttpsDoor(
        account.service_url or service.url,
        timeout=timeout or settings.provider.timeout,
        ca_bundle=settings.provider.ca_bundle,
        user_agent=f"MultiFon-gateway/{__version__}",
    )
    return Client(door, login, password, [Form(form) for form in service.forms], pause=pause)


def dial_codes_of(settings: Settings) -> DialCodes:
    """What answers the dial codes, in the language of the settings."""
    return DialCodes(*_dial_codes(settings))


def change_dial_codes(dial_codes: DialCodes, settings: Settings) -> None:
    """Let ``dial_codes`` answer as other settings say."""
    dial_codes.change(*_dial_codes(settings))


def _dial_codes(settings: Settings) -> tuple[Language, Path, Codes, Mapping[str, str]]:
    language = settings.prompts.language
    numbers = {account.name: account.number for account in settings.accounts}
    return load_language(language), archive_of(language), settings.dial_codes.codes, numbers
