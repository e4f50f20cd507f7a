"""Things that stand or lie about: cones, and what has their colour and is none; and light that changes."""

from __future__ import annotations

import math

import cv2
import numpy as np

from calibration.camera import Camera
from calibration.court import LAYOUTS, Court, layout_landmarks
from edge.simulator.backdrop import Look, fill_quad
from edge.simulator.observe import to_primitives
from edge.simulator.raster import PRIMITIVE
from edge.simulator.scenario import ANY, AUTO, CONE_COLOURS, Scenario, SimulatorError
from edge.types import FloatArray, Image

# From so many kinds of distractors on, team 0 wears the cones' colour.
JERSEY_FROM = 3
_PUT_DOWN_SIGMA_M = 0.01
_INSIDE_PX, _NEAREST_M = 12.0, 2.0
_PALE = np.array([225.0, 225.0, 225.0])
_PLATE_M = 0.02
_UP = np.array([0.0, 0.0, 1.0])
_LAMP_PERIOD_S = (23.0, 61.0)
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
        px, depth = camera.project(np.column_stack([marks, np.zeros(len(marks))]))
        with np.errstate(invalid="ignore"):
            inside = np.all((px > _INSIDE_PX) & (px < size - _INSIDE_PX), axis=1) & (depth > _NEAREST_M)
        if inside.all():
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


def cone_primitives(camera: Camera, cones_m: FloatArray, scenario: Scenario, look: Look, seed: int) -> FloatArray:
    """Rows of the rasteriser: tapered bodies with up to two pale bands, on square plates."""
    rng = np.random.default_rng([seed, 7])
    bands, dark_plate = int(rng.integers(3)), bool(rng.random() < 0.3)
    colour, height = look_colour(scenario, look), scenario.cone_height_m
    plate = np.array([44.0, 42.0, 40.0]) if dark_plate else colour * 0.92
    rows: list[FloatArray] = [np.zeros((0, PRIMITIVE))]
    for foot in cones_m:
        rows.append(_plate(camera, foot, 0.31 * height, plate, float(rng.uniform(0, math.pi / 2))))
        levels = np.linspace(_PLATE_M, height, 2 * bands + 2)
        radius = np.interp(levels, [0.0, height], [0.24 * height, 0.05 * height])
        for k in range(len(levels) - 1):
            ends = foot + levels[k] * _UP, foot + levels[k + 1] * _UP
            ink = _PALE if k % 2 else colour
            radii = np.array([[radius[k], radius[k + 1]]])
            rows.append(to_primitives(camera, ends[0][None], ends[1][None], radii, ink[None]))
    return np.concatenate(rows)


def _plate(camera: Camera, foot: FloatArray, half_m: float, colour: FloatArray, turn_rad: float) -> FloatArray:
    """A square plate on the floor, turned, as a row of thin bars."""
    along = np.array([math.cos(turn_rad), math.sin(turn_rad), 0.0])
    across = np.array([-along[1], along[0], 0.0])
    bar = _PLATE_M / 2
    offsets = np.arange(-half_m + bar, half_m - bar / 2, 1.6 * bar)
    middles = foot + offsets[:, None] * across + [0.0, 0.0, bar]
    ends = middles - (half_m - bar) * along, middles + (half_m - bar) * along
    return to_primitives(camera, *ends, np.full((len(offsets), 2), bar), np.tile(colour, (len(offsets), 1)))


def clutter(camera: Camera, scenario: Scenario, look: Look, seed: int) -> FloatArray:
    """A bag and a cushion of the cones' colour on the floor."""
    if scenario.distractors < 1:
        return np.zeros((0, PRIMITIVE))
    rng = np.random.default_rng([seed, 8])
    rows = []
    for radius, length in ((0.14, 0.35), (0.2, 0.1)):
        place = np.array([rng.uniform(2.0, 13.0), rng.uniform(-6.5, 6.5), radius])
        turn = rng.uniform(0, math.pi)
        reach = length / 2 * np.array([math.cos(turn), math.sin(turn), 0.0])
        ends = (place - reach)[None], (place + reach)[None]
        rows.append(to_primitives(camera, *ends, np.full((1, 2), radius), look_colour(scenario, look)[None]))
    return np.concatenate(rows)


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
