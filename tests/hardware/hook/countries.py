"""Hook times of the three kinds of country."""

from gateway.signalling import HookTimes

RUSSIA = HookTimes()
EUROPE = HookTimes(off_hook=50, break_max=80, flash_min=75, flash_max=400, on_hook=450)
"""Short R key."""
US = HookTimes(break_max=100, flash_min=300, flash_max=1100, on_hook=1200)

COUNTRIES = {"russia": RUSSIA, "europe": EUROPE, "us": US}
