"""The command ``gateway-update``, which the units of the appliance start.

``fetch`` runs as the page's user, everything else as root.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from gateway.update.fetch import fetch
from gateway.update.install import from_page, from_stick
from gateway.update.places import FOLDER, PAGE, PROGRESS
from gateway.update.progress import Progress
from gateway.update.trial import judge


def main() -> int:
    """Do what a unit wants; 1 if there was something to do and it failed."""
    parser = argparse.ArgumentParser(prog="gateway-update", description="Updates the adapter.")
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("install", help="install what the page was given or has fetched")
    actions.add_parser("fetch", help="look for something newer where the page was told to")
    stick = actions.add_parser("stick", help="install what a USB stick has, if it is newer")
    stick.add_argument("device", type=Path, help="the partition, such as /dev/sda1")
    actions.add_parser("verdict", help="keep the system that is tried, or go back")
    options = parser.parse_args()
    progress = Progress(PROGRESS)
    if options.action == "fetch":
        return fetch(PAGE, progress)
    FOLDER.mkdir(exist_ok=True)
    FOLDER.chmod(0o755)
    if options.action == "stick":
        return from_stick(options.device, progress)
    return from_page(PAGE, progress) if options.action == "install" else judge(progress)


if __name__ == "__main__":
    sys.exit(main())
