"""Pixels: shaded tapered capsules, the ball and soft shadows into an image with a depth buffer. Numba only.

A primitive is one row of `PRIMITIVE` numbers: ends ax, ay, bx, by [px], depths az, bz [m], radii ra, rb [px],
radii in metres ma, mb (they bulge the depth), colour b, g, r, and the kind (CAPSULE, CLOTH: shaded flatter, so that
neighbouring capsules read as one surface, or BALL + the number of the ball, whose skin and turn are given apart).
"""

from __future__ import annotations

import math

import numba
import numpy as np

PRIMITIVE = 14
CAPSULE, CLOTH, BALL = 0.0, 1.0, 2.0
# From such a smear on, in radii, the ball is seen through: each pixel gets the share of the time that it covers it.
_STREAK = 0.5
_STREAK_SAMPLES = 6
# Unit vector towards the light in the camera's frame (x right, y down, z forward): from above, left and the camera.
LIGHT = np.array((-0.42, -0.74, -0.53))


@numba.njit(cache=True)
def _shade(nx, ny, nz, gloss):  # type: ignore[no-untyped-def]
    """Brightness of a surface normal and its highlight."""
    lambert = nx * LIGHT[0] + ny * LIGHT[1] + nz * LIGHT[2]
    light = 0.50 + 0.50 * max(lambert, 0.0) + 0.10 * min(lambert, 0.0) - 0.10 * (1.0 + nz)
    # Half-way vector between the light and the eye (0, 0, -1).
    half = (nx * LIGHT[0] + ny * LIGHT[1] + nz * (LIGHT[2] - 1.0)) / 1.749
    return light * 1.12, gloss * max(half, 0.0) ** 24


@numba.njit(cache=True)
def _put(image, depth, y, x, z, alpha, b, g, r):  # type: ignore[no-untyped-def]
    """Blend one pixel where it is not hidden."""
    if alpha <= 0.0 or z >= depth[y, x]:
        return
    for channel, value in ((0, b), (1, g), (2, r)):
        mixed = image[y, x, channel] * (1.0 - alpha) + value * alpha
        image[y, x, channel] = np.uint8(min(max(mixed, 0.0), 255.0))
    if alpha > 0.5:
        depth[y, x] = z


@numba.njit(cache=True)
def _capsule(image, depth, q):  # type: ignore[no-untyped-def]
    height, width = depth.shape
    ax, ay, bx, by, za, zb, ra, rb, ma, mb = q[0], q[1], q[2], q[3], q[4], q[5], q[6], q[7], q[8], q[9]
    # Thinner than a pixel: draw half a pixel wide and thin the colour out instead.
    thin = min(1.0, max(ra, rb) / 0.5)
    ra, rb = max(ra, 0.5), max(rb, 0.5)
    x0 = max(0, int(min(ax - ra, bx - rb) - 1))
    x1 = min(width - 1, int(max(ax + ra, bx + rb) + 1))
    y0 = max(0, int(min(ay - ra, by - rb) - 1))
    y1 = min(height - 1, int(max(ay + ra, by + rb) + 1))
    dx, dy = bx - ax, by - ay
    length2 = dx * dx + dy * dy
    for y in range(y0, y1 + 1):
        for x in range(x0, x1 + 1):
            px, py = x + 0.5 - ax, y + 0.5 - ay
            t = 0.0
            if length2 > 1e-6:
                t = min(max((px * dx + py * dy) / length2, 0.0), 1.0)
            ux, uy = px - t * dx, py - t * dy
            radius = ra + t * (rb - ra)
            off = math.sqrt(ux * ux + uy * uy)
            alpha = min(radius - off + 0.5, 1.0) * thin
            if alpha <= 0.0:
                continue
            nx, ny = ux / radius, uy / radius
            nz = -math.sqrt(max(1.0 - nx * nx - ny * ny, 0.0))
            z_normal = nz
            if q[13] == CLOTH:
                nx, ny = nx * 0.5, ny * 0.5
                nz = -math.sqrt(1.0 - nx * nx - ny * ny)
            z = za + t * (zb - za) + z_normal * (ma + t * (mb - ma))
            light, shine = _shade(nx, ny, nz, 12.0)
            _put(image, depth, y, x, z, alpha, q[10] * light + shine, q[11] * light + shine, q[12] * light + shine)


