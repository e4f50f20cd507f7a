"""What is wrong with form, said in one line."""

from __future__ import annotations


class FormError(Exception):
    """A shot cannot be compared, or who is enrolled cannot be read; one line that says why, and what to do."""
