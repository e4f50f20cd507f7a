"""What the trackers believe, drawn over a frame so that a coach can read it: `courtside analyze --debug-tracks`."""

from __future__ import annotations

import cv2
import numpy as np

from edge.drawing import CYAN, MAGENTA, ORANGE, WHITE, Colour, dashed, ellipse, pixel, team_colour, write
from edge.types import BallMode, BallState, Explanation, Image, PlayerState, Snapshot, TrackStatus

PARTICLE = MAGENTA
FEET = (90, 220, 90)
_MOST_DOTS = 1500
_RIVAL = (70, 70, 235)
_WORDS = {
    BallMode.HELD: "held",
    BallMode.DRIBBLED: "dribbled",
    BallMode.PASSED: "passed",
    BallMode.IN_FLIGHT: "in flight",
    BallMode.LOOSE: "loose",
}
_LEGEND: tuple[tuple[str, Colour, str], ...] = (
    ("box", team_colour("A"), "player of team A: number, status"),
    ("box", team_colour("B"), "player of team B"),
    ("box", team_colour(None), "team not known, or an official"),
    ("thin", WHITE, "person as the detector saw it, joined to its player"),
    ("ellipse", WHITE, "where the player's middle is, 86 %"),
    ("rival", _RIVAL, "where another history has the player, and its share"),
    ("dots", PARTICLE, "where the ball may be: particles"),
    ("dots", FEET, "where players' feet may be: particles"),
    ("circle", ORANGE, "the ball: what moves it, and who has it"),
)


def player_words(player: PlayerState) -> str:
    """Number, team where it is known, and the status of one who is not simply seen."""
    words = player.status.value if player.status is not TrackStatus.CONFIRMED else ""
    return f"{player.track_id} {player.team or ''} {words}".replace("  ", " ").rstrip()


def draw_tracks(image: Image, snapshot: Snapshot, behind: Explanation, scale: float) -> None:
    """Marks of the trackers onto a picture (H, W, 3), and the legend that says what they are."""
    thin = max(1, round(scale))
    for box in behind.person_boxes:
        if np.all(np.isfinite(box)):
            _dashed_box(image, box, thin)
    for player in snapshot.players:
        _draw_player(image, player, behind, scale)
    for places, size, colour in (
        (behind.player_particles[:: max(1, len(behind.player_particles) // _MOST_DOTS)], 1.2, FEET),
        (behind.ball_particles, 1.6, PARTICLE),
    ):
        for place in places[np.all(np.isfinite(places), axis=1)]:
            cv2.circle(image, pixel(place), max(1, round(size * scale)), colour, -1)
    if snapshot.ball is not None:
        _draw_ball(image, snapshot.ball, scale)
    _draw_legend(image, scale)


def _dashed_box(image: Image, box: np.ndarray, thin: int) -> None:
    left, top, right, bottom = box
    corners = [np.array(corner) for corner in ((left, top), (right, top), (right, bottom), (left, bottom))]
    for start, end in zip(corners, [*corners[1:], corners[0]], strict=True):
        dashed(image, start, end, WHITE, thin, 5.0)


def _draw_player(image: Image, player: PlayerState, behind: Explanation, scale: float) -> None:
    if not np.all(np.isfinite(player.box)):
        return
    colour, thin = team_colour(player.team), max(1, round(scale))
    centre = (player.box[:2] + player.box[2:]) / 2
    ellipse(image, centre, player.covariance, colour, thin)
    taken = behind.box_of.get(player.track_id)
    if taken is not None:
        seen = behind.person_boxes[taken]
        cv2.line(image, pixel((seen[:2] + seen[2:]) / 2), pixel(centre), WHITE, thin, cv2.LINE_AA)
    rival = behind.rivals.get(player.track_id)
    if rival is not None:
        place, share = rival
        foot = np.array([centre[0], player.box[3]])
        dashed(image, foot, place, _RIVAL, max(2, thin), 7.0)
        cv2.circle(image, pixel(place), max(3, round(4 * scale)), _RIVAL, thin, cv2.LINE_AA)
        write(image, f"{player.track_id}? {100 * share:.0f} %", pixel(place + 6), _RIVAL, 0.42 * scale)
    above = pixel(player.box[:2] - np.array([0.0, 5 * scale]))
    write(image, player_words(player), above, colour, max(0.42, 0.5 * scale))


def _draw_ball(image: Image, ball: BallState, scale: float) -> None:
    ellipse(image, ball.xy_px, ball.covariance, CYAN, max(1, round(scale)))
    words = ball.status.value if ball.mode is None else _WORDS[ball.mode]
    if ball.status is not TrackStatus.CONFIRMED and ball.mode is not None:
        words += f", {ball.status.value}"
    if ball.holder_id is not None:
        words += f" by {ball.holder_id}"
    if np.all(np.isfinite(ball.xy_px)):
        write(image, words, pixel(ball.xy_px + np.array([1.6 * ball.radius_px, 0.0])), ORANGE, max(0.42, 0.5 * scale))


def _draw_legend(image: Image, scale: float) -> None:
    """Lower left corner, on a dark ground."""
    line, size = round(17 * scale), 0.4 * scale
    wide = max(cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, size, 1)[0][0] for *_, text in _LEGEND)
    top = image.shape[0] - line * len(_LEGEND) - round(8 * scale)
    ground = image[max(0, top) :, : wide + round(48 * scale)]
    ground[:] = ground // 3
    for row, (kind, colour, text) in enumerate(_LEGEND):
        y = top + round((row + 0.75) * line)
        _draw_sign(image, kind, colour, round(20 * scale), y - round(4 * scale), scale)
        write(image, text, (round(40 * scale), y), WHITE, size, outline=False)


def _draw_sign(image: Image, kind: str, colour: Colour, x: int, y: int, scale: float) -> None:
    half, thin = round(9 * scale), max(1, round(scale))
    if kind == "box":
        cv2.rectangle(image, (x - half, y - half // 2), (x + half, y + half // 2), colour, 2 * thin)
    elif kind == "thin":
        _dashed_box(image, np.array([x - half, y - half / 2, x + half, y + half / 2]), thin)
    elif kind == "ellipse":
        cv2.ellipse(image, (x, y), (half, half // 2), 0, 0, 360, colour, thin, cv2.LINE_AA)
    elif kind == "rival":
        dashed(image, np.array([x - half, y]), np.array([x + half, y]), colour, 2 * thin, 4.0)
    elif kind == "circle":
        cv2.circle(image, (x, y), half // 2, colour, 2 * thin, cv2.LINE_AA)
    else:
        for step in (-2, -1, 0, 1, 2):
            cv2.circle(image, (x + step * half // 2, y + (step % 2) * 3 - 1), thin, colour, -1)
