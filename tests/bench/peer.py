"""The pipeline that one assembles of the usual parts, with the same networks: ONNX Runtime as it comes, OpenCV and
NumPy before and after, `supervision` and the ByteTrack of `trackers` for association."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import onnxruntime as ort
import supervision as sv
from trackers import ByteTrackTracker

from engines.zoo import find, locate

_INPUT = 640
_STRIDES = (8, 16, 32, 64)
_MEAN = np.array([123.675, 116.28, 103.53], np.float32)
_STD = np.array([58.395, 57.12, 57.375], np.float32)
_LEAST = {0: 0.4, 32: 0.12}


class Peer:
    """`step` finds persons and balls, tracks the persons and takes the poses of some of them."""

    def __init__(self) -> None:
        self._detector = ort.InferenceSession(str(locate(find("picodet-s-640"))), providers=["CPUExecutionProvider"])
        self._pose = ort.InferenceSession(str(locate(find("movenet-thunder"))), providers=["CPUExecutionProvider"])
        self._tracker = ByteTrackTracker()
        grids = []
        for stride in _STRIDES:
            side = -(-_INPUT // stride)
            y, x = np.mgrid[0:side, 0:side]
            grids.append(
                np.column_stack([(x.ravel() + 0.5) * stride, (y.ravel() + 0.5) * stride, np.full(side**2, stride)])
            )
        self._anchors = np.concatenate(grids).astype(np.float32)

    def step(self, image: np.ndarray, detector_calls: int, pose_calls: int) -> sv.Detections:
        """One frame: the detector on the whole of it, on `detector_calls` - 1 tiles, and `pose_calls` poses."""
        parts = [self._detect(image, (0, 0))]
        height, width = image.shape[:2]
        for k in range(detector_calls - 1):
            x, y = (k * 97) % (width - 320), (height - 320) // 2
            parts.append(self._detect(image[y : y + 320, x : x + 320], (x, y)))
        found = sv.Detections.merge(parts).with_nms(0.5)
        tracked = self._tracker.update(found[found.class_id == 0])
        for box in tracked.xyxy[:pose_calls]:
            self._keypoints(image, box)
        return tracked

    def _detect(self, image: np.ndarray, corner: tuple[int, int]) -> sv.Detections:
        scale = min(_INPUT / image.shape[0], _INPUT / image.shape[1])
        resized = cv2.resize(image, None, fx=scale, fy=scale)
        canvas = np.full((_INPUT, _INPUT, 3), 114, np.uint8)
        canvas[: resized.shape[0], : resized.shape[1]] = resized
        tensor = (cv2.cvtColor(canvas, cv2.COLOR_BGR2RGB).astype(np.float32) - _MEAN) / _STD
        feed = {self._detector.get_inputs()[0].name: np.ascontiguousarray(tensor.transpose(2, 0, 1)[None])}
        distances, scores = self._detector.run(["distances", "scores"], feed)
        reach = distances[0] * self._anchors[:, 2:]
        boxes = np.hstack([self._anchors[:, :2] - reach[:, :2], self._anchors[:, :2] + reach[:, 2:]]) / scale
        kept: list[tuple[Any, ...]] = []
        for label, least in _LEAST.items():
            good = scores[0, label] >= least
            kept.append((boxes[good], scores[0, label][good], np.full(good.sum(), label)))
        xyxy, confidence, class_id = (np.concatenate([part[k] for part in kept]) for k in range(3))
        offset = np.array([*corner, *corner], np.float32)
        return sv.Detections(xyxy=xyxy + offset, confidence=confidence, class_id=class_id).with_nms(0.5)

    def _keypoints(self, image: np.ndarray, box: np.ndarray) -> np.ndarray:
        side = 1.25 * max(box[2] - box[0], box[3] - box[1])
        x, y = (box[0] + box[2] - side) / 2, (box[1] + box[3] - side) / 2
        move = np.array([[256 / side, 0, -x * 256 / side], [0, 256 / side, -y * 256 / side]])
        crop = cv2.cvtColor(cv2.warpAffine(image, move, (256, 256)), cv2.COLOR_BGR2RGB)
        found = self._pose.run(None, {self._pose.get_inputs()[0].name: crop[None].astype(np.int32)})[0][0, 0]
        return np.column_stack([found[:, 1] * side + x, found[:, 0] * side + y, found[:, 2]])
