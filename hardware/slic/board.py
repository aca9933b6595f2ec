"""Board files: how a SLIC module and a sound card are wired to the computer, as data.

A board is a TOML file in ``hardware/boards``, or one of the user's own, with the keys of
``BOARD``.  What they mean on the soldering iron's side is told in ``docs/boards.md``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from gateway.words import Words
from hardware.arguments import Argument, Kind, read, suggestion
from hardware.gpio import LARGEST_PIN, Bias
from hardware.slic.modules import MODULES, SlicModule

HIGH, LOW = "high", "low"
AUTO = "auto"
_PINS = ("rm_pin", "fr_pin", "shk_pin", "pd_pin")
_OTHER_USES: Mapping[int, str] = {
    **dict.fromkeys((0, 1), "the board's identification memory"),
    **dict.fromkeys((2, 3), "I2C, which controls sound boards"),
    **dict.fromkeys((14, 15), "the serial port"),
    **dict.fromkeys((18, 19, 20, 21), "I2S, the samples of sound boards"),
}


def _pin(name: str, text: str, *, required: bool = True) -> Argument:
    return Argument(
        name,
        Kind.NUMBER,
        text,
        required=required,
        low=0,
        high=LARGEST_PIN,
        can_be_off=not required,
    )


BOARD = (
    Argument("description", Kind.TEXT, "one line for a person", required=True),
    Argument("slic", Kind.TEXT, "the SLIC module", required=True, choices=tuple(MODULES)),
    _pin("rm_pin", "GPIO (BCM number) of RM, ring mode"),
    _pin("fr_pin", "GPIO of F/R, forward and reverse"),
    _pin("shk_pin", "GPIO of SHK, switch hook"),
    _pin("pd_pin", "GPIO of PD, power down; false where it is not wired", required=False),
    Argument(
        "fr_idle",
        Kind.TEXT,
        "level of F/R at rest",
        default=HIGH,
        choices=(HIGH, LOW),
    ),
    Argument(
        "shk_off_hook",
        Kind.TEXT,
        "level of the SHK pin with the receiver lifted",
        default=HIGH,
        choices=(HIGH, LOW),
    ),
    Argument(
        "shk_bias",
        Kind.TEXT,
        "resistor of the computer at SHK",
        default=Bias.NONE.value,
        choices=tuple(bias.value for bias in Bias),
    ),
    Argument(
        "chip",
        Kind.TEXT,
        'number of the GPIO chip as a text, "4" for /dev/gpiochip4; "auto" finds a Pi\'s header',
        default=AUTO,
    ),
    Argument("sound_card", Kind.TEXT, "ALSA device, for both directions", required=True),
    Argument(
        "bias_resistor",
        Kind.FLAG,
        "the resistor from tip to ring is fitted that on-hook caller ID needs",
        default=False,
    ),
    Argument(
        "tested_on_hardware", Kind.FLAG, "a person has used this board on a line", default=False
    ),
)
"""Every key of a board file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One board, checked."""

    name: str
    description: str
    slic: SlicModule
    rm_pin: int
    fr_pin: int
    shk_pin: int
    pd_pin: int | None
    fr_idle_high: bool
    shk_off_hook_high: bool
    shk_bias: Bias
    chip: int | None
    """``None``: the Raspberry Pi's header is found."""
    sound_card: str
    bias_resistor: bool
    tested_on_hardware: bool

    @property
    def findings(self) -> tuple[Words, ...]:
        """What may be wrong with the wiring, in sentences: pins that have another use."""
        pins = {"RM": self.rm_pin, "F/R": self.fr_pin, "SHK": self.shk_pin, "PD": self.pd_pin}
        return tuple(
            Words(
                f"The board {self.name} uses GPIO {pin} for {name}; on a Raspberry Pi that pin is "
                f"also {_OTHER_USES[pin]}.",
                f"Плата {self.name} использует GPIO {pin} для {name}; на Raspberry Pi у этого "
                f"вывода есть и другое назначение: {_OTHER_USES[pin]}.",
            )
            for name, pin in pins.items()
            if pin is not None and pin in _OTHER_USES
        )


def parse_board(name: str, text: str) -> Board:
    """Read a board file; ``ValueError`` tells everything that is wrong with it."""
    what = f"board {name}"
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{what}: {error}") from error
    errors = []
    try:
        values = read(BOARD, given, what)
    except ValueError as error:
        errors.append(str(error).removeprefix(f"{what}: "))
        values = {}
    errors += _wrong_pins(given) + _wrong_chip(given)
    if errors:
        raise ValueError(f"{what}: {'; '.join(errors)}")
    pins = {key: None if values[key] is None else int(values[key]) for key in _PINS}
    return Board(
        name=name,
        description=values["description"],
        slic=MODULES[values["slic"]],
        **_required(pins),
        pd_pin=pins["pd_pin"],
        fr_idle_high=values["fr_idle"] == HIGH,
        shk_off_hook_high=values["shk_off_hook"] == HIGH,
        shk_bias=Bias(values["shk_bias"]),
        chip=None if values["chip"] == AUTO else int(values["chip"]),
        sound_card=values["sound_card"],
        bias_resistor=values["bias_resistor"],
        tested_on_hardware=values["tested_on_hardware"],
    )


def _required(pins: Mapping[str, int | None]) -> dict[str, int]:
    return {key: pin for key, pin in pins.items() if key != "pd_pin" and pin is not None}


def _wrong_pins(given: Mapping[str, Any]) -> list[str]:
    errors = []
    used: dict[float, str] = {}
    for key in _PINS:
        pin = given.get(key)
        if isinstance(pin, bool) or not isinstance(pin, int | float):
            continue
        if pin != int(pin):
            errors.append(f"{key} is a whole number, not {pin!r}")
        elif pin in used:
            errors.append(f"{key} and {used[pin]} are both GPIO {int(pin)}; each needs its own")
        used.setdefault(pin, key)
    return errors


def _wrong_chip(given: Mapping[str, Any]) -> list[str]:
    chip = given.get("chip", AUTO)
    if not isinstance(chip, str) or chip == AUTO or (chip.isascii() and chip.isdigit()):
        return []
    return [f'chip is "auto" or a number as a text, not {chip!r}']


def load_board(board: str) -> Board:
    """The shipped board of that name, or the board file at that path.

    A text with a slash, or that ends in ``.toml``, is a path.  ``ValueError`` has a sentence.
    """
    if "/" in board or board.endswith(".toml"):
        path = Path(board).expanduser()
        try:
            return parse_board(path.stem, path.read_text(encoding="utf-8"))
        except OSError as error:
            raise ValueError(f"the board file {path} cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise ValueError(f"the board file {path} is not a text in UTF-8") from error
    source = resources.files("hardware") / "boards" / f"{board}.toml"
    if not source.is_file():
        known = dict.fromkeys(shipped_boards())
        raise ValueError(f"board {board!r} is not known{suggestion(board, known)}")
    return parse_board(board, source.read_text(encoding="utf-8"))


def shipped_boards() -> tuple[str, ...]:
    """The names of the board files that are shipped, in order."""
    folder = resources.files("hardware") / "boards"
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))
