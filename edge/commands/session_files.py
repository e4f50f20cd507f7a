"""Tables and text into files: CSV, JSON and Parquet, whole or not at all."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from pathlib import Path

from edge.commands.options import CommandError
from edge.figures import Figures
from edge.game.tables import EVENT_COLUMNS, Row, figures_row

_TEXTS = ("kind", "shot_id", "phase", "team", "outcome", "zone")
_WHOLE = ("index", "end_index", "player_id", "to_player_id", "points")


def columns(table: str) -> tuple[str, ...]:
    """The columns of a table, in order."""
    return EVENT_COLUMNS if table == "events" else ("player_id", "team", *figures_row(Figures()))


def write_csv(path: Path, table: str, rows: Sequence[Row]) -> None:
    """One line a row under a line of names; what is not known is empty. Raises CommandError."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns(table), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text(path, text.getvalue())


def write_parquet(path: Path, table: str, rows: Sequence[Row]) -> None:
    """Columns keep their type where nothing is known. Raises CommandError, also where pyarrow is missing."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise CommandError("Parquet needs pyarrow: pip install 'courtside[parquet]', or export CSV") from None
    empty = figures_row(Figures())
    kinds = {name: _kind(name, empty) for name in columns(table)}
    schema = pyarrow.schema([(name, getattr(pyarrow, kind)()) for name, kind in kinds.items()])
    sink = pyarrow.BufferOutputStream()
    parquet.write_table(pyarrow.Table.from_pylist(list(rows), schema=schema), sink)
    _write(path, sink.getvalue().to_pybytes())


def write_text(path: Path, text: str) -> None:
    _write(path, text.encode())


def _kind(name: str, empty: Row) -> str:
    """The name of a column's Arrow type."""
    if name in _TEXTS:
        return "string"
    if name == "succeeded":
        return "bool_"
    return "int64" if name in _WHOLE or isinstance(empty.get(name), int) else "float64"


def _write(path: Path, content: bytes) -> None:
    """Beside it first, so that a full disk leaves what was there."""
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.write_bytes(content)
        os.replace(beside, path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise CommandError(f"--out {path}: cannot be written: {error.strerror}") from None
