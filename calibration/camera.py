"""A pinhole camera that looks at the court: world metres to image pixels and back to rays and the floor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Camera:
    """K (3, 3) px, R (3, 3) world to camera (camera: x right, y down, z forward), t (3,) m, image size (w, h) px."""

    K: FloatArray
    R: FloatArray
    t: FloatArray
    image_size: tuple[int, int]

    @property
    def centre(self) -> FloatArray:
        """Where the camera stands, (3,) m in the world."""
        return np.asarray(-self.R.T @ self.t)

    def project(self, points_m: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """World points (..., 3) m to pixels (..., 2) and depth (...) m along the optical axis.

        Points at or behind the camera (depth <= 0) give NaN pixels.
        """
        points = np.asarray(points_m, dtype=np.float64)
        seen = points @ self.R.T + self.t
        depth = seen[..., 2]
        with np.errstate(divide="ignore", invalid="ignore"):
            image = (seen @ self.K.T)[..., :2] / depth[..., None]
        return np.where(depth[..., None] > 0, image, np.nan), depth

    def ray(self, pixels: npt.ArrayLike) -> FloatArray:
        """Unit direction (..., 3) in the world of the ray through each pixel (..., 2)."""
        px = np.asarray(pixels, dtype=np.float64)
        homogeneous = np.concatenate([px, np.ones((*px.shape[:-1], 1))], axis=-1)
        direction = homogeneous @ np.linalg.inv(self.K).T @ self.R
        return np.asarray(direction / np.linalg.norm(direction, axis=-1, keepdims=True))

    def court_from_image(self) -> FloatArray:
        """Homography (3, 3) from pixels to floor metres (the plane z = 0), scaled so that its last entry is 1."""
        image_from_court = self.K @ np.column_stack([self.R[:, 0], self.R[:, 1], self.t])
        homography = np.linalg.inv(image_from_court)
        return np.asarray(homography / homography[2, 2])


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
