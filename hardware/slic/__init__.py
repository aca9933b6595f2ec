"""A telephone on a SLIC board: Silvertel Ag1171 or R-Tone KS0835F, with a sound card.

``line`` is the driver, ``circuit`` its thread, ``port`` the module's pins, ``ringing`` and ``duty``
the bell, ``ring_guard`` what outlives a killed daemon, ``board`` and ``modules`` the data.
"""

from hardware.slic.line import SlicLine

__all__ = ["SlicLine"]
