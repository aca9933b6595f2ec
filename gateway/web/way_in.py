"""The other way in: a file on the SD card makes the page forget its password, once.

Whoever can put the card into a computer owns the adapter.  The page's user cannot remove the file
from the boot partition, so it remembers which one it has obeyed.
"""

from __future__ import annotations

import logging
from pathlib import Path

from gateway.web import keeping
from gateway.web.site import Site

_log = logging.getLogger(__name__)

FILE = Path("/boot/firmware/multifon-gateway-reset")
"""The part of the card that every computer can read, on Raspberry Pi OS and Debian."""


def obey(file: Path, folder: Path, site: Site) -> bool:
    """Forget password, sessions and tokens if a new ``file`` is there; whether it was.

    The same file counts once: another attempt needs a file with another time.
    """
    try:
        made = file.stat().st_mtime_ns
    except OSError:
        return False
    obeyed = folder / "way-in.json"
    if keeping.read(obeyed) == made:
        return False
    site.password.forget()
    site.sessions.end_all()
    site.interfaces.tokens.revoke_all()
    keeping.write(obeyed, made)
    site.audit.note("password-forgotten", "the SD card")
    _log.warning("%s is there: the page's password is forgotten", file)
    return True
