"""Many clips on disk, read a piece at a time: what the virtual gym drew is kept while the training goes on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from engines.ball.clips import FRAMES, SIDE_PX, Clip

_SHAPE = (FRAMES, SIDE_PX, SIDE_PX, 3)


class ClipStore(Sequence[Clip]):
    """Clips of SIDE_PX squares in a folder: `frames.u8` and `labels.json`. Raises FileNotFoundError without them."""

    def __init__(self, folder: Path) -> None:
        self._labels = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
        shape = (len(self._labels), *_SHAPE)
        self._frames = np.memmap(folder / "frames.u8", np.uint8, "r", shape=shape) if self._labels else np.zeros(shape)

    def __len__(self) -> int:
        return len(self._labels)

    def __getitem__(self, index: int) -> Clip:  # type: ignore[override]
        row = self._labels[index]
        balls, rims = (np.array(row[key], dtype=np.float64).reshape(-1, 4) for key in ("balls", "rims"))
        return Clip(np.asarray(self._frames[index]), balls, rims)


def keep(clips: Iterable[Clip], folder: Path) -> ClipStore:
    """Write the clips to the folder as they come. Raises ValueError for one of another size."""
    folder.mkdir(parents=True, exist_ok=True)
    labels = []
    with (folder / "frames.u8").open("wb") as stream:
        for clip in clips:
            if clip.frames.shape != _SHAPE:
                raise ValueError(f"a clip of {clip.frames.shape}: {_SHAPE} is needed")
            stream.write(np.ascontiguousarray(clip.frames).tobytes())
            labels.append({"balls": clip.balls.tolist(), "rims": clip.rims.tolist()})
    (folder / "labels.json").write_text(json.dumps(labels), encoding="utf-8")
    return ClipStore(folder)
