"""The phone's page."""

from edge.web.server import WebError, WebServer

__all__ = ["WebError", "WebServer"]
