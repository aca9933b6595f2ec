"""The exchange: everything of the MultiFon gateway that touches no pin, port or sound card."""

__version__ = "0.1.0"
