"""Saved settings take effect while the gateway runs, and no call is dropped for it."""
