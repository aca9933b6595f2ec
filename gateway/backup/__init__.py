"""A backup: everything that makes an adapter the family's own, in one encrypted file."""
