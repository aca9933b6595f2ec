"""``gateway handset``: a hand at the simulated telephone."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.cli import places, voice
from gateway.cli.output import number, show
from gateway.control.blocking import PATIENCE, BlockingClient
from gateway.exit_code import CommandError, ExitCode

Result = Mapping[str, Any]

TONES = "dial, ringback, busy, congestion, confirmation, call-waiting, sit, howler, silence, voice"
DIAL_FIGURES = (
    ("--on-ms", "MS", "length of a tone"),
    ("--off-ms", "MS", "pause after a tone"),
    ("--level", "DBM0", "level of the high group"),
    ("--twist", "DB", "how much weaker the low group is"),
    ("--frequency-error", "PERCENT", "shift of both frequencies"),
    ("--snr", "DB", "white noise against the tones"),
    ("--pps", "RATE", "pulses a second"),
)


@dataclass(frozen=True, slots=True)
class Telephone:
    """The handset of a line, at the other end of the control socket."""

    client: BlockingClient
    line: str | None

    def command(
        self, name: str, arguments: Result | None = None, *, patience: float | None = PATIENCE
    ) -> Result:
        """Perform one command of the handset."""
        params: dict[str, Any] = {"name": name, "arguments": dict(arguments or {})}
        if self.line is not None:
            params["line"] = self.line
        found: Result = self.client.call("handset.command", params, patience=patience)
        return found


Perform = Callable[[Telephone, argparse.Namespace], int]


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a hand does."""

    name: str
    help: str
    example: str
    perform: Perform
    declare: Callable[[argparse.ArgumentParser], None] = lambda _parser: None


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--line", metavar="NAME", help="which line; the first one unless given", default=None
    )
    actions = parser.add_subparsers(
        title="actions", metavar="ACTION", required=True, parser_class=argparse.ArgumentParser
    )
    for action in ACTIONS:
        found = actions.add_parser(
            action.name,
            help=action.help,
            description=f"{action.help[0].upper()}{action.help[1:]}.",
            epilog=f"Example: {action.example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            argument_default=argparse.SUPPRESS,
        )
        found.add_argument("--json", action="store_true", help="write JSON, for programs")
        found.add_argument("--socket", type=Path, metavar="PATH", help="the control socket")
        found.add_argument("--line", metavar="NAME", help="which line")
        action.declare(found)
        found.set_defaults(act=action.perform)
    parser.set_defaults(perform=perform)


def perform(options: argparse.Namespace) -> int:
    """Do one thing with the telephone."""
    act: Perform = options.act
    with BlockingClient(places.socket(options.socket)) as client:
        return act(Telephone(client, options.line), options)


def _simple(name: str, done: str) -> Perform:
    """An action without arguments whose only result is that it is done."""

    def act(telephone: Telephone, options: argparse.Namespace) -> int:
        show(telephone.command(name), done, as_json=options.json)
        return ExitCode.OK

    return act


# Dial


