"""Draws what the box understood onto the picture it was understood from."""

from __future__ import annotations

from collections import deque
from itertools import pairwise

import cv2
import numpy as np

from calibration.court import Court
from edge.court_map import CourtMap
from edge.drawing import GREY, ORANGE, WHITE, YELLOW, pixel, team_colour, write
from edge.track_marks import draw_tracks, player_words
from edge.types import (
    BallState,
    Explanation,
    FloatArray,
    Frame,
    Image,
    Outcome,
    PlayerState,
    Rim,
    ShotEvent,
    ShotPhase,
    Snapshot,
    TrackStatus,
)
from edge.vision.scene import apply, identity, invert

# Pairs of COCO keypoints that a limb joins.
_ARMS_AND_LEGS = ((5, 7), (7, 9), (6, 8), (8, 10), (11, 13), (13, 15), (12, 14), (14, 16))
_TRUNK_AND_NECK = ((5, 6), (11, 12), (5, 11), (6, 12), (0, 5), (0, 6))
_LIMBS = (*_ARMS_AND_LEGS, *_TRUNK_AND_NECK)
_LEAST_KEYPOINT_CONFIDENCE = 0.25
_TRAIL_FRAMES = 24
_SEEN = (TrackStatus.CONFIRMED, TrackStatus.TENTATIVE)
# The court's map: its share of the picture's width, and how much of the picture shines through.
_MAP_SHARE, _MAP_OPAQUE = 0.2, 0.82

COLOURS = {Outcome.MADE: (90, 200, 60), Outcome.MISSED: (70, 70, 235), Outcome.UNKNOWN: GREY, None: WHITE}


