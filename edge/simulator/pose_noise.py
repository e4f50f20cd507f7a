"""What a pose network sees of a body whose joints are known: off by a little, shaky, unsure and at times blind.

The figures were measured with MoveNet Thunder, the box's pose network, on shots of the virtual gym, whose joints are
known, by `python -m tests.bench.pose_noise`; that script says how, and prints them anew, and beside them what the same
network is off by on photographs of people.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

from edge.types import FloatArray

BoolArray = npt.NDArray[np.bool_]
JOINTS = 17
# Joints in pairs: eyes, ears, shoulders, elbows, wrists, hips, knees, ankles; and the nose first.
PARTS = np.array([0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8])


@dataclass(frozen=True, slots=True)
class PoseNoise:
    """Each (9, 2): nose, eyes, ears, shoulders, elbows, wrists, hips, knees, ankles; seen, hidden; shares of stature.

    bias: standard deviation of what a joint is off by over a whole clip; shake: of what varies about that, which keeps
    its way for about `memory_s`. speed_s: further shake as a share of a joint's speed. least_px: shake is at least so
    many pixels. wild: share of frames in which a joint is taken for something else, within `wild_reach` about it.
    confidence, confidence_spread: of what is told. lost: share of joints told with too little confidence to be used.
    """

    bias: FloatArray
    shake: FloatArray
    confidence: FloatArray
    lost: FloatArray
    wild: FloatArray
    confidence_spread: float = 0.12
    memory_s: float = 0.07
    speed_s: float = 0.006
    least_px: float = 0.7
    wild_reach: float = 0.12
    lost_for_s: float = 0.10


def _by_part(*rows: tuple[float, float]) -> FloatArray:
    return np.array(rows)


# bias is what differs between shots before one camera, not what is off in all of them alike. In one of six sessions,
# seen from behind and far away, left and right of the whole body were exchanged in 40 % of the frames: `exchanged`.
MEASURED = PoseNoise(
    bias=_by_part(
        (0.006, 0.006), (0.006, 0.008), (0.008, 0.008), (0.007, 0.006), (0.008, 0.020), (0.012, 0.016), (0.006, 0.006),
        (0.005, 0.005), (0.006, 0.006),
    ),
    shake=_by_part(
        (0.007, 0.009), (0.007, 0.008), (0.006, 0.008), (0.007, 0.009), (0.011, 0.023), (0.018, 0.036), (0.005, 0.008),
        (0.005, 0.006), (0.006, 0.007),
    ),
    confidence=_by_part(
        (0.46, 0.40), (0.46, 0.42), (0.52, 0.47), (0.61, 0.58), (0.50, 0.36), (0.42, 0.38), (0.65, 0.62), (0.63, 0.52),
        (0.57, 0.46),
    ),
    lost=_by_part(
        (0.047, 0.40), (0.075, 0.30), (0.006, 0.15), (0.001, 0.001), (0.064, 0.31), (0.19, 0.40), (0.001, 0.001),
        (0.001, 0.002), (0.007, 0.01),
    ),
    wild=_by_part(
        (0.009, 0.04), (0.013, 0.04), (0.03, 0.015), (0.005, 0.013), (0.08, 0.09), (0.09, 0.08), (0.002, 0.002),
        (0.001, 0.001), (0.002, 0.002),
    ),
)  # fmt: skip
_EXCHANGED = np.array([0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15])


def see(
    joints_px: FloatArray,
    hidden: BoolArray,
    times_s: FloatArray,
    stature_px: float,
    noise: PoseNoise,
    rng: np.random.Generator,
    amount: float = 1.0,
    exchanged: float = 0.0,
) -> FloatArray:
    """joints_px (T, 17, 2), hidden (T, 17), times_s (T,) -> keypoints (T, 17, 3): x, y px and confidence as a pose
    network would give them. amount: 1 = as measured; exchanged: share of frames with left and right exchanged."""
    step_s = float(np.median(np.diff(times_s)))
    state = hidden.astype(int)
    part = np.broadcast_to(PARTS, hidden.shape)
    bias, shake = noise.bias[part, state], noise.shake[part, state]
    always = rng.normal(size=(1, JOINTS, 2)) * bias[..., None]
    speed = np.linalg.norm(np.gradient(joints_px, step_s, axis=0), axis=-1) / stature_px
    spread = np.hypot(np.hypot(shake, noise.speed_s * speed), noise.least_px / stature_px)
    off = always + _remembered((len(times_s), JOINTS, 2), step_s / noise.memory_s, rng) * spread[..., None]
    wild = rng.random(hidden.shape) < noise.wild[part, state]
    off[wild] += rng.normal(0.0, noise.wild_reach, (int(wild.sum()), 2))
    sure = noise.confidence[part, state] + noise.confidence_spread * rng.normal(size=(1, JOINTS)) * 0.7
    sure = sure + 0.5 * noise.confidence_spread * _remembered(hidden.shape, step_s / noise.memory_s, rng)
    gone = _remembered(hidden.shape, step_s / noise.lost_for_s, rng) < _below(noise.lost[part, state])
    sure = np.where(wild, 0.6 * sure, sure)
    sure = np.where(gone, rng.uniform(0.02, 0.19, hidden.shape), np.maximum(sure, 0.21))
    told = np.concatenate([joints_px + amount * stature_px * off, np.clip(sure, 0.0, 1.0)[..., None]], axis=-1)
    if exchanged > 0:
        turned = _remembered((len(times_s),), step_s / noise.memory_s, rng) < _below(np.array(exchanged))
        told[turned] = told[turned][:, _EXCHANGED]
    return np.asarray(told)


def _remembered(shape: tuple[int, ...], steps: float, rng: np.random.Generator) -> FloatArray:
    """Unit noise over the first axis whose memory fades by e in 1 / `steps` frames."""
    keep = float(np.exp(-steps))
    fresh = rng.normal(size=shape)
    out = np.empty(shape)
    out[0] = fresh[0]
    for t in range(1, shape[0]):
        out[t] = keep * out[t - 1] + np.sqrt(1 - keep * keep) * fresh[t]
    return out


def _below(share: FloatArray) -> FloatArray:
    """The value that a unit normal stays below in that share of cases (Abramowitz and Stegun 1964, 26.2.23)."""
    p = np.clip(share, 1e-6, 0.5)
    t = np.sqrt(-2.0 * np.log(p))
    return np.asarray(
        -(t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))))
    )


# What may stand before a joint: from, to (places as below), radius, m at a trunk of 0.52 m; and whose it is.
_HIPS, _NECK, _HEAD = 17, 18, 19
_BLOCKS = np.array([(_HIPS, _NECK), (_HEAD, _HEAD), (11, 13), (12, 14)])
_BLOCK_RADII_M = np.array([0.115, 0.085, 0.07, 0.07])
_TRUNK_M, _CLEAR_M, _OWN_SHARE = 0.52, 0.16, 0.45
_OWN = np.zeros((len(_BLOCKS), JOINTS), dtype=bool)
for _place, _joints in enumerate(((5, 6, 11, 12), (0, 1, 2, 3, 4), (11, 13), (12, 14))):
    _OWN[_place, list(_joints)] = True


def self_hidden(joints_m: FloatArray, eye_m: FloatArray) -> BoolArray:
    """joints_m (T, 17, 3), the camera's place (3,) -> (T, 17): which joints trunk, head or a thigh stand before."""
    hips, neck = joints_m[:, [11, 12]].mean(axis=1), joints_m[:, [5, 6]].mean(axis=1)
    head = joints_m[:, [3, 4]].mean(axis=1) + np.array([0.0, 0.0, 0.05])
    points = np.concatenate([joints_m, hips[:, None], neck[:, None], head[:, None]], axis=1)
    size = float(np.linalg.norm(neck - hips, axis=-1).mean()) / _TRUNK_M
    # What belongs to a part lies in it, and is hidden only where the part stands well before it.
    limits = _BLOCK_RADII_M[:, None] * np.where(_OWN, _OWN_SHARE, 1.0) * size
    return np.asarray(_behind(points, np.asarray(eye_m, dtype=np.float64), _BLOCKS, limits, _CLEAR_M * size))


@numba.njit(cache=True)
def _behind(points, eye, blocks, limits, clear_m):  # type: ignore[no-untyped-def]
    """Whether a sight line from `eye` that ends clear_m before a joint comes nearer to a block than its limit."""
    hidden = np.zeros((points.shape[0], limits.shape[1]), dtype=np.bool_)
    for t in range(points.shape[0]):
        for joint in range(limits.shape[1]):
            way = points[t, joint] - eye
            length = math.sqrt(way[0] ** 2 + way[1] ** 2 + way[2] ** 2)
            way = way * max(1.0 - clear_m / length, 0.0)
            square = way[0] ** 2 + way[1] ** 2 + way[2] ** 2
            for block in range(blocks.shape[0]):
                a, b = points[t, blocks[block, 0]], points[t, blocks[block, 1]]
                for step in range(7):
                    q = a + (b - a) * (step / 6.0) - eye
                    along = min(max((q[0] * way[0] + q[1] * way[1] + q[2] * way[2]) / square, 0.0), 1.0)
                    off = q - along * way
                    if off[0] ** 2 + off[1] ** 2 + off[2] ** 2 < limits[block, joint] ** 2:
                        hidden[t, joint] = True
    return hidden
