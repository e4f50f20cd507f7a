"""Compare the zoo's networks on real data: persons and balls found, poses, milliseconds.

    python -m tests.bench.networks --data DIR --json FILE

Every network whose file is at hand takes part: the shipped ones, and those fetched before with 'courtside engines
fetch'. A ball counts as found from IoU 0.3 (it is small and blurred), a person from 0.5.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from edge.config import VisionConfig
from edge.types import Image, ObjectClass
from edge.vision.detector import Detector
from edge.vision.pose import PoseEstimator
from engines.backend import EngineError, TimedEngine, open_engine
from engines.zoo import Network, locate, networks, shape_range
from tests.bench import datasets
from tests.bench.common import Figure, need, parser, report, table
from tests.bench.scores import Tally, keypoint_ap

LEAST_IOU = {ObjectClass.PERSON: 0.5, ObjectClass.BALL: 0.3}
LOWEST = dict.fromkeys(ObjectClass, 0.02)
FRAME_EVERY = 10
FRAMES_A_VIDEO = 40


def _open(network: Network) -> TimedEngine | None:
    try:
        path = locate(network)
    except EngineError as error:
        print(f"left out: {error}")
        return None
    return TimedEngine(open_engine(path, shapes={network.input.name: shape_range(network)}))


def _sets(data: Path, quick: bool) -> dict[str, list[datasets.Labelled]]:
    """The labelled pictures of each data set that is there."""
    readers: dict[str, Any] = {
        "hoop_ball_images": datasets.hoop_ball_images,
        "bbplayers17": datasets.yolo_folder,
        "tiny_coco": lambda folder: (labelled for _, labelled, _ in datasets.coco(folder)),
    }
    most = 4 if quick else None
    present = {name: read for name, read in readers.items() if (data / name).is_dir()}
    return {name: list(itertools.islice(read(data / name), most)) for name, read in present.items()}


def detection(detector: Detector, name: str, pictures: list[datasets.Labelled]) -> dict[str, Figure]:
    """Average precision, and recall and precision at the shipped thresholds, of each labelled class."""
    tallies: dict[ObjectClass, Tally] = {}
    for picture in pictures:
        found = detector.detect(picture.image, min_confidence=LOWEST)
        for kind, truth in picture.boxes.items():
            tally = tallies.setdefault(kind, Tally())
            tally.add(found, kind, truth, picture.ignore, LEAST_IOU[kind])
    figures: dict[str, Figure] = {}
    for kind, tally in tallies.items():
        key, threshold = f"{name}_{kind.name.lower()}", shipped_thresholds()[kind]
        figures[f"{key}_ap"] = tally.average_precision()
        figures[f"{key}_recall"], figures[f"{key}_precision"] = tally.recall(threshold), tally.precision(threshold)
    return figures


def shipped_thresholds() -> dict[ObjectClass, float]:
    settings = VisionConfig()
    return {ObjectClass.PERSON: settings.person_confidence, ObjectClass.BALL: settings.ball_confidence}


def in_videos(detector: Detector, frames: list[Image]) -> dict[str, Figure]:
    """Share of frames in which a person, and a ball, is found at all."""
    seen = dict.fromkeys(ObjectClass, 0)
    for image in frames:
        found = detector.detect(image, min_confidence=shipped_thresholds())
        for kind in ObjectClass:
            seen[kind] += int(np.any(found.class_id == int(kind)))
    return {f"videos_{kind.name.lower()}_share": count / max(len(frames), 1) for kind, count in seen.items()}


def _results(estimator: PoseEstimator, folder: Path, quick: bool) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    for entry, labelled, labels in itertools.islice(datasets.coco(folder), 4 if quick else None):
        boxes = labelled.boxes[ObjectClass.PERSON]
        found = estimator.estimate(labelled.image, boxes, min_confidence=0.0)
        people = [label for label in labels if not label["iscrowd"]]
        rows = []
        for person in range(len(people)):
            triples = np.concatenate((found.xy[person], found.confidence[person, :, None]), axis=1)
            score = float(found.confidence[person].mean())
            keypoints = [float(value) for value in np.nan_to_num(triples).ravel()]
            rows.append({"image_id": entry["id"], "category_id": 1, "keypoints": keypoints, "score": score})
        yield entry["id"], rows


def pose(estimator: PoseEstimator, folder: Path, quick: bool) -> dict[str, Figure]:
    """COCO keypoint AP where every true box is given."""
    by_image = dict(_results(estimator, folder, quick))
    rows = [row for found in by_image.values() for row in found]
    precision, precision_50 = keypoint_ap(datasets.coco_file(folder), rows, list(by_image))
    return {"tiny_coco_pose_ap": precision, "tiny_coco_pose_ap50": precision_50}


def milliseconds(engine: TimedEngine, run: Any, repeats: int) -> dict[str, Figure]:
    """Median milliseconds of the network alone and of everything beside it."""
    run()
    engine.take_ms()
    whole, inside = [], []
    for _ in range(repeats):
        start_s = time.perf_counter()
        run()
        whole.append((time.perf_counter() - start_s) * 1000)
        inside.append(engine.take_ms())
    network_ms = float(np.median(inside))
    return {"network_ms": network_ms, "beside_ms": float(np.median(np.array(whole) - np.array(inside)))}


def measure_detector(network: Network, engine: TimedEngine, data: Path, quick: bool) -> dict[str, Figure]:
    detector = Detector(network, engine)
    figures: dict[str, Figure] = {}
    for name, pictures in _sets(data, quick).items():
        figures |= detection(detector, name, pictures)
    if (data / "videos").is_dir():
        frames = datasets.video_frames(data / "videos", FRAME_EVERY, 2 if quick else FRAMES_A_VIDEO)
        figures |= in_videos(detector, [image for _, image in frames])
    frame = np.full((720, 1280, 3), 114, dtype=np.uint8)
    return figures | milliseconds(engine, lambda: detector.detect(frame), 5 if quick else 40)


def measure_pose(network: Network, engine: TimedEngine, data: Path, quick: bool) -> dict[str, Figure]:
    estimator = PoseEstimator(network, engine)
    figures = pose(estimator, data / "tiny_coco", quick) if (data / "tiny_coco").is_dir() else {}
    frame, box = np.full((720, 1280, 3), 114, dtype=np.uint8), np.array([[600, 200, 700, 470]], dtype=np.float32)
    return figures | milliseconds(engine, lambda: estimator.estimate(frame, box), 5 if quick else 40)


MEASURES = {"detection": measure_detector, "pose": measure_pose}


def compare(data: Path, quick: bool, only: list[str]) -> dict[str, dict[str, Figure]]:
    """Figures of every network at hand, by its name."""
    figures = {}
    for network in networks().values():
        if network.task not in MEASURES or (only and network.name not in only):
            continue
        engine = _open(network)
        if engine is not None:
            figures[network.name] = MEASURES[network.task](network, engine, data, quick)
            engine.close()
    return figures


def tables(figures: dict[str, dict[str, Figure]]) -> str:
    """One Markdown table a task, a network a row."""
    parts = []
    for task in MEASURES:
        rows = {name: row for name, row in figures.items() if networks()[name].task == task}
        keys = list(dict.fromkeys(key for row in rows.values() for key in row))
        if rows:
            cells: list[list[Figure]] = [[name, *[row.get(key, "-") for key in keys]] for name, row in rows.items()]
            parts.append(table(["network", *keys], cells))
    return "\n\n".join(parts)


def main() -> None:
    arguments = parser("Compare the zoo's networks on real data.")
    arguments.add_argument("--only", nargs="*", default=[], metavar="NETWORK", help="these networks alone")
    given = arguments.parse_args()
    figures = compare(need(given.data), given.quick, given.only)
    print(tables(figures), end="\n\n")
    report({f"{name}_{key}": value for name, row in figures.items() for key, value in row.items()}, given.json)


if __name__ == "__main__":
    main()
