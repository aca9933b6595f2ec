"""Kinds of telephone and forms of caller ID that a user chooses from, as data."""
