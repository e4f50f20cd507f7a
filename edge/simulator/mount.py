"""Where the camera hangs, and what it therefore knows: pose by seed, the whole calibration, the ring in the image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calibration.camera import Camera, look_at
from calibration.court import Court
from calibration.store import Calibration, from_camera, ring_box
from edge.simulator.scenario import SimulatorError


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
# x0, x1, y0, y1: the room is a little larger than the half court and its camera's wall.
WALLS_M = (-15.0, 16.4, -12.6, 9.6)


def place_camera(mount: str, rng: np.random.Generator, width: int, height: int) -> Camera:
    """The camera of a mount; "any" draws one of them. Scatter (and the choice) follow `rng`."""
    names = list(MOUNT_TABLE)
    drawn = names[int(rng.integers(len(names)))]
    scatter = rng.uniform(-1.0, 1.0, 6)
    chosen = MOUNT_TABLE[drawn if mount == "any" else mount]
    position = np.array(chosen.position_m) + chosen.scatter_m * scatter[:3] * [1.0, 0.4, 1.0]
    target = np.array(chosen.target_m) + chosen.scatter_m * scatter[3:] * [1.0, 1.0, 0.5]
    # The field of view is meant for 16:9; another shape keeps the vertical field where it is narrower.
    wide = np.tan(np.radians(chosen.fov_deg) / 2) * min(1.0, (width / height) / (16 / 9))
    return look_at(position, target, (width, height), float(np.degrees(2 * np.arctan(wide))))


def gym_calibration(camera: Camera, court: Court) -> Calibration:
    """Everything the camera knows, the projected ring's box included. Raises SimulatorError if it does not see it."""
    rim = ring_box(camera, court)
    if rim is None:
        width, height = camera.image_size
        raise SimulatorError(f"the camera does not see the whole ring at {width}x{height}: choose another mount")
    return from_camera(camera, rim, court.name)
