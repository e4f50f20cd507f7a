"""Everything that does not move, drawn once: wooden floor with lines, walls, board, its support and the ring."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numba
import numpy as np
import numpy.typing as npt

from calibration.camera import Camera
from calibration.court import Court
from edge.simulator.scenario import Scenario
from edge.types import FloatArray, Image

FLOOR_ORIGIN_M = (-6.0, -12.6)
FLOOR_SIZE_M = (22.5, 22.4)
FLOOR_PX_PER_M = 80
SUPERSAMPLE = 2
_STRIP = 16
_PIECES = np.linspace(0.0, 1.0, 8, endpoint=False)


@dataclass(frozen=True, slots=True)
class Look:
    """Colours (BGR) and light of one gym. `gradient` (2,): change of brightness over the image, right and down.
    `joint`: brightness of the walls' joints, relative; planks: whether the floor is made of them."""

    wood: FloatArray
    paint: FloatArray
    line: FloatArray
    wall: FloatArray
    panel: FloatArray
    gradient: FloatArray
    gain: float
    cone: FloatArray
    joint: float = 0.90
    planks: bool = True


@dataclass(frozen=True, slots=True)
class Board:
    """The backboard's colours (BGR), how much it hides of the wall behind it, and the colours of edge and rectangle."""

    colour: tuple[float, float, float] = (214.0, 214.0, 210.0)
    opacity: float = 1.0
    edge: tuple[float, float, float] = (52.0, 48.0, 46.0)
    square: tuple[float, float, float] = (52.0, 48.0, 46.0)


def draw_look(rng: np.random.Generator) -> Look:
    """A gym's colours by seed, within what gyms look like."""
    panels = np.array([[120, 72, 38], [58, 66, 150], [78, 104, 62], [110, 104, 98]], dtype=float)
    paints = np.array([[118, 88, 60], [70, 82, 142], [96, 128, 96], [128, 158, 190]], dtype=float)
    cone_hues = rng.uniform(-1.0, 1.0)
    return Look(
        wood=np.array([112.0, 160.0, 202.0]) * rng.uniform(0.86, 1.04) + rng.uniform(-8, 8, 3),
        paint=paints[int(rng.integers(len(paints)))] * rng.uniform(0.9, 1.1),
        line=np.array([238.0, 240.0, 240.0]),
        wall=np.array([188.0, 196.0, 200.0]) * rng.uniform(0.85, 1.08) + rng.uniform(-8, 8, 3),
        panel=panels[int(rng.integers(len(panels)))] * rng.uniform(0.9, 1.15),
        gradient=rng.uniform(-0.16, 0.16, 2),
        gain=float(rng.uniform(0.9, 1.06)),
        cone=np.array([34.0 + 18 * cone_hues, 104.0 + 34 * cone_hues, 240.0]) * rng.uniform(0.85, 1.0),
    )


