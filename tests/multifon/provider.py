"""The local provider's account service, and clients of it as the gateway makes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gateway.multifon.client import Client
from gateway.multifon.https import HttpsDoor
from gateway.multifon.request import Form
from gateway.settings.secret import Secret
from tests.certificates import Certificates
from tests.simulators.multifon.network_process import RunningNetwork
from tests.test_multifon_network.conftest import ACCOUNT, PASSWORD, network_in_thread

LOGIN = f"{ACCOUNT}@multifon.ru"
HARMLESS = 30.0
"""Seconds that are long enough for whatever is not meant to fail."""


class Provider:
    """A running account service, and what it was asked."""

    def __init__(self, network: RunningNetwork, certificates: Certificates) -> None:
        self.network = network
        self.certificates = certificates
        self.pauses: list[float] = []

    @property
    def url(self) -> str:
        return self.network.account_api

    @property
    def asked(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.network.control.account_api()["asked"]
        return found

    @property
    def paths(self) -> list[str]:
        return [entry["path"] for entry in self.asked]

    @property
    def routing(self) -> str:
        """What the provider itself has for the account."""
        return str(self.network.control.account_api()["routing"][ACCOUNT])

    def behaves(self, **behaviour: Any) -> None:
        self.network.control.account_api_set(**behaviour)

    def has_balance(self, roubles: float) -> None:
        self.network.control.set(balance=roubles)

    def door(
        self, timeout: float = HARMLESS, url: str = "", bundle: str | None = None
    ) -> HttpsDoor:
        trusted = str(self.certificates.bundle) if bundle is None else bundle
        return HttpsDoor(url or self.url, timeout=timeout, ca_bundle=trusted)

    def client(
        self,
        password: str = PASSWORD,
        login: str = LOGIN,
        forms: Sequence[Form] = (Form.NEWER, Form.CLASSIC),
        **door: Any,
    ) -> Client:
        """A client that does not wait between its tries, and notes how long it would have."""
        return Client(
            self.door(**door), login, lambda: Secret(password), forms, pause=self.pauses.append
        )


@contextmanager
def provider(
    folder: Path, certificates: Certificates, host: str = "127.0.0.1"
) -> Iterator[Provider]:
    """Run the provider; ``host`` is the one that its certificate is for."""
    with network_in_thread(folder, certificates.of(host)) as network:
        yield Provider(network, certificates)
