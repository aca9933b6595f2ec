"""What the gateway remembers, in SQLite: the calls that have ended."""
