"""Where real NBA players and the ball were: readers of the SportVU excerpts among the real data.

All give recordings in the project's court metres (origin at the centre, x along the length); files count feet from a
corner. A recording is one stretch without a gap, of the same people.

- nba_socialvae, `*scenes*.zip`: text files of rows `frame id x y kind`; frames count hundredths of a second and come
  every 12 (8.3 Hz; SportVU's 25 Hz, every third); the ball first, then five of one team and five of the other. No
  height. Two to 26 s each, cut about a basket or a rebound.
- nba_tufts, `events_*.jsonl.gz`: an event a line, moments with players, sides and the ball's x, y, z, 5 Hz.
- nba_tufts, `ball_coords_*.npy` with `player_coords_*` and `example_stop_idxs_*` of the same ending: 5 Hz, x and y in
  shares of the court, z in feet; five of one team first.
- nba_tufts, `*_stacked_starter_plays.npy` with `*_covariates_raw.npy` and `*_end_times.npy` of the same beginning: five
  of one team and the ball's x, y, z in feet, 25 Hz.
"""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from calibration.court import NBA
from edge.types import FloatArray
from tests.bench.mot import IntArray

_SOCIALVAE, _TUFTS = "nba_socialvae", "nba_tufts"
FOOT_M = 0.3048
_SOCIALVAE_TICK_S = 0.01
_COORDS_HZ, _STARTERS_HZ = 5.0, 25.0
# Clocks of the events jitter by a few milliseconds; more than this is a gap.
_GAP_S = 0.3
_LEAST_S = 2.0


@dataclass(frozen=True, slots=True)
class Recording:
    """times_s (T,) from 0; players_m (T, P, 2); team (P,) 0 or 1; ball_m (T, 3), its height NaN throughout where the
    source has none. match: recordings of the same match share it. kind: of the file that it is from."""

    name: str
    match: str
    times_s: FloatArray
    players_m: FloatArray
    team: IntArray
    ball_m: FloatArray
    kind: str = ""

    @property
    def has_height(self) -> bool:
        return bool(np.isfinite(self.ball_m[:, 2]).all())


def has_nba(root: Path) -> bool:
    """Whether one of the folders is there."""
    return any((root / folder).is_dir() for folder in (_SOCIALVAE, _TUFTS))


def read_nba(root: Path) -> Iterator[Recording]:
    """All recordings of at least two seconds of the folders that are there, in the files' order."""
    for path in sorted((root / _SOCIALVAE).glob("*scenes*.zip")):
        yield from _long(read_scenes(path))
    tufts = root / _TUFTS
    for path in sorted(tufts.glob("events_*.jsonl.gz")):
        yield from _long(read_events(path))
    for path in sorted(tufts.glob("ball_coords_*.npy")):
        yield from _long(read_coords(path))
    for path in sorted(tufts.glob("*_stacked_starter_plays.npy")):
        yield from _long(read_starters(path))


def _long(recordings: Iterator[Recording]) -> Iterator[Recording]:
    return (one for one in recordings if len(one.times_s) > 1 and one.times_s[-1] >= _LEAST_S)


def _court_m(feet: FloatArray) -> FloatArray:
    """Court metres (..., 2) of feet (..., 2) from the corner."""
    return np.asarray(feet * FOOT_M - np.array([NBA.length_m, NBA.width_m]) / 2)


def _ball_m(xy_m: FloatArray, height_feet: FloatArray | None) -> FloatArray:
    height = np.full(len(xy_m), np.nan) if height_feet is None else height_feet * FOOT_M
    return np.column_stack([xy_m, height])


def read_scenes(path: Path) -> Iterator[Recording]:
    """A zip of nba_socialvae."""
    with zipfile.ZipFile(path) as archive:
        for name in sorted(name for name in archive.namelist() if name.endswith(".txt")):
            found = parse_scene(archive.read(name).decode(), PurePosixPath(name).stem)
            if found is not None:
                yield Recording(*found, kind="scenes")


