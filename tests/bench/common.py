"""What every benchmark shares: its arguments, and how figures are shown and written."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from math import isfinite
from pathlib import Path

Figure = float | int | str


def parser(description: str) -> argparse.ArgumentParser:
    """An argument parser with what each benchmark takes: --data DIR, --json FILE, --quick."""
    arguments = argparse.ArgumentParser(description=description)
    arguments.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of real data")
    arguments.add_argument("--json", type=Path, default=None, metavar="FILE", help="write the figures there, flat")
    arguments.add_argument("--quick", action="store_true", help="a few items of each kind, to see that it runs")
    return arguments


def need(folder: Path) -> Path:
    """The folder, or the end of the benchmark with a clear word where it is absent."""
    if not folder.is_dir():
        raise SystemExit(f"{folder}: no such folder of real data; name one with --data DIR")
    return folder


def _text(value: Figure) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def report(figures: Mapping[str, Figure], json_path: Path | None) -> None:
    """Print the figures, one a line, and write them as one flat JSON object where a path is given.

    What is no number, as the mean of nothing, is null there.
    """
    width = max((len(key) for key in figures), default=0)
    for key, value in figures.items():
        print(f"{key:<{width}}  {_text(value)}")
    if json_path is not None:
        json_path.parent.mkdir(parents=True, exist_ok=True)
        plain = {
            key: None if isinstance(value, float) and not isfinite(value) else value for key, value in figures.items()
        }
        json_path.write_text(json.dumps(plain, indent=2) + "\n", encoding="utf-8")


def table(header: list[str], rows: list[list[Figure]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *[[_text(cell) for cell in row] for row in rows]]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
