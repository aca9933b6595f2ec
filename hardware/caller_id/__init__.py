"""Caller ID, call-waiting caller ID and message waiting as sequences that a line driver plays.

Pure: no clock, no thread, no input or output.  Samples are 16-bit signed native-endian mono at
8000 Hz; levels are in dBm0, where a full-scale sine has +3.14 (ITU-T G.711), so a driver whose
sound card is not adjusted to that scale shifts all of them alike.

``sequences.py`` decides what is sent when; ``message.py``, ``fsk.py``, ``alerting.py``,
``dtmf.py`` and ``aon_packet.py`` make what is sent; ``aon_request.py`` hears when a Russian
telephone asks for the number.  Standards: Bellcore GR-30 and GR-31, ETSI EN 300 659-1 to -3, BT
SIN 227.  Their texts were not at hand: the figures are from receivers' data sheets (MT88E45) and
from exchanges' sources (Asterisk, spandsp, Lantiq TAPI).
"""

from hardware.caller_id.aon_packet import aon
from hardware.caller_id.aon_request import AonRequest
from hardware.caller_id.sequences import (
    ACKNOWLEDGEMENTS,
    QUIET_BEFORE_RING,
    OnHookCallerId,
    messages,
    on_hook,
    waiting,
)
from hardware.caller_id.steps import AwaitAck, Pause, Reverse, RingPulse, Send, Step, length

__all__ = [
    "ACKNOWLEDGEMENTS",
    "QUIET_BEFORE_RING",
    "AonRequest",
    "AwaitAck",
    "OnHookCallerId",
    "Pause",
    "Reverse",
    "RingPulse",
    "Send",
    "Step",
    "aon",
    "length",
    "messages",
    "on_hook",
    "waiting",
]
