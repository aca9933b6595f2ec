"""Caller ID: its parts, and whether decoders that this project did not write can read it."""