def _declare_dial(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("digits", metavar="DIGITS", help="0-9 * # A-D; quote # and *")
    way = parser.add_mutually_exclusive_group()
    for name, help_text in (("pulse", "as a rotary dial"), ("keypad", "by keys without a sound")):
        way.add_argument(f"--{name}", dest="by", action="store_const", const=name, help=help_text)
    for option, unit, help_text in DIAL_FIGURES:
        parser.add_argument(option, type=float, metavar=unit, help=help_text)


def _dial(telephone: Telephone, options: argparse.Namespace) -> int:
    names = ("by", *(option[2:].replace("-", "_") for option, _, _ in DIAL_FIGURES))
    given = {name: getattr(options, name) for name in names if hasattr(options, name)}
    found = telephone.command("dial", {"digits": options.digits, **given}, patience=None)
    text = f"Dialled {found.get('digits', options.digits)} in {number(found['seconds'])} s."
    show(found, text, as_json=options.json)
    return ExitCode.OK


# Speak and listen


def _declare_say(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        metavar="FILE",
        help="a WAV file; - for raw samples from standard input: 8 kHz, 16 bits, mono",
    )


def _say(telephone: Telephone, options: argparse.Namespace) -> int:
    if options.file == "-":
        found = voice.speak_from_input(telephone.command)
    else:
        arguments = {"file": str(Path(options.file).absolute())}
        found = telephone.command("say", arguments, patience=None)
    show(found, f"Said {number(found['seconds'])} s.", as_json=options.json)
    return ExitCode.OK


def _declare_listen(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        metavar="FILE",
        help="the WAV file to write; - for raw samples to standard output",
    )
    parser.add_argument(
        "--seconds", type=float, default=None, help="until Ctrl-C or hang-up unless given"
    )


def _listen(telephone: Telephone, options: argparse.Namespace) -> int:
    if options.file == "-":
        if options.json:
            raise CommandError("The samples and JSON cannot share the output.", ExitCode.USAGE)
        return voice.listen_to_output(telephone.command, options.seconds)
    path = Path(options.file).absolute()
    found = voice.record(telephone.command, path, options.seconds)
    text = f"Heard {number(found['seconds'])} s, see {found['file']}."
    if not found.get("complete", True):
        text += " The receiver was hung up before the end."
    show(found, text, as_json=options.json)
    return ExitCode.OK if found.get("complete", True) else ExitCode.FAILED


def _declare_hear(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("tone", nargs="?", default=None, metavar="TONE", help=f"one of: {TONES}")
    parser.add_argument("--timeout", type=float, metavar="SECONDS", help="how long to wait (10)")
    parser.add_argument(
        "--lasting", type=float, metavar="SECONDS", help="how long it must have lasted"
    )


def _hear(telephone: Telephone, options: argparse.Namespace) -> int:
    names = ("tone", "timeout", "lasting")
    given = {name: value for name in names if (value := getattr(options, name, None)) is not None}
    found = telephone.command("hear", given, patience=None)
    show(found, _heard(found), as_json=options.json)
    return ExitCode.OK


def _heard(found: Result) -> str:
    if found.get("tone") is None:
        return "Nothing that can be named."
    text = str(found["tone"])
    if found.get("frequencies"):
        sound = "+".join(number(hz) for hz in found["frequencies"])
        rhythm = "/".join(number(seconds) for seconds in found.get("cadence") or ())
        text += f" ({sound} Hz, {rhythm + ' s' if rhythm else 'continuous'})"
    return f"{text}, for {number(found.get('lasted', 0))} s"


# Bell


def _declare_ringing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--wait", action="store_true", help="wait until it rings")
    parser.add_argument("--bursts", type=int, metavar="COUNT", help="wait for so many bursts")
    parser.add_argument("--shown", action="store_true", help="wait for the caller on the display")
    parser.add_argument("--timeout", type=float, metavar="SECONDS", help="how long to wait (10)")


def _ringing(telephone: Telephone, options: argparse.Namespace) -> int:
    names = ("wait", "bursts", "shown", "timeout")
    given = {name: getattr(options, name) for name in names if hasattr(options, name)}
    if given:
        given["wait"] = True
    found = telephone.command("ringing", given, patience=None)
    show(found, _rung(found), as_json=options.json)
    return ExitCode.OK if found.get("ringing") else ExitCode.FAILED


def _rung(found: Result) -> str:
    if not found.get("ringing"):
        return "The telephone does not ring."
    count = len(found.get("bursts") or ())
    text = f"The telephone rings, {count} {'burst' if count == 1 else 'bursts'} so far."
    caller = found.get("caller")
    if caller:
        shown = caller.get("number") or caller.get("presentation")
        name = caller.get("name")
        text += f" The display shows {f'{name} {shown}' if name else shown}."
    return text


def _declare_silent(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--timeout", type=float, metavar="SECONDS", help="how long to wait (10)")


def _silent(telephone: Telephone, options: argparse.Namespace) -> int:
    given = {"timeout": options.timeout} if hasattr(options, "timeout") else {}
    found = telephone.command("silent", given, patience=None)
    show(found, "The telephone does not ring.", as_json=options.json)
    return ExitCode.OK


def _state(telephone: Telephone, options: argparse.Namespace) -> int:
    found = telephone.command("state")
    width = max((len(name) for name in found), default=0)
    text = "\n".join(f"{name.ljust(width)}  {_plain(value)}" for name, value in found.items())
    show(found, text, as_json=options.json)
    return ExitCode.OK


def _plain(value: Any) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case float():
            return number(value)
        case dict():
            return ", ".join(f"{name} {_plain(inner)}" for name, inner in value.items())
    return str(value)


ACTIONS = (
    Action(
        "lift",
        "lift the receiver",
        "gateway handset lift",
        _simple("lift", "The receiver is lifted."),
    ),
    Action(
        "hang-up",
        "replace the receiver",
        "gateway handset hang-up",
        _simple("hang-up", "The receiver is replaced."),
    ),
    Action(
        "flash",
        "tap the cradle: a hook flash",
        "gateway handset flash",
        _simple("flash", "The cradle was tapped."),
    ),
    Action(
        "dial",
        "dial a number, by tones unless said otherwise",
        "gateway handset dial 84951234567 --pulse",
        _dial,
        _declare_dial,
    ),
    Action(
        "say",
        "speak a WAV file, or what a program writes",
        "gateway handset say hello.wav",
        _say,
        _declare_say,
    ),
    Action(
        "silence",
        "stop speaking",
        "gateway handset silence",
        _simple("silence", "The telephone is silent."),
    ),
    Action(
        "listen",
        "record what is heard into a WAV file, or hand it to a program",
        "gateway handset listen heard.wav --seconds 5",
        _listen,
        _declare_listen,
    ),
    Action(
        "hear",
        "wait for a tone, for voice or silence; without one say what is heard now",
        "gateway handset hear dial --timeout 3",
        _hear,
        _declare_hear,
    ),
    Action(
        "ringing",
        "say whether the telephone rings, or wait until it does; exit code 1 if it does not",
        "gateway handset ringing --bursts 2 --timeout 15",
        _ringing,
        _declare_ringing,
    ),
    Action(
        "silent",
        "wait until the telephone does not ring",
        "gateway handset silent --timeout 5",
        _silent,
        _declare_silent,
    ),
    Action("state", "show the state of the telephone", "gateway handset state", _state),
    Action(
        "unplug",
        "pull the telephone's plug",
        "gateway handset unplug",
        _simple("unplug", "The telephone is unplugged."),
    ),
    Action(
        "plug",
        "put the plug back",
        "gateway handset plug",
        _simple("plug", "The telephone is plugged in."),
    ),
)
"""Everything that a hand can do, in the order of the help."""
