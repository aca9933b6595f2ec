"""A home router and the line behind it: address translation, loss, jitter, outages."""
