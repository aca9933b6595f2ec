"""A telephone at the electrical side of a SLIC module; imports nothing of gateway or hardware."""
