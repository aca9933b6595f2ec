"""The handset socket: a person in another process has the receiver of a line.

``packet.py`` is its language, ``playout.py`` takes up the jitter of what is said,
``person.py`` is one program that is attached, ``server.py`` the gateway's side of the socket and
``client.py`` the other one.  See ``docs/browser-telephone.md``.
"""
