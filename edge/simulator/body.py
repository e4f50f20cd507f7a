"""A body: bones of constant length posed by targets, and the tapered capsules that are drawn around them.

A pose is a vector in the body's own frame: origin on the floor under the player, x forward, y left, z up, metres at a
body height of 1.9 m. Blending two poses is linear, and the ball in the hands is blended along with the wrists.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numba
import numpy as np

from edge.types import FloatArray

REFERENCE_HEIGHT_M = 1.9
# Places in a pose vector.
PELVIS, TRUNK, LEFT_ANKLE, RIGHT_ANKLE, FOOT_PITCH = slice(0, 3), slice(3, 6), slice(6, 9), slice(9, 12), slice(12, 14)
LEFT_WRIST, RIGHT_WRIST, LEFT_POLE, RIGHT_POLE = slice(14, 17), slice(17, 20), slice(20, 23), slice(23, 26)
HEAD, LEFT_HAND, RIGHT_HAND, BALL, LIFT = slice(26, 28), slice(28, 31), slice(31, 34), slice(34, 37), 37
# Hips turned to the left, and knees pushed outwards beyond their usual, rad.
HIP_TURN, KNEES_OUT = 38, 39
POSE_SIZE = 40

(NOSE, L_EYE, R_EYE, L_EAR, R_EAR, L_SHOULDER, R_SHOULDER, L_ELBOW, R_ELBOW, L_WRIST, R_WRIST) = range(11)
(L_HIP, R_HIP, L_KNEE, R_KNEE, L_ANKLE, R_ANKLE) = range(11, 17)
(L_TIP, R_TIP, L_TOE, R_TOE, L_HEEL, R_HEEL, NECK, HEAD_CENTRE, CHEST, WAIST, HAIR, CROWN) = range(17, 29)
JOINTS = 29

# Segment lengths at 1.9 m, from the usual anthropometric shares of body height (Drillis and Contini 1966), rounded.
HIP_HALF, THIGH, SHANK, TRUNK_LENGTH, SHOULDER_HALF = 0.095, 0.465, 0.455, 0.52, 0.195
UPPER_ARM, FOREARM, HAND_LENGTH, ANKLE_HEIGHT, FOOT = 0.345, 0.285, 0.17, 0.09, 0.20
STANDING_PELVIS_M = ANKLE_HEIGHT + 0.985 * (THIGH + SHANK)


@numba.njit(cache=True)
def _two_bones(joints, root, middle, end, target, pole, upper, lower):  # type: ignore[no-untyped-def]
    """Place `middle` and `end` so that both bones keep their length, `end` as near `target` as they allow."""
    to = target - joints[root]
    distance = math.sqrt(to[0] ** 2 + to[1] ** 2 + to[2] ** 2)
    axis = to / max(distance, 1e-9)
    reach = min(max(distance, abs(upper - lower) + 0.01), (upper + lower) * 0.9995)
    along = (upper * upper - lower * lower + reach * reach) / (2.0 * reach)
    side = math.sqrt(max(upper * upper - along * along, 0.0))
    bend = pole - axis * (pole[0] * axis[0] + pole[1] * axis[1] + pole[2] * axis[2])
    bend = bend / max(math.sqrt(bend[0] ** 2 + bend[1] ** 2 + bend[2] ** 2), 1e-9)
    joints[middle] = joints[root] + axis * along + bend * side
    joints[end] = joints[root] + axis * reach


@numba.njit(cache=True)
def _head(joints, frame, yaw, pitch):  # type: ignore[no-untyped-def]
    """Nose, eyes, ears, hair and crown around the head's centre; frame rows are the trunk's forward, left and up."""
    c, s = math.cos(yaw), math.sin(yaw)
    ahead = frame[0] * c + frame[1] * s
    left = frame[1] * c - frame[0] * s
    cp, sp = math.cos(pitch), math.sin(pitch)
    forward = ahead * cp - frame[2] * sp
    up = frame[2] * cp + ahead * sp
    centre = joints[NECK] + up * 0.17 + forward * 0.025
    joints[HEAD_CENTRE] = centre
    joints[NOSE] = centre + forward * 0.115 - up * 0.01
    joints[L_EYE] = centre + forward * 0.095 + left * 0.034 + up * 0.03
    joints[R_EYE] = centre + forward * 0.095 - left * 0.034 + up * 0.03
    joints[L_EAR] = centre + left * 0.082 + up * 0.01
    joints[R_EAR] = centre - left * 0.082 + up * 0.01
    joints[HAIR] = centre - forward * 0.03 + up * 0.045
    joints[CROWN] = centre - forward * 0.045 - up * 0.01


@numba.njit(cache=True)
def _foot(joints, ankle, toe, heel, pitch):  # type: ignore[no-untyped-def]
    forward = np.array((math.cos(pitch), 0.0, -math.sin(pitch)))
    down = np.array((-math.sin(pitch), 0.0, -math.cos(pitch)))
    joints[toe] = joints[ankle] + forward * FOOT * 0.78 + down * 0.05
    joints[heel] = joints[ankle] - forward * FOOT * 0.2 + down * 0.05


@numba.njit(cache=True)
def build_joints(pose, xy, yaw, scale):  # type: ignore[no-untyped-def]
    """Joints (29, 3) m in the world of a pose at floor point `xy`, heading `yaw`, scaled from the 1.9 m body."""
    joints = np.zeros((JOINTS, 3))
    pitch, roll, twist = pose[3], pose[4], pose[5]
    up = np.array((math.sin(pitch) * math.cos(roll), -math.sin(roll), math.cos(pitch) * math.cos(roll)))
    left = np.array((-math.sin(twist), math.cos(twist), 0.0))
    left = left - up * (left[0] * up[0] + left[1] * up[1] + left[2] * up[2])
    left = left / math.sqrt(left[0] ** 2 + left[1] ** 2 + left[2] ** 2)
    frame = np.zeros((3, 3))
    frame[0] = np.cross(left, up)
    frame[1] = left
    frame[2] = up
    pelvis = pose[PELVIS].copy()
    joints[WAIST] = pelvis + up * 0.1
    joints[CHEST] = pelvis + up * (TRUNK_LENGTH - 0.12)
    joints[NECK] = pelvis + up * (TRUNK_LENGTH + 0.05)
    hip_c, hip_s = math.cos(pose[HIP_TURN]), math.sin(pose[HIP_TURN])
    across = np.array((-hip_s * HIP_HALF, hip_c * HIP_HALF, 0.0))
    joints[L_HIP] = pelvis + across
    joints[R_HIP] = pelvis - across
    joints[L_SHOULDER] = pelvis + up * TRUNK_LENGTH + left * SHOULDER_HALF
    joints[R_SHOULDER] = pelvis + up * TRUNK_LENGTH - left * SHOULDER_HALF
    out = 0.12 + math.tan(pose[KNEES_OUT])
    knees_left = np.array((hip_c - hip_s * out, hip_s + hip_c * out, 0.0))
    knees_right = np.array((hip_c + hip_s * out, hip_s - hip_c * out, 0.0))
    _two_bones(joints, L_HIP, L_KNEE, L_ANKLE, pose[LEFT_ANKLE], knees_left, THIGH, SHANK)
    _two_bones(joints, R_HIP, R_KNEE, R_ANKLE, pose[RIGHT_ANKLE], knees_right, THIGH, SHANK)
    _two_bones(joints, L_SHOULDER, L_ELBOW, L_WRIST, pose[LEFT_WRIST], pose[LEFT_POLE], UPPER_ARM, FOREARM)
    _two_bones(joints, R_SHOULDER, R_ELBOW, R_WRIST, pose[RIGHT_WRIST], pose[RIGHT_POLE], UPPER_ARM, FOREARM)
    for wrist, tip, place in ((L_WRIST, L_TIP, 28), (R_WRIST, R_TIP, 31)):
        hand = pose[place : place + 3]
        length = math.sqrt(hand[0] ** 2 + hand[1] ** 2 + hand[2] ** 2)
        joints[tip] = joints[wrist] + hand * (HAND_LENGTH / max(length, 1e-9))
    _foot(joints, L_ANKLE, L_TOE, L_HEEL, pose[12])
    _foot(joints, R_ANKLE, R_TOE, R_HEEL, pose[13])
    _head(joints, frame, pose[27], pose[26])
    c, s = math.cos(yaw), math.sin(yaw)
    for joint in range(JOINTS):
        x, y, z = joints[joint] * scale
        joints[joint, 0] = xy[0] + c * x - s * y
        joints[joint, 1] = xy[1] + s * x + c * y
        joints[joint, 2] = z + pose[LIFT] * scale
    return joints


@numba.njit(cache=True)
def build_motion(poses, roots, yaw, scale):  # type: ignore[no-untyped-def]
    """Joints (T, 29, 3) m of poses (T, P) at floor points (T, 2): `build_joints` frame by frame."""
    joints = np.zeros((len(poses), JOINTS, 3))
    for t in range(len(poses)):
        joints[t] = build_joints(poses[t], roots[t], yaw, scale)
    return joints


def to_world(local_m: FloatArray, xy: FloatArray, yaw: float, scale: float, lift_m: float = 0.0) -> FloatArray:
    """A point (3,) of the body's frame (1.9 m body) in the world."""
    c, s = math.cos(yaw), math.sin(yaw)
    x, y, z = local_m * scale
    return np.array([xy[0] + c * x - s * y, xy[1] + s * x + c * y, z + lift_m * scale])


