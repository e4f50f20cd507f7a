"""Virtual shooters before virtual cameras: their shots as the clips that the box would cut out of a video."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calibration.camera import Camera, look_at
from edge.form.skeleton import JOINTS
from edge.simulator.pose_noise import MEASURED, see, self_hidden
from edge.simulator.shooters import Motion
from edge.types import ShotClip


@dataclass(frozen=True, slots=True)
class View:
    """From where a session is filmed: azimuth_rad round the shooter (0 = from the ring, pi/2 = his left side),
    distance_m, height_m of the camera, fov_deg, where in the picture he is (-1..1 of its half width), at what rate."""

    azimuth_rad: float
    distance_m: float
    height_m: float
    fov_deg: float = 66.0
    aside: float = 0.0
    fps: float = 30.0

    def camera(self, size: tuple[int, int] = (1280, 720)) -> Camera:
        """The camera about a shooter at the origin who looks along x."""
        place = self.distance_m * np.array([np.cos(self.azimuth_rad), np.sin(self.azimuth_rad)])
        turned = np.radians(self.fov_deg / 2) * self.aside * 0.8
        c, s = np.cos(turned), np.sin(turned)
        ahead = -place
        target = place + np.array([c * ahead[0] - s * ahead[1], s * ahead[0] + c * ahead[1]])
        return look_at(np.array([*place, self.height_m]), np.array([*target, 1.3]), size, self.fov_deg)


@dataclass(frozen=True, slots=True)
class Conditions:
    """noise: amount of the pose network's, 1 = as measured. find_s: standard deviation of gather and release as found;
    blur: further shake in shares of a joint's speed, s. hidden: joints that something else stands before. exchanged:
    share of frames in which left and right are taken for each other."""

    noise: float = 1.0
    find_s: tuple[float, float] = (0.03, 0.012)
    blur_s: float = 0.0
    hidden: tuple[int, ...] = ()
    exchanged: float = 0.0


def draw_view(rng: np.random.Generator, azimuth_rad: float | None = None) -> View:
    """A place as cameras have: 1 to 5 m up, 3 to 14 m away, on any side, 15 to 60 frames a second."""
    azimuth = float(rng.uniform(-np.pi, np.pi)) if azimuth_rad is None else azimuth_rad
    fps = float(rng.choice([9.0, 12.0, 15.0, 20.0, 25.0, 30.0, 30.0, 30.0, 50.0, 60.0]))
    height = float(rng.uniform(1.0, 5.0))
    distance = max(float(rng.uniform(3.0, 14.0)), 0.9 * height)
    return View(azimuth, distance, height, float(rng.uniform(45.0, 85.0)), float(rng.uniform(-1.0, 1.0)), fps)


def film(
    motion: Motion, view: View, rng: np.random.Generator, height_m: float, conditions: Conditions | None = None
) -> ShotClip:
    """The clip that the box would cut: `motion` runs from before the gather to after the release at the view's rate.

    The clock starts anywhere between two frames.
    """
    how = Conditions() if conditions is None else conditions
    camera = view.camera()
    px, _ = camera.project(motion.joints_m)
    ball, _ = camera.project(motion.ball_m)
    stature_px = _stature_px(camera, height_m)
    hidden = self_hidden(motion.joints_m, camera.centre)
    keypoints = see(px, hidden, motion.times_s, stature_px, MEASURED, rng, how.noise, how.exchanged)
    if how.blur_s > 0:
        speed = np.gradient(px, motion.times_s, axis=0)
        keypoints[..., :2] += how.blur_s * speed * rng.normal(size=(len(px), JOINTS, 1))
    keypoints[:, list(how.hidden), 2] = 0.0
    inside = (px >= 0).all(axis=-1) & (px < camera.image_size).all(axis=-1)
    keypoints[~inside] = [np.nan, np.nan, 0.0]
    flown = ball + rng.normal(0.0, 0.01 * stature_px, ball.shape)
    gather_s = how.find_s[0] * float(rng.normal())
    release_s = motion.release_s + how.find_s[1] * float(rng.normal())
    rows = [int(np.argmin(np.abs(motion.times_s - at))) for at in (gather_s, motion.set_s, release_s)]
    return ShotClip(
        "virtual", 1, 0, motion.times_s, keypoints, flown, rows[0], rows[1], rows[2], None, stature_px,
        gather_s=gather_s, release_s=release_s,
    )  # fmt: skip


def _stature_px(camera: Camera, height_m: float) -> float:
    """How tall whoever stands at the origin is in the picture."""
    ends = camera.project(np.array([[0.0, 0.0, 0.0], [0.0, 0.0, height_m]]))[0]
    return float(np.hypot(*(ends[1] - ends[0])))
