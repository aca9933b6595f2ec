"""What an image is made of: read and checked before anything is built.

``python3 declaration.py FILE`` prints it as variables for the shell; every error is told at once.
"""

from __future__ import annotations

import re
import shlex
import sys
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ARCHITECTURES = ("amd64", "arm64")
START_CODES = ("grub", "u-boot")
"""The folders beside this file."""
_COMPONENT = re.compile(r"main|contrib|non-free|non-free-firmware")
"""Of Debian's archive."""
SUITES = ("trixie",)
_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]+")
"""Debian Policy 5.6.1."""
_MODULE = re.compile(r"[a-z0-9_]+")
_PATTERN = re.compile(r"/[A-Za-z0-9_./*+-]+")
_COMMAND_LINE = re.compile(r"[A-Za-z0-9_.,=:/ -]*")
SMALLEST = {"boot": 64, "system": 256, "data": 16}
"""MiB by partition."""
LARGEST = 4096
"""MiB."""


class DeclarationError(ValueError):
    """``errors``: everything that is wrong, one sentence each."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__("\n".join(errors))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Partitions:
    """Sizes in MiB; of ``system`` there are two."""

    boot: int
    system: int
    data: int


@dataclass(frozen=True, slots=True)
class Image:
    """One image, as its file declares it."""

    architecture: str
    suite: str
    components: tuple[str, ...]
    start_code: str
    kernel: str
    command_line: str
    early_modules: tuple[str, ...]
    early_drivers: tuple[str, ...]
    boot_packages: tuple[str, ...]
    packages: tuple[str, ...]
    without: tuple[str, ...]
    but_with: tuple[str, ...]
    partitions: Partitions


def read(text: str) -> Image:
    """The image that ``text`` (TOML) declares; ``DeclarationError`` names all that is wrong."""
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DeclarationError([f"This is not TOML: {error}."]) from error
    known = [*_KEYS, "partitions"]
    errors = [
        f"{key} is not known; known are {', '.join(known)}." for key in given if key not in known
    ]
    values = {key: check(key, given.get(key), errors) for key, check in _KEYS.items()}
    partitions = _partitions(given.get("partitions"), errors)
    if errors:
        raise DeclarationError(sorted(errors))
    return Image(**values, partitions=partitions)


def _one_of(choices: tuple[str, ...]) -> Callable[[str, Any, list[str]], str]:
    def check(key: str, value: Any, errors: list[str]) -> str:
        if value not in choices:
            errors.append(f"{key} is {value!r}; it has to be one of: {', '.join(choices)}.")
        return str(value)

    return check


def _text(pattern: re.Pattern[str]) -> Callable[[str, Any, list[str]], str]:
    def check(key: str, value: Any, errors: list[str]) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            errors.append(f"{key} is {value!r}; it has to be a text like {pattern.pattern}.")
        return str(value)

    return check


def _texts(pattern: re.Pattern[str]) -> Callable[[str, Any, list[str]], tuple[str, ...]]:
    def check(key: str, value: Any, errors: list[str]) -> tuple[str, ...]:
        if not isinstance(value, list):
            errors.append(f"{key} is {value!r}; it has to be a list.")
            return ()
        for one in value:
            _text(pattern)(f"an entry of {key}", one, errors)
        twice = {str(one) for one in value if value.count(one) > 1}
        errors.extend(f"{one} is in {key} twice." for one in twice)
        return tuple(map(str, value))

    return check


_KEYS: Mapping[str, Callable[[str, Any, list[str]], Any]] = {
    "architecture": _one_of(ARCHITECTURES),
    "suite": _one_of(SUITES),
    "components": _texts(_COMPONENT),
    "start_code": _one_of(START_CODES),
    "kernel": _text(_PACKAGE),
    "command_line": _text(_COMMAND_LINE),
    "early_modules": _texts(_MODULE),
    "early_drivers": _texts(_MODULE),
    "boot_packages": _texts(_PACKAGE),
    "packages": _texts(_PACKAGE),
    "without": _texts(_PATTERN),
    "but_with": _texts(_PATTERN),
}


def _partitions(given: Any, errors: list[str]) -> Partitions:
    if not isinstance(given, dict):
        errors.append("The table [partitions] is missing.")
        given = dict(SMALLEST)
    known = ", ".join(SMALLEST)
    errors.extend(
        f"partitions.{name} is not known; known are {known}."
        for name in given
        if name not in SMALLEST
    )
    sizes = {}
    for name, least in SMALLEST.items():
        size = given.get(name)
        if type(size) is not int or not least <= size <= LARGEST:
            errors.append(f"partitions.{name} is {size!r}; it has to be {least} to {LARGEST} MiB.")
            size = least
        sizes[name] = size
    return Partitions(**sizes)


def as_shell(image: Image) -> str:
    """Variables for the shell, ``declared_…``; lists become arrays."""
    lines = []
    for key in _KEYS:
        value = getattr(image, key)
        words = shlex.quote(value) if isinstance(value, str) else f"({shlex.join(value)})"
        lines.append(f"declared_{key}={words}")
    lines += [f"declared_{name}_size={getattr(image.partitions, name)}" for name in SMALLEST]
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Print the declared image for the shell; 1 if it is wrong."""
    (path,) = arguments
    try:
        sys.stdout.write(as_shell(read(Path(path).read_text(encoding="utf-8"))))
    except DeclarationError as error:
        sys.stderr.writelines(f"{path}: {text}\n" for text in error.errors)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
