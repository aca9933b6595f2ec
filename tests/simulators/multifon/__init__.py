"""A local exchange that behaves like MultiFon, on loopback.

It is an independent judge of the gateway and shares no code with it.
"""