@numba.njit(cache=True)
def _seam(sx, sy, sz):  # type: ignore[no-untyped-def]
    """Whether a point of the unit sphere, in the ball's own axes, lies on one of the four seams."""
    width = 0.055
    if abs(sx) < width or abs(sy) < width:
        return True
    bend = abs(sx) - 0.42 - 0.55 * sz * sz
    return abs(bend) < width * 1.3


@numba.njit(cache=True)
def _leather(q, skin, spin, ux, uy, nz):  # type: ignore[no-untyped-def]
    """Colour b, g, r of a ball's point with normal (ux, uy, nz)."""
    light, shine = _shade(ux, uy, nz, 34.0)
    sx = spin[0, 0] * ux + spin[0, 1] * uy + spin[0, 2] * nz
    sy = spin[1, 0] * ux + spin[1, 1] * uy + spin[1, 2] * nz
    sz = spin[2, 0] * ux + spin[2, 1] * uy + spin[2, 2] * nz
    ink = skin[0] if _seam(sx, sy, sz) else 1.0
    b, g, r = q[10], q[11], q[12]
    if (skin[4] == 1.0 and sx * sy < 0.0) or (skin[4] == 2.0 and abs(sy) < 0.4):
        b, g, r = skin[1], skin[2], skin[3]
    return b * light * ink + shine, g * light * ink + shine, r * light * ink + shine


@numba.njit(cache=True)
def _streak(image, depth, q, skin, spin):  # type: ignore[no-untyped-def]
    """A ball that moves far while the shutter is open: over each pixel for as long as its disc takes to pass."""
    height, width = depth.shape
    radius = q[6]
    dx, dy = q[2] - q[0], q[3] - q[1]
    smear = math.sqrt(dx * dx + dy * dy)
    dx, dy = dx / smear, dy / smear
    x0 = max(0, int(min(q[0], q[2]) - radius - 1))
    x1 = min(width - 1, int(max(q[0], q[2]) + radius + 1))
    y0 = max(0, int(min(q[1], q[3]) - radius - 1))
    y1 = min(height - 1, int(max(q[1], q[3]) + radius + 1))
    for y in range(y0, y1 + 1):
        for x in range(x0, x1 + 1):
            px, py = x + 0.5 - q[0], y + 0.5 - q[1]
            along, across = px * dx + py * dy, px * dy - py * dx
            chord = radius * radius - across * across
            if chord <= 0.0:
                continue
            chord = math.sqrt(chord)
            start, end = max(along - chord, 0.0), min(along + chord, smear)
            if end <= start:
                continue
            b, g, r = 0.0, 0.0, 0.0
            for sample in range(_STREAK_SAMPLES):
                at = start + (sample + 0.5) / _STREAK_SAMPLES * (end - start)
                ux, uy = (px - at * dx) / radius, (py - at * dy) / radius
                nz = -math.sqrt(max(1.0 - ux * ux - uy * uy, 0.0))
                one = _leather(q, skin, spin, ux, uy, nz)
                b, g, r = b + one[0], g + one[1], r + one[2]
            z = 0.5 * (q[4] + q[5]) - q[8] * chord / radius
            n = _STREAK_SAMPLES
            _put(image, depth, y, x, z, (end - start) / smear, b / n, g / n, r / n)


@numba.njit(cache=True)
def _ball(image, depth, q, skin, spin):  # type: ignore[no-untyped-def]
    """A sphere smeared along a -> b by its motion: leather, seams, a highlight."""
    height, width = depth.shape
    radius = q[6]
    dx, dy = q[2] - q[0], q[3] - q[1]
    length2 = dx * dx + dy * dy
    x0 = max(0, int(min(q[0], q[2]) - radius - 1))
    x1 = min(width - 1, int(max(q[0], q[2]) + radius + 1))
    y0 = max(0, int(min(q[1], q[3]) - radius - 1))
    y1 = min(height - 1, int(max(q[1], q[3]) + radius + 1))
    smear = math.sqrt(length2)
    if smear > _STREAK * radius:
        _streak(image, depth, q, skin, spin)
        return
    for y in range(y0, y1 + 1):
        for x in range(x0, x1 + 1):
            px, py = x + 0.5 - q[0], y + 0.5 - q[1]
            t = 0.5
            if length2 > 1e-6:
                t = min(max((px * dx + py * dy) / length2, 0.0), 1.0)
            ux, uy = (px - t * dx) / radius, (py - t * dy) / radius
            off = math.sqrt(ux * ux + uy * uy)
            soft = 1.0 + 0.5 * smear
            # Along the smear the edge fades, across it stays sharp.
            ends = abs(t - 0.5) > 0.4999 and length2 > 1e-6
            alpha = min((1.0 - off) * radius / (soft if ends else 1.0) + 0.5, 1.0)
            if alpha <= 0.0:
                continue
            nz = -math.sqrt(max(1.0 - off * off, 0.0))
            b, g, r = _leather(q, skin, spin, ux, uy, nz)
            z = 0.5 * (q[4] + q[5]) + nz * q[8]
            _put(image, depth, y, x, z, alpha, b, g, r)


