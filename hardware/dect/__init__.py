"""Cordless handsets on a DECT module at a serial port, with its voice channels as sound cards.

``line`` is the driver, ``station`` the thread and the port that the lines of a module share,
``interface`` what every module does for them; ``cvm`` and ``cmbs`` are the protocols, one layer a
file.
"""

from hardware.dect.line import DectLine

__all__ = ["DectLine"]
