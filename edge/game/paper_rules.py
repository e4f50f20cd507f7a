"""The paper's rules about possession, passes and shots, one function or constant each, by section. What it counts of
them (Tracking Passes; equations 9 and 10) is counted of any method's events, in edge/figures.py.

Its pictures are 3840 x 2160 with players of about 300 px height; every pixel figure is told here as printed and scaled
by `PLAYER_PX` to the height of the player that it is applied to, as edge/tracking does. Its players are followed at the
centre of the upper body; y is down, so the ball is below that centre where y_player - y_ball is negative.

Two sentences of Pass Determination, taken by the letter, contradict the paper's own results and its error analysis.
`Reading` names both ways to take them; `MEANT` is used, `PRINTED` is there to be measured.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from edge.game.still import still_candidates, still_person, still_rim
from edge.types import Rim, Snapshot, Team, TrackStatus

Point = tuple[float, float]

PLAYER_PX = 300.0
# Which share of a person's box is the upper body, as in tracking.
_UPPER = 0.5

# Ball Possession Decision; the same figures confirm a pass (Pass Confirmation).
_HAS_X_PX = 30.0
_HAS_Y_PX = (-70.0, 50.0)
# Pass Determination: Ball Release Detection.
_RELEASE_X_PX, _RELEASE_Y_PX = 50.0, -70.0
# Ball Motion Evaluation; Duration of Motion; Pass Candidate Identification.
_STRAIGHT_DEG = 10.0
MOTION_FRAMES = 5
_STAYED_PX = 30.0
# Shot Determination: 550..750 by 980..1200 and 3080..3280 by 1020..1240 reach this far from their middle, the ring.
_WINDOW_PX = (100.0, 110.0)
# Those windows are set by hand. Ours lie about the ring that was found; its width tells how tall a player is there: a
# ring is 0.45 m wide, a player 1.75 m tall.
_RINGS_TALL = 1.75 / 0.45


@dataclass(frozen=True, slots=True)
class Reading:
    """release_beyond: a ball further than 50 px aside is released, not one within 50 px, which would be every ball that
    somebody has. passer_stays: a pass candidate is where the passer is within 30 px of his place five frames ago, not
    where the ball still is, which no ball thrown to the side could be. The error analysis has both so: passes without
    lateral displacement are missed, and dribbles count where the ball separates and the player's position is stable.
    """

    release_beyond: bool
    passer_stays: bool


MEANT = Reading(release_beyond=True, passer_stays=True)
PRINTED = Reading(release_beyond=False, passer_stays=False)


@dataclass(frozen=True, slots=True)
class Body:
    """A player as the rules see him: the centre of his upper body, px; unit: pixels here for one of the paper's."""

    track_id: int
    team: Team | None
    x: float
    y: float
    unit: float
    court_xy_m: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Scene:
    """What the rules look at in one frame, as a camera that stands still would have seen it; ball: x, y px."""

    index: int
    time_s: float
    bodies: tuple[Body, ...]
    ball: Point
    rim: Rim | None


def look(snapshot: Snapshot) -> Scene | None:
    """None where the ball is lost: the rules have nothing to say then."""
    ball, move = snapshot.ball, snapshot.scene_from_image
    if ball is None or ball.status is TrackStatus.LOST:
        return None
    x, y = still_candidates(np.array([[*ball.xy_px, ball.radius_px, ball.confidence]]), move)[0, :2]
    bodies = []
    for player in snapshot.players:
        person = still_person(player, move)
        if player.status is not TrackStatus.LOST and person.height_px > 0:
            box, height = person.box, person.height_px
            middle = float(box[0] + box[2]) / 2, float(box[1]) + _UPPER / 2 * height
            bodies.append(Body(person.track_id, player.team, *middle, height / PLAYER_PX, person.court_xy_m))
    return Scene(snapshot.index, snapshot.time_s, tuple(bodies), (float(x), float(y)), still_rim(snapshot.rim, move))


def has_ball(body: Body, ball: Point) -> bool:
    """Ball Possession Decision: |x_player - x_ball| <= 30 px and -70 <= y_player - y_ball <= 50 px."""
    low, high = _HAS_Y_PX
    beside = abs(body.x - ball[0]) <= _HAS_X_PX * body.unit
    return beside and low * body.unit <= body.y - ball[1] <= high * body.unit


def possessor(bodies: Iterable[Body], ball: Point) -> Body | None:
    """Ball Possession Decision: of those who meet the conditions, the player closest to the ball."""
    candidates = [body for body in bodies if has_ball(body, ball)]
    return min(candidates, key=lambda body: math.hypot(body.x - ball[0], body.y - ball[1]), default=None)


def released(body: Body, ball: Point, reading: Reading = MEANT) -> bool:
    """Ball Release Detection: by the distance in x, or where y_player - y_ball is -70 px or less."""
    within = abs(body.x - ball[0]) <= _RELEASE_X_PX * body.unit
    return within is not reading.release_beyond or body.y - ball[1] <= _RELEASE_Y_PX * body.unit


def in_motion(ball: Sequence[Point]) -> bool:
    """Ball Motion Evaluation: the way of the ball's last step is within 10 degrees of the way of the step before.

    ball: its places, the latest last. The angle's second side is not printed: against the horizontal, no dribble could
    count, and the paper's often do."""
    if len(ball) < 3:
        return False
    (x0, y0), (x1, y1), (x2, y2) = list(ball)[-3:]
    before, now = (x1 - x0, y1 - y0), (x2 - x1, y2 - y1)
    lengths = math.hypot(*before) * math.hypot(*now)
    if lengths == 0:
        return False
    cosine = (before[0] * now[0] + before[1] * now[1]) / lengths
    return cosine >= math.cos(math.radians(_STRAIGHT_DEG))


def is_candidate(passer: Body, passer_before_x: float, ball: Point, reading: Reading = MEANT) -> bool:
    """Pass Candidate Identification: within 30 px in x of where the passer was five frames ago; else he dribbled."""
    now_x = passer.x if reading.passer_stays else ball[0]
    return abs(now_x - passer_before_x) <= _STAYED_PX * passer.unit


def at_ring(ball: Point, rim: Rim | None) -> bool:
    """Shot Determination: the ball is in the window about a ring."""
    if rim is None:
        return False
    unit = rim.width_px * _RINGS_TALL / PLAYER_PX
    return abs(ball[0] - rim.x_px) <= _WINDOW_PX[0] * unit and abs(ball[1] - rim.y_px) <= _WINDOW_PX[1] * unit
