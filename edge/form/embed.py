"""A shot's fingerprint: the trained encoder on one normalised shot."""

from __future__ import annotations

import numpy as np

from edge.form.errors import FormError
from edge.types import FloatArray, FormSequence
from engines.backend import Engine, EngineError, open_engine
from engines.form.layout import EMBEDDING, INPUTS
from engines.form.shots import pack
from engines.zoo import Network, check, find, locate, sha256_of, shape_ranges

ENCODER = "courtside-form"
_AT_ONCE = 256


class Embedder:
    """Runs an encoder of form. It belongs to the thread that opened its engine. `name`: what embeddings are compared
    under, with the file's digest: those of two encoders, or of one trained anew, have nothing to do with each other.

    Raises EngineError where the engine is no encoder of form.
    """

    def __init__(self, network: Network, engine: Engine, digest: str) -> None:
        check(network, engine)
        self._engine, self.name = engine, f"{network.name}@{digest[:12]}"

    def embed(self, sequence: FormSequence) -> FloatArray:
        """(D,), of unit length. Raises FormError where the pose is no number anywhere."""
        return np.asarray(self.embed_all([sequence])[0])

    def embed_all(self, sequences: list[FormSequence]) -> FloatArray:
        """(N, D), of unit length, of N shots at once."""
        pose, present = pack(np.stack([one.pose for one in sequences]), np.stack([one.present for one in sequences]))
        if not present.any(axis=(1, 2)).all():
            raise FormError("no joint is known in the whole shot")
        return self.embed_arrays(pose, present, np.array([one.duration_s for one in sequences], dtype=np.float32))

    def embed_arrays(self, pose: FloatArray, present: FloatArray, duration_s: FloatArray) -> FloatArray:
        """(N, D) of shots that are packed already (engines/form/shots.py), some hundreds at a time."""
        arrays = [np.asarray(part, dtype=np.float32) for part in (pose, present, duration_s)]
        parts = []
        for start in range(0, len(pose), _AT_ONCE):
            feeds = {name: part[start : start + _AT_ONCE] for name, part in zip(INPUTS, arrays, strict=True)}
            parts.append(np.array(self._engine.infer(feeds)[EMBEDDING]))
        return np.concatenate(parts)

    def close(self) -> None:
        self._engine.close()


def open_embedder(name: str = ENCODER, backend: str = "auto", threads: int = 1) -> Embedder:
    """The encoder of that name in the zoo, or in the .onnx file of that path. Raises EngineError."""
    network = find(name)
    path = locate(network)
    engine = open_engine(path, backend, threads, shape_ranges(network))
    try:
        return Embedder(network, engine, sha256_of(path))
    except EngineError:
        engine.close()
        raise
