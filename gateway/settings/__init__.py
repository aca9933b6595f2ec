"""The settings: declared once (``declaration``); file, checks and documentation derive from it."""
