"""Readers of the folders of real data. Each takes whatever files it finds and yields pictures with their truth."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from edge.types import FloatArray, Image, ObjectClass

PERSON_NAMES = ("player", "ref", "referee", "person")
BALL_NAMES = ("ball", "sports ball", "basketball")
HOOP_NAMES = ("hoop", "rim", "basket")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A picture and its boxes (N, 4) xyxy px by class. A class that is absent from `boxes` is not labelled at all; so
    are the hoops where they are None."""

    image: Image
    boxes: dict[ObjectClass, FloatArray]
    ignore: FloatArray = field(default_factory=lambda: np.zeros((0, 4), np.float32))
    hoops: FloatArray | None = None


def _boxes(rows: list[list[float]]) -> FloatArray:
    return np.array(rows, dtype=np.float32).reshape(-1, 4)


def _read(path: Path) -> Image:
    image = cv2.imread(str(path))
    if image is None:
        raise SystemExit(f"{path}: not a picture")
    return np.asarray(image, dtype=np.uint8)


def hoop_ball_images(folder: Path) -> Iterator[Labelled]:
    """labels.csv: class, x, y (top left), w, h, image. Balls and hoops."""
    balls: dict[str, list[list[float]]] = defaultdict(list)
    hoops: dict[str, list[list[float]]] = defaultdict(list)
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            rows = balls[row["image"]]
            x, y, w, h = (float(row[key]) for key in "xywh")
            if row["class"] in BALL_NAMES:
                rows.append([x, y, x + w, y + h])
            elif row["class"] in HOOP_NAMES:
                hoops[row["image"]].append([x, y, x + w, y + h])
    for name in sorted(balls):
        boxes = {ObjectClass.BALL: _boxes(balls[name])}
        yield Labelled(_read(folder / "images" / name), boxes, hoops=_boxes(hoops[name]))


def _names(data_yaml: Path) -> list[str]:
    import yaml

    return [str(name).lower() for name in yaml.safe_load(data_yaml.read_text(encoding="utf-8"))["names"]]


def yolo_folder(folder: Path) -> Iterator[Labelled]:
    """images and labels in YOLO's form, anywhere below; classes named in data.yaml."""
    names = _names(folder / "data.yaml")
    for path in sorted(folder.rglob("images/*.jpg")):
        image = _read(path)
        height, width = image.shape[:2]
        rows: dict[ObjectClass, list[list[float]]] = {ObjectClass.PERSON: [], ObjectClass.BALL: []}
        hoops: list[list[float]] = []
        for line in (path.parent.parent / "labels" / f"{path.stem}.txt").read_text().splitlines():
            index, x, y, w, h = (float(part) for part in line.split()[:5])
            box = [(x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height]
            name = names[int(index)]
            if name in PERSON_NAMES:
                rows[ObjectClass.PERSON].append(box)
            elif name in BALL_NAMES:
                rows[ObjectClass.BALL].append(box)
            elif name in HOOP_NAMES:
                hoops.append(box)
        yield Labelled(image, {kind: _boxes(boxes) for kind, boxes in rows.items()}, hoops=_boxes(hoops))


def coco(folder: Path) -> Iterator[tuple[dict[str, Any], Labelled, list[dict[str, Any]]]]:
    """COCO keypoint annotations: (image entry, picture with person boxes, annotations), of the pictures at hand."""
    data = json.loads(coco_file(folder).read_text(encoding="utf-8"))
    of_image: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for annotation in data["annotations"]:
        of_image[annotation["image_id"]].append(annotation)
    for entry in data["images"]:
        path = next(folder.rglob(entry["file_name"]), None)
        if path is None:
            continue
        kinds: dict[bool, list[list[float]]] = {False: [], True: []}
        for annotation in of_image[entry["id"]]:
            x, y, w, h = annotation["bbox"]
            kinds[bool(annotation["iscrowd"])].append([x, y, x + w, y + h])
        labelled = Labelled(_read(path), {ObjectClass.PERSON: _boxes(kinds[False])}, _boxes(kinds[True]))
        yield entry, labelled, of_image[entry["id"]]


def coco_file(folder: Path) -> Path:
    """The one annotation file."""
    return next(iter(sorted((folder / "annotations").glob("person_keypoints*.json"))))


def video_frames(folder: Path, every: int, at_most: int) -> Iterator[tuple[Path, Image]]:
    """Every so many frames of each video below, at most so many of one."""
    for path in sorted(found for found in folder.rglob("*") if found.suffix.lower() in (".mp4", ".mov", ".avi")):
        capture = cv2.VideoCapture(str(path))
        for number in range(every * at_most):
            if not capture.grab():
                break
            if number % every == 0:
                read, image = capture.retrieve()
                if read:
                    yield path, np.asarray(image, dtype=np.uint8)
        capture.release()
