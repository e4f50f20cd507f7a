"""Charts of made-up sessions: what is told must be in them, and they must be pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.patches import Polygon

from calibration.court import FIBA
from edge.charts import pass_network, shot_chart, write_charts
from edge.figures import Figures, GameEvent, MotionEvent, PassEdge, PlayerStep, SessionFigures, ShotMark
from edge.flight_chart import flight_chart, measured_shots
from edge.trail_chart import find_trails, trail_chart
from edge.types import Estimate, Outcome, ShotEvent, ShotFlight, ShotPhase


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


def steps(player_id: int, places: list[tuple[float, float]], gaps: tuple[int, ...] = (0,)) -> list[PlayerStep]:
    """Twice a second; at the gaps he was not seen before."""
    return [
        PlayerStep(player_id, None, place, 0.0 if k in gaps else 1.0, 0.0 if k in gaps else 0.5, 2.0)
        for k, place in enumerate(places)
    ]


def motions(*ways: list[PlayerStep]) -> list[MotionEvent]:
    return [
        MotionEvent(15 * k, 15 * k + 14, k / 2, k / 2 + 0.47, 15, tuple(way[k] for way in ways if k < len(way)))
        for k in range(max(map(len, ways)))
    ]


WALK = [(4.0 + 0.1 * k, 3.0 - 0.2 * k) for k in range(20)]


def test_a_trail_is_where_somebody_went_and_ends_where_he_was_not_seen() -> None:
    (trail,) = find_trails(motions(steps(3, WALK, (0, 8)), steps(9, WALK[:4])))
    assert (trail.player_id, trail.distance_m, trail.seconds) == (3, 18.0, 9.0)
    assert np.allclose(trail.rows[:, 1:], WALK)
    pieces = trail.pieces()
    assert len(pieces) == 18
    assert not any(np.allclose(piece[1], WALK[8]) for piece in pieces)


def test_trails_by_team_and_by_player_on_the_half_or_the_whole_court() -> None:
    trails = find_trails(motions(steps(1, WALK), steps(2, WALK), steps(7, WALK), steps(5, WALK)))
    figure = trail_chart(trails, {1: "A", 2: "A", 7: "B"}, FIBA)
    titles = [axes.get_title() for axes in figure.axes if axes.get_title()]
    assert titles == [
        "team A: 38 m", "team B: 19 m", "1 A: 19 m, 0:10", "2 A: 19 m, 0:10", "5: 19 m, 0:10", "7 B: 19 m, 0:10"
    ]  # fmt: skip
    (way,) = [one for one in figure.axes[2].collections if isinstance(one, LineCollection)]
    assert np.allclose(way.get_segments()[0][0], WALK[0][::-1])
    assert figure.axes[0].get_ylim()[0] == 0
    there = trail_chart(find_trails(motions(steps(1, [(-x, y) for x, y in WALK]))), {}, FIBA)
    assert there.axes[0].get_ylim()[0] < -FIBA.end_m


def flown(arc: bool = True, **values: Estimate) -> ShotEvent:
    told: dict[str, Estimate | None] = dict.fromkeys(ShotFlight.__dataclass_fields__)
    del told["arc"]
    curve = tuple((x, 3.05 + 1.5 - 0.12 * (x + 3.5) ** 2, 0.05) for x in np.linspace(-6.5, 0.03, 17))
    flight = ShotFlight(**{**told, **values}, arc=curve if arc else ())
    return ShotEvent("s-1", ShotPhase.END, 3, 12.34, 4, Outcome.MISSED, 0.9, court_xy_m=(7, 1), flight=flight)


def test_a_flight_says_what_is_known_of_it_with_what_it_may_be_off() -> None:
    shot = flown(
        entry_angle_deg=Estimate(44.0, 1.0), depth_cm=Estimate(-8.0, 3.0), left_right_cm=Estimate(4.0, 2.0),
        apex_m=Estimate(4.55, 0.02),
    )  # fmt: skip
    figure = flight_chart(shot, FIBA)
    side, above = figure.axes
    said = {text.get_text() for text in side.texts}
    assert said == {"entry 44 ± 2°", "apex 4.55 ± 0.03 m"}
    assert above.get_title() == "from above the rim\n8 ± 5 cm short\n4 ± 3 cm right"
    assert figure.get_suptitle() == "Shot at 12.3 s by 4: missed"
    (band,) = [patch for patch in side.patches if isinstance(patch, Polygon)]
    wide = np.linalg.norm(band.get_xy()[0] - band.get_xy()[33])  # one edge out, the other one back
    assert wide == pytest.approx(2 * 1.645 * 0.05)


def test_what_is_not_known_of_a_flight_is_not_said() -> None:
    side, above = flight_chart(flown(), FIBA).axes
    assert not side.texts
    assert above.get_title().endswith("not known")
    shots = [flown(), flown(arc=False), ShotEvent("s-2", ShotPhase.END, 3, 1.0, 4, None, 0.5)]
    assert measured_shots([*shots, *motions(steps(1, WALK))]) == shots[:1]


def test_pictures_are_written_as_far_as_there_is_something_to_draw(tmp_path: Path) -> None:
    events: list[GameEvent] = [flown(), *motions(steps(1, WALK))]
    all_of_them = write_charts(session(marks(), EDGES), events, FIBA, tmp_path / "deep")
    assert [path.name for path in all_of_them] == [
        "flight_s-1.png", "pass_network.png", "shot_chart.png", "trails.png"
    ]  # fmt: skip
    assert all(path.read_bytes()[:4] == b"\x89PNG" for path in all_of_them)
    assert [path.name for path in write_charts(session(marks(), EDGES), events, None, tmp_path)] == ["pass_network.png"]
    assert write_charts(session(), [], FIBA, tmp_path) == []


def test_passes_that_nobody_received_make_no_picture(tmp_path: Path) -> None:
    assert write_charts(session(network=(PassEdge(7, None, 3, 0),)), [], None, tmp_path) == []