@numba.njit(cache=True)
def draw(image, depth, primitives, order, skins, spins):  # type: ignore[no-untyped-def]
    """Draw `primitives` (N, 14) in `order` (N,) into image (H, W, 3) uint8 and depth (H, W) float32, in place.

    skins (K, 5) and spins (K, 3, 3) of the balls: seams' brightness, second colour, pattern; rotation.
    """
    for index in order:
        if primitives[index, 13] >= BALL:
            ball = int(primitives[index, 13] - BALL)
            _ball(image, depth, primitives[index], skins[ball], spins[ball])
        else:
            _capsule(image, depth, primitives[index])


@numba.njit(cache=True)
def shadows(image, floor, blobs, boxes):  # type: ignore[no-untyped-def]
    """Darken the floor in place under `blobs` (N, 4): x, y m, radius m, strength; each within `boxes` (N, 4) px.

    floor: (H, W, 2) m, the place on the floor that each pixel sees; NaN where it sees none.
    """
    height, width = image.shape[:2]
    for index in range(blobs.shape[0]):
        x0, y0 = max(0, int(boxes[index, 0])), max(0, int(boxes[index, 1]))
        x1, y1 = min(width - 1, int(boxes[index, 2])), min(height - 1, int(boxes[index, 3]))
        reach = blobs[index, 2]
        for y in range(y0, y1 + 1):
            for x in range(x0, x1 + 1):
                across = (floor[y, x, 0] - blobs[index, 0]) / reach
                along = (floor[y, x, 1] - blobs[index, 1]) / reach
                inside = 1.0 - across * across - along * along
                if inside > 0.0:
                    keep = 1.0 - blobs[index, 3] * inside * (2.0 - inside)
                    for channel in range(3):
                        image[y, x, channel] = np.uint8(image[y, x, channel] * keep)


@numba.njit(cache=True)
def covered(points, depths, owners, primitives, owner_of, out):  # type: ignore[no-untyped-def]
    """Whether each point (N, 2) px at depth (N,) m is behind a capsule; a point's own owner counts only where its
    surface lies clearly in front. out (N,) bool is filled in place."""
    for index in range(points.shape[0]):
        px, py = points[index, 0], points[index, 1]
        out[index] = False
        for row in range(primitives.shape[0]):
            q = primitives[row]
            reach = max(q[6], q[7])
            if px < min(q[0], q[2]) - reach or px > max(q[0], q[2]) + reach:
                continue
            if py < min(q[1], q[3]) - reach or py > max(q[1], q[3]) + reach:
                continue
            dx, dy = q[2] - q[0], q[3] - q[1]
            length2 = dx * dx + dy * dy
            t = 0.0
            if length2 > 1e-6:
                t = min(max(((px - q[0]) * dx + (py - q[1]) * dy) / length2, 0.0), 1.0)
            off2 = (px - q[0] - t * dx) ** 2 + (py - q[1] - t * dy) ** 2
            radius = q[6] + t * (q[7] - q[6])
            if not off2 < radius * radius:  # nor where the point is behind the camera, and its pixel no number
                continue
            bulge = math.sqrt(1.0 - off2 / (radius * radius)) * (q[8] + t * (q[9] - q[8]))
            margin = 0.16 if owner_of[row] == owners[index] else 0.0
            if q[4] + t * (q[5] - q[4]) - bulge < depths[index] - margin:
                out[index] = True
                break


@numba.njit(cache=True)
def add_noise(image, noise, offset):  # type: ignore[no-untyped-def]
    """Add the int8 tile `noise` (N,), read from `offset` on and round, to the image in place."""
    flat = image.reshape(-1)
    size = noise.shape[0]
    start = 0
    place = offset
    while start < flat.shape[0]:
        count = min(size - place, flat.shape[0] - start)
        for index in range(count):
            value = np.int16(flat[start + index]) + np.int16(noise[place + index])
            flat[start + index] = np.uint8(min(max(value, np.int16(0)), np.int16(255)))
        start += count
        place = 0