def floor_texture(court: Court, look: Look, rng: np.random.Generator, scenario: Scenario) -> Image:
    """The floor from above, (H, W, 3) uint8 at 80 px/m: planks along the court, painted area, lines."""
    width, height = (int(side * FLOOR_PX_PER_M) for side in FLOOR_SIZE_M)
    plank = 9
    rows = (height + plank - 1) // plank
    tone = np.empty((rows, width))
    for row in range(rows):
        lengths = rng.integers(110, 260, size=width // 110 + 2)
        tone[row] = np.repeat(rng.normal(1.0, 0.045, lengths.size), lengths)[:width]
    tone = np.repeat(tone, plank, axis=0)[:height]
    tone[::plank] *= 0.93
    if not look.planks:
        tone[:] = 1.0 + 0.06 * rng.standard_normal((height, width))
    grain = cv2.GaussianBlur(rng.normal(0.0, 1.0, (height, width)), (0, 0), sigmaX=9.0, sigmaY=0.8)
    tone += grain * 0.10
    texture = np.clip(tone[:, :, None] * look.wood, 0, 255).astype(np.uint8)
    half = court.key_width_m / 2
    key = np.array([[court.end_m, half], [court.end_m - court.free_throw_m, -half]])
    (x1, y1), (x0, y0) = _texture_px(key).astype(int)
    area = texture[y0:y1, x0:x1]
    area[:] = cv2.addWeighted(area, 0.25, np.full_like(area, 1) * look.paint.astype(np.uint8), 0.75, 0)
    if scenario.other_lines:
        _other_sports(texture, rng)
    for line in court.half_court_lines():
        points = np.round(_texture_px(line) * 16).astype(np.int32)
        thickness = max(1, round(court.line_width_m * FLOOR_PX_PER_M))
        cv2.polylines(texture, [points], False, look.line.tolist(), thickness, cv2.LINE_AA, 4)
    return _sunlit(texture, scenario.uneven, rng) if scenario.uneven > 0 else texture


def _other_sports(texture: Image, rng: np.random.Generator) -> None:
    """Lines of two other sports, as most gyms have them: a volleyball court along, a badminton court across."""
    colours = np.array([[60, 60, 200], [190, 120, 30], [40, 190, 220], [60, 150, 50], [30, 30, 30], [235, 235, 235]])
    chosen = rng.permutation(len(colours))
    x, y = rng.uniform(0.5, 3.5), rng.uniform(-1.5, 1.5)
    volley = [[(x, -4.5), (x + 9, -4.5), (x + 9, 4.5), (x, 4.5), (x, -4.5)], [(x + 6, -4.5), (x + 6, 4.5)]]
    bx, by = rng.uniform(3.0, 7.5), y
    badminton = [
        [(bx, by - 6.7), (bx + 6.1, by - 6.7), (bx + 6.1, by + 6.7), (bx, by + 6.7), (bx, by - 6.7)],
        [(bx + 0.46, by - 6.7), (bx + 0.46, by + 6.7)],
        [(bx + 5.64, by - 6.7), (bx + 5.64, by + 6.7)],
        [(bx, by - 1.98), (bx + 6.1, by - 1.98)],
        [(bx, by + 1.98), (bx + 6.1, by + 1.98)],
    ]
    for lines, colour in ((volley, colours[chosen[0]]), (badminton, colours[chosen[1]])):
        for line in lines:
            points = np.round(_texture_px(np.array(line)) * 16).astype(np.int32)
            cv2.polylines(texture, [points], False, colour.tolist(), 4, cv2.LINE_AA, 4)


def _sunlit(texture: Image, amount: float, rng: np.random.Generator) -> Image:
    """The floor with a patch of sun through a window and a corner that no lamp reaches."""
    light = np.ones(texture.shape[:2], np.float32)
    x, y = rng.uniform(4.0, 12.0), rng.uniform(-6.0, 4.0)
    lean = rng.uniform(-1.0, 1.0)
    for pane in range(3):
        left = x + 1.3 * pane
        patch = np.array([(left, y), (left + 1.0, y), (left + 1.0 + lean, y + 2.6), (left + lean, y + 2.6)])
        cv2.fillConvexPoly(light, np.round(_texture_px(patch)).astype(np.int32), 1.0 + amount)
    dark = _texture_px(np.array([rng.uniform(1.0, 14.0), float(rng.choice([-7.0, 6.5]))]))
    height, width = texture.shape[:2]
    rows, columns = np.arange(height)[:, None], np.arange(width)[None]
    away = np.hypot(columns - dark[0], rows - dark[1]) / (5.0 * FLOOR_PX_PER_M)
    light *= 1.0 - amount * np.exp(-(away**2)).astype(np.float32)
    light = cv2.GaussianBlur(light, (0, 0), 4)
    return np.asarray(np.clip(texture * light[:, :, None], 0, 255).astype(np.uint8))


def _texture_px(points_m: FloatArray) -> FloatArray:
    return np.asarray((points_m - np.array(FLOOR_ORIGIN_M)) * FLOOR_PX_PER_M)


@numba.njit(cache=True)
def _room(image, eye, rays, walls, texture, wall, panel, grout):  # type: ignore[no-untyped-def]
    """Colour of every ray: the nearest of floor, ceiling and four walls of a box."""
    height, width = image.shape[:2]
    for y in range(height):
        for x in range(width):
            dx, dy, dz = rays[y, x, 0], rays[y, x, 1], rays[y, x, 2]
            tx = ((walls[1] if dx > 0 else walls[0]) - eye[0]) / dx if dx != 0 else 1e9
            ty = ((walls[3] if dy > 0 else walls[2]) - eye[1]) / dy if dy != 0 else 1e9
            tz = ((7.5 if dz > 0 else 0.0) - eye[2]) / dz if dz != 0 else 1e9
            t = min(tx, ty, tz)
            px, py, pz = eye[0] + t * dx, eye[1] + t * dy, eye[2] + t * dz
            if t == tz and dz < 0:
                u = (px - FLOOR_ORIGIN_M[0]) * FLOOR_PX_PER_M
                v = (py - FLOOR_ORIGIN_M[1]) * FLOOR_PX_PER_M
                u = min(max(u, 0.0), texture.shape[1] - 2.0)
                v = min(max(v, 0.0), texture.shape[0] - 2.0)
                iu, iv = int(u), int(v)
                fu, fv = u - iu, v - iv
                light = 0.92 + 0.08 * math.cos(0.9 * px) * math.cos(0.7 * py)
                for channel in range(3):
                    top = texture[iv, iu, channel] * (1 - fu) + texture[iv, iu + 1, channel] * fu
                    low = texture[iv + 1, iu, channel] * (1 - fu) + texture[iv + 1, iu + 1, channel] * fu
                    image[y, x, channel] = (top * (1 - fv) + low * fv) * light
                continue
            along = py if t == tx else px
            shade = 0.86 if t == tx else (0.75 if t == tz else 1.0)
            lower = pz < 1.9 and t != tz
            joint = abs(pz / 0.4 - round(pz / 0.4)) * 0.4 < 0.008 or abs(along / 0.8 - round(along / 0.8)) * 0.8 < 0.008
            if lower:
                joint = abs(along / 1.2 - round(along / 1.2)) * 1.2 < 0.012 or pz > 1.86 or pz < 0.1
            shade *= (grout if joint else 1.0) * (0.88 + 0.035 * min(pz, 5.0))
            for channel in range(3):
                image[y, x, channel] = (panel[channel] if lower else wall[channel]) * shade


def fill_quad(
    image: Image, depth: FloatArray, camera: Camera, corners_m: FloatArray, colour: FloatArray, opacity: float = 1.0
) -> None:
    """Fill a flat polygon (N, 3) m with a colour, its depth into the buffer."""
    # A bent lens bends edges: each goes in short pieces.
    edges = [a + s * (b - a) for a, b in zip(corners_m, np.roll(corners_m, -1, axis=0), strict=True) for s in _PIECES]
    px, z = camera.project(np.array(edges))
    # What reaches behind the camera, or far beyond where its lens shows anything, is not drawn.
    if not np.all((z > 0.2) & (np.abs(px) < 3 * max(camera.image_size)).all(axis=1)):
        return
    corner, reach = np.floor(px.min(axis=0)).astype(int) - 2, np.ceil(px.max(axis=0)).astype(int) + 3
    x0, y0 = np.clip(corner, 0, camera.image_size)
    x1, y1 = np.clip(reach, 0, camera.image_size)
    if x1 <= x0 or y1 <= y0:
        return
    image, depth = image[y0:y1, x0:x1], depth[y0:y1, x0:x1]
    mask = np.zeros(image.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.round((px - [x0, y0]) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    alpha = mask[:, :, None] / 255.0 * opacity
    np.copyto(image, (image * (1 - alpha) + colour * alpha).astype(np.uint8), where=mask[:, :, None] > 0)
    inside = mask > 127
    depth[inside] = np.minimum(depth[inside], _plane_depth(camera, corners_m, inside, (x0, y0)))


def _plane_depth(
    camera: Camera, corners_m: FloatArray, inside: npt.NDArray[np.bool_], corner: tuple[int, int]
) -> FloatArray:
    """Depth (K,) m along the optical axis of the plane through three corners at the pixels of a mask, whose first
    pixel is at `corner` of the image."""
    rows, columns = np.nonzero(inside)
    rays = camera.ray(np.column_stack([columns + corner[0] + 0.5, rows + corner[1] + 0.5]))
    normal = np.cross(corners_m[1] - corners_m[0], corners_m[2] - corners_m[0])
    reach = (corners_m[0] - camera.centre) @ normal / (rays @ normal)
    return np.asarray(reach * (rays @ camera.R[2]), dtype=np.float32)


def _rectangle(x: float, y: tuple[float, float], z: tuple[float, float]) -> FloatArray:
    return np.array([[x, y[0], z[0]], [x, y[1], z[0]], [x, y[1], z[1]], [x, y[0], z[1]]])


def draw_basket(image: Image, depth: FloatArray, camera: Camera, court: Court, board: Board) -> None:
    """Support, board with its inner rectangle and edge."""
    x = court.end_m - court.board_from_baseline_m
    half, low = court.board_width_m / 2, court.board_bottom_m
    high = low + court.board_height_m
    grey = np.array([96.0, 92.0, 90.0])
    post = court.end_m + 1.2
    for y in (-0.16, 0.10):
        fill_quad(image, depth, camera, _rectangle(post, (y, y + 0.06), (0.0, 3.4)), grey * 0.8)
    arm = np.array([[post, -0.06, 3.25], [x + 0.05, -0.06, 3.25], [x + 0.05, -0.06, 3.45], [post, -0.06, 3.45]])
    fill_quad(image, depth, camera, arm, grey)
    fill_quad(image, depth, camera, _rectangle(post - 0.02, (-0.7, 0.7), (0.0, 1.1)), np.array([60.0, 52.0, 48.0]))
    back = np.array([120.0, 118.0, 116.0])
    whole = (-half, half), (low, high)
    fill_quad(image, depth, camera, _rectangle(x + 0.03, *whole), back, board.opacity)
    fill_quad(image, depth, camera, _rectangle(x, *whole), np.array(board.colour), board.opacity)
    edges = [
        ((-half, half), (low, low + 0.05)),
        ((-half, half), (high - 0.05, high)),
        ((-half, -half + 0.05), (low, high)),
        ((half - 0.05, half), (low, high)),
        ((-0.295, 0.295), (low + 0.15, low + 0.20)),
        ((-0.295, 0.295), (low + 0.55, low + 0.60)),
        ((-0.295, -0.245), (low + 0.15, low + 0.60)),
        ((0.245, 0.295), (low + 0.15, low + 0.60)),
    ]
    for number, (y_m, z_m) in enumerate(edges):
        colour = np.array(board.edge if number < 4 else board.square)
        fill_quad(image, depth, camera, _rectangle(x - 0.001, y_m, z_m), colour)


def render_room(
    camera: Camera,
    court: Court,
    walls_m: tuple[float, float, float, float],
    look: Look,
    rng: np.random.Generator,
    scenario: Scenario,
) -> tuple[Image, FloatArray]:
    """The room alone: image (H, W, 3) uint8 and depth (H, W) float32 m, infinite everywhere."""
    width, height = camera.image_size
    scale = SUPERSAMPLE
    rays = _pixel_rays(camera, scale)
    large = np.empty((height * scale, width * scale, 3), np.float32)
    texture = floor_texture(court, look, rng, scenario)
    _room(large, camera.centre, rays, np.array(walls_m), texture, look.wall, look.panel, look.joint)
    small = cv2.resize(large, (width, height), interpolation=cv2.INTER_AREA)
    image = np.clip(small, 0, 255).astype(np.uint8)
    return image, np.full((height, width), np.inf, np.float32)


def _pixel_rays(camera: Camera, scale: int) -> npt.NDArray[np.float32]:
    """Rays (H scale, W scale, 3) of all samples, a strip at a time: whole, it would not fit into the cache."""
    width, height = camera.image_size
    rays = np.empty((height * scale, width * scale, 3), np.float32)
    for top in range(0, height * scale, _STRIP):
        strip = np.arange(top, min(top + _STRIP, height * scale)) + 0.5
        columns, rows = np.meshgrid(np.arange(width * scale) + 0.5, strip)
        rays[top : top + _STRIP] = camera.ray(np.stack([columns, rows], axis=-1) / scale)
    return rays


def light_field(look: Look, width: int, height: int) -> FloatArray:
    """Brightness (H, W, 1) of the scene's light: a slope across the image and darker corners."""
    x = np.linspace(-0.5, 0.5, width)[None, :]
    y = np.linspace(-0.5, 0.5, height)[:, None]
    field = look.gain * (1.0 + look.gradient[0] * x + look.gradient[1] * y - 0.25 * (x * x + y * y))
    return np.asarray(field[:, :, None], dtype=np.float32)
