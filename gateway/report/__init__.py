"""``gateway report``: everything that helps to find a fault in one file, without its secrets."""
