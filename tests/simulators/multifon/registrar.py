"""REGISTER: who the accounts are, and where they were last heard from (RFC 3261 §10)."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass

from tests.simulators.multifon.digest import Authenticator, Verdict, user_name
from tests.simulators.multifon.settings import Account
from tests.simulators.multifon.signalling import Signalling
from tests.simulators.multifon.sip_header import parse_address, parse_uri
from tests.simulators.multifon.sip_message import MalformedMessageError, Request
from tests.simulators.multifon.transactions import ServerTransaction, make_response, new_tag
from tests.simulators.multifon.transport import Flow

_EXPIRES = re.compile(r"\s*;\s*expires\s*=\s*[^;\s]*", re.IGNORECASE)
_HOST = re.compile(r"(sips?:[^@>;]*@)[^;>\s]+", re.IGNORECASE)
ALG_ADDRESS = "198.51.100.7:62000"
"""What a router's ALG makes of the telephone's own address."""
PHRASE = "Wrong password or account"


@dataclass(slots=True)
class Binding:
    """An account is reachable by ``flow``, the way its REGISTER came, until ``until``.

    Calls go there and not to the Contact, as through the provider's border controller.  An account
    has one binding: the newest REGISTER wins.
    """

    contact: str
    uri: str
    flow: Flow
    expires: int
    until: float
    since: float


class Subscriber:
    """An account and what the registrar knows about it."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.binding: Binding | None = None
        self.routing = "1"
        """Where calls go: 0 the mobile telephone only, 1 here only, 2 both."""
        self.registers = 0
        """REGISTER requests that were granted since the start."""
        self.wrong_passwords = 0
        """In a row."""
        self.replays = 0
        """Credentials with a used nonce count or an old nonce."""
        self.heard = time.monotonic()
        """The last granted REGISTER or authenticated INVITE."""
        self.stale = False
        """An INVITE came after too long a silence; all get 500 until the next REGISTER."""

    def as_json(self) -> dict[str, object]:
        """For the control socket.  Times are seconds from now."""
        now = time.monotonic()
        info: dict[str, object] = {
            "account": self.account.number,
            "registered": self.binding is not None,
            "registers": self.registers,
            "wrong_passwords": self.wrong_passwords,
            "replays": self.replays,
            "contact": None,
            "source": None,
            "transport": None,
            "expires": None,
            "expires_in": None,
            "age": None,
        }
        if self.binding is not None:
            host, port = self.binding.flow.remote
            info |= {
                "contact": self.binding.uri,
                "source": f"{host}:{port}",
                "transport": self.binding.flow.transport,
                "expires": self.binding.expires,
                "expires_in": round(self.binding.until - now, 3),
                "age": round(now - self.binding.since, 3),
            }
        return info


