"""A configuration folder with the two files in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gateway.settings.declaration import Settings
from gateway.settings.load import load
from gateway.settings.store import save

GOOD = '[[account]]\nnumber = "79261234567"\n'
GOOD_SECRETS = '[account.main]\npassword = "open sesame"\n'


@dataclass(frozen=True)
class Folder:
    path: Path

    @property
    def settings(self) -> Path:
        return self.path / "settings.toml"

    @property
    def secrets(self) -> Path:
        return self.path / "secrets.toml"

    def write(self, settings: str | None, secrets: str | None = None) -> Folder:
        if settings is not None:
            self.settings.write_text(settings, encoding="utf-8")
        if secrets is not None:
            self.secrets.touch(mode=0o600)
            self.secrets.write_text(secrets, encoding="utf-8")
        return self

    def load(self) -> Settings:
        return load(self.settings, self.secrets)

    def save(self, settings: Settings) -> None:
        save(settings, self.settings, self.secrets)
