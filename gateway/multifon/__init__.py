"""MultiFon's account service over HTTPS: where calls go, balance, status, password."""
