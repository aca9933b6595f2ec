"""What ``./run`` does: the gateway on the simulated line, beside a local MultiFon."""
