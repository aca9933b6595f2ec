"""Turns what a settings file says into settings, and finds everything that is wrong with it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from gateway.call.internal_numbers import hides
from gateway.provider import load_provider
from gateway.settings import emit
from gateway.settings.declaration import Account, Settings
from gateway.settings.problem import Problem
from gateway.settings.secret import Secret
from gateway.settings.setting import Kind, Section, Setting, sections_of, settings_of
from gateway.words import Words

T = TypeVar("T")

SECRETS_FILE = "secrets.toml"

VOICE_PORTS = 100
"""Ports that voice needs at least: two for each of the calls, with room to begin at random."""

OPTION_DEPTH = 8
"""Levels of tables and lists in a driver's options."""

_SHOWN = 40
"""Characters of a wrong value that are shown."""


class Check:
    """Reads tables into structures and collects ``problems``; never raises.

    A wrong value is replaced by its default, so that the rest can be checked too.  The result
    may be used only if no problem was found.
    """

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def report(self, code: str, place: str, **values: str | Words) -> None:
        self.problems.append(Problem(code, place, values))

    def _wrong(self, *places: str) -> bool:
        return any(problem.place in places for problem in self.problems)

    def settings(self, data: Mapping[str, Any], passwords: Mapping[str, Secret] | None) -> Settings:
        """All settings.  Without ``passwords`` (they could not be read) none is missed."""
        settings = self.tables(Settings, data, passwords)
        self._names(settings)
        self._domains(settings)
        self._voice_ports(settings)
        self._internal_numbers(settings)
        return settings

    def tables(
        self,
        structure: type[T],
        data: Mapping[str, Any],
        passwords: Mapping[str, Secret] | None = None,
    ) -> T:
        """The tables that ``structure`` declares, each by itself."""
        sections = sections_of(structure)
        for name in data:
            if name not in sections:
                self._unknown(emit.key(name), name, sections)
        found: dict[str, Any] = {}
        for section in sections.values():
            if section.table not in data:
                continue
            given = data[section.table]
            if section.repeated:
                found[section.attribute] = self._rows(section, given, passwords)
            else:
                values = self._table(section.structure, section.table, given)
                found[section.attribute] = section.structure(**values)
        return structure(**found)

    def passwords(self, data: Mapping[str, Any]) -> dict[str, Secret]:
        """The passwords of a file of secrets, by the name of the account.

        One without an account is no problem: a save that is interrupted may leave it behind.
        """
        found: dict[str, Secret] = {}
        for name in data:
            if name != "account":
                self._unknown(f"{SECRETS_FILE}: {emit.key(name)}", name, {"account": None})
        for account, entry in self._mapping(f"{SECRETS_FILE}: account", data.get("account", {})):
            place = f"{SECRETS_FILE}: account.{emit.key(account)}"
            for name, given in self._mapping(place, entry):
                where = f"{place}.{emit.key(name)}"
                if name != "password":
                    self._unknown(where, name, {"password": None})
                elif not isinstance(given, str) or not given:
                    self.report("bad-password", where)
                else:
                    found[account] = Secret(given)
        return found

    def _mapping(self, place: str, given: object) -> Iterable[tuple[str, Any]]:
        if isinstance(given, dict):
            return given.items()
        # Never show what stands in the file of secrets.
        other = Words("something else", "что-то другое")
        self.report("wrong-type", place, kind=Kind.TABLE.words, given=other)
        return ()

    def _unknown(self, place: str, name: str, known: Mapping[str, Any]) -> None:
        near = difflib.get_close_matches(name, known, n=1)
        if near:
            self.report("unknown", place, near=near[0])
        else:
            self.report("unknown-here", place, known=", ".join(known))

    # Tables.

    def _rows(
        self, section: Section, given: object, passwords: Mapping[str, Secret] | None
    ) -> tuple[Any, ...]:
        if isinstance(given, dict):
            self.report("one-bracket", section.table, table=section.table)
            return ()
        if not isinstance(given, list):
            kind = Kind.TABLES.words
            self.report("wrong-type", section.table, kind=kind, given=_shown(given))
            return ()
        rows = []
        for index, entry in enumerate(given):
            place = f"{section.table}[{index}]"
            values = self._table(section.structure, place, entry)
            if section.structure is Account:
                named = isinstance(entry, dict) and not self._wrong(f"{place}.name")
                values["password"] = self._password(
                    place, values["name"], passwords if named else None
                )
            rows.append(section.structure(**values))
        return tuple(rows)

    def _table(self, structure: type[Any], place: str, given: object) -> dict[str, Any]:
        """The values of one table: every setting but the secrets."""
        declared = settings_of(structure)
        plain = {name: s for name, s in declared.items() if s.kind is not Kind.SECRET}
        table: Mapping[str, Any] = {}
        if isinstance(given, dict):
            table = given
        else:
            self.report("wrong-type", place, kind=Kind.TABLE.words, given=_shown(given))
        for name in table:
            if name in plain:
                continue
            where = f"{place}.{emit.key(name)}"
            if name in declared:
                account = table.get("name")
                if not isinstance(account, str):
                    account = str(plain["name"].default)
                self.report("password-misplaced", where, file=SECRETS_FILE, account=account)
            else:
                self._unknown(where, name, plain)
        values = {}
        for name, setting in plain.items():
            where = f"{place}.{name}"
            if name in table:
                values[name] = self._value(setting, where, table[name])
            else:
                values[name] = setting.default
                if setting.required and table is given:
                    self.report("missing", where, name=name, help=setting.help)
        return values

    def _password(self, place: str, account: str, passwords: Mapping[str, Secret] | None) -> Secret:
        if passwords is None:
            return Secret("")
        if account not in passwords:
            near = difflib.get_close_matches(account, passwords, n=1)
            code = "no-password-near" if near else "no-password"
            hint = {"near": near[0]} if near else {}
            self.report(code, f"{place}.password", file=SECRETS_FILE, account=account, **hint)
        return passwords.get(account, Secret(""))

    # Values.

    def _value(self, setting: Setting, place: str, given: Any) -> Any:
        """The value, or the default after a report."""
        if setting.kind is Kind.NUMBER and type(given) is int and abs(given) < 2**53:
            given = float(given)
        if not _is_of(setting.kind, given):
            self._wrong_type(setting, place, given)
        elif setting.kind is Kind.TABLE and not _is_plain(given):
            self.report("option-value", place, depth=str(OPTION_DEPTH))
        elif setting.empty and not given:
            return tuple(given) if setting.kind is Kind.TEXTS else given
        elif setting.kind is Kind.TEXTS:
            refused = [text for text in given if not self._accepts(setting, place, text)]
            if not refused:
                return tuple(given)
        elif self._accepts(setting, place, given):
            return given
        return setting.default

    def _wrong_type(self, setting: Setting, place: str, given: object) -> None:
        if setting.kind is Kind.TEXT and type(given) is int and abs(given) < 2**63:
            self.report("needs-quotes", place, name=setting.name, given=str(given))
        else:
            self.report("wrong-type", place, kind=setting.kind.words, given=_shown(given))

    def _accepts(self, setting: Setting, place: str, given: Any) -> bool:
        accepted = accepted_values(setting)
        if setting.low is not None and setting.high is not None:
            # Not a number (nan) is in no range.
            if not setting.low <= given <= setting.high:
                self.report("out-of-range", place, given=_shown(given), accepted=accepted)
                return False
        elif setting.choices is not None and given not in setting.choices():
            near = difflib.get_close_matches(given, setting.choices(), n=1)
            code = "choice-near" if near else "choice"
            hint = {"near": near[0]} if near else {}
            self.report(code, place, given=_shown(given), accepted=accepted, **hint)
            return False
        elif setting.form is not None and not setting.form.accepts(given):
            self.report("form", place, given=_shown(given), accepted=accepted)
            return False
        return True

    # What several settings must agree on.

    def _names(self, settings: Settings) -> None:
        if any(problem.place.endswith("].name") for problem in self.problems):
            return  # what refers to a wrong name is not wrong itself
        for section in sections_of(Settings).values():
            if not section.repeated:
                continue
            seen = set()
            for index, entry in enumerate(getattr(settings, section.attribute)):
                if entry.name in seen:
                    place = f"{section.table}[{index}].name"
                    self.report("duplicate-name", place, name=entry.name, table=section.table)
                seen.add(entry.name)
        accounts = [account.name for account in settings.accounts]
        for index, line in enumerate(settings.lines):
            named = [("account", line.account)] if line.account else []
            named += [("rings_for", name) for name in line.rings_for]
            for key, name in named:
                if name not in accounts:
                    code = "unknown-account" if accounts else "no-accounts"
                    known = ", ".join(accounts)
                    self.report(code, f"line[{index}].{key}", name=name, known=known)

    def _domains(self, settings: Settings) -> None:
        for index, account in enumerate(settings.accounts):
            place = f"account[{index}].domain"
            if account.domain or self._wrong(place, f"account[{index}].provider"):
                continue
            if not load_provider(account.provider).domain:
                self.report("no-domain", place, provider=account.provider)

    def _voice_ports(self, settings: Settings) -> None:
        voice = settings.voice
        if self._wrong("voice.rtp_port_min", "voice.rtp_port_max"):
            return
        if voice.rtp_port_max - voice.rtp_port_min < VOICE_PORTS:
            self.report("voice-ports", "voice.rtp_port_max", room=str(VOICE_PORTS))

    def _internal_numbers(self, settings: Settings) -> None:
        """Each can be dialled: none is the beginning of another one, or of a dial code."""
        known = [code for codes in settings.dial_codes.codes.values() for code in codes]
        numbers = [("dialling.everybody", settings.dialling.everybody)]
        numbers += [
            (f"line[{index}].number", line.number) for index, line in enumerate(settings.lines)
        ]
        for place, number in numbers:
            if not number:
                continue
            hidden = [other for other in known if hides(number, other)]
            if hidden:
                self.report("number-hidden", place, number=number, other=hidden[0])
            known.append(number)