def to_local(world_m: FloatArray, xy: FloatArray, yaw: float, scale: float, lift_m: float = 0.0) -> FloatArray:
    """The inverse of `to_world`."""
    c, s = math.cos(yaw), math.sin(yaw)
    x, y = world_m[0] - xy[0], world_m[1] - xy[1]
    return np.array([c * x + s * y, -s * x + c * y, world_m[2] - lift_m * scale]) / scale


@dataclass(frozen=True, slots=True)
class Kit:
    """Colours of one player, BGR 0..255."""

    skin: tuple[float, float, float]
    hair: tuple[float, float, float]
    jersey: tuple[float, float, float]
    shorts: tuple[float, float, float]
    socks: tuple[float, float, float]
    shoes: tuple[float, float, float]


# joint, joint, radius at each (m at 1.9 m), part that gives the colour
_CAPSULES = (
    (L_HEEL, L_TOE, 0.038, 0.036, "shoes"),
    (R_HEEL, R_TOE, 0.038, 0.036, "shoes"),
    (L_ANKLE, L_TOE, 0.045, 0.036, "shoes"),
    (R_ANKLE, R_TOE, 0.045, 0.036, "shoes"),
    (L_KNEE, L_ANKLE, 0.060, 0.040, "skin"),
    (R_KNEE, R_ANKLE, 0.060, 0.040, "skin"),
    (L_HIP, L_KNEE, 0.092, 0.062, "skin"),
    (R_HIP, R_KNEE, 0.092, 0.062, "skin"),
    (L_SHOULDER, L_ELBOW, 0.055, 0.043, "skin"),
    (R_SHOULDER, R_ELBOW, 0.055, 0.043, "skin"),
    (L_ELBOW, L_WRIST, 0.043, 0.030, "skin"),
    (R_ELBOW, R_WRIST, 0.043, 0.030, "skin"),
    (L_WRIST, L_TIP, 0.034, 0.026, "skin"),
    (R_WRIST, R_TIP, 0.034, 0.026, "skin"),
    (NECK, HEAD_CENTRE, 0.055, 0.055, "skin"),
    (HEAD_CENTRE, NOSE, 0.088, 0.020, "skin"),
    (HEAD_CENTRE, HEAD_CENTRE, 0.098, 0.098, "skin"),
    (HAIR, CROWN, 0.095, 0.092, "hair"),
    (L_EAR, L_EAR, 0.022, 0.022, "skin"),
    (R_EAR, R_EAR, 0.022, 0.022, "skin"),
    (L_EYE, L_EYE, 0.013, 0.013, "hair"),
    (R_EYE, R_EYE, 0.013, 0.013, "hair"),
    (L_SHOULDER, R_SHOULDER, 0.065, 0.065, "jersey"),
    (CHEST, NECK, 0.125, 0.070, "jersey"),
)
# Blends of two joints, so that trunk and shorts get a flat, tapered shape: (a, b, share), (c, d, share), radii, part
_BLENDS = (
    ((L_SHOULDER, R_SHOULDER, 0.26), (L_HIP, R_HIP, 0.12), 0.108, 0.100, "jersey"),
    ((L_SHOULDER, R_SHOULDER, 0.74), (L_HIP, R_HIP, 0.88), 0.108, 0.100, "jersey"),
    ((L_SHOULDER, R_SHOULDER, 0.50), (L_HIP, R_HIP, 0.50), 0.110, 0.105, "jersey"),
    ((L_HIP, R_HIP, 0.0), (L_HIP, R_HIP, 1.0), 0.112, 0.112, "shorts"),
    ((L_HIP, L_KNEE, 0.0), (L_HIP, L_KNEE, 0.78), 0.112, 0.098, "shorts"),
    ((R_HIP, R_KNEE, 0.0), (R_HIP, R_KNEE, 0.78), 0.112, 0.098, "shorts"),
    ((L_KNEE, L_ANKLE, 0.62), (L_KNEE, L_ANKLE, 1.0), 0.052, 0.046, "socks"),
    ((R_KNEE, R_ANKLE, 0.62), (R_KNEE, R_ANKLE, 1.0), 0.052, 0.046, "socks"),
    ((L_HIP, L_SHOULDER, 0.0), (L_HIP, L_SHOULDER, 0.15), 0.115, 0.108, "jersey"),
    ((R_HIP, R_SHOULDER, 0.0), (R_HIP, R_SHOULDER, 0.15), 0.115, 0.108, "jersey"),
)


