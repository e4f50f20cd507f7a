"""Tells systemd that the box is ready, alive or stopping (the sd_notify protocol); silent where nobody listens."""

from __future__ import annotations

import os
import socket


class Notifier:
    """Sends to the socket that systemd names in the environment; every method does nothing without one."""

    def __init__(self, environment: dict[str, str] | None = None) -> None:
        values = dict(os.environ) if environment is None else environment
        path = values.get("NOTIFY_SOCKET", "")
        # A leading @ stands for Linux' abstract namespace, whose names start with a zero byte.
        self._address = "\0" + path[1:] if path.startswith("@") else path
        watchdog_us = values.get("WATCHDOG_USEC", "")
        self.watchdog_s = int(watchdog_us) / 1e6 if watchdog_us.isdigit() else None

    def ready(self) -> None:
        self._send("READY=1")

    def alive(self) -> None:
        if self.watchdog_s is not None:
            self._send("WATCHDOG=1")

    def status(self, text: str) -> None:
        self._send(f"STATUS={' '.join(text.split())}")

    def stopping(self) -> None:
        self._send("STOPPING=1")

    def _send(self, message: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as channel:
                channel.sendto(message.encode(), self._address)
        except OSError:
            return  # systemd is being restarted: it asks again by its watchdog