def accepted_values(setting: Setting) -> Words:
    """What may be given, such as ``from 30 to 3600 seconds, or 0 (as the provider says)``."""
    if setting.low is not None and setting.high is not None:
        low, high = f"{setting.low:g}", f"{setting.high:g}"
        unit = setting.unit or Words("", "")
        words = Words(
            f"from {low} to {high} {unit.en}".rstrip(), f"от {low} до {high} {unit.ru}".rstrip()
        )
    elif setting.choices is not None:
        listed = ", ".join(setting.choices())
        words = Words(listed, listed)
    elif setting.form is not None:
        words = setting.form.words
    else:
        words = setting.kind.words
    if setting.kind is Kind.TEXTS:
        words = Words(f"a list, each entry of {words.en}", f"список, каждая запись: {words.ru}")
    if setting.empty is None:
        return words
    nothing = {Kind.TEXT: '""', Kind.TEXTS: "[]"}.get(setting.kind, "0")
    return Words(
        f"{words.en}, or {nothing} ({setting.empty.en})",
        f"{words.ru}, или {nothing} ({setting.empty.ru})",
    )


def _is_of(kind: Kind, given: object) -> bool:
    match kind:
        case Kind.TEXT:
            return isinstance(given, str)
        case Kind.FLAG:
            return isinstance(given, bool)
        case Kind.WHOLE:
            return type(given) is int
        case Kind.NUMBER:
            return isinstance(given, float)
        case Kind.TEXTS:
            return isinstance(given, list) and all(isinstance(text, str) for text in given)
        case _:
            return isinstance(given, dict)


def _is_plain(options: Mapping[str, Any]) -> bool:
    """Whether TOML can hold the values and a person can read them.

    Dotted keys nest without end, so this does not recurse.
    """
    level: list[Any] = [options]
    for _depth in range(OPTION_DEPTH + 1):
        inner: list[Any] = []
        for entry in level:
            if isinstance(entry, dict):
                inner.extend(entry.values())
            elif isinstance(entry, list):
                inner.extend(entry)
            elif isinstance(entry, int) and not -(2**63) <= entry < 2**63:
                return False
        level = inner
    return not level


def _shown(given: object) -> str | Words:
    """A wrong value for a sentence: as it stands in the file, unless it is long."""
    if isinstance(given, dict):
        return Kind.TABLE.words
    if isinstance(given, list):
        return Words("a list", "список")
    if isinstance(given, int) and not -(2**63) <= given < 2**63:
        return Words("a number of more than 64 bits", "число длиннее 64 бит")
    text = emit.value(given)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
