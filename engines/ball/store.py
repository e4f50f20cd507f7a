"""Many clips on disk, read a piece at a time: every worker of the training reads the same files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engines.ball.clips import Clip
from engines.ball.layout import FRAMES


class ClipStore(Sequence[Clip]):
    """Clips in a folder, in the files `frames.u8` and `labels.json`; what is handed to another process is its path.

    Raises FileNotFoundError where there are none.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._rows = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
        self._frames: npt.NDArray[np.uint8] = np.zeros(0, np.uint8)
        if self._rows:
            self._frames = np.memmap(folder / "frames.u8", np.uint8, "r")

    def __reduce__(self) -> tuple[type[ClipStore], tuple[Path]]:
        return ClipStore, (self._folder,)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: int) -> Clip:  # type: ignore[override]
        row = self._rows[index]
        shape = tuple(row["shape"])
        kept = self._frames[row["start"] : row["start"] + int(np.prod(shape))].reshape(shape)
        frames = np.broadcast_to(kept, (FRAMES, *shape[1:]))
        balls, rims = (np.array(row[key], dtype=np.float64).reshape(-1, 4) for key in ("balls", "rims"))
        return Clip(frames, balls, rims, row["whole"], row["rims_known"])


def keep(clips: Iterable[Clip], folder: Path) -> ClipStore:
    """Write the clips to the folder as they come; of one in which nothing moves a single frame."""
    folder.mkdir(parents=True, exist_ok=True)
    rows, start = [], 0
    with (folder / "frames.u8").open("wb") as stream:
        for clip in clips:
            frames = clip.frames[:1] if (clip.frames == clip.frames[:1]).all() else clip.frames
            stream.write(np.ascontiguousarray(frames).tobytes())
            rows.append(
                {
                    "shape": list(frames.shape),
                    "start": start,
                    "balls": clip.balls.tolist(),
                    "rims": clip.rims.tolist(),
                    "whole": clip.whole,
                    "rims_known": clip.rims_known,
                }
            )
            start += frames.size
    (folder / "labels.json").write_text(json.dumps(rows), encoding="utf-8")
    return ClipStore(folder)
