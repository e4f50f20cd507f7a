"""A camera that looks at the court: world metres to image pixels and back to rays and the floor."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Camera:
    """K (3, 3) px, R (3, 3) world to camera (camera: x right, y down, z forward), t (3,) m, image size (w, h) px.

    distortion: (l1, l2) of the division model (Fitzgibbon 2001, with a second term): a pixel at the distance r from
    the principal point, in focal lengths, belongs to the pinhole's point at r / (1 + l1 r^2 + l2 r^4). Wide lenses
    have a negative l1. It holds as far out as the divisor is positive.
    """

    K: FloatArray
    R: FloatArray
    t: FloatArray
    image_size: tuple[int, int]
    distortion: tuple[float, float] = (0.0, 0.0)

    @property
    def centre(self) -> FloatArray:
        """Where the camera stands, (3,) m in the world."""
        return np.asarray(-self.R.T @ self.t)

    def project(self, points_m: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """World points (..., 3) m to pixels (..., 2) and depth (...) m along the optical axis.

        Points at or behind the camera (depth <= 0), or where the lens shows nothing, give NaN pixels.
        """
        points = np.asarray(points_m, dtype=np.float64)
        seen = points @ self.R.T + self.t
        depth = seen[..., 2]
        with np.errstate(divide="ignore", invalid="ignore"):
            flat = self._distort(seen[..., :2] / depth[..., None])
            image = flat @ self.K[:2, :2].T + self.K[:2, 2]
        return np.where(depth[..., None] > 0, image, np.nan), depth

    def project_jacobian(self, points_m: npt.ArrayLike) -> FloatArray:
        """Change (..., 2, 10) px of `project` with the parameters of `changed`; NaN where `project` gives NaN."""
        points = np.asarray(points_m, dtype=np.float64)
        seen = points @ self.R.T + self.t
        x, y, z = seen[..., 0], seen[..., 1], np.where(seen[..., 2] > 0, seen[..., 2], np.nan)
        flat = np.stack([x / z, y / z], axis=-1)
        bent = self._distort(flat)
        focal = np.diagonal(self.K)[:2]
        none, one = np.zeros_like(x), np.ones_like(x)
        flat_by_seen = np.stack(
            [np.stack([one / z, none, -x / z**2], -1), np.stack([none, one / z, -y / z**2], -1)], -2
        )
        turned = np.stack(
            [np.stack([none, z, -y], -1), np.stack([-z, none, x], -1), np.stack([y, -x, none], -1)], -2
        )  # what a small turn about each axis does to what is seen, by columns
        image_by_seen = focal[:, None] * (self._distort_jacobian(flat, bent) @ flat_by_seen)
        out = np.empty((*x.shape, 2, 10))
        out[..., 0] = bent * focal
        out[..., 1] = focal * bent * self._bend_by_first(bent)
        out[..., 2:5] = image_by_seen @ turned
        out[..., 5:8] = -image_by_seen @ self.R
        out[..., 8:10] = np.where(np.isfinite(bent)[..., None], np.eye(2), np.nan)
        return out

    def ray(self, pixels: npt.ArrayLike) -> FloatArray:
        """Unit direction (..., 3) in the world of the ray through each pixel (..., 2)."""
        flat = self._undistort(np.asarray(pixels, dtype=np.float64))
        direction = np.concatenate([flat, np.ones((*flat.shape[:-1], 1))], axis=-1) @ self.R
        return np.asarray(direction / np.linalg.norm(direction, axis=-1, keepdims=True))

    def undistort(self, pixels: npt.ArrayLike) -> FloatArray:
        """Pixels (..., 2) as a pinhole camera with the same K would see them."""
        flat = self._undistort(np.asarray(pixels, dtype=np.float64))
        return np.asarray(flat @ self.K[:2, :2].T + self.K[:2, 2])

    def floor(self, pixels: npt.ArrayLike, height_m: float = 0.0) -> FloatArray:
        """World (..., 2) m of pixels (..., 2) of things at that height above the floor; NaN at and above the horizon.

        Only what touches the floor (or is known to be at `height_m`) belongs through here.
        """
        rays, eye = self.ray(pixels), self.centre
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = (height_m - eye[2]) / rays[..., 2]
            found = eye[:2] + reach[..., None] * rays[..., :2]
        return np.asarray(np.where((reach > 0)[..., None] & np.isfinite(found), found, np.nan))

    def floor_jacobian(self, pixels: npt.ArrayLike) -> FloatArray:
        """Change (..., 2, 2) m per px of `floor` at each pixel; columns: one pixel right, one down."""
        px = np.asarray(pixels, dtype=np.float64)
        steps = 0.05 * np.eye(2)
        columns = [(self.floor(px + step) - self.floor(px - step)) / 0.1 for step in steps]
        return np.stack(columns, axis=-1)

    def height_above(self, floor_m: npt.ArrayLike, pixel: npt.ArrayLike) -> float:
        """Height, m, at which the vertical line over a floor point (2,) m comes nearest to the ray of a pixel (2,)."""
        ray, eye = self.ray(pixel), self.centre
        away = np.asarray(floor_m, dtype=np.float64) - eye[:2]
        reach = float(away @ ray[:2]) / float(ray[:2] @ ray[:2])
        return float(eye[2] + reach * ray[2])

    def court_from_image(self) -> FloatArray:
        """Homography (3, 3) from undistorted pixels to floor metres (the plane z = 0), its last entry 1."""
        image_from_court = self.K @ np.column_stack([self.R[:, 0], self.R[:, 1], self.t])
        homography = np.linalg.inv(image_from_court)
        return np.asarray(homography / homography[2, 2])

    def changed(self, by: npt.ArrayLike) -> Camera:
        """The camera after a small change (10,): log of the focal length, l1, rotation vector (3) in the camera's own
        frame, rad, centre (3) m, and principal point (2) px. A fit's covariance speaks of these parameters."""
        step = np.asarray(by, dtype=np.float64)
        K = self.K.copy()
        K[[0, 1], [0, 1]] *= np.exp(step[0])
        K[:2, 2] += step[8:10]
        R = cv2.Rodrigues(step[2:5])[0] @ self.R
        centre = self.centre + step[5:8]
        return replace(self, K=K, R=R, t=-R @ centre, distortion=(self.distortion[0] + step[1], self.distortion[1]))

    def _undistort(self, pixels: FloatArray) -> FloatArray:
        """Pixels to the pinhole's plane at distance 1; NaN where the lens shows nothing."""
        flat = (pixels - self.K[:2, 2]) @ np.linalg.inv(self.K[:2, :2]).T
        if self.distortion == (0.0, 0.0):
            return np.asarray(flat)
        square = np.sum(flat * flat, axis=-1, keepdims=True)
        divisor = 1.0 + square * (self.distortion[0] + square * self.distortion[1])
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.where(divisor > 1e-3, flat / divisor, np.nan))

    def _distort(self, flat: FloatArray) -> FloatArray:
        """The inverse of `_undistort`, still in focal lengths; closed form, then Newton's steps where there are two."""
        first, second = self.distortion
        if (first, second) == (0.0, 0.0):
            return flat
        wide = np.sqrt(np.sum(flat * flat, axis=-1, keepdims=True))
        root = 1.0 - 4.0 * first * wide * wide
        near = 2.0 * wide / (1.0 + np.sqrt(np.where(root >= 0, root, np.nan)))
        if second != 0.0:
            for _ in range(_NEWTON_STEPS):
                square = near * near
                off = near - wide * (1.0 + square * (first + square * second))
                near = near - off / (1.0 - wide * near * (2.0 * first + 4.0 * second * square))
            near = np.where(self._within(near, wide), near, np.nan)
        return np.asarray(flat * np.where(wide > 1e-12, near / np.where(wide > 1e-12, wide, 1.0), 1.0))

    def _within(self, near: FloatArray, wide: FloatArray) -> npt.NDArray[np.bool_]:
        """Whether what Newton's steps found is seen by the lens: beyond its reach they end anywhere."""
        first, second = self.distortion
        square = near * near
        divisor = 1.0 + square * (first + second * square)
        onward = 1.0 - square * (first + 3.0 * second * square)
        with np.errstate(invalid="ignore"):
            return (divisor > 1e-3) & (onward > 0) & (near >= 0) & (np.abs(near - wide * divisor) < 1e-6 * (1.0 + wide))

    def _distort_jacobian(self, flat: FloatArray, bent: FloatArray) -> FloatArray:
        """Change (..., 2, 2) of `_distort` at `flat`, which gives `bent`, both (..., 2)."""
        first, second = self.distortion
        square = np.sum(bent * bent, axis=-1)
        divisor = 1.0 + square * (first + square * second)
        across = divisor
        along = divisor**2 / (1.0 - first * square - 3.0 * second * square**2)
        wide = np.sqrt(np.sum(flat * flat, axis=-1, keepdims=True))
        outward = flat / np.maximum(wide, 1e-12)
        stretch = (along - across)[..., None, None] * outward[..., :, None] * outward[..., None, :]
        return np.asarray(across[..., None, None] * np.eye(2) + stretch)

    def _bend_by_first(self, bent: FloatArray) -> FloatArray:
        """Relative change (..., 1) of `_distort`'s result `bent` (..., 2) with the first distortion number."""
        first, second = self.distortion
        square = np.sum(bent * bent, axis=-1, keepdims=True)
        return np.asarray(square / (1.0 - first * square - 3.0 * second * square**2))


_NEWTON_STEPS = 8


def look_at(
    position_m: npt.ArrayLike, target_m: npt.ArrayLike, image_size: tuple[int, int], horizontal_fov_deg: float
) -> Camera:
    """A level camera at `position_m` (3,) whose optical axis goes through `target_m` (3,)."""
    position = np.asarray(position_m, dtype=np.float64)
    forward = np.asarray(target_m, dtype=np.float64) - position
    forward = forward / np.linalg.norm(forward)
    right = np.cross(forward, [0.0, 0.0, 1.0])
    right = right / np.linalg.norm(right)
    rotation = np.stack([right, np.cross(forward, right), forward])
    width, height = image_size
    focal = width / 2 / np.tan(np.radians(horizontal_fov_deg) / 2)
    matrix = np.array([[focal, 0.0, width / 2], [0.0, focal, height / 2], [0.0, 0.0, 1.0]])
    return Camera(K=matrix, R=rotation, t=-rotation @ position, image_size=image_size)
