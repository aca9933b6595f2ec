"""Call control: what a call *is*.  Pure: no clock, no thread, no input or output (design §3.2)."""
