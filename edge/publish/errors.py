"""The one exception of the publishing room."""

from __future__ import annotations


class PublishError(Exception):
    """Results cannot be sent; the message names the broker, file or port and what to do next."""
