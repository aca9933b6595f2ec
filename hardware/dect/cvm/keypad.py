"""The keys that a handset sends."""

from __future__ import annotations

from gateway.line import DIGITS
from hardware.dect.cvm.codes import Key
from hardware.dect.cvm.elements import Elements, MultiKeypad
from hardware.dect.interface import REGISTER_RECALL


def keys_of(elements: Elements) -> str:
    """The keys in a mail: digits, and ``REGISTER_RECALL``; pauses and what is unknown are left
    out.
    """
    keys = b"".join(element.keys for element in elements if isinstance(element, MultiKeypad))
    return "".join(
        REGISTER_RECALL if key == Key.REGISTER_RECALL else chr(key)
        for key in keys
        if key == Key.REGISTER_RECALL or chr(key) in DIGITS
    )
