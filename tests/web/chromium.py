"""Headless Chromium as a phone, and what tests read from its page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

PHONE = (390, 844)
FLAGS = (
    "headless=new",
    "no-sandbox",
    "disable-gpu",
    "no-first-run",
    "disable-background-networking",
    "disable-component-update",
    "disable-sync",
)


def link_of(browser: Any) -> str:
    return str(browser.find_element("tag name", "body").get_attribute("data-link"))


def text(browser: Any, element: str) -> str:
    return str(browser.find_element("id", element).get_property("textContent"))


def keep_picture(browser: Any, name: str) -> None:
    """Saves what is seen where COURTSIDE_SCREENSHOTS names a folder, so that a person may look at it."""
    folder = os.environ.get("COURTSIDE_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        browser.save_screenshot(str(Path(folder) / f"{name}.png"))
