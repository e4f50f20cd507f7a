"""What play-by-play says of the recorded NBA scenes: who shot when, who scored, who assisted.

nba_socialvae: `*playbyplay*.zip` holds a CSV of every game with rows of EVENTMSGTYPE 1 (made; PLAYER1 the shooter,
PLAYER2 who assisted, or 0) and 2 (missed), and the game clock counting down. A scene's name tells game, period and
the clock at its begin and end; a scene under `score/` ends about a basket: the made shot whose clock is nearest to
its end. nba_tufts: each event of `events_*.jsonl.gz` has a label; the events follow each other, so stretches of the
clock are put together again.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from tests.bench.court_play import for_tuning
from tests.bench.event_scores import BETWEEN
from tests.bench.nba import Recording, moments_recording, parse_scene
from tests.bench.scripted_state import TrueEvent

_MADE, _MISSED, _NEAR_S, _AFTER_S = "1", "2", 3.0, 1.0
# The clock of a shot is taken when it is over.
_LATE_S = 1.5
_SHOTS = ("shot", "layup", "dunk")
_GAP_S, _LEAST_S, _EVENT_S = 0.3, 3.0, 1.5


@dataclass(frozen=True, slots=True)
class Attempt:
    """A shot by the play-by-play: about when, from the scene's begin, by which row of the players, and made or not."""

    time_s: float
    player: int
    made: bool


@dataclass(frozen=True, slots=True)
class Scored:
    """A scene, its shots, and of one that ends about a basket the rows of `recording.players_m` of the shooter and of
    who assisted, None for nobody."""

    recording: Recording
    attempts: tuple[Attempt, ...]
    shooter: int | None
    assister: int | None


@dataclass(frozen=True, slots=True)
class _Row:
    clock_s: float
    made: bool
    shooter_id: int
    assister_id: int


Rows = dict[tuple[str, int], list[_Row]]


def read_labelled(root: Path) -> Iterator[Scored]:
    """Every scene whose game has a play-by-play, in the files' order; nothing without files."""
    folder = root / "nba_socialvae"
    rows: Rows = {}
    for path in sorted(folder.glob("*playbyplay*.zip")):
        rows |= read_rows(path)
    for path in sorted(folder.glob("*scenes*.zip")):
        with zipfile.ZipFile(path) as archive:
            for name in sorted(name for name in archive.namelist() if name.endswith(".txt")):
                found = join(archive.read(name).decode(), PurePosixPath(name).stem, rows, "/score/" in name)
                if found is not None:
                    yield found


def read_rows(path: Path) -> Rows:
    """Shots by game and period."""
    found: Rows = {}
    with zipfile.ZipFile(path) as archive:
        for name in sorted(name for name in archive.namelist() if name.endswith(".csv")):
            for row in csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))):
                kind = row["EVENTMSGTYPE"]
                if kind in (_MADE, _MISSED):
                    minutes, seconds = row["PCTIMESTRING"].split(":")
                    players = (_number(row[f"PLAYER{k}_ID"]) for k in (1, 2))
                    shot = _Row(60 * int(minutes) + float(seconds), kind == _MADE, *players)
                    found.setdefault((PurePosixPath(name).stem, int(row["PERIOD"])), []).append(shot)
    return found


def _number(text: str) -> int:
    return int(float(text)) if text else 0


def join(text: str, name: str, rows: Rows, scored: bool) -> Scored | None:
    """One scene's text with the shots of its game; None where it has none or is no scene."""
    parsed, parts = parse_scene(text, name), name.split("_")
    if parsed is None or len(parts) != 6:
        return None
    begin_s, end_s = float(parts[4]), float(parts[5])
    known = rows.get((parts[2], int(parts[3])), [])
    ids = [int(line.split()[1]) for line in text.splitlines()[1 : parsed[3].shape[1] + 1]]
    attempts = tuple(
        Attempt(begin_s - one.clock_s - _LATE_S, ids.index(one.shooter_id), one.made)
        for one in known
        if one.shooter_id in ids and end_s - _AFTER_S <= one.clock_s <= begin_s
    )
    near = [one for one in known if scored and one.made and abs(one.clock_s - end_s) < _NEAR_S]
    basket = min(near, key=lambda one: abs(one.clock_s - end_s), default=None)
    if basket is None or basket.shooter_id not in ids:
        return Scored(Recording(*parsed, kind="scenes"), attempts, None, None) if attempts and not scored else None
    assister = ids.index(basket.assister_id) if basket.assister_id in ids else None
    return Scored(Recording(*parsed, kind="scenes"), attempts, ids.index(basket.shooter_id), assister)


def read_tufts(root: Path, tuning: bool) -> Iterator[tuple[Recording, tuple[TrueEvent, ...]]]:
    """Stretches without a gap, each with an event for every label that says shot, layup or dunk: it was between its
    begin and end, give or take `_EVENT_S`."""
    for path in sorted((root / "nba_tufts").glob("events_*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            events = [json.loads(line) for line in stream]
        for part, stretch in enumerate(_together(events)):
            moments = [moment for event in stretch for moment in event["moments"]]
            name = f"{path.name.split('.')[0]}_stretch_{part}"
            length_s = (moments[-1]["wall_clock"] - moments[0]["wall_clock"]) / 1000
            if for_tuning(name) is tuning and length_s >= _LEAST_S:
                yield moments_recording(moments, name, name), tuple(_labels(stretch, moments[0]["wall_clock"]))


def _labels(stretch: list[dict[str, Any]], since: float) -> Iterator[TrueEvent]:
    for event in stretch:
        if event["label"].split("_")[0] in _SHOTS:
            begin, end = ((event["moments"][k]["wall_clock"] - since) / 1000 for k in (0, -1))
            yield TrueEvent("shot", begin - _EVENT_S, end + _EVENT_S, None, None, BETWEEN)


def _together(events: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Events that follow each other without a gap, of the same people."""
    stretch: list[dict[str, Any]] = []
    for event in sorted(events, key=lambda one: one["moments"][0]["wall_clock"]):
        clocks = np.array([moment["wall_clock"] for moment in event["moments"]]) / 1000
        whole = bool((np.diff(clocks) < _GAP_S).all() and (np.diff(clocks) > 0).all())
        people = event["moments"][0]["player_ids"]
        whole = whole and all(moment["player_ids"] == people for moment in event["moments"])
        if stretch:
            last = stretch[-1]["moments"][-1]
            gap_s = float(clocks[0]) - last["wall_clock"] / 1000
            if not (0 < gap_s < _GAP_S and last["player_ids"] == people and whole):
                yield stretch
                stretch = []
        if whole:
            stretch.append(event)
    if stretch:
        yield stretch
