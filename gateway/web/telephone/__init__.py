"""The telephone in the browser: its page, its scripts and its WebSocket.

``telephone_routes`` gives the routes; the application mounts them and says who may use them.
"""

from gateway.web.telephone.routes import STATIC, TelephoneDoor, telephone_routes

__all__ = ["STATIC", "TelephoneDoor", "telephone_routes"]
