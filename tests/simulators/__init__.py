"""The outside world of the gateway, simulated for the tests and the demonstration."""
