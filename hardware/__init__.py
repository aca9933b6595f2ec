"""Line drivers: everything that touches a pin, a port or a sound card, and the simulated line.

A driver is one file or one small package.  The exchange finds it by the entry point group
``gateway.line_drivers`` of ``setup.cfg`` and knows nothing of it but ``gateway.line``; a driver
knows nothing of the gateway but ``gateway.line``, ``gateway.caller`` and ``gateway.media._dsp``.
``tests/hardware/contract.py`` is the contract that every driver passes.
"""
