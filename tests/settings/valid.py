"""Any settings that are in order, for property tests: made from the declaration itself."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from gateway.call.internal_numbers import hides
from gateway.provider import load_provider
from gateway.settings import forms
from gateway.settings.declaration import Account, Line, Settings
from gateway.settings.secret import Secret
from gateway.settings.setting import Kind, Setting, sections_of, settings_of

NAMES = st.from_regex(r"[A-Za-z0-9_-]{1,32}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)

_OF_FORM = {
    forms.NAME: NAMES,
    forms.NUMBER: st.from_regex(r"[A-Za-z0-9._-]{1,64}", fullmatch=True),
    forms.PROXY: st.from_regex(
        r"[a-z]{1,9}(\.[a-z0-9]{1,9}){0,3}(:[1-9][0-9]{0,3})?", fullmatch=True
    ),
    forms.HOST: st.from_regex(r"[a-z]{1,9}(\.[a-z0-9]{1,9}){0,3}", fullmatch=True),
    forms.SERVICE_URL: st.from_regex(
        r"https://[a-z]{1,9}(\.[a-z0-9]{1,9}){0,3}(:[1-9][0-9]{0,3})?(/[a-z]{1,5}){0,3}/?",
        fullmatch=True,
    ),
    forms.PATH: st.from_regex(r"(/[a-z0-9.]{1,9}){1,4}", fullmatch=True),
    forms.DIAL_CODE: st.from_regex(r"\*\*\*[0-9]{1,5}|[256][0-9]{2,7}", fullmatch=True),
    forms.INTERNAL_NUMBER: st.from_regex(r"[256][0-9]{1,3}", fullmatch=True),
    forms.ADDRESS: st.ip_addresses(v=4).map(str),
}

_ZONES = st.sampled_from([None, datetime.UTC, datetime.timezone(datetime.timedelta(hours=3))])
_SCALARS = (
    TEXTS
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.dates()
    | st.times()
    | st.datetimes(timezones=_ZONES)
)
_OPTIONS = st.dictionaries(
    TEXTS,
    st.recursive(
        _SCALARS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
        max_leaves=5,
    ),
    max_size=3,
)


def _values(setting: Setting) -> st.SearchStrategy[Any]:
    found: st.SearchStrategy[Any]
    if setting.kind is Kind.SECRET:
        return TEXTS.filter(bool).map(Secret)
    if setting.kind is Kind.TABLE:
        return _OPTIONS
    if setting.kind is Kind.FLAG:
        return st.booleans()
    if setting.low is not None and setting.high is not None:
        if setting.kind is Kind.NUMBER:
            found = st.floats(setting.low, setting.high)
        else:
            found = st.integers(int(setting.low), int(setting.high))
        return found | st.just(0) if setting.empty else found
    if setting.choices is not None:
        found = st.sampled_from(setting.choices())
    else:
        assert setting.form is not None
        found = _OF_FORM[setting.form]
    if setting.kind is Kind.TEXTS:
        return st.lists(found, min_size=0 if setting.empty else 1, max_size=2).map(tuple)
    return found | st.just("") if setting.empty else found


@st.composite
def _tables(draw: st.DrawFn, structure: type[Any]) -> Any:
    values = {name: draw(_values(s)) for name, s in settings_of(structure).items()}
    return structure(**values)


def _named(structure: type[Any], most: int) -> st.SearchStrategy[Any]:
    return st.lists(_tables(structure), max_size=most, unique_by=lambda entry: str(entry.name)).map(
        tuple
    )


def _with_domain(account: Account) -> Account:
    """A profile may leave the domain to the account."""
    named = account.domain or load_provider(account.provider).domain
    return account if named else replace(account, domain="example.com")


def _free(number: str, dialled: Iterable[str]) -> str:
    """``number``, or none where another one hides it."""
    return "" if any(hides(number, other) for other in dialled) else number


@st.composite
def valid_settings(draw: st.DrawFn) -> Settings:
    """Settings that pass every check."""
    found: dict[str, Any] = {}
    for section in sections_of(Settings).values():
        if not section.repeated and section.table != "voice":
            found[section.attribute] = draw(_tables(section.structure))
    low = draw(st.integers(1024, 60000))
    voice = sections_of(Settings)["voice"].structure
    found["voice"] = voice(
        jitter_buffer_max=draw(st.integers(40, 1000)),
        rtp_port_min=low,
        rtp_port_max=draw(st.integers(low + 100, 65535)),
    )
    accounts = tuple(map(_with_domain, draw(_named(Account, 3))))
    known = st.sampled_from([account.name for account in accounts])
    codes = [code for given in found["dial_codes"].codes.values() for code in given]
    dialling = found["dialling"]
    everybody = _free(dialling.everybody, codes)
    found["dialling"] = replace(dialling, everybody=everybody)
    dialled = [*codes, *filter(None, [everybody])]
    numbers = _OF_FORM[forms.INTERNAL_NUMBER]
    lines = []
    for name in draw(st.lists(NAMES, max_size=3, unique=True)):
        number = _free(draw(st.just("") | numbers), dialled)
        dialled += filter(None, [number])
        line = Line(
            name=name,
            number=number,
            driver=draw(NAMES),
            account=draw(st.just("") | known) if accounts else "",
            rings_for=tuple(draw(st.lists(known, max_size=2))) if accounts else (),
            call_waiting=draw(st.booleans()),
            options=draw(_OPTIONS),
        )
        lines.append(line)
    return Settings(accounts=accounts, lines=tuple(lines), **found)
