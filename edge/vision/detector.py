"""Persons and balls in a frame."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from edge.types import Detections, Image, ObjectClass
from edge.vision.decode import DECODERS, Candidates, suppress
from edge.vision.preprocess import Letterbox, clip_region
from engines.backend import FREE, Engine, EngineError
from engines.zoo import Network, check

MAX_IOU = 0.5
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


class Detector:
    """Runs a detection network. Raises EngineError at construction where network and engine do not fit."""

    def __init__(self, network: Network, engine: Engine) -> None:
        check(network, engine)
        self._rows = class_rows(network)
        self._engine = engine
        self._input = engine.inputs[0].name
        self._limit = (network.input.height, network.input.width)
        self._letterbox = Letterbox(network.input, any_size=FREE in engine.inputs[0].shape[2:])
        self._decode = DECODERS[network.output]

    def detect(self, image: Image, min_confidence: Mapping[ObjectClass, float] = LEAST) -> Detections:
        """Persons and balls, best first, in frame px; image (H, W, 3) BGR. Raises EngineError."""
        tensor, placement = self._letterbox.fit(image, clip_region(None, image), self._limit)
        found = self._decode(self._engine.infer({self._input: tensor}), tensor.shape[2:], self._rows, min_confidence)
        xyxy = placement.to_frame(found.xyxy)
        height, width = image.shape[:2]
        xyxy[:, 0::2] = np.clip(xyxy[:, 0::2], 0, width)
        xyxy[:, 1::2] = np.clip(xyxy[:, 1::2], 0, height)
        kept = suppress(Candidates(xyxy, found.confidence, found.class_id, found.anchor), MAX_IOU)
        return Detections(kept.xyxy, kept.confidence, kept.class_id)
