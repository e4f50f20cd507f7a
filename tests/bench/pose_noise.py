"""What the pose network is off by, in size, in time and in confidence: the figures of edge/simulator/pose_noise.py.

    make bench-pose-noise ARGS="--json FILE"

Shots of the virtual gym (their joints are known; cameras on all walls, plain and varied props, shutter 1/120 s) are
shown to the zoo's pose network as the box does it, with boxes that are off by 2 % of their height. Errors are shares of
the player's stature in the picture. A joint's error over one shot is parted into what stays (bias), what is left
(shake, robust: 1.4826 times the median absolute deviation; its memory from the correlation of consecutive frames) and
what is far away (wild: beyond 6 shakes and 6 % of the stature). Seen and hidden are apart, by the gym's truth. Beside
it, where there are photographs with keypoints (tiny_coco): the network's error there, by size of the person alike,
what is left after the labels' own looseness counted with it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from edge.simulator.gym import VirtualGym
from edge.simulator.pose_noise import PARTS
from edge.simulator.scenario import SCENARIOS
from edge.types import FloatArray
from edge.vision.pose import MIN_CONFIDENCE, PoseEstimator
from engines.backend import open_engine
from engines.zoo import find, locate
from tests.bench.common import parser, report, table

NETWORK = "movenet-thunder"
NAMES = ("nose", "eyes", "ears", "shoulders", "elbows", "wrists", "hips", "knees", "ankles")
FPS, SHOTS, LONGEST = 30.0, 5, 3000
_LEAST_STATURE_PX, _LEAST_KEYPOINTS = 100, 12
_WILD_SHAKES, _WILD = 6.0, 0.06


@dataclass(frozen=True, slots=True)
class Look:
    """One frame of one shot: truth and what was told, (17, 2) px each; visible (17,); confidence (17,)."""

    shot: tuple[int, int]
    index: int
    stature_px: float
    truth: FloatArray
    visible: npt.NDArray[np.bool_]
    told: FloatArray
    confidence: FloatArray


def watch(seed: int, pose: PoseEstimator) -> list[Look]:
    """Some shots of one virtual gym, frame by frame."""
    scenario = replace(
        SCENARIOS["practice"], mount="wall" if seed % 3 else "any", pace=1.0, props="any" if seed % 2 else "plain",
        exposure=0.5, frame_blur_px=0.8, shutter_s=1 / 120,
    )  # fmt: skip
    gym, rng = VirtualGym(scenario, seed=1000 + seed, fps=FPS), np.random.default_rng(seed)
    looks: list[Look] = []
    for frame, truth in gym.frames_where(lambda t: t.players[0].action == "shoot" or t.index > LONGEST):
        if truth.index > LONGEST or len(truth.shots) >= SHOTS:
            break
        player = truth.players[0]
        if player.box is None:
            continue
        box = player.box + rng.normal(0.0, 0.02, 4) * (player.box[3] - player.box[1])
        told = pose.estimate(frame.image, box[None], 0.0)
        ends = np.array([[*player.court_xy_m, 0.0], [*player.court_xy_m, player.height_m]])
        stature_px = float(np.hypot(*np.diff(truth.camera.project(ends)[0], axis=0)[0]))
        looks.append(
            Look(
                (seed, truth.shots[-1].shot_id), truth.index, stature_px, player.keypoints_px, player.visible,
                told.xy[0], told.confidence[0],
            )
        )  # fmt: skip
    return looks


def parts_of(looks: list[Look]) -> dict[tuple[int, int], dict[str, float]]:
    """By part and 1 = hidden: bias, shake, wild, confidence, lost, keep (correlation of consecutive frames), count."""
    shots: dict[tuple[int, int], list[Look]] = defaultdict(list)
    for look in looks:
        shots[look.shot].append(look)
    found: dict[tuple[int, int], dict[str, list[FloatArray]]] = defaultdict(lambda: defaultdict(list))
    for shot in shots.values():
        off = np.array([(one.told - one.truth) / one.stature_px for one in shot])
        sure = np.array([one.confidence for one in shot])
        visible = np.array([one.visible for one in shot])
        step = np.diff([one.index for one in shot]) == 1
        for joint in range(17):
            for hidden in (0, 1):
                rows = (visible[:, joint] == (hidden == 0)) & np.isfinite(off[:, joint, 0])
                lines = found[int(PARTS[joint]), hidden]
                lines["confidence"].append(sure[rows, joint])
                used = rows & (sure[:, joint] >= MIN_CONFIDENCE)
                if used.sum() < 8:
                    continue
                middle = np.median(off[used, joint], axis=0)
                left = off[:, joint] - middle
                lines["bias"].append(middle)
                lines["left"].append(left[used])
                pairs = used[1:] & used[:-1] & step
                lines["pairs"].append(np.stack([left[:-1][pairs], left[1:][pairs]], axis=1))
    return {key: _figures(lines) for key, lines in sorted(found.items())}


def _figures(lines: dict[str, list[FloatArray]]) -> dict[str, float]:
    confidence = np.concatenate(lines["confidence"])
    out = {"count": float(len(confidence)), "confidence": float("nan"), "lost": float("nan")}
    if len(confidence):
        out["confidence"], out["lost"] = float(confidence.mean()), float((confidence < MIN_CONFIDENCE).mean())
        out["confidence_spread"] = float(confidence.std())
    if not lines["bias"]:
        return out
    bias, left, pairs = np.array(lines["bias"]), np.concatenate(lines["left"]), np.concatenate(lines["pairs"])
    shake = 1.4826 * float(np.median(np.abs(left)))
    wild = np.hypot(*left.T) > max(_WILD_SHAKES * shake, _WILD)
    calm = (np.abs(pairs) < _WILD_SHAKES * shake).all(axis=(1, 2))
    a, b = pairs[calm][:, 0].ravel(), pairs[calm][:, 1].ravel()
    keep = float((a * b).mean() / max((a * a).mean(), 1e-12)) if len(a) else float("nan")
    return out | {
        "bias": float(1.4826 * np.median(np.abs(bias))), "shake": shake, "wild": float(wild.mean()), "keep": keep,
    }  # fmt: skip


def photographs(folder: Path, pose: PoseEstimator) -> dict[str, float]:
    """The median error of each part on photographs of people, in shares of the upright person's box height."""
    labels = json.loads(next((folder / "annotations").glob("*.json")).read_text(encoding="utf-8"))
    files = {image["id"]: image["file_name"] for image in labels["images"]}
    off: dict[str, list[float]] = defaultdict(list)
    for person in labels["annotations"]:
        x, y, width, height = person["bbox"]
        keypoints = np.array(person["keypoints"], dtype=float).reshape(-1, 3)
        upright = height > 1.8 * width and height >= _LEAST_STATURE_PX
        if person["iscrowd"] or person["num_keypoints"] < _LEAST_KEYPOINTS or not upright:
            continue
        image = cv2.imread(str(next(folder.rglob(files[person["image_id"]]))))
        if image is None:
            continue
        told = pose.estimate(np.asarray(image, dtype=np.uint8), np.array([[x, y, x + width, y + height]]), 0.0)
        away = np.linalg.norm(told.xy[0] - keypoints[:, :2], axis=1) / height
        for joint in np.flatnonzero((keypoints[:, 2] > 1) & (told.confidence[0] >= MIN_CONFIDENCE)):
            off[NAMES[PARTS[joint]]].append(float(away[joint]))
    return {name: float(np.median(off[name])) for name in NAMES if off[name]}


def main() -> None:
    options = parser(__doc__ or "").parse_args()
    network = find(NETWORK)
    engine = open_engine(locate(network), "onnxruntime")
    pose = PoseEstimator(network, engine)
    looks = [look for seed in range(2 if options.quick else 12) for look in watch(seed, pose)]
    figures: dict[str, float | int | str] = {"frames": len(looks)}
    rows: list[list[float | int | str]] = []
    keys = ("count", "bias", "shake", "keep", "wild", "confidence", "confidence_spread", "lost")
    for (part, hidden), values in parts_of(looks).items():
        name = f"{NAMES[part]}_{'hidden' if hidden else 'seen'}"
        rows.append([name, *(round(values.get(key, float("nan")), 4) for key in keys)])
        figures |= {f"{name}_{key}": values[key] for key in keys if key in values}
    print(table(["joint", *keys], rows))
    folder = options.data / "tiny_coco"
    if folder.is_dir():
        figures |= {f"photographs_{name}_median": value for name, value in photographs(folder, pose).items()}
    engine.close()
    report(figures, options.json)


if __name__ == "__main__":
    main()
