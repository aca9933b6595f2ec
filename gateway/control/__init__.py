"""The control socket: how every other program talks to the gateway (``docs/control-api.md``).

``protocol.py`` is the words (JSON-RPC 2.0), ``server.py`` and ``connection.py`` the gateway's side,
``client.py`` the side of a program with an event loop and ``blocking.py`` that of one without.
"""
