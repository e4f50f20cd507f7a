"""Where the camera hangs, and what it therefore knows: pose by seed, the whole calibration, the ring in the image."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from calibration.camera import Camera, look_at
from calibration.court import Court
from calibration.model import Calibration, from_camera, ring_box
from edge.simulator.scenario import SimulatorError
from edge.simulator.things import visible_layouts


@dataclass(frozen=True, slots=True)
class Mount:
    """Camera place and aim (3,) m, horizontal field of view, and how far each may move by seed."""

    position_m: tuple[float, float, float]
    target_m: tuple[float, float, float]
    fov_deg: float
    scatter_m: float


MOUNT_TABLE: dict[str, Mount] = {
    "sideline": Mount((9.0, -11.0, 3.6), (9.9, 0.0, 1.82), 54.0, 0.0),
    "high": Mount((7.6, -12.4, 4.6), (8.6, 0.0, 1.35), 66.0, 0.15),
    "corner": Mount((1.6, -10.4, 4.2), (9.9, 0.2, 1.6), 58.0, 0.25),
    "baseline": Mount((15.6, -9.6, 3.8), (9.3, 0.3, 1.4), 66.0, 0.2),
}
_WALL_HEIGHT_M, _WALL_FOV_DEG, _WIDE_DEG = (2.5, 5.0), (60.0, 110.0), 85.0
# Standard deviation of the optical axis from the middle, in widths of the picture.
_AXIS_WIDTHS = 0.01
_BRACKET_M = 0.3
_TRIES = 4000
# x0, x1, y0, y1: the room is a little larger than the half court and its camera's wall.
WALLS_M = (-15.0, 16.4, -12.6, 9.6)


def place_camera(mount: str, rng: np.random.Generator, width: int, height: int, court: Court) -> Camera:
    """The camera of a mount; "any" draws one of the table, "wall" any place on the walls. All follows `rng`."""
    if mount == "wall":
        return _on_a_wall(rng, width, height, court)
    names = list(MOUNT_TABLE)
    drawn = names[int(rng.integers(len(names)))]
    scatter = rng.uniform(-1.0, 1.0, 6)
    chosen = MOUNT_TABLE[drawn if mount == "any" else mount]
    position = np.array(chosen.position_m) + chosen.scatter_m * scatter[:3] * [1.0, 0.4, 1.0]
    target = np.array(chosen.target_m) + chosen.scatter_m * scatter[3:] * [1.0, 1.0, 0.5]
    # The field of view is meant for 16:9; another shape keeps the vertical field where it is narrower.
    wide = np.tan(np.radians(chosen.fov_deg) / 2) * min(1.0, (width / height) / (16 / 9))
    return look_at(position, target, (width, height), float(np.degrees(2 * np.arctan(wide))))


def _on_a_wall(rng: np.random.Generator, width: int, height: int, court: Court) -> Camera:
    """A camera 2.5 to 5 m up on the half court's walls that sees the ring and the cones of some layout."""
    for _ in range(_TRIES):
        camera = _try_wall(rng, width, height)
        if ring_box(camera, court) is not None and visible_layouts(camera, court):
            return camera
    raise SimulatorError(f"no place on the walls sees ring and cones at {width}x{height}: use a wider picture")


def _try_wall(rng: np.random.Generator, width: int, height: int) -> Camera:
    _, right, low, high = WALLS_M
    side = float(rng.choice([low + _BRACKET_M, high - _BRACKET_M]))
    places = {
        "corner": (rng.choice([rng.uniform(-3.0, 1.0), right - rng.uniform(_BRACKET_M, 1.5)]), side),
        "sideline": (rng.uniform(2.0, 13.0), side),
        "baseline": (right - _BRACKET_M, rng.uniform(low + 2.0, high - 2.0)),
    }
    x, y = places[str(rng.choice(list(places)))]
    position = np.array([float(x), float(y), rng.uniform(*_WALL_HEIGHT_M)])
    target = np.array([rng.uniform(7.0, 12.5), rng.uniform(-2.5, 2.5), rng.uniform(0.2, 1.8)])
    fov = rng.uniform(*_WALL_FOV_DEG)
    bend = float(rng.uniform(0.5 if fov > _WIDE_DEG else 0.75, 1.0))
    half = np.radians(fov) / 2
    # theta -> tan(bend theta) / bend runs from a pinhole (1) to a stereographic lens (0.5).
    edge = np.tan(bend * half) / bend
    camera = look_at(position, target, (width, height), float(np.degrees(2 * np.arctan(edge))))
    roll = cv2.Rodrigues(np.array([0.0, 0.0, np.radians(rng.uniform(-3.0, 3.0))]))[0]
    R = roll @ camera.R
    K = camera.K.copy()
    # Where the lens was glued on: the optical axis does not quite go through the picture's middle.
    K[:2, 2] += np.clip(rng.normal(0.0, _AXIS_WIDTHS, 2), -2.5 * _AXIS_WIDTHS, 2.5 * _AXIS_WIDTHS) * width
    reach = edge * np.hypot(1.0, height / width) * (1.0 + 5.0 * _AXIS_WIDTHS)
    return replace(camera, K=K, R=R, t=-R @ position, distortion=_division(bend, reach))


def _division(bend: float, reach: float) -> tuple[float, float]:
    """The division model's two coefficients nearest to a lens of the family, out to `reach` focal lengths."""
    if bend > 0.999:
        return 0.0, 0.0
    seen = np.linspace(0.02, reach, 60)
    ideal = np.tan(np.arctan(bend * seen) / bend)
    good = (np.arctan(bend * seen) / bend < 0.97 * np.pi / 2) & (ideal > 0)
    system = np.column_stack([seen**2, seen**4])[good]
    first, second = np.linalg.lstsq(system, (seen / ideal - 1.0)[good], rcond=None)[0]
    return float(first), float(second)


def gym_calibration(camera: Camera, court: Court) -> Calibration:
    """Everything the camera knows, the projected ring's box included. Raises SimulatorError if it does not see it."""
    rim = ring_box(camera, court)
    if rim is None:
        width, height = camera.image_size
        raise SimulatorError(f"the camera does not see the whole ring at {width}x{height}: choose another mount")
    return from_camera(camera, rim, court.name)
