"""One frame's picture: the backdrop, shadows, bodies, ball, ring, net and cones in front of it, then the sensor."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from calibration.camera import Camera
from calibration.court import Court
from edge.simulator.backdrop import draw_basket, draw_look, light_field, render_room
from edge.simulator.body import CLOTH_PARTS, kit_colours
from edge.simulator.cones import draw_cones, draw_kind
from edge.simulator.flight import BALL_RADIUS_M, NET_LENGTH_M, RING_TUBE_M
from edge.simulator.observe import to_primitives
from edge.simulator.optics import NOISE_TILE, Sensor
from edge.simulator.props import any_kits, any_look, draw_props, kits
from edge.simulator.raster import BALL, CAPSULE, CLOTH, draw, shadows
from edge.simulator.scenario import ANY, Scenario
from edge.simulator.things import (
    CLUTTER_RADII_M,
    JERSEY_FROM,
    change_light,
    clutter,
    clutter_places,
    draw_signs,
    look_colour,
)
from edge.simulator.truth import Truth
from edge.types import FloatArray, Image

_STRIP = 32
# A ball in the floor is not drawn deeper than this, as where a long exposure ends beyond its bounce.
_DENT_M = 0.05


def ball_primitive(
    camera: Camera, position_m: FloatArray, velocity_m_s: FloatArray, shutter_s: float, colour: tuple[float, ...]
) -> FloatArray:
    """The ball, smeared over the time that the shutter is open."""
    ends = np.stack([position_m - velocity_m_s * shutter_s / 2, position_m + velocity_m_s * shutter_s / 2])
    ends[:, 2] = np.maximum(ends[:, 2], BALL_RADIUS_M - _DENT_M)
    radius = np.full((1, 2), BALL_RADIUS_M)
    row = to_primitives(camera, ends[:1], ends[1:], radius, np.array([colour]))
    row[:, 13] = BALL
    return row


def net_lines(court: Court, ball: FloatArray | None) -> tuple[FloatArray, FloatArray]:
    """Ends (N, 3), (N, 3) of the net's cords; a ball inside pushes them out around it and lets the end swing."""
    levels, around = 6, 12
    depth = np.linspace(0.0, NET_LENGTH_M, levels)
    radius = np.array([0.225, 0.19, 0.162, 0.142, 0.13, 0.128])
    centre = court.rim_centre(1)
    points = np.empty((levels, around, 3))
    for level in range(levels):
        angle = (np.arange(around) + 0.5 * (level % 2)) * 2 * math.pi / around
        reach, lift = radius[level], 0.0
        if ball is not None:
            below = centre[2] - depth[level] - ball[2]
            near = max(0.0, 1.0 - abs(below) / 0.2)
            inside = near * max(0.0, 1.0 - math.dist(ball[:2], centre[:2]) / 0.25)
            reach = max(reach, inside * (BALL_RADIUS_M + 0.012))
            lift = 0.16 * inside * level / levels if below < 0 else 0.0
        points[level, :, 0] = centre[0] + reach * np.cos(angle)
        points[level, :, 1] = centre[1] + reach * np.sin(angle)
        points[level, :, 2] = centre[2] - depth[level] + lift
    first, second = [], []
    for level in range(levels - 1):
        shift = level % 2
        first += [points[level], points[level]]
        second += [np.roll(points[level + 1], -shift, axis=0), np.roll(points[level + 1], 1 - shift, axis=0)]
    return np.concatenate(first), np.concatenate(second)


