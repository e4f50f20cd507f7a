"""Persons and balls in a frame, or in a part of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from edge.types import Detections, Image, ObjectClass
from edge.vision.decode import DECODERS, Candidates, suppress
from edge.vision.preprocess import Letterbox, Region, clip_region
from engines.backend import FREE, Engine, EngineError
from engines.zoo import Network, check

MAX_IOU = 0.5
TILE_PX = 320
"""Size to which a smaller part of the frame is enlarged. On labelled balls in parts of 160 to 240 px, 320 px finds as
many as 416 within a few hundredths in a little over half the time, and more of them than 224 or 640."""
LABEL_OF = {ObjectClass.PERSON: ("person",), ObjectClass.BALL: ("sports ball", "ball", "basketball")}
LEAST = {ObjectClass.PERSON: 0.4, ObjectClass.BALL: 0.12}


def class_rows(network: Network) -> dict[ObjectClass, int]:
    """Which score row of the network is which class. Raises EngineError where one is missing."""
    rows = {}
    for kind, names in LABEL_OF.items():
        known = [network.labels.index(name) for name in names if name in network.labels]
        if not known:
            wanted = f"'{names[0]}'"
            raise EngineError(f"{network.name}: knows no {wanted}, so it cannot be the detector; choose another")
        rows[kind] = known[0]
    return rows


def _join(parts: Sequence[Candidates]) -> Candidates:
    return Candidates(
        np.concatenate([part.xyxy for part in parts]),
        np.concatenate([part.confidence for part in parts]),
        np.concatenate([part.class_id for part in parts]),
        np.concatenate([part.anchor for part in parts]),
    )


class Detector:
    """Runs a detection network. Raises EngineError at construction where network and engine do not fit."""

    def __init__(self, network: Network, engine: Engine) -> None:
        check(network, engine)
        self._rows = class_rows(network)
        self._engine = engine
        self._input = engine.inputs[0].name
        self._limit = (network.input.height, network.input.width)
        self._any_size = FREE in engine.inputs[0].shape[2:]
        self._letterbox = Letterbox(network.input, self._any_size)
        self._decode = DECODERS[network.output]

    def _tile_limit(self, part: Region) -> tuple[int, int]:
        """Parts are enlarged to TILE_PX, larger ones shown as they are, as far as the network goes."""
        side = max(TILE_PX, part[2] - part[0], part[3] - part[1])
        return min(side, self._limit[0]), min(side, self._limit[1])

    def _look(self, image: Image, region: Region | None, least: Mapping[ObjectClass, float]) -> Candidates:
        part = clip_region(region, image)
        limit = self._limit if region is None or not self._any_size else self._tile_limit(part)
        tensor, placement = self._letterbox.fit(image, part, limit)
        found = self._decode(self._engine.infer({self._input: tensor}), tensor.shape[2:], self._rows, least)
        xyxy = placement.to_frame(found.xyxy)
        edges = np.array(part, dtype=np.float32)
        xyxy[:, 0::2] = np.clip(xyxy[:, 0::2], edges[0], edges[2])
        xyxy[:, 1::2] = np.clip(xyxy[:, 1::2], edges[1], edges[3])
        return suppress(Candidates(xyxy, found.confidence, found.class_id, found.anchor), MAX_IOU)

    def detect(
        self,
        image: Image,
        region: Region | None = None,
        min_confidence: Mapping[ObjectClass, float] = LEAST,
    ) -> Detections:
        """Persons and balls, best first, in frame px.

        image (H, W, 3) BGR. region: look at this part alone, enlarged to the network's input. Raises EngineError.
        """
        found = self._look(image, region, min_confidence)
        return Detections(found.xyxy, found.confidence, found.class_id)

    def detect_many(
        self,
        image: Image,
        regions: Sequence[Region],
        min_confidence: Mapping[ObjectClass, float] = LEAST,
    ) -> Detections:
        """The same in several parts of one frame; what two parts both see is reported once."""
        if not regions:
            return Detections(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int32))
        found = suppress(_join([self._look(image, region, min_confidence) for region in regions]), MAX_IOU)
        return Detections(found.xyxy, found.confidence, found.class_id)
