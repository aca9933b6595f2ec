"""What a telephone says with its hook switch and its rotary dial.  Pure: no clock, thread or I/O.

``HookInterpreter`` turns time-stamped edges of the loop current into line events.  Each file is
one step: ``arrivals`` (order and missed edges), ``bounce`` (contact bounce), ``switch`` (states
and their rules), ``pulses`` (trains and digits), ``figures`` (what was measured), ``advice`` (what
the measurements mean for the settings).
"""

from hardware.hook.advice import Advice, advise
from hardware.hook.interpreter import HookInterpreter

__all__ = ["Advice", "HookInterpreter", "advise"]
