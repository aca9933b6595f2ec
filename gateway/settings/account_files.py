"""What the gateway itself changes in the files of the settings: one account's password and mode."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from gateway.settings import emit, files
from gateway.settings.check import SECRETS_FILE, Check
from gateway.settings.declaration import Settings
from gateway.settings.load import SETTINGS_FILE, SettingsError, passwords
from gateway.settings.secret import Secret
from gateway.settings.store import SECRETS_MODE, draft, save_draft

CANDIDATES_FILE = "secrets.new.toml"
"""New passwords that the provider has not proven to take yet; in the form of ``SECRETS_FILE``."""

TRIES = 3
"""How often a change is tried while others change the files, too."""


class AccountFiles:
    """The account ``name`` in the folder ``config``; ``password`` is the present one.

    Methods that write raise ``OSError`` with a sentence.
    """

    def __init__(
        self,
        config: Path,
        name: str,
        password: Secret,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        """``changed`` is called, from any thread, after the files were changed."""
        self.place = CANDIDATES_FILE
        self._config = config
        self._name = name
        self._password = password
        self._changed = changed

    def present(self) -> Secret:
        """The password in force; from any thread."""
        return self._password

    def use(self, password: Secret) -> None:
        """``password`` stands in the file by now, and is in force."""
        self._password = password

    def candidate(self) -> Secret | None:
        return self._candidates().get(self._name)

    def keep_candidate(self, new: Secret) -> None:
        with files.locked(self._config):
            self._write({**self._candidates(), self._name: new})

    def drop_candidate(self) -> None:
        with files.locked(self._config):
            left = self._candidates()
            if left.pop(self._name, None) is not None:
                self._write(left)

    def adopt(self, new: Secret) -> None:
        """``new`` is in force from now on; where it cannot be written, the candidate stays."""
        self._password = new
        self._change(password=new)
        self.drop_candidate()

    def keep_routing(self, mode: str) -> None:
        self._change(routing=mode)

    def _change(self, **values: Any) -> None:
        path, secrets = self._config / SETTINGS_FILE, self._config / SECRETS_FILE
        for tries_left in reversed(range(TRIES)):
            try:
                save_draft(
                    draft(lambda whole: self._with(whole, values), path, secrets), path, secrets
                )
                break
            except SettingsError as error:
                if tries_left and error.problems[0].code == "changed-meanwhile":
                    continue
                raise OSError(
                    f"The settings cannot be changed while they are wrong: {error}"
                ) from None
        self._changed()

    def _with(self, whole: Settings, values: Mapping[str, Any]) -> Settings:
        if self._name not in [account.name for account in whole.accounts]:
            raise OSError(f"The account {self._name} is no longer in {SETTINGS_FILE}.")
        accounts = tuple(
            replace(account, **values) if account.name == self._name else account
            for account in whole.accounts
        )
        return replace(whole, accounts=accounts)

    def _candidates(self) -> dict[str, Secret]:
        with contextlib.suppress(FileNotFoundError):
            content = (self._config / CANDIDATES_FILE).read_bytes()
            return passwords(content, Check()) or {}
        return {}

    def _write(self, candidates: dict[str, Secret]) -> None:
        path = self._config / CANDIDATES_FILE
        if candidates:
            files.replace(path, emit.passwords(candidates).encode(), SECRETS_MODE)
        else:
            path.unlink(missing_ok=True)
