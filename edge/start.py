"""What the command `courtside` starts: whoever stops it while Python still loads it gets no traceback."""

from __future__ import annotations


def main() -> int:
    """As `edge.cli.main`; 130 where it is interrupted before that is loaded."""
    try:
        from edge.cli import main as run
    except KeyboardInterrupt:
        return 130
    return run()
