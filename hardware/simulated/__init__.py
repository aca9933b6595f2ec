"""The simulated line: a line driver whose telephone is operated by programs.

It ships with the gateway, so that anyone can run the whole of it on a computer without a board, and
so that scenarios and home automation can telephone.  There is no hardware behind it, therefore
``tested_on_hardware`` stays false: nothing about a board follows from it.

``line.py`` is the driver, ``clock.py`` its voice thread, ``telephone.py`` the telephone (and the
rule by which threads meet), ``commands.py`` what a program can do with it.
"""

from hardware.simulated.line import SimulatedLine

__all__ = ["SimulatedLine"]
