"""The last guard of a report: no secret leaves, wherever it got in.  Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

from gateway.sip.redaction import without_secrets

SHORTEST = 4
"""Characters; taking out a shorter password would hide half of the text and tell what it is."""
STARS = "*****"


class Scrubber:
    """Replaces ``secrets``, as they are and as they stand in URLs, and SIP credentials."""

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {
            form
            for secret in secrets
            if len(secret) >= SHORTEST
            for form in (secret, quote(secret, safe=""), quote_plus(secret), _in_json(secret))
        }
        longest_first = sorted(forms, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if forms else None

    def text(self, text: str) -> str:
        text = without_secrets(text)
        return text if self._pattern is None else self._pattern.sub(STARS, text)


def _in_json(text: str) -> str:
    """``text`` as it stands between the quotes of JSON."""
    return text.replace("\\", "\\\\").replace('"', '\\"')
