"""The set-up page: a process of its own, joined to the gateway by the control socket alone."""
