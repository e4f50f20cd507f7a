"""Where cones stand and what colour they have; things of that colour that are none; light that changes."""

from __future__ import annotations

import math

import cv2
import numpy as np

from calibration.camera import Camera
from calibration.court import LAYOUTS, Court, layout_landmarks
from edge.simulator.backdrop import Look, fill_quad
from edge.simulator.observe import to_primitives
from edge.simulator.scenario import ANY, AUTO, CONE_COLOURS, Scenario, SimulatorError
from edge.types import FloatArray, Image

# From so many kinds of distractors on, team 0 wears the cones' colour.
JERSEY_FROM = 3
_PUT_DOWN_SIGMA_M = 0.01
_INSIDE_PX, _NEAREST_M, _LEAST_DEPTH_M = 12.0, 2.5, 2.0
_CLEAR_M = 0.7
_LAMP_PERIOD_S = (23.0, 61.0)
CLUTTER_RADII_M, _CLUTTER_LENGTHS_M = (0.14, 0.2), (0.35, 0.1)
_BGR: dict[str, tuple[float, float, float]] = {
    "red": (40.0, 40.0, 214.0),
    "yellow": (38.0, 206.0, 238.0),
    "green": (64.0, 176.0, 58.0),
    "blue": (204.0, 96.0, 34.0),
    "pink": (170.0, 74.0, 236.0),
}


def cone_layout(camera: Camera, court: Court, scenario: Scenario, seed: int) -> str:
    """The layout on which the cones stand; "auto": one of the largest in the picture. Raises SimulatorError."""
    if scenario.cone_layout != AUTO:
        return scenario.cone_layout
    seen = visible_layouts(camera, court)
    if not seen:
        raise SimulatorError("no cone layout is whole in the picture: choose another mount or seed")
    spans = [_span(camera, court, name) for name in seen]
    order = sorted(range(len(seen)), key=lambda k: -spans[k])
    # Coaches take the largest mostly, not always.
    rng = np.random.default_rng([seed, 5])
    return seen[order[min(int(rng.geometric(0.7)) - 1, len(order) - 1)]]


def visible_layouts(camera: Camera, court: Court) -> list[str]:
    """Names of the layouts of which every landmark is in the picture."""
    size, names = np.array(camera.image_size), []
    for name in LAYOUTS:
        if name == "full-court" and court.baskets == 1:
            continue
        marks = np.array(list(layout_landmarks(court, name).values()))
        floor = np.column_stack([marks, np.zeros(len(marks))])
        px, depth = camera.project(floor)
        near = np.linalg.norm(floor - camera.centre, axis=1) < _NEAREST_M
        with np.errstate(invalid="ignore"):
            inside = np.all((px > _INSIDE_PX) & (px < size - _INSIDE_PX), axis=1) & (depth > _LEAST_DEPTH_M)
        if np.all(inside & ~near):
            names.append(name)
    return names


def _span(camera: Camera, court: Court, layout: str) -> float:
    """How much of the picture a layout's landmarks span, px^2."""
    marks = np.array(list(layout_landmarks(court, layout).values()))
    px, _ = camera.project(np.column_stack([marks, np.zeros(len(marks))]))
    return float(cv2.contourArea(cv2.convexHull(px.astype(np.float32))))


def put_cones(court: Court, layout: str, rng: np.random.Generator) -> FloatArray:
    """Middles (N, 3) m of the cones' feet, each put down by hand on its landmark."""
    marks = np.array(list(layout_landmarks(court, layout).values()))
    marks = marks + rng.normal(0.0, _PUT_DOWN_SIGMA_M, marks.shape)
    return np.column_stack([marks, np.zeros(len(marks))])


def look_colour(scenario: Scenario, look: Look) -> FloatArray:
    """The cones' colour (3,) BGR; "any" has been resolved by `resolve_colour`."""
    if scenario.cone_colour == "orange":
        return look.cone
    return np.array(_BGR[scenario.cone_colour]) * (look.cone[2] / 240.0)


def resolve_colour(scenario: Scenario, seed: int) -> str:
    """The colour's name, drawn by seed where any will do; orange is the commonest."""
    if scenario.cone_colour != ANY:
        return scenario.cone_colour
    shares = [0.4, 0.12, 0.12, 0.12, 0.12, 0.12]
    return str(np.random.default_rng([seed, 6]).choice(CONE_COLOURS, p=shares))


def clutter_places(scenario: Scenario, cones_m: FloatArray, seed: int) -> FloatArray:
    """A bag and a cushion on the floor, (2, 6): ends of their middle line, m. None of them lies on a cone."""
    if scenario.distractors < 1:
        return np.zeros((0, 6))
    rng = np.random.default_rng([seed, 8])
    rows = []
    for radius, length in zip(CLUTTER_RADII_M, _CLUTTER_LENGTHS_M, strict=True):
        place = np.array([rng.uniform(2.0, 13.0), rng.uniform(-6.5, 6.5), radius])
        turn = rng.uniform(0, math.pi)
        while len(cones_m) and np.linalg.norm(cones_m[:, :2] - place[:2], axis=1).min() < _CLEAR_M:
            place[:2] = rng.uniform(2.0, 13.0), rng.uniform(-6.5, 6.5)
        half = length / 2 * np.array([math.cos(turn), math.sin(turn), 0.0])
        rows.append(np.concatenate([place - half, place + half]))
    return np.array(rows)


def clutter(camera: Camera, places: FloatArray, colour: FloatArray) -> FloatArray:
    """Rows of the rasteriser (N, 14) for what lies about at `places`."""
    radii = np.column_stack([CLUTTER_RADII_M, CLUTTER_RADII_M])[: len(places)]
    return to_primitives(camera, places[:, :3], places[:, 3:], radii, np.tile(colour, (len(places), 1)))


def draw_signs(image: Image, depth: FloatArray, camera: Camera, scenario: Scenario, look: Look, seed: int) -> None:
    """A sign of the cones' colour on each of two walls, in place."""
    if scenario.distractors < 2:
        return
    rng = np.random.default_rng([seed, 9])
    colour = look_colour(scenario, look)
    x, y, z = rng.uniform(4.0, 12.0), rng.uniform(-5.0, 5.0), rng.uniform(2.0, 3.0)
    wide, high = rng.uniform(0.4, 1.2), rng.uniform(0.3, 0.8)
    for wall_y in (9.58, -12.58):
        fill_quad(image, depth, camera, _upright((x, wall_y), (x + wide, wall_y), z, z + high), colour)
    fill_quad(image, depth, camera, _upright((16.38, y), (16.38, y + wide), z, z + high), colour)


def _upright(first: tuple[float, float], second: tuple[float, float], low: float, high: float) -> FloatArray:
    return np.array([[*first, low], [*second, low], [*second, high], [*first, high]])


def change_light(image: Image, amount: float, time_s: float, seed: int) -> Image:
    """The picture under lamps and daylight that come and go: its brightness, and from which side it comes."""
    rng = np.random.default_rng([seed, 10])
    phase, period = rng.uniform(0, 2 * math.pi, 2), rng.uniform(*_LAMP_PERIOD_S, 2)
    gain, slope = amount * np.sin(2 * math.pi * time_s / period + phase)
    columns = 1.0 + gain + slope * np.linspace(-1.0, 1.0, image.shape[1])
    field = np.broadcast_to(columns.astype(np.float32)[None, :, None], image.shape)
    return np.asarray(cv2.multiply(image, np.ascontiguousarray(field), dtype=cv2.CV_8U), dtype=np.uint8)
