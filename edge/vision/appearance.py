"""What a person looks like, as a vector: a network's embedding joined with the colours of the upper body."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from edge.types import FloatArray, Image
from edge.vision.preprocess import Letterbox, clip_region
from engines.backend import Engine, EngineError
from engines.zoo import Network, check

HUE_BINS, SATURATION_BINS, VALUE_BINS = 12, 4, 4
NETWORK_WEIGHT = 0.5
"""Share of the cosine that the network decides, the colours deciding the rest."""


def upper_body_colours(crop: Image) -> npt.NDArray[np.float32]:
    """Unit-norm square root of the HSV histogram of a person crop's shirt: the middle half of its width, from 15 to
    55 % of its height. crop (h, w, 3) BGR. Its dot product with another is the Bhattacharyya coefficient."""
    height, width = crop.shape[:2]
    shirt = crop[int(0.15 * height) : max(int(0.55 * height), 1), width // 4 : max(3 * width // 4, 1)]
    hsv = cv2.cvtColor(shirt if shirt.size else crop, cv2.COLOR_BGR2HSV)
    bins = [HUE_BINS, SATURATION_BINS, VALUE_BINS]
    counts = cv2.calcHist([hsv], [0, 1, 2], None, bins, [0, 180, 0, 256, 0, 256]).ravel()
    return np.sqrt(counts / max(float(counts.sum()), 1.0)).astype(np.float32)


class AppearanceEncoder:
    """Runs an embedding network. Raises EngineError at construction where network and engine do not fit."""

    def __init__(self, network: Network, engine: Engine) -> None:
        check(network, engine)
        if network.output != "embedding":
            raise EngineError(f"{network.name}: gives no embedding; choose an appearance network or 'none'")
        self._engine = engine
        self._spec = network.input
        self._input, self._output = engine.inputs[0].name, engine.outputs[0]
        self._letterbox = Letterbox(network.input, any_size=False)
        self.dimension = self._output.shape[-1] + HUE_BINS * SATURATION_BINS * VALUE_BINS

    def embed(self, image: Image, boxes: FloatArray) -> npt.NDArray[np.float32]:
        """image (H, W, 3) BGR, boxes (P, 4) xyxy px -> (P, dimension) float32 of unit norm; compare by dot product."""
        vectors = np.empty((len(boxes), self.dimension), dtype=np.float32)
        for person, box in enumerate(boxes):
            x0, y0, x1, y1 = clip_region((int(box[0]), int(box[1]), int(box[2]), int(box[3])), image)
            crop = image[y0:y1, x0:x1]
            deep = self._deep(crop)
            colours = upper_body_colours(crop)
            vectors[person] = np.concatenate((np.sqrt(NETWORK_WEIGHT) * deep, np.sqrt(1 - NETWORK_WEIGHT) * colours))
        return vectors

    def _deep(self, crop: Image) -> npt.NDArray[np.float32]:
        size = (self._spec.height, self._spec.width)
        stretched = cv2.resize(crop, size[::-1], interpolation=cv2.INTER_AREA)
        tensor, _ = self._letterbox.fit(stretched, (0, 0, size[1], size[0]), size)
        embedding = self._engine.infer({self._input: tensor})[self._output.name][0]
        return embedding / max(float(np.linalg.norm(embedding)), 1e-9)
