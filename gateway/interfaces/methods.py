"""The methods of the control socket that other programs may use over HTTPS: one table.

What is not in the table is not offered.  Left out on purpose: whatever takes a password or proves
who somebody is (those belong to the page), ``call.test`` (it calls any number, for money),
``handset.command`` (it names files of the gateway's computer), and ``subscribe`` (webhooks and MQTT
tell events).
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.interfaces.parameters import Kind, Parameter
from gateway.words import Words


class Scope(enum.Enum):
    """What a token is good for; ``words`` tell it to the person who makes one."""

    STATUS = "status"
    RECORDS = "records"
    TELEPHONE = "telephone"
    ACCOUNT = "account"
    SERVICE = "service"

    @property
    def words(self) -> Words:
        return _SCOPES[self]


_SCOPES: Mapping[Scope, Words] = {
    Scope.STATUS: Words(
        "See the state of lines and accounts, and the metrics",
        "Видеть состояние линий и учётных записей и показатели",
    ),
    Scope.RECORDS: Words("See calls and text messages", "Видеть звонки и сообщения"),
    Scope.TELEPHONE: Words(
        "Ring the telephone, test it, send text messages",
        "Звонить в звонок телефона, проверять его, отправлять сообщения",
    ),
    Scope.ACCOUNT: Words(
        "Ask for the balance, change where calls ring",
        "Узнавать баланс, менять направление звонков",
    ),
    Scope.SERVICE: Words(
        "See the log and the SIP messages, restart the gateway",
        "Видеть журнал и сообщения SIP, перезапускать шлюз",
    ),
}


@dataclass(frozen=True, slots=True)
class Method:
    """``patience``: seconds within which the gateway has to answer."""

    name: str
    scope: Scope
    help: str
    parameters: tuple[Parameter, ...] = ()
    patience: float = 15.0


_LINE = Parameter("line", Kind.TEXT, "Name of the line; the first one unless given.", high=32)
_ACCOUNT = Parameter(
    "account", Kind.TEXT, "Name of the account; the first one unless given.", high=32
)
_LIMIT = Parameter("limit", Kind.WHOLE, "How many, the newest first.", low=1, high=10000)
_SEARCH = Parameter("search", Kind.TEXT, "Part of a name or a number.", high=80)
_CALLER = Parameter("caller", Kind.TEXT, "The number for the display.", high=21)
_NAME = Parameter("name", Kind.TEXT, "The name for the display.", high=50)
_A_PROVIDERS = 150.0
"""Seconds that a question to the provider may take, with its repeats."""

METHODS: Mapping[str, Method] = {
    method.name: method
    for method in (
        Method("gateway.version", Scope.STATUS, "Versions of the protocol and the software."),
        Method("status", Scope.STATUS, "The state of everything."),
        Method("line.self-test", Scope.STATUS, "What is known of a line's health.", (_LINE,)),
        Method("line.kinds", Scope.STATUS, "The kinds of telephone that there are."),
        Method("dect.status", Scope.STATUS, "The bases of cordless handsets."),
        Method(
            "calls",
            Scope.RECORDS,
            "The calls that have ended.",
            (
                _LIMIT,
                Parameter("offset", Kind.WHOLE, "So many are left out first.", low=0, high=10**6),
                Parameter("direction", Kind.TEXT, "Only one way.", choices=("in", "out")),
                Parameter("missed", Kind.FLAG, "Only those that nobody answered here."),
                Parameter("search", Kind.TEXT, "Part of a number or a name.", high=80),
            ),
        ),
        Method("calls.seen", Scope.RECORDS, "Notes that the missed calls were seen."),
        Method("phonebook", Scope.RECORDS, "The phone book.", (_SEARCH,)),
        Method(
            "phonebook.delete",
            Scope.RECORDS,
            "Deletes contacts.",
            (Parameter("ids", Kind.WHOLES, "Which contacts.", required=True, low=0, high=1000),),
        ),
        Method("block", Scope.RECORDS, "Who is not to ring."),
        Method(
            "block.add",
            Scope.RECORDS,
            "Blocks a number, or all that begin in the same way (7495*).",
            (
                Parameter("pattern", Kind.TEXT, "Whom.", required=True, low=1, high=40),
                Parameter("note", Kind.TEXT, "Why.", high=80),
            ),
        ),
        Method(
            "block.remove",
            Scope.RECORDS,
            "Lets somebody ring again.",
            (Parameter("id", Kind.WHOLE, "Which entry.", required=True, low=0, high=2**53),),
        ),
        Method(
            "messages",
            Scope.RECORDS,
            "Text messages.",
            (_LIMIT, Parameter("unread", Kind.FLAG, "Only those that nobody has read.")),
        ),
        Method(
            "messages.read",
            Scope.RECORDS,
            "Notes that messages were read.",
            (Parameter("ids", Kind.WHOLES, "Which messages.", required=True, low=0, high=1000),),
        ),
        Method(
            "messages.send",
            Scope.TELEPHONE,
            "Sends a text message.",
            (
                Parameter(
                    "number", Kind.TEXT, "To whom, as dialled.", required=True, low=1, high=32
                ),
                Parameter("text", Kind.TEXT, "The message.", required=True, low=1, high=400),
                _ACCOUNT,
            ),
            patience=40.0,
        ),
        Method(
            "line.ring",
            Scope.TELEPHONE,
            "Lets the telephone ring; answers when it is over.",
            (
                _LINE,
                Parameter("seconds", Kind.NUMBER, "How long.", low=1, high=120),
                _CALLER,
                _NAME,
            ),
            patience=130.0,
        ),
        Method("line.stop-ring", Scope.TELEPHONE, "Ends the ringing.", (_LINE,)),
        Method("line.examine", Scope.TELEPHONE, "Begins the line doctor.", (_LINE,)),
        Method("line.examination", Scope.STATUS, "How far the line doctor has come.", (_LINE,)),
        Method("line.examine-skip", Scope.TELEPHONE, "On to its next step.", (_LINE,)),
        Method("line.examine-stop", Scope.TELEPHONE, "Ends the line doctor.", (_LINE,)),
        Method(
            "line.message-waiting",
            Scope.TELEPHONE,
            "Switches the lamp and the stuttering dial tone.",
            (
                _LINE,
                Parameter("waiting", Kind.FLAG, "Whether messages wait.", required=True),
            ),
        ),
        Method(
            "account.routing",
            Scope.ACCOUNT,
            "Where calls to the number ring; with mode it is changed.",
            (
                _ACCOUNT,
                Parameter("mode", Kind.TEXT, "Where to.", choices=("phone", "multifon", "both")),
                Parameter("keep", Kind.FLAG, "Set it again whenever the provider changes it."),
            ),
            patience=_A_PROVIDERS,
        ),
        Method("account.balance", Scope.ACCOUNT, "Roubles.", (_ACCOUNT,), _A_PROVIDERS),
        Method(
            "account.status",
            Scope.ACCOUNT,
            "Whether the provider has blocked it.",
            (_ACCOUNT,),
            _A_PROVIDERS,
        ),
        Method("account.lines", Scope.ACCOUNT, "Calls at a time.", (_ACCOUNT,), _A_PROVIDERS),
        Method("report", Scope.SERVICE, "Versions, drivers and settings, without passwords."),
        Method(
            "trace",
            Scope.SERVICE,
            "The SIP messages of the last minutes.",
            (Parameter("minutes", Kind.WHOLE, "How many.", low=1, high=30),),
        ),
        Method("network.check", Scope.SERVICE, "Looks at the way to the provider.", (), 90.0),
        Method("log", Scope.SERVICE, "The newest lines of the log."),
        Method("stop", Scope.SERVICE, "Ends the gateway; systemd starts it again."),
    )
}
"""By name, see ``docs/control-api.md`` for results."""
