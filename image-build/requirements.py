"""Prints what the gateway needs from PyPI, as ``pip install -r`` reads it.

It is declared in setup.cfg and pyproject.toml. Installed apart from the gateway itself, the network
is needed only when this list changed, and an error in the C extension is not taken for a network
failure.

Usage: requirements.py EXTRA[,EXTRA...]
"""

import configparser
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def requirements(extras: list[str]) -> list[str]:
    """Return the requirements of the build, of the gateway and of the named extras.

    Raises:
        KeyError: setup.cfg declares no such extra.
    """
    declared = configparser.ConfigParser(interpolation=None)
    declared.read_string((ROOT / "setup.cfg").read_text())
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    texts = [declared["options"]["install_requires"]]
    texts += [declared["options.extras_require"][extra] for extra in extras]
    return [*build, *(line for text in texts for line in text.splitlines() if line)]


if __name__ == "__main__":
    sys.stdout.write("\n".join(requirements(sys.argv[1].split(","))) + "\n")
