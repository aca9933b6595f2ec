"""A DECT module on a serial line, with handsets: an independent judge of the driver.

``wire`` is its own codec, ``link`` its side of the link, ``module`` the base, ``handset`` what
people do and see; all of them pure, with time as an argument.  ``serial_line`` spoils bytes,
``pty`` puts a module on a pseudo-terminal, ``voice`` joins handsets to a sound card.
"""
