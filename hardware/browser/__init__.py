"""A line whose telephone is a page in a browser.

The page lives in another process; ``gateway.handset`` brings its voice and its keys here.  The
line keeps the computer's time, as the simulated line does.  ``telephone.py`` is the telephone,
``line.py`` the driver.
"""

from hardware.browser.line import BrowserLine

__all__ = ["BrowserLine"]
