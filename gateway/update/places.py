"""Where an update passes through, in the appliance."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path("/data/update")
"""Root's; everybody may read it."""
PROGRESS = FOLDER / "progress.json"
BEFORE = FOLDER / "before.json"
"""What the old system did, for the trial of the new one."""
PAGE = Path("/var/lib/multifon-gateway-web")
"""The page's state: ``update.json``, and the folder below."""
GIVEN = "update/update.raucb"
"""What a person has given."""
FOUND = "update/newer.raucb"
"""What was found by itself: taken only if it is newer than what runs."""
SOURCE = "update.json"
"""Where to look by itself."""
SOCKET = Path("/run/multifon-gateway/control.sock")
CHOICE = "/usr/lib/multifon-gateway/boot-choice"