class Annotator:
    """Keeps the ball's last positions and the shots so far; `draw` is called once for every frame, in order.

    court: where it is calibrated, a map of it is drawn into the corner. tracks: draw what the trackers believe, too.
    """

    def __init__(self, court: Court | None = None, tracks: bool = False) -> None:
        self._court, self._tracks = court, tracks
        self._map: CourtMap | None = None
        # A place a frame, in pixels of the scene; None where the ball was not seen.
        self._trail: deque[FloatArray | None] = deque(maxlen=_TRAIL_FRAMES)
        self._shots: dict[str, ShotEvent] = {}

    def draw(
        self, frame: Frame, snapshot: Snapshot, events: tuple[ShotEvent, ...], behind: Explanation | None = None
    ) -> Image:
        """A copy of the frame (H, W, 3) BGR with players, limbs, ball, its trail, rim and the shots so far."""
        image = frame.image.copy()
        scale = max(0.4, image.shape[0] / 720)
        self._shots.update({event.shot_id: event for event in events})
        self._follow(snapshot)
        if snapshot.rim is not None:
            _draw_rim(image, snapshot.rim, scale)
        for player in snapshot.players:
            _draw_player(image, player, scale, named=not self._tracks)
        self._draw_trail(image, snapshot, scale)
        for x, y, *_ in snapshot.ball_candidates:
            cv2.circle(image, (round(float(x)), round(float(y))), max(2, round(2 * scale)), YELLOW, -1, cv2.LINE_AA)
        if snapshot.ball is not None:
            _draw_ball(image, snapshot.ball, scale)
        if behind is not None:
            if self._tracks:
                draw_tracks(image, snapshot, behind, scale)
            self._draw_map(image, snapshot, behind)
        self._draw_caption(image, frame, scale)
        return image

    def _draw_map(self, image: Image, snapshot: Snapshot, behind: Explanation) -> None:
        """Lower right corner."""
        if self._court is None:
            return
        if self._map is None:
            self._map = CourtMap(self._court, max(160, round(_MAP_SHARE * image.shape[1])))
        holder = None if snapshot.ball is None else snapshot.ball.holder_id
        drawn = self._map.draw(snapshot.players, behind.trails, snapshot.time_s, holder)
        height, width = min(drawn.shape[0], image.shape[0]), min(drawn.shape[1], image.shape[1])
        corner = image[image.shape[0] - height :, image.shape[1] - width :]
        corner[:] = cv2.addWeighted(drawn[:height, :width], _MAP_OPAQUE, corner, 1 - _MAP_OPAQUE, 0)

    def _follow(self, snapshot: Snapshot) -> None:
        ball = snapshot.ball
        if snapshot.scene_cut:
            self._trail.clear()
        if ball is None or ball.status not in _SEEN or not np.all(np.isfinite(ball.xy_px)):
            self._trail.append(None)
        elif snapshot.scene_from_image is None:
            self._trail.append(np.array(ball.xy_px))
        else:
            self._trail.append(apply(snapshot.scene_from_image, ball.xy_px))

    def _draw_trail(self, image: Image, snapshot: Snapshot, scale: float) -> None:
        """Lines between places of frames that follow one another, where those lie in this frame."""
        to_image = identity() if snapshot.scene_from_image is None else invert(snapshot.scene_from_image)
        places = [None if place is None else pixel(apply(to_image, place)) for place in self._trail]
        for earlier, later in pairwise(places):
            if earlier is not None and later is not None:
                cv2.line(image, earlier, later, ORANGE, max(1, round(2 * scale)), cv2.LINE_AA)

    def _draw_caption(self, image: Image, frame: Frame, scale: float) -> None:
        made = sum(shot.outcome is Outcome.MADE for shot in self._shots.values())
        text = f"{frame.time_s:6.2f} s   {_count(len(self._shots), 'shot')}   {made} made"
        height = round(30 * scale)
        image[:height] = image[:height] // 3
        write(image, text, (round(10 * scale), round(21 * scale)), WHITE, 0.55 * scale)
        x = image.shape[1] - round(16 * scale)
        for shot in reversed(self._shots.values()):
            done = shot.phase is ShotPhase.END or shot.outcome is not None
            cv2.circle(image, (x, height // 2), round(8 * scale), COLOURS[shot.outcome], -1 if done else 2, cv2.LINE_AA)
            x -= round(22 * scale)
            if x < image.shape[1] // 2:
                break


def _draw_player(image: Image, player: PlayerState, scale: float, named: bool) -> None:
    if not np.all(np.isfinite(player.box)):
        return
    left, top, right, bottom = (round(float(value)) for value in player.box)
    colour = team_colour(player.team) if player.status in _SEEN else GREY
    cv2.rectangle(image, (left, top), (right, bottom), colour, max(1, round(1.5 * scale)), cv2.LINE_AA)
    if named:
        write(image, player_words(player), (left + 2, top - round(5 * scale)), colour, 0.55 * scale)
    if player.keypoints is None:
        return
    points = np.asarray(player.keypoints)
    visible = np.all(np.isfinite(points[:, :2]), axis=1) & (points[:, 2] >= _LEAST_KEYPOINT_CONFIDENCE)
    pixels = np.where(visible[:, None], points[:, :2], 0).round().astype(int)
    for first, second in _LIMBS:
        if visible[first] and visible[second]:
            ends = tuple(pixels[first].tolist()), tuple(pixels[second].tolist())
            cv2.line(image, *ends, WHITE, max(1, round(2 * scale)), cv2.LINE_AA)


def _draw_ball(image: Image, ball: BallState, scale: float) -> None:
    if not np.all(np.isfinite(ball.xy_px)):
        return
    centre = (round(float(ball.xy_px[0])), round(float(ball.xy_px[1])))
    colour = ORANGE if ball.status in _SEEN else GREY
    cv2.circle(image, centre, max(3, round(ball.radius_px)), colour, max(1, round(2 * scale)), cv2.LINE_AA)


def _draw_rim(image: Image, rim: Rim, scale: float) -> None:
    centre = (round(rim.x_px), round(rim.y_px))
    axes = (max(1, round(rim.width_px / 2)), max(1, round(rim.height_px / 2)))
    cv2.ellipse(image, centre, axes, 0, 0, 360, (60, 60, 255), max(1, round(2 * scale)), cv2.LINE_AA)


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
