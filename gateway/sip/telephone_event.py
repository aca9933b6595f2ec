"""A session description without telephone events (RFC 4733).  Pure."""

from __future__ import annotations

import re

_TELEPHONE_EVENT = re.compile(r"^a=rtpmap:(\d+) telephone-event/\d+.*\r?\n", re.MULTILINE)


def without_telephone_event(sdp: str) -> str:
    """``sdp`` without RFC 4733 events: MultiFon takes digits in the voice and nothing else."""
    for payload in _TELEPHONE_EVENT.findall(sdp):
        sdp = re.sub(rf"^a=(?:rtpmap|fmtp):{payload} .*\r?\n", "", sdp, flags=re.MULTILINE)
        sdp = re.sub(rf"^(m=audio \d+ \S+(?: \d+)*?) {payload}\b", r"\1", sdp, flags=re.MULTILINE)
    return sdp