class Registrar:
    """The subscribers, their credentials and their bindings."""

    def __init__(self, signalling: Signalling) -> None:
        self._signalling = signalling
        self._authenticator = Authenticator(signalling.settings.realm)
        self.subscribers = {
            account.number: Subscriber(account) for account in signalling.settings.accounts
        }
        self._lapses: dict[str, asyncio.TimerHandle] = {}

    def close(self) -> None:
        for lapse in self._lapses.values():
            lapse.cancel()

    # Credentials.

    def authenticate(self, transaction: ServerTransaction, challenge: int) -> Subscriber | None:
        """The subscriber who sent the request; else it has been answered and ``None`` is returned.

        Credentials are taken from either header, as the border controller seems to do.
        """
        settings = self._signalling.settings
        self._authenticator.realm = settings.realm
        request = transaction.request
        headers = request.headers
        given = headers.first("Proxy-Authorization") or headers.first("Authorization")
        subscriber = self.subscribers.get(user_name(given))
        password = None if subscriber is None else subscriber.account.password
        verdict = self._authenticator.check(
            given, request.method, password, settings.nonce_lifetime
        )
        if verdict is Verdict.RIGHT and subscriber is not None:
            subscriber.wrong_passwords = 0
            return subscriber
        if verdict is Verdict.WRONG and subscriber is None:
            self._signalling.reply(transaction, settings.unknown_account, reason=PHRASE)
            return None
        if verdict is Verdict.WRONG and subscriber is not None:
            subscriber.wrong_passwords += 1
            if settings.wrong_password == 403 and subscriber.wrong_passwords > 1:
                self._signalling.reply(transaction, 403, reason=PHRASE)
                return None
        if verdict is Verdict.STALE and subscriber is not None:
            subscriber.replays += 1
        name = "WWW-Authenticate" if challenge == 401 else "Proxy-Authenticate"
        value = self._authenticator.challenge(stale=verdict is Verdict.STALE)
        self._signalling.reply(transaction, challenge, extra=((name, value),))
        return None

    # Bindings.

    def register(self, transaction: ServerTransaction) -> None:
        """Answer a REGISTER."""
        request = transaction.request
        settings = self._signalling.settings
        wanted = parse_uri(parse_address(request.require("To")).uri).user
        if settings.register_status:
            self._signalling.reply(transaction, settings.register_status)
            return
        subscriber = self.authenticate(transaction, settings.register_challenge)
        if subscriber is None:
            return
        if subscriber.account.number != wanted:
            self._signalling.reply(transaction, 403, reason=PHRASE)
            return
        contacts = request.headers.every("Contact")
        if contacts == ["*"]:
            if request.headers.first("Expires") != "0":
                self._signalling.reply(transaction, 400, reason="Contact: * needs Expires: 0")
                return
            self._unbind(wanted)
        for contact in contacts if contacts != ["*"] else ():
            self._bind(subscriber, contact, transaction)
        subscriber.registers += 1
        subscriber.heard = time.monotonic()
        subscriber.stale = False
        self._grant(transaction, subscriber)
        self._signalling.changes.notify()

    def _bind(self, subscriber: Subscriber, contact: str, transaction: ServerTransaction) -> None:
        number = subscriber.account.number
        uri = parse_address(contact).uri
        parse_uri(uri)
        expires = self._expires(transaction.request, contact)
        if expires == 0:
            if subscriber.binding is not None and subscriber.binding.uri == uri:
                self._unbind(number)
            return
        now = time.monotonic()
        self._unbind(number)
        subscriber.binding = Binding(contact, uri, transaction.flow, expires, now + expires, now)
        self._lapses[number] = asyncio.get_running_loop().call_later(expires, self._lapse, number)

    def _expires(self, request: Request, contact: str) -> int:
        """What is granted: what was asked for, at most the setting."""
        text = parse_address(contact).parameters.get("expires") or request.headers.first("Expires")
        longest = self._signalling.settings.expires
        if text is None:
            return longest
        if not (text.isascii() and text.isdigit()):
            raise MalformedMessageError(f"Expires is {text!r}")
        return min(int(text[:9]), longest)

    def _unbind(self, number: str) -> None:
        self.subscribers[number].binding = None
        lapse = self._lapses.pop(number, None)
        if lapse is not None:
            lapse.cancel()

    def _lapse(self, number: str) -> None:
        self._unbind(number)
        self._signalling.changes.notify()

    def _grant(self, transaction: ServerTransaction, subscriber: Subscriber) -> None:
        flow = transaction.flow
        host, port = self._signalling.local
        number = subscriber.account.number
        response = make_response(transaction.request, 200, "OK", new_tag("SD"))
        if subscriber.binding is not None:
            contact = _with_expires(subscriber.binding)
            if self._signalling.settings.alg:
                contact = _HOST.sub(rf"\g<1>{ALG_ADDRESS}", contact)
            response.headers.add("Contact", contact)
        response.headers.add("P-Associated-URI", "")
        transport = self._signalling.settings.service_route_transport or flow.transport
        response.headers.add(
            "Service-Route", f"<sip:{number}@{host}:{port};transport={transport};lr>"
        )
        transaction.respond(response)


def _with_expires(binding: Binding) -> str:
    """The Contact as it was sent, with the granted ``expires``."""
    left = max(1, round(binding.until - time.monotonic()))
    uri, bracket, parameters = binding.contact.rpartition(">")
    kept = _EXPIRES.sub("", parameters)
    return f"{uri}{bracket}{kept};expires={left}"
