"""`courtside sessions`: what the box has kept of each of its runs."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

from calibration.court import Court
from edge.commands.files import write_file
from edge.commands.options import CommandError, add_settings_options, settings
from edge.figures import Figures, GameEvent, SessionFigures, Zone
from edge.game.recount import recount
from edge.game.session_text import FORMATS, TABLES, file_of
from edge.game.sessions import SessionStore

_EXAMPLES = """examples:
  courtside sessions list                                     what there is, newest first
  courtside sessions show 20260501T120000Z                    figures of one session, its teams and players
  courtside sessions show latest --pictures charts            the same, with pictures
  courtside sessions export 20260501T120000Z --format csv --table players --out players.csv
  courtside sessions export 20260501T120000Z --format json --out session.json
  courtside sessions delete 20260501T120000Z
  courtside sessions delete --before 2026-01-01               all that began before that day

Pictures are a shot chart, who passed to whom, where everybody went and, from the side, the flight of each shot that the
camera could measure. "latest" stands for the id of the newest session. JSON holds figures and events; CSV and Parquet
hold one table: events (every phase of a shot, every play, every player's steps) or players."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "sessions",
        help="list, show and export what the box has kept",
        description="Sessions of the box: one for each run, and another after each reset of its statistics.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_settings_options(parser)
    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    listing = what.add_parser("list", help="all sessions, newest first")
    listing.set_defaults(execute=_list)
    show = what.add_parser("show", help="the figures of one session")
    show.add_argument("id", metavar="ID")
    show.add_argument(
        "--pictures",
        type=Path,
        metavar="DIR",
        help="draw charts there, as PNG",
    )
    show.set_defaults(execute=_show)
    export = what.add_parser("export", help="write one session into a file")
    export.add_argument("id", metavar="ID")
    export.add_argument("--format", choices=FORMATS, required=True)
    export.add_argument("--table", choices=TABLES, default="events", help="of CSV and Parquet")
    export.add_argument("--out", type=Path, required=True, metavar="FILE")
    export.set_defaults(execute=_export)
    delete = what.add_parser("delete", help="forget one session, or old ones")
    which = delete.add_mutually_exclusive_group(required=True)
    which.add_argument("id", metavar="ID", nargs="?")
    which.add_argument("--before", type=_date, metavar="DATE", help="all begun before this day, like 2026-05-01 (UTC)")
    delete.set_defaults(execute=_delete)
    for one in (listing, show, export, delete):
        add_settings_options(one, nested=True)


def _open(args: argparse.Namespace) -> contextlib.closing[SessionStore]:
    return contextlib.closing(SessionStore(settings(args).sessions_path, create=False))


def _list(args: argparse.Namespace) -> int:
    with _open(args) as store:
        lines = store.sessions()
    rows = [
        [
            line.session.id, f"{line.session.started:%Y-%m-%d %H:%M}", _lasting(line.seconds), str(line.shots),
            str(line.events), "" if line.session.ended else "open", line.session.source,
        ]
        for line in lines
    ]  # fmt: skip
    print(_aligned([["session", "started", "lasted", "shots", "events", "", "source"], *rows]))
    return 0


def _show(args: argparse.Namespace) -> int:
    with _open(args) as store:
        session = store.session(_id(store, args.id))
        events = store.events(session.id)
    figures = recount(events, session.court)
    print(f"{session.id}: {session.source}, started {session.started:%Y-%m-%d %H:%M:%S %Z}")
    print(figures_text(figures))
    if args.pictures is not None:
        _draw(figures, events, session.court, args.pictures)
    return 0


def _draw(figures: SessionFigures, events: Sequence[GameEvent], court: Court | None, folder: Path) -> None:
    from edge.charts import write_charts  # here: matplotlib takes a second to load

    try:
        written = write_charts(figures, events, court, folder)
    except OSError as error:
        raise CommandError(f"--pictures {folder}: cannot be written: {error.strerror or error}") from None
    if court is None:
        print("courtside: no shot chart, trails or flights: the court was not calibrated", file=sys.stderr)
    if not written:
        print("courtside: nothing to draw: no shots, passes or ways are known", file=sys.stderr)
    for path in written:
        print(f"courtside: {path}: written", file=sys.stderr)


def _export(args: argparse.Namespace) -> int:
    with _open(args) as store:
        session = store.session(_id(store, args.id))
        events = store.events(session.id)
    write_file(args.out, file_of(args.format, args.table, session, events, recount(events, session.court)))
    print(f"courtside: {args.out}: written", file=sys.stderr)
    return 0


def _delete(args: argparse.Namespace) -> int:
    with _open(args) as store:
        if args.before is None:
            gone = [_id(store, args.id)]
            store.delete(gone[0])
        else:
            gone = store.delete_before(args.before, _running(store))
    for one in gone:
        print(f"courtside: session {one}: deleted", file=sys.stderr)
    if not gone:
        print(f"courtside: no session begun before {args.before:%Y-%m-%d}", file=sys.stderr)
    return 0


def _running(store: SessionStore) -> str | None:
    """The session that may be going on: of those that were not ended, as by a power cut, the newest."""
    return next((line.session.id for line in store.sessions() if line.session.ended is None), None)


def _date(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=timezone.utc)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day like 2026-05-01") from None


def _id(store: SessionStore, told: str) -> str:
    if told != "latest":
        return told
    lines = store.sessions()
    if not lines:
        raise CommandError("there is no session yet; 'courtside run' makes one")
    return lines[0].session.id


def figures_text(figures: SessionFigures) -> str:
    """Session, teams and players as an aligned table, then who passed to whom."""
    rows: list[tuple[str, Figures]] = [("all", figures.session)]
    rows += [(f"team {team}", one) for team, one in figures.teams.items()]
    rows += [
        (f"{player_id} {figures.team_of.get(player_id, '')}".strip(), one)
        for player_id, one in sorted(figures.players.items())
    ]
    header = ["", "shots", "made", "points", *(zone.value.replace("_", " ") for zone in Zone)]
    header += ["passes", "arrived", "touches", "had ball", "distance", "mean", "top"]
    lines = [_aligned([header, *(_cells(name, one) for name, one in rows)])]
    if figures.network:
        pairs = [f"{_who(edge.from_player_id)} to {_who(edge.to_player_id)}: {edge.count}" for edge in figures.network]
        lines += ["", "passes: " + ", ".join(pairs)]
    return "\n".join(lines)


def _cells(name: str, one: Figures) -> list[str]:
    zones = [one.zones.get(zone) for zone in Zone]
    return [
        name, str(one.shots.attempts), str(one.shots.made), str(one.points),
        *("-" if zone is None else f"{zone.made}/{zone.attempts}" for zone in zones),
        str(one.passes), _percent(one.pass_success), str(one.touches), _percent(one.possession_share),
        f"{one.distance_m:.0f} m", "-" if one.mean_speed_m_s is None else f"{one.mean_speed_m_s:.1f} m/s",
        f"{one.top_speed_m_s:.1f} m/s",
    ]  # fmt: skip


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f} %"


def _who(player_id: int | None) -> str:
    return "nobody" if player_id is None else str(player_id)


def _lasting(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    """First column to the left, the others too: columns two spaces apart."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
