"""Charts of made-up sessions: what is told must be in them, and they must be pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from calibration.court import FIBA
from edge.charts import pass_network, shot_chart, write_charts
from edge.figures import Figures, PassEdge, SessionFigures, ShotMark
from edge.types import Outcome


def marks() -> tuple[ShotMark, ...]:
    rng = np.random.default_rng(4)
    outcomes = [Outcome.MADE, Outcome.MISSED, Outcome.MISSED, Outcome.UNKNOWN]
    return tuple(
        ShotMark(
            f"s{n}",
            float(n),
            1,
            "A",
            outcomes[n % 4],
            (float(rng.uniform(5, 13.5)), float(rng.uniform(-7, 7))),
            None,
            None,
        )
        for n in range(24)
    )


def session(chart: tuple[ShotMark, ...] = (), network: tuple[PassEdge, ...] = ()) -> SessionFigures:
    return SessionFigures(Figures(), {}, {}, {1: "A", 2: "A", 7: "B"}, chart, network)


EDGES = (PassEdge(1, 2, 9, 8), PassEdge(2, 1, 4, 4), PassEdge(2, 7, 2, 0), PassEdge(7, None, 3, 0))


def test_every_shot_stands_where_it_was_taken() -> None:
    axes = shot_chart(marks(), FIBA).axes[0]
    assert axes.get_title() == "6 of 18 made, 33 %"
    places = np.concatenate([np.asarray(one.get_offsets()) for one in axes.collections])
    wanted = [(mark.court_xy_m[1], mark.court_xy_m[0]) for mark in marks() if mark.court_xy_m is not None]
    assert sorted(map(tuple, places.tolist())) == sorted(wanted)
    left, right = axes.get_xlim()
    assert left > right  # y is to the left of who faces the basket


def test_shots_without_a_place_are_left_out_and_none_is_said() -> None:
    unplaced = ShotMark("s", 1.0, None, None, Outcome.MADE, None, None, None)
    assert shot_chart([unplaced], FIBA).axes[0].get_title() == "no shots with a known place"


def test_passes_between_players_are_arrows_with_their_counts() -> None:
    axes = pass_network(session(network=EDGES)).axes[0]
    told = {text.get_text() for text in axes.texts}
    assert {"1", "2", "7", "8/9", "4/4", "0/2"} <= told
    assert axes.get_title() == "15 passes"
    widths = [arrow.get_linewidth() for arrow in axes.patches]
    assert widths[0] > widths[1] > widths[2]


def test_no_passes_are_said_to_be_none() -> None:
    assert pass_network(session()).axes[0].get_title() == "no passes between players"


def test_pictures_are_written_and_no_court_gives_no_shot_chart(tmp_path: Path) -> None:
    both = write_charts(session(marks(), EDGES), FIBA, tmp_path / "deep")
    assert [path.name for path in both] == ["pass_network.png", "shot_chart.png"]
    assert all(path.read_bytes()[:4] == b"\x89PNG" for path in both)
    assert [path.name for path in write_charts(session(), None, tmp_path)] == ["pass_network.png"]