def _weights() -> tuple[FloatArray, FloatArray]:
    """Matrices (M, JOINTS) that take joints to the two ends of every capsule."""
    count = len(_CAPSULES) + len(_BLENDS)
    first, second = np.zeros((count, JOINTS)), np.zeros((count, JOINTS))
    for row, (a, b, _, _, _) in enumerate(_CAPSULES):
        first[row, a] = second[row, b] = 1.0
    for row, ((a, b, s), (c, d, t), _, _, _) in enumerate(_BLENDS, start=len(_CAPSULES)):
        first[row, a], first[row, b] = 1.0 - s, s
        second[row, c], second[row, d] = 1.0 - t, t
    return first, second


FIRST_END, SECOND_END = _weights()
RADII_M = np.array([part[2:4] for part in (*_CAPSULES, *_BLENDS)])
PARTS = tuple(part[4] for part in (*_CAPSULES, *_BLENDS))


# The jersey is made of several capsules that have to look like one piece.
CLOTH_PARTS = np.array([part == "jersey" for part in PARTS])


def kit_colours(kit: Kit) -> FloatArray:
    """Colour (M, 3) of every capsule."""
    return np.array([getattr(kit, part) for part in PARTS], dtype=np.float64)


def capsules(joints: FloatArray, scale: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Ends (M, 3), (M, 3) and radii (M, 2), all m, of the capsules around `joints` (29, 3)."""
    return FIRST_END @ joints, SECOND_END @ joints, RADII_M * scale
