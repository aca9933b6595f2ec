"""The adapter's network, name and time, asked of NetworkManager and systemd over D-Bus."""
