"""The bill of materials of an image: CycloneDX 1.5, from what dpkg knows and what was vendored.

``python3 materials.py VENDORED <dpkg-query's lines`` writes it to standard output.  Lines:
package, version, architecture, source, separated by tabs.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def debian_component(line: str) -> dict[str, Any]:
    """One package of Debian's, or one that was built here."""
    name, version, architecture, source = line.rstrip("\n").split("\t")
    where = f"pkg:deb/debian/{name}@{version}?arch={architecture}"
    return {
        "type": "library",
        "name": name,
        "version": version,
        "purl": where.replace("+", "%2B"),
        "properties": [{"name": "debian:source", "value": source}],
    }


def vendored_component(line: str) -> dict[str, Any]:
    """One file from PyPI: its name, checksum and reason."""
    file, checksum, reason = line.split(maxsplit=2)
    name, _, version = file.removesuffix(".tar.gz").rpartition("-")
    return {
        "type": "library",
        "name": name,
        "version": version,
        "purl": f"pkg:pypi/{name.replace('_', '-')}@{version}",
        "hashes": [{"alg": "SHA-256", "content": checksum}],
        "description": reason.strip(),
    }


def bill(packages: Iterable[str], vendored: Iterable[str]) -> str:
    """The whole bill as JSON, in the order of the names."""
    components = [debian_component(line) for line in packages]
    components += [vendored_component(line) for line in vendored if line[:1] not in {"#", "\n", ""}]
    components.sort(key=lambda one: one["purl"])
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "components": components,
    }
    return json.dumps(document, indent=1) + "\n"


if __name__ == "__main__":
    vendored_lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines(keepends=True)
    sys.stdout.write(bill(sys.stdin, vendored_lines))
