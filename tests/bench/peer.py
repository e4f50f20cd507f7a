"""The pipeline that one assembles of the usual parts, with the same networks: ONNX Runtime as it comes, OpenCV and
NumPy before and after, `supervision` and the ByteTrack of `trackers` for association."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

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
_PERSON, _BALL = 0, 32
_LEAST = {_PERSON: 0.4, _BALL: 0.12}
_BALL_LIMIT_PX, _BALL_STEP_PX, _BALL_CELL_PX = 1280, 16, 4
_BALL_LEAST, _MOST_BALLS = 0.12, 60


class Peer:
    """`step` finds persons and balls, tracks the persons and takes the poses of some of them."""

    def __init__(self) -> None:
        self._ball = ort.InferenceSession(str(locate(find("courtside-ball"))), providers=["CPUExecutionProvider"])
        self._newest: deque[np.ndarray] = deque(maxlen=3)
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

    def step(
        self, image: np.ndarray, ball_looks: Sequence[tuple[int, int]], pose_calls: int
    ) -> tuple[sv.Detections, sv.Detections]:
        """One frame: the detector on the whole of it, the ball's network on a part of each of these sizes (height,
        width), and `pose_calls` poses. Gives the tracked persons, and the balls.
        """
        persons, balls_seen = self._detect(image)
        tracked = self._tracker.update(persons)
        balls = [balls_seen]
        if ball_looks:
            self._newest.append(_padded(image))
        height, width = image.shape[:2]
        balls += [self._balls(size, _ball_scale(height, width)) for size in ball_looks]
        # Where fewer persons are tracked than poses are due, the whole picture stands in for one.
        boxes = [*tracked.xyxy, *[np.array([0, 0, width, height])] * pose_calls]
        for box in boxes[:pose_calls]:
            self._keypoints(image, box)
        return tracked, sv.Detections.merge(balls).with_nms(0.5)

    def _balls(self, size: tuple[int, int], scale: float) -> sv.Detections:
        """In a part of this size about the middle of the last three frames."""
        height, width = self._newest[-1].shape[:2]
        y, x = (height - size[0]) // 2, (width - size[1]) // 2
        frames = [self._newest[max(k, 0)] for k in range(len(self._newest) - 3, len(self._newest))]
        parts = np.concatenate([frame[y : y + size[0], x : x + size[1]] for frame in frames], axis=2)
        feed = {self._ball.get_inputs()[0].name: np.ascontiguousarray(parts.transpose(2, 0, 1)[None])}
        heat, answer = self._ball.run(["heat", "ball"], feed)
        hot = heat[0, 0]
        rows, columns = np.nonzero((hot >= cv2.dilate(hot, np.ones((3, 3), np.uint8))) & (hot >= _BALL_LEAST))
        best = np.argsort(-hot[rows, columns])[:_MOST_BALLS]
        rows, columns = rows[best], columns[best]
        dx, dy, log_radius, _ = answer[0][:, rows, columns]
        centre = np.column_stack([columns + 0.5 + dx, rows + 0.5 + dy]) * _BALL_CELL_PX + (x, y)
        radius = np.exp(log_radius)[:, None]
        xyxy = (np.hstack([centre - radius, centre + radius]) / scale).astype(np.float32)
        return sv.Detections(xyxy=xyxy, confidence=hot[rows, columns], class_id=np.full(len(xyxy), _BALL))

    def _detect(self, image: np.ndarray) -> list[sv.Detections]:
        """Persons, balls."""
        scale = min(_INPUT / image.shape[0], _INPUT / image.shape[1])
        resized = cv2.resize(image, None, fx=scale, fy=scale)
        canvas = np.full((_INPUT, _INPUT, 3), 114, np.uint8)
        canvas[: resized.shape[0], : resized.shape[1]] = resized
        tensor = (cv2.cvtColor(canvas, cv2.COLOR_BGR2RGB).astype(np.float32) - _MEAN) / _STD
        feed = {self._detector.get_inputs()[0].name: np.ascontiguousarray(tensor.transpose(2, 0, 1)[None])}
        distances, scores = self._detector.run(["distances", "scores"], feed)
        reach = distances[0] * self._anchors[:, 2:]
        boxes = np.hstack([self._anchors[:, :2] - reach[:, :2], self._anchors[:, :2] + reach[:, 2:]]) / scale
        found = []
        for label, least in _LEAST.items():
            good = scores[0, label] >= least
            kept = sv.Detections(boxes[good], confidence=scores[0, label][good], class_id=np.full(good.sum(), label))
            found.append(kept.with_nms(0.5))
        return found

    def _keypoints(self, image: np.ndarray, box: np.ndarray) -> np.ndarray:
        side = 1.25 * max(box[2] - box[0], box[3] - box[1])
        x, y = (box[0] + box[2] - side) / 2, (box[1] + box[3] - side) / 2
        move = np.array([[256 / side, 0, -x * 256 / side], [0, 256 / side, -y * 256 / side]])
        crop = cv2.cvtColor(cv2.warpAffine(image, move, (256, 256)), cv2.COLOR_BGR2RGB)
        found = self._pose.run(None, {self._pose.get_inputs()[0].name: crop[None].astype(np.int32)})[0][0, 0]
        return np.column_stack([found[:, 1] * side + x, found[:, 0] * side + y, found[:, 2]])


def _ball_scale(height: int, width: int) -> float:
    return min(1.0, _BALL_LIMIT_PX / max(height, width))


def _padded(image: np.ndarray) -> np.ndarray:
    """RGB, no larger than the ball's network takes, and whole steps of it high and wide."""
    scale = _ball_scale(*image.shape[:2])
    if scale < 1:
        image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    down, right = (-side % _BALL_STEP_PX for side in image.shape[:2])
    return cv2.copyMakeBorder(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), 0, down, 0, right, cv2.BORDER_CONSTANT)
