"""Proof that whoever opens the set-up page is at the telephone: there is no default password."""
