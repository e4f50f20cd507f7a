"""Made or missed of a shot whose flight leaves the picture at the top."""

from __future__ import annotations

import numpy as np

from edge.game.flight import Flight, Sighting
from edge.game.outcome import Moment, ball_path, decide
from edge.types import Outcome, Rim

RIM = Rim(700.0, 30.0, 100.0, 30.0)
FPS, GRAVITY = 30.0, 2000.0
RADIUS = 24.0


def flight(vx: float) -> Flight:
    """Seen for six frames from (100, 300) up, its apex above the picture."""
    curve = np.array([0.0, 100.0, vx, 300.0, -1400.0, GRAVITY])
    found = Flight(curve)
    found.sightings = [Sighting(k, k / FPS, *found.position(k / FPS), RADIUS) for k in range(6)]
    return found


def moments(way: dict[int, tuple[float, float]], count: int) -> list[Moment]:
    rows = {k: [[x, y, RADIUS, 0.9]] for k, (x, y) in way.items()}
    return [Moment(k, k / FPS, np.array(rows.get(k, []), np.float64).reshape(-1, 4)) for k in range(count)]


def test_a_curve_drawn_on_above_the_picture_decides_nothing_against_what_is_seen_later() -> None:
    # The few frames make the arc too short: it would come down 350 px before the rim. The ball comes through the ring.
    shot = flight(200.0)
    through = {41 + k: (700.0, 8.0 + 22.0 * k) for k in range(12)}
    decision = decide(moments(through, 54), shot, RIM)
    assert decision.outcome is Outcome.MADE
    assert decision.rim_index is not None
    assert decision.rim_index >= 41


def test_rows_of_the_path_say_whether_they_were_seen() -> None:
    path = ball_path(moments({}, 20), flight(200.0), RIM)
    assert path[:6, 4].all()
    assert not path[7:, 4].any()


def test_a_ball_the_net_holds_came_through_a_ring_known_badly_and_a_free_one_fell_past() -> None:
    arriving = {k: (560.0 + 12.0 * (k - 36), -60.0 + 20.0 * (k - 36)) for k in range(36, 41)}
    held = {41 + k: (640.0 + 6.0 * k, 36.0 + 8.0 * k) for k in range(14)}
    free = {41 + k: (635.0 + 3.0 * k, 36.0 + 20.0 * k + 1.1 * k * k) for k in range(14)}
    assert decide(moments(arriving | held, 56), flight(400.0), RIM).outcome is Outcome.MADE
    assert decide(moments(arriving | free, 90), flight(400.0), RIM).outcome is Outcome.MISSED
