"""What a flight is fitted to, and what is known of shots, cameras and balls before one is seen."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from calibration.camera import Camera
from calibration.court import Court
from edge.types import FloatArray

# The unknowns of a fit: position (3) m and velocity (3) m/s at its reference time, log of the drag against the usual,
# lift per second, log of how much too large balls are seen, and the camera's error in its own standard deviations (10).
POSITION, VELOCITY, STATE, FLIGHT = slice(0, 3), slice(3, 6), slice(0, 6), slice(0, 8)
DRAG, LIFT, SIZE, CAMERA = 6, 7, 8, slice(9, 19)
UNKNOWNS = 19


@dataclass(frozen=True, slots=True)
class BallTrack:
    """Where the ball was seen, at most once a frame: times_s (N,), xy_px (N, 2), radius_px (N,). Wrong sightings are
    allowed; NaN means not seen, or in radius_px alone, of unknown size."""

    times_s: FloatArray
    xy_px: FloatArray
    radius_px: FloatArray


@dataclass(frozen=True, slots=True)
class Launch:
    """When the ball left the hands, on the track's clock, and where the shooter's feet were on the floor (2,) m with
    covariance (2, 2) m^2; None where nobody knows."""

    time_s: float
    place_m: FloatArray | None = None
    place_covariance_m2: FloatArray | None = None
    time_sigma_s: float = 0.03


@dataclass(frozen=True, slots=True)
class Basket:
    """rim_m (3,): the ring's centre; ring_radius_m: of its inner edge; board_x_m: the board's front, which spans
    board_half_m to both sides of the ring and board_m from the lowest to the highest, m above the floor."""

    rim_m: FloatArray
    ring_radius_m: float
    board_x_m: float
    board_half_m: float
    board_m: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Standard deviations of what a fit has to allow for.

    pixel_px: a sighting's centre in a picture 1280 px wide; radius: a sighting's size, as a share; size_bias: of all
    of them alike. reach_m: how far before the feet, towards the rim, the ball is let go; reach_sigma_m and
    height_sigma_m: about that and height_m. drag: as a share; lift_s, lift_sigma_s: lift per second, that of about one
    turn of backspin a second. aim_m: how far from the rim's centre shots come down, along and across; made_m: how far
    those that are said to have gone in. camera: what a calibration that states no covariance gets wrong (10,), see
    `Camera.changed`.
    """

    pixel_px: float = 1.3
    radius: float = 0.08
    size_bias: float = 0.03
    reach_m: float = 0.28
    reach_sigma_m: float = 0.13
    height_m: float = 2.25
    height_sigma_m: float = 0.3
    speed_sigma_m_s: float = 8.0
    drag: float = 0.1
    lift_s: float = 0.008
    lift_sigma_s: float = 0.015
    aim_m: tuple[float, float] = (0.2, 0.15)
    made_m: float = 0.08
    camera: FloatArray = field(
        default_factory=lambda: np.array([0.002, 0.001, 0.001, 0.001, 0.001, 0.02, 0.02, 0.02, 1.0, 1.0])
    )


@dataclass(frozen=True, slots=True)
class Eye:
    """The camera as calibrated, and `spread` (10, 10): what takes ten standard normal numbers to its error."""

    camera: Camera
    spread: FloatArray


def basket_of(court: Court, side: int = 1) -> Basket:
    """The basket at the end of positive x (`side` 1) or negative x (-1) of a court."""
    board = side * (court.end_m - court.board_from_baseline_m)
    low = court.board_bottom_m
    return Basket(
        court.rim_centre(side), court.rim_diameter_m / 2, board, court.board_width_m / 2,
        (low, low + court.board_height_m),
    )  # fmt: skip


def eye_of(camera: Camera, covariance: FloatArray | None, known: Knowledge) -> Eye:
    """The camera with the covariance (10, 10) of its fit, or with the usual one where that is not stated."""
    if covariance is None or not np.all(np.isfinite(covariance)):
        return Eye(camera, np.diag(known.camera))
    values, vectors = np.linalg.eigh(0.5 * (covariance + covariance.T))
    return Eye(camera, np.asarray(vectors * np.sqrt(np.maximum(values, 0.0))))
