"""The gateway for other programs of the home: HTTP API, metrics, MQTT, webhooks.

All of it is off until it is switched on, runs inside the page's process and reaches the gateway by
the control socket only (``docs/interfaces.md``).
"""
