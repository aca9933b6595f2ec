"""What a backup holds, as JSON.  Pure."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from gateway.backup.sealing import SealError
from gateway.settings import emit
from gateway.settings.check import Check
from gateway.settings.declaration import Settings
from gateway.settings.load import passwords
from gateway.settings.secret import Secret
from gateway.settings.tables import passwords_of, settings_from


@dataclass(frozen=True, slots=True)
class Content:
    """``made`` is in UTC seconds, ``software`` the version of the gateway that made it."""

    made: float
    software: str
    settings: str
    secrets: str
    contacts: tuple[Mapping[str, Any], ...] = ()
    """Of the phone book, as the control socket tells them; none in backups of older versions."""
    blocked: tuple[Mapping[str, Any], ...] = ()
    """``pattern`` and ``note`` of each entry of the block list."""

    @classmethod
    def of(cls, settings: Settings, *, made: float, software: str) -> Content:
        known: Mapping[str, Secret] = passwords_of(settings)
        return cls(made, software, emit.settings(settings), emit.passwords(known))

    def written(self) -> bytes:
        return json.dumps(
            {
                "made": self.made,
                "software": self.software,
                "settings": self.settings,
                "secrets": self.secrets,
                "contacts": self.contacts,
                "blocked": self.blocked,
            }
        ).encode()

    @classmethod
    def read(cls, content: bytes) -> Content:
        """``SealError`` if it is none."""
        try:
            found: Mapping[str, Any] = json.loads(content)
            return cls(
                float(found["made"]),
                str(found["software"]),
                str(found["settings"]),
                str(found["secrets"]),
                _objects(found.get("contacts", [])),
                _objects(found.get("blocked", [])),
            )
        except (ValueError, KeyError, TypeError, RecursionError):
            raise SealError("no-backup") from None

    def whole(self) -> Settings:
        """The settings; ``SettingsError`` if this version does not take them."""
        known = passwords(self.secrets.encode(), Check()) or {}
        return settings_from(tomllib.loads(self.settings), known)

    def without_accounts(self, present: Settings) -> Settings:
        """The settings with the accounts of ``present``; lines keep to those that there are."""
        names = {account.name for account in present.accounts}
        whole = self.whole()
        lines = tuple(
            replace(
                line,
                account=line.account if line.account in names else "",
                rings_for=tuple(name for name in line.rings_for if name in names),
            )
            for line in whole.lines
        )
        return replace(whole, accounts=present.accounts, lines=lines)


def _objects(value: object) -> tuple[Mapping[str, Any], ...]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise TypeError("a list of objects")
    return tuple(value)
