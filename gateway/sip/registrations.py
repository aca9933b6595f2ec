"""The registrations of all accounts, kept up in the SIP thread."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterator

from gateway.call.evidence import RegistrationEvidence
from gateway.sip.account import Account
from gateway.sip.account_parameters import AccountParameters
from gateway.sip.agent import Agent
from gateway.sip.events import RegistrationChanged
from gateway.sip.own_address import OwnAddress, own_address
from gateway.sip.resolve import Resolver
from gateway.sip.ways import Ways

_log = logging.getLogger(__name__)

LINGERS = 32.0
"""Seconds that the answer to a request may take (RFC 3261, timer F)."""
LOOK_EVERY = 1.0
"""Seconds between two looks at our own address."""


class Registrations:
    """Sends each REGISTER when it is due, and notices when our network has changed.

    ``submit`` runs a command in the SIP thread, ``tell`` posts an event, ``readdress`` is called
    when the provider may speak from other addresses than before, ``evidence`` gives what is known
    of the last REGISTER.
    """

    def __init__(
        self,
        submit: Callable[[Callable[[], None]], None],
        tell: Callable[[RegistrationChanged], None],
        readdress: Callable[[], None],
        evidence: Callable[[Account], RegistrationEvidence | None],
    ) -> None:
        self.accounts: dict[str, Account] = {}
        self._leaving: list[Account] = []
        """Accounts that were removed and are still needed by calls, or not yet unregistered."""
        self._gone_since: dict[Account, float] = {}
        self._own: dict[str, OwnAddress] = {}
        self._resolver = Resolver(submit)
        self._tell = tell
        self._readdress = readdress
        self._evidence = evidence
        self._looked = 0.0
        self._closed = False

    def __iter__(self) -> Iterator[Account]:
        return iter(tuple(self.accounts.values()))

    @property
    def all(self) -> tuple[Account, ...]:
        """Those that are leaving, too."""
        return (*self.accounts.values(), *self._leaving)

    def add(self, account: Account) -> None:
        self.accounts[account.parameters.name] = account
        self._own[account.parameters.name] = OwnAddress()

    def renew(self, name: str) -> None:
        """The password of the account has changed."""
        if name in self.accounts:
            self.accounts[name].renew()

    def change(self, parameters: AccountParameters) -> bool:
        """Make the account of that name another one; false if there is none."""
        account = self.accounts.get(parameters.name)
        if account is None:
            return False
        account.change(parameters)
        self._own[parameters.name] = OwnAddress()
        return True

    def remove(self, name: str) -> None:
        """The account registers no more, and leaves when its last call has ended."""
        account = self.accounts.pop(name, None)
        if account is not None:
            del self._own[name]
            account.retire()
            self._leaving.append(account)

    def tidy(self, calls: Collection[Agent]) -> None:
        """Dispose of what no call needs any more; ``calls`` are the agents of those under way."""
        for account in self.all:
            account.tidy(calls)
        now = time.monotonic()
        for account in [one for one in self._leaving if one.gone]:
            # The answer to its last REGISTER is let in, however late: without it pjsua2 asks again
            # and again, and the last one could end a registration that was made meanwhile.
            if now > self._gone_since.setdefault(account, now) + LINGERS:
                self._leaving.remove(account)
                del self._gone_since[account]
                self._readdress()

    def close(self) -> None:
        """Begin nothing more; a look-up under way has no effect."""
        self._closed = True

    def tell(self, account: Account) -> None:
        """Post the state of the account's registration."""
        registration = account.registration
        way = account.ways.current
        self._tell(
            RegistrationChanged(
                account.parameters.name,
                account.parameters.user,
                registration.state,
                registration.registered,
                registration.reason,
                registration.expires,
                registration.next_try(time.monotonic()),
                self._evidence(account),
                way=str(way) if way else "",
                public=account.public,
            )
        )

    def poll(self, now: float) -> None:
        """Do what is due; called some fifty times a second."""
        if now - self._looked >= LOOK_EVERY:
            self._looked = now
            for account in self:
                self._look_at_own_address(account, now)
        for account in self:
            self._heartbeat(account, now)

    def _heartbeat(self, account: Account, now: float) -> None:
        registration = account.registration
        if registration.lapsed(now):
            self.tell(account)
        if registration.overdue(now):
            if account.ways.current is None:
                account.no_address()
            else:
                account.no_answer()
        if not registration.due(now):
            return
        registration.sent(now)
        self.tell(account)
        # A name server that is slow or dead holds nothing up: a known address is used at once.
        host = account.parameters.proxy_host
        ways = account.ways
        self._resolver.resolve(host, lambda found: self._resolved(account, ways, found))
        self._register(account)

    def _resolved(self, account: Account, ways: Ways, addresses: tuple[str, ...]) -> None:
        asked = account in self.accounts.values() and account.ways is ways
        if self._closed or not asked:
            return
        first = account.ways.current is None
        account.ways.found(addresses)
        self._readdress()
        if not first:
            return
        if addresses:
            self._register(account)
        else:
            account.no_address()

    def _register(self, account: Account) -> None:
        own, way = self._own.get(account.parameters.name), account.ways.current
        if own is not None and not own.address and way and not account.parameters.bound_address:
            # From where it registers first: a move in the next seconds would not be seen otherwise.
            own.moved(own_address(way.address))
        account.register()

    def _look_at_own_address(self, account: Account, now: float) -> None:
        way = account.ways.current
        if way is None or account.parameters.bound_address:
            return
        own = self._own[account.parameters.name]
        before = own.address
        if own.moved(own_address(way.address)):
            _log.warning(
                "%s: our network has changed: %s -> %s",
                account.parameters.name,
                before,
                own.address,
            )
            account.moved = True
            account.ways.begin_anew()
            account.registration.hasten(now)
