"""Reads the kinds of telephone and the forms of caller ID (``kinds.toml``, ``caller_id.toml``)."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any

from gateway.signalling import CallerIdForm, CallerIdMessage, CallerIdMoment, CallerIdScheme


@dataclass(frozen=True, slots=True)
class SchemeEntry:
    """One form of caller ID, with the options of a line that choose it."""

    name: str
    text: str
    text_ru: str
    options: Mapping[str, Any]

    def scheme(self, country: CallerIdScheme) -> CallerIdScheme:
        """As signalled; what the options leave open, and AON, is the country's."""
        given = self.options
        return replace(
            country,
            form=CallerIdForm(given["caller_id"]),
            moment=CallerIdMoment(given["caller_id_moment"]),
            message=CallerIdMessage(given.get("caller_id_message", country.message.value)),
            dtmf_start=given.get("dtmf_start", country.dtmf_start),
            dtmf_end=given.get("dtmf_end", country.dtmf_end),
        )


@functools.cache
def kinds() -> tuple[Mapping[str, Any], ...]:
    """The kinds of telephone, as JSON values; ``settings`` and ``options`` are always there."""
    empty: Mapping[str, Any] = {"settings": {}, "options": {}}
    return tuple({**empty, **kind} for kind in _tables("kinds.toml", "kind"))


@functools.cache
def shipped_schemes() -> tuple[SchemeEntry, ...]:
    """The forms of caller ID, the commonest first."""
    return tuple(SchemeEntry(**table) for table in _tables("caller_id.toml", "scheme"))


def schemes_for(country: CallerIdScheme) -> tuple[SchemeEntry, ...]:
    """The same with the one of the country at the front, if it is among them."""
    return tuple(
        sorted(shipped_schemes(), key=lambda entry: not is_same(entry.scheme(country), country))
    )


def is_same(one: CallerIdScheme, other: CallerIdScheme) -> bool:
    """Whether a display sees no difference: what a form does not use does not count."""
    return _seen(one) == _seen(other)


def _seen(scheme: CallerIdScheme) -> tuple[object, ...]:
    if scheme.form is CallerIdForm.NONE:
        return (scheme.form,)
    if scheme.form is CallerIdForm.DTMF:
        return scheme.form, scheme.moment, scheme.dtmf_start, scheme.dtmf_end
    return scheme.form, scheme.moment, scheme.message


def _tables(file: str, table: str) -> list[dict[str, Any]]:
    source = resources.files("gateway.telephones") / file
    found: list[dict[str, Any]] = tomllib.loads(source.read_text(encoding="utf-8"))[table]
    return found
