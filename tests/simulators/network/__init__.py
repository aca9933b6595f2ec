"""A system of its own for tests of the network: a bus, NetworkManager, a cable and a router."""
