"""One session as text or bytes that others read: CSV and Parquet of one table, JSON of all."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict

from edge.figures import Figures, GameEvent, SessionFigures
from edge.game.sessions import Session, SessionError
from edge.game.tables import EVENT_COLUMNS, Row, event_rows, figures_object, figures_row, player_rows

FORMATS = ("csv", "json", "parquet")
TABLES = ("events", "players")
_TEXTS = ("kind", "shot_id", "phase", "team", "outcome", "zone")
_WHOLE = ("index", "end_index", "player_id", "to_player_id", "points")


def file_of(kind: str, table: str, session: Session, events: Sequence[GameEvent], figures: SessionFigures) -> bytes:
    """A file of one of `FORMATS`; table: one of `TABLES`, which JSON does not ask for. Raises SessionError where
    Parquet cannot be written here."""
    if kind == "json":
        return _json_text(session, events, figures).encode()
    rows = event_rows(events, session.court) if table == "events" else player_rows(figures)
    return _csv_text(table, rows).encode() if kind == "csv" else _parquet_bytes(table, rows)


def _columns(table: str) -> tuple[str, ...]:
    """The columns of a table, in order."""
    return EVENT_COLUMNS if table == "events" else ("player_id", "team", *figures_row(Figures()))


def _csv_text(table: str, rows: Sequence[Row]) -> str:
    """One line a row under a line of names; what is not known is empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, _columns(table), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _json_text(session: Session, events: Sequence[GameEvent], figures: SessionFigures) -> str:
    told = {
        "id": session.id,
        "started": session.started.isoformat(),
        "ended": None if session.ended is None else session.ended.isoformat(),
        "source": session.source,
        "court": None if session.court is None else asdict(session.court),
        "figures": figures_object(figures),
        "events": event_rows(events, session.court),
    }
    return json.dumps(told, indent=1, allow_nan=False) + "\n"


def _parquet_bytes(table: str, rows: Sequence[Row]) -> bytes:
    """Columns keep their type where nothing is known. Raises SessionError where pyarrow is missing."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise SessionError("Parquet needs pyarrow: pip install 'courtside[parquet]', or export CSV") from None
    empty = figures_row(Figures())
    kinds = {name: _kind(name, empty) for name in _columns(table)}
    schema = pyarrow.schema([(name, getattr(pyarrow, kind)()) for name, kind in kinds.items()])
    sink = pyarrow.BufferOutputStream()
    parquet.write_table(pyarrow.Table.from_pylist(list(rows), schema=schema), sink)
    return bytes(sink.getvalue().to_pybytes())


def _kind(name: str, empty: Row) -> str:
    """The name of a column's Arrow type."""
    if name in _TEXTS:
        return "string"
    if name == "succeeded":
        return "bool_"
    return "int64" if name in _WHOLE or isinstance(empty.get(name), int) else "float64"