def parse_scene(text: str, name: str) -> tuple[str, str, FloatArray, FloatArray, IntArray, FloatArray] | None:
    """One scene's rows in the order of `Recording`'s fields; None where frames are not all of the same people."""
    cells = [line.split() for line in text.splitlines() if line.strip()]
    values = np.array([[float(cell) for cell in row[:4]] for row in cells]).reshape(-1, 4)
    frames, starts = np.unique(values[:, 0], return_index=True)
    count = len(values) // max(len(frames), 1)
    if len(frames) < 2 or len(values) != count * len(frames) or cells[0][4] != "BALL":
        return None
    table = values[np.lexsort((np.arange(len(values)), values[:, 0]))].reshape(len(frames), count, 4)
    if (table[:, :, 1] != table[0, :, 1]).any() or not np.all(np.diff(starts)):
        return None
    xy_m = _court_m(table[:, :, 2:4])
    times_s = (frames - frames[0]) * _SOCIALVAE_TICK_S
    team = (np.arange(count - 1) >= (count - 1) // 2).astype(np.int64)
    match = "_".join(name.split("_")[:3])
    return name, match, times_s, xy_m[:, 1:], team, _ball_m(xy_m[:, 0], None)


def read_events(path: Path) -> Iterator[Recording]:
    """The events of a jsonl.gz of nba_tufts, cut where the clock jumps or people change."""
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        for line in stream:
            event = json.loads(line)
            for part, moments in enumerate(_stretches(event["moments"])):
                name, match = f"{path.name.split('.')[0]}_{event['idx']}_{part}", f"{path.name}_{event['idx']}"
                yield moments_recording(moments, name, match)


def moments_recording(moments: list[dict[str, Any]], name: str, match: str) -> Recording:
    """Moments of one clock and the same people."""
    times_s = np.array([moment["wall_clock"] for moment in moments]) / 1000
    xy = np.array([[moment["player_xs"], moment["player_ys"]] for moment in moments])
    ball = np.array([[moment[f"ball_{axis}"] for axis in "xyz"] for moment in moments])
    return Recording(
        name, match, times_s - times_s[0], _court_m(np.swapaxes(xy, 1, 2)),
        np.array(moments[0]["player_hoop_sides"], dtype=np.int64), _ball_m(_court_m(ball[:, :2]), ball[:, 2]), "events",
    )  # fmt: skip


def _stretches(moments: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    begin = 0
    for k in range(1, len(moments) + 1):
        gap = k == len(moments) or (
            not 0 < moments[k]["wall_clock"] - moments[k - 1]["wall_clock"] < 1000 * _GAP_S
            or moments[k]["player_ids"] != moments[k - 1]["player_ids"]
        )
        if gap:
            if k - begin > 1:
                yield moments[begin:k]
            begin = k


def read_coords(path: Path) -> Iterator[Recording]:
    """The examples of three .npy of nba_tufts that belong together; nothing where one is missing."""
    ending = path.name.removeprefix("ball_coords_")
    players, stops = path.with_name(f"player_coords_{ending}"), path.with_name(f"example_stop_idxs_{ending}")
    if not (players.is_file() and stops.is_file()):
        return
    ball, xy = np.load(path), np.load(players)
    feet = np.array([NBA.length_m, NBA.width_m]) / FOOT_M
    ball_m = _ball_m(_court_m(ball[:, :2] * feet), ball[:, 2])
    yield from _cut(path.stem, "coords", _court_m(xy * feet), ball_m, np.load(stops), _COORDS_HZ)


def read_starters(path: Path) -> Iterator[Recording]:
    """The plays of three .npy of nba_tufts that belong together; nothing where one is missing."""
    beginning = path.name.removesuffix("_stacked_starter_plays.npy")
    ball, stops = (path.with_name(f"{beginning}_{kind}.npy") for kind in ("covariates_raw", "end_times"))
    if not (ball.is_file() and stops.is_file()):
        return
    feet = np.load(ball)
    ball_m = _ball_m(_court_m(feet[:, :2]), feet[:, 2])
    yield from _cut(beginning, "starters", _court_m(np.load(path)), ball_m, np.load(stops), _STARTERS_HZ)


def _cut(
    name: str, kind: str, players_m: FloatArray, ball_m: FloatArray, stops: IntArray, frames_per_s: float
) -> Iterator[Recording]:
    """Stretches between stops, and between moments at which somebody is not known; a stop is the last of its own."""
    known = np.asarray(np.isfinite(players_m).all(axis=(1, 2)) & np.isfinite(ball_m).all(axis=1))
    edges = set((stops + 1).tolist()) | {0, len(ball_m)}
    edges |= set((np.flatnonzero(np.diff(known.astype(int))) + 1).tolist())
    ordered = sorted(edge for edge in edges if 0 <= edge <= len(ball_m))
    team = (np.arange(players_m.shape[1]) >= 5).astype(np.int64)
    for begin, end in pairwise(ordered):
        if known[begin]:
            times_s = np.arange(end - begin) / frames_per_s
            here = f"{name}_{begin}"
            yield Recording(here, here, times_s, players_m[begin:end], team, ball_m[begin:end], kind)
