"""The lines behind players on the page's court, in headless Chromium: they fade, keep the team's colour, and break."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from calibration.court import FIBA
from edge.publish import Publisher
from edge.types import BallState, PlayerState, Snapshot, Team, TrackStatus
from tests.publish.observer import wait_until
from tests.web.chromium import keep_picture
from tests.web.test_page import box, config, page, player  # noqa: F401  # fixtures

pytestmark = pytest.mark.browser
# The colour of the stage at court places, [r, g, b] each.
AT = """
  const done = arguments[arguments.length - 1];
  const places = arguments[0];
  import("/assets/js/court.js").then(({ extent, projection }) => {
    const stage = document.getElementById("stage");
    const court = arguments[1];
    const size = { width: stage.width, height: stage.height };
    const view = projection(court, 1, false, size);
    const context = stage.getContext("2d");
    done(places.map(([x, y]) => {
      const [left, top] = view.project({ x, y }).map(Math.round);
      return Array.from(context.getImageData(left, top, 1, 1).data.slice(0, 3));
    }));
  });
"""


def told(number: int, x_m: float, y_m: float, team: Team | None, left_px: float = 300.0) -> PlayerState:
    return replace(player(number, x_m, y_m, left_px), team=team)


def colours_at(browser: Any, places: list[tuple[float, float]]) -> np.ndarray:
    court = {name: getattr(FIBA, name) for name in ("length_m", "width_m", "baskets")}
    return np.array(browser.execute_async_script(AT, places, court), float)


def walk(box: Publisher, seconds: float, players: Any, ball: BallState | None = None) -> None:  # noqa: F811
    """Eight messages a second; `players` gives those of a time in s."""
    steps = round(8 * seconds)
    for index in range(steps):
        shown = tuple(players(index / 8))
        box.live(Snapshot(index, index / 8, (1280, 720), shown, ball, np.zeros((0, 4)), None), FIBA)
        time.sleep(1 / 8)


def test_a_trail_fades_in_the_colour_of_the_team(box: Publisher, page: Any) -> None:  # noqa: F811
    def moving(at_s: float) -> list[PlayerState]:
        return [
            told(4, 3.0 + 2.5 * at_s, -3.0, "A"),
            told(11, 3.0 + 2.5 * at_s, 3.0, "B", 800.0),
            told(7, 6.0, 0.2, None, 500.0),
        ]

    ball = BallState(np.array([340.0, 400.0]), np.zeros(2), 10.0, np.eye(2), TrackStatus.CONFIRMED, 0.8)
    walk(box, 0.5, moving)
    wait_until(lambda: page.find_element("id", "view-court").is_enabled(), "the court")
    walk(box, 3.0, moving, ball)
    behind = [7.7, 6.2, 4.6]
    first, second = (colours_at(page, [(x, y) for x in behind]) for y in (-3.0, 3.0))
    floor = colours_at(page, [(x, 0.9) for x in behind])
    keep_picture(page, "court-trail")
    away = np.linalg.norm(first - floor, axis=1)
    assert away[0] > away[1] > away[2] + 3, "the older, the fainter"
    assert away[0] > 40
    assert first[0, 2] > first[0, 0], "team A is blue"
    assert second[0, 0] > second[0, 2], "team B is yellow"


def test_no_line_is_drawn_where_a_number_jumps_across_the_court(box: Publisher, page: Any) -> None:  # noqa: F811
    def jumping(at_s: float) -> list[PlayerState]:
        return [told(4, 11.0 if at_s > 0.8 else 3.0, -3.0, "A")]

    walk(box, 0.4, jumping)
    wait_until(lambda: page.find_element("id", "view-court").is_enabled(), "the court")
    walk(box, 1.8, jumping)
    between, beside = colours_at(page, [(7.0, -3.0), (7.0, -2.3)])
    assert np.abs(between - beside).max() < 12