class Renderer:
    """Draws frames of one gym. Everything that does not move is drawn once, when it is made."""

    def __init__(
        self,
        camera: Camera,
        court: Court,
        walls_m: tuple[float, float, float, float],
        scenario: Scenario,
        seed: int,
        cones_m: FloatArray,
    ) -> None:
        rng = np.random.default_rng([seed, 2])
        self.camera, self.court, self.scenario, self.seed = camera, court, scenario, seed
        self.look, self._props = draw_look(rng), draw_props(scenario, seed)
        if scenario.props == ANY:
            self.look = any_look(self.look, np.random.default_rng([seed, 13]))
        jersey = look_colour(scenario, self.look) if scenario.distractors >= JERSEY_FROM else None
        dress = any_kits if scenario.props == ANY else kits
        colours = [kit_colours(kit) for kit in dress(scenario, rng, jersey)]
        self._kits = np.concatenate(colours) if colours else np.zeros((0, 3))
        image, depth = render_room(camera, court, walls_m, self.look, rng, scenario)
        draw_signs(image, depth, camera, scenario, self.look, seed)
        draw_basket(image, depth, camera, court, self._props.board)
        self._floor = floor_map(camera)
        places = clutter_places(scenario, cones_m, seed)
        self._things = clutter(camera, places, look_colour(scenario, self.look))
        middles = 0.5 * (places[:, :2] + places[:, 3:5])
        for (x, y), radius in zip(middles, CLUTTER_RADII_M, strict=False):
            self._darken(image, np.array([(x, y, 1.5 * radius, 0.45)]))
        before, cone_rng = depth.copy(), np.random.default_rng([seed, 7])
        kind = draw_kind(scenario.cone_height_m, look_colour(scenario, self.look), cone_rng)
        draw_cones(image, depth, camera, cones_m, kind, cone_rng)
        # Shadows of what walks by fall on the floor, not on the cones before it.
        self._floor[depth < before] = np.nan
        more_axes = np.random.default_rng([seed, 15]).normal(size=(scenario.extra_balls, 3))
        self._spin_axes = np.concatenate([rng.normal(size=(1, 3)), more_axes])
        self._skins = np.array([skin.row() for skin in self._props.balls])
        width, height = camera.image_size
        field = light_field(self.look, width, height)
        if scenario.blur_px > 0:
            image = cv2.GaussianBlur(image, (0, 0), scenario.blur_px)
        self._backdrop = np.clip(image * field, 0, 255).astype(np.uint8)
        self._light = field[:, :, 0]
        self._depth = depth
        self._buffer = depth.copy()
        self._fixed = self._ring_and_net(None)
        noise = np.clip(np.round(rng.normal(0.0, scenario.noise, NOISE_TILE)), -40, 40).astype(np.int8)
        self._sensor = Sensor(scenario, seed, noise)

    def _ring_and_net(self, ball: FloatArray | None) -> FloatArray:
        ring = self.court.ring(36)
        ring += (ring - self.court.rim_centre(1)) * (RING_TUBE_M / 0.225)
        tube = np.full((len(ring), 2), RING_TUBE_M)
        colour = np.array([self._props.ring])
        hoop = to_primitives(self.camera, ring, np.roll(ring, -1, axis=0), tube, colour)
        if self._props.net is None:
            return hoop
        first, second = net_lines(self.court, ball)
        colours = np.repeat(self._props.net, len(first) // len(self._props.net), axis=0)
        cords = to_primitives(self.camera, first, second, np.full((len(first), 2), 0.0045), colours)
        return np.concatenate([cords, hoop])

    def picture(self, truth: Truth, bodies: FloatArray, ball: FloatArray | None) -> Image:
        """The frame of `truth`, (H, W, 3) uint8 BGR, of all bodies' capsules (N, 14) and the main ball's state (7,)."""
        image = self._backdrop.copy()
        np.copyto(self._buffer, self._depth)
        # The main ball is number 0 whether it is there or not.
        states = [ball, *(np.concatenate([one.position_m, one.velocity_m_s]) for one in truth.other_balls)]
        self._shade_floor(image, truth, [state for state in states if state is not None])
        if len(bodies):
            bodies = bodies.copy()
            bodies[:, 10:13] = self._kits
            bodies[:, 13] = np.where(np.tile(CLOTH_PARTS, len(truth.players)), CLOTH, CAPSULE)
        balls = {number: state for number, state in enumerate(states) if state is not None}
        near_ring = [one for one in balls.values() if np.linalg.norm(one[:3] - self.court.rim_centre(1)) < 0.8]
        rows = [bodies, self._ring_and_net(near_ring[0]) if near_ring else self._fixed, self._things]
        spins = np.zeros((len(states), 3, 3))
        for number, state in balls.items():
            colour = self._props.balls[number].colour
            rows.append(ball_primitive(self.camera, state[:3], state[3:6], self.scenario.shutter_s, colour))
            rows[-1][:, 13] += number
            turn = 3.6 * float(state[0] + state[1]) + 3.0 * float(state[2])
            spins[number] = _turned(self._spin_axes[number], turn)
        primitives = self._lit(np.concatenate(rows))
        order = np.argsort(-0.5 * (primitives[:, 4] + primitives[:, 5]), kind="stable")
        draw(image, self._buffer, primitives, order, self._skins, spins)
        if self.scenario.lamp_change > 0:
            image = change_light(image, self.scenario.lamp_change, truth.time_s, self.seed)
        return self._sensor.picture(image, truth.index)

    def _lit(self, primitives: FloatArray) -> FloatArray:
        """The scene's light at each primitive."""
        height, width = self._light.shape
        x = np.clip(0.5 * (primitives[:, 0] + primitives[:, 2]), 0, width - 1).astype(int)
        y = np.clip(0.5 * (primitives[:, 1] + primitives[:, 3]), 0, height - 1).astype(int)
        primitives[:, 10:13] *= self._light[y, x][:, None]
        return primitives

    def _shade_floor(self, image: Image, truth: Truth, balls: list[FloatArray]) -> None:
        """Soft shadows under ankles, pelvis and balls: the higher above the floor, the wider and paler."""
        blobs = []
        for player in truth.players:
            ankles, hips = player.keypoints_m[15:17], player.keypoints_m[11:13].mean(axis=0)
            blobs += [(x, y, 0.16 + 0.4 * (z - 0.09), 0.36 / (1.0 + 4.0 * (z - 0.09))) for x, y, z in ankles]
            blobs.append((hips[0], hips[1], 0.55, 0.22))
        for ball in balls:
            blobs.append((ball[0], ball[1], 0.14 + 0.10 * ball[2], 0.40 / (1.0 + 1.6 * ball[2])))
        if blobs:
            self._darken(image, np.array(blobs))

    def _darken(self, image: Image, spots: FloatArray) -> None:
        """Shadows (N, 4) on the floor, in place: x, y, radius m and strength."""
        corners = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]], dtype=float)
        flat = spots[:, None, :2] + corners[None] * spots[:, None, 2:3]
        px, depth = self.camera.project(np.concatenate([flat, np.zeros((*flat.shape[:2], 1))], axis=2))
        boxes = np.concatenate([px.min(axis=1), px.max(axis=1)], axis=1)
        seen = np.all(depth > 0.3, axis=1) & np.isfinite(boxes).all(axis=1)
        shadows(image, self._floor, spots[seen], boxes[seen])


def floor_map(camera: Camera) -> npt.NDArray[np.float32]:
    """The place on the floor (H, W, 2) m that each pixel sees; NaN where it sees none."""
    width, height = camera.image_size
    places = np.empty((height, width, 2), np.float32)
    for top in range(0, height, _STRIP):
        x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(top, min(top + _STRIP, height)) + 0.5)
        places[top : top + _STRIP] = camera.floor(np.stack([x, y], axis=-1))
    return places


def _turned(axis: FloatArray, angle_rad: float) -> FloatArray:
    """Rotation matrix (3, 3) about an axis."""
    unit = axis / np.linalg.norm(axis)
    return np.asarray(cv2.Rodrigues(unit * angle_rad)[0])
