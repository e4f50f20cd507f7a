"""17 COCO keypoints of the people in given boxes."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from edge.kernels.boxes import iou
from edge.types import FloatArray, Image, Keypoints, ObjectClass
from edge.vision.decode import movenet, suppress, yolo, yolo_keypoints
from edge.vision.preprocess import Letterbox, clip_region, crop_square, square_around
from engines.backend import FREE, Engine, EngineError
from engines.zoo import KEYPOINTS, Network, check

WIDEN = 1.25
"""Side of the square that MoveNet is shown, in longer box sides."""
MIN_CONFIDENCE = 0.2
ONE_STAGE_PERSON = 0.1
ONE_STAGE_MATCH_IOU = 0.3
MAX_IOU = 0.65


def seen(points: FloatArray, image: Image, min_confidence: float) -> Keypoints:
    """points (P, 17, 3) in frame px; those outside the frame or under min_confidence become NaN."""
    xy, confidence = points[..., :2].astype(np.float32), points[..., 2].astype(np.float32)
    height, width = image.shape[:2]
    inside = (xy[..., 0] >= 0) & (xy[..., 0] < width) & (xy[..., 1] >= 0) & (xy[..., 1] < height)
    xy[~(inside & (confidence >= min_confidence))] = np.nan
    return Keypoints(xy, confidence)


class PoseEstimator:
    """Runs a pose network: one crop a person (MoveNet), or the whole frame once (YOLO-pose), matched to the boxes.

    Raises EngineError at construction where network and engine do not fit.
    """

    def __init__(self, network: Network, engine: Engine) -> None:
        check(network, engine)
        layouts = {"movenet": self._by_crop, "yolo-pose": self._by_frame}
        if network.output not in layouts:
            raise EngineError(f"{network.name}: finds no keypoints; choose a pose network of 'courtside engines list'")
        self._engine = engine
        self._spec = network.input
        self._input = engine.inputs[0].name
        self._points = layouts[network.output]
        self._letterbox = Letterbox(network.input, FREE in engine.inputs[0].shape[2:])

    def estimate(self, image: Image, boxes: FloatArray, min_confidence: float = MIN_CONFIDENCE) -> Keypoints:
        """image (H, W, 3) BGR, boxes (P, 4) xyxy px -> Keypoints of P people, all NaN for one not found."""
        if len(boxes) == 0:
            return Keypoints(np.zeros((0, KEYPOINTS, 2), np.float32), np.zeros((0, KEYPOINTS), np.float32))
        return seen(self._points(image, boxes), image, min_confidence)

    def _by_crop(self, image: Image, boxes: FloatArray) -> FloatArray:
        points = np.empty((len(boxes), KEYPOINTS, 3), dtype=np.float32)
        size = self._spec.height
        for person, box in enumerate(boxes):
            crop, placement = crop_square(image, square_around(box, WIDEN), size)
            tensor = cv2.cvtColor(crop, cv2.COLOR_BGR2RGB).astype(self._spec.dtype)[None]
            points[person] = movenet(self._engine.infer({self._input: tensor}), size)
            points[person, :, :2] = placement.to_frame(points[person, :, :2])
        return points

    def _by_frame(self, image: Image, boxes: FloatArray) -> FloatArray:
        limit = (self._spec.height, self._spec.width)
        tensor, placement = self._letterbox.fit(image, clip_region(None, image), limit)
        outputs = self._engine.infer({self._input: tensor})
        person = {ObjectClass.PERSON: 0}
        found = suppress(yolo(outputs, limit, person, {ObjectClass.PERSON: ONE_STAGE_PERSON}), MAX_IOU)
        everyone = yolo_keypoints(outputs, found.anchor).astype(np.float32)
        everyone[..., :2] = placement.to_frame(everyone[..., :2])
        points = np.zeros((len(boxes), KEYPOINTS, 3), dtype=np.float32)
        overlap = iou(np.asarray(boxes, dtype=np.float32), placement.to_frame(found.xyxy).astype(np.float32))
        for box, pose in match(overlap, ONE_STAGE_MATCH_IOU):
            points[box] = everyone[pose]
        return points


def match(overlap: npt.NDArray[np.floating], least: float) -> list[tuple[int, int]]:
    """Pairs (row, column) of the largest overlaps (N, M) of at least `least`, each row and column once, greedily."""
    pairs = []
    left = overlap.copy()
    while left.size and left.max() >= least:
        row, column = (int(index) for index in np.unravel_index(np.argmax(left), left.shape))
        pairs.append((row, column))
        left[row], left[:, column] = -1.0, -1.0
    return pairs
