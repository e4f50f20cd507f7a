"""The hand-checked frames of real clips: each with the two before it, and what is labelled in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from edge.types import Image
from tests.bench.ball_scores import BallTally, Match
from tests.bench.common import Figure
from tests.bench.finders import Finder, Found
from tests.bench.label_ball import TRUTH, Ball, Label, read_frames, read_labels

QUICK_FRAMES = 6


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip that is at hand: its name in the labels, its file, its labels by frame."""

    name: str
    path: Path
    labels: dict[int, Label]

    @property
    def key(self) -> str:
        """The name for keys of figures: chonyy_curry of chonyy/curry.mp4."""
        return re.sub(r"\W+", "_", str(Path(self.name).with_suffix(""))).strip("_")


@dataclass(frozen=True, slots=True)
class Checked:
    """A labelled frame, the last of three consecutive ones; at a clip's start the first stands in for those before."""

    index: int
    frames: list[Image]
    label: Label


def find_clips(data: Path, labels: Path = TRUTH, say: Callable[[str], None] = print) -> list[Clip]:
    """The labelled clips below `data`/videos; where there is none of them, those of whatever balls.json lies there.

    A clip that is absent is named in a line.
    """
    videos = data / "videos"
    clips, absent = _present(labels, [videos])
    for name in absent:
        say(f"clips: {videos / name} is not here; skipped")
    if clips:
        return clips
    for path in sorted({*data.glob("balls.json"), *videos.rglob("balls.json")}):
        more, absent = _present(path, [videos, path.parent])
        clips += more
        say(f"clips: {len(more)} labelled by {path}" + (f", not here: {', '.join(absent)}" if absent else ""))
    return clips


def _present(labels: Path, folders: Sequence[Path]) -> tuple[list[Clip], list[str]]:
    """The clips of a file of labels whose videos are in one of the folders, and the names of the others."""
    clips, absent = [], []
    for name, frames in read_labels(labels).items():
        path = next((folder / name for folder in folders if (folder / name).is_file()), None)
        if path is None:
            absent.append(name)
        else:
            clips.append(Clip(name, path, frames))
    return clips, absent


def checked_frames(clip: Clip, at_most: int | None = None) -> Iterator[Checked]:
    """The labelled frames in order, or so many of them, evenly spread."""
    wanted = sorted(clip.labels)
    if at_most is not None:
        wanted = wanted[:: -(-len(wanted) // at_most)]
    frames = read_frames(clip.path, [max(index - back, 0) for index in wanted for back in (0, 1, 2)])
    for index in wanted:
        before = [max(index - back, 0) for back in (2, 1, 0)]
        if all(number in frames for number in before):
            yield Checked(index, [frames[number] for number in before], clip.labels[index])


def sought_and_aside(label: Label) -> tuple[tuple[Ball, ...], tuple[Ball, ...]]:
    """The balls of a frame that are to be found, and those that count neither way."""
    # A label's whole numbers are the middles of pixels; a finder counts from the first pixel's corner.
    balls = tuple((x + 0.5, y + 0.5, radius) for x, y, radius in label.balls)
    return ((), balls) if label.partly else (balls, ())


@dataclass(slots=True)
class ClipTally:
    """One network on all clips: balls that are whole, those that are hidden for the most part, and clip by clip."""

    confidence: float
    all: BallTally = field(default_factory=BallTally)
    partly: list[bool] = field(default_factory=list)
    of_clip: dict[str, BallTally] = field(default_factory=dict)

    def add(self, clip: Clip, found: Found, label: Label) -> Match:
        """Count one frame. Found or not, a ball that is `partly` counts neither way in recall and precision."""
        sought, aside = sought_and_aside(label)
        match = self.all.add(found.balls, sought, aside)
        self.of_clip.setdefault(clip.key, BallTally()).add(found.balls, sought, aside)
        if label.partly:
            sure = any(found.balls[row, 4] >= self.confidence for row in match.ignored)
            self.partly += [sure] * len(label.balls)
        return match

    def figures(self) -> dict[str, Figure]:
        """clips_recall, clips_precision and the like."""
        figures = self.all.figures("clips", self.confidence)
        figures["clips_balls"] = self.all.tally.true_count
        figures["clips_partly_recall"] = sum(self.partly) / len(self.partly) if self.partly else float("nan")
        for key, one in self.of_clip.items():
            numbers = one.figures(f"clips_{key}", self.confidence)
            figures |= {name: value for name, value in numbers.items() if name.endswith(("_recall", "_precision"))}
        return figures


Watch = Callable[[Finder, str, Checked, Found, Match], None]
"""Is shown each frame's outcome, under the clip's key."""


def measure(
    finders: Sequence[Finder], clips: Sequence[Clip], quick: bool, watch: Watch | None = None
) -> dict[str, dict[str, Figure]]:
    """Figures of each network by its name."""
    tallies = {finder.name: ClipTally(finder.confidence) for finder in finders}
    for clip in clips:
        for checked in checked_frames(clip, QUICK_FRAMES if quick else None):
            for finder in finders:
                found = finder.moment(checked.frames, moving=True)
                match = tallies[finder.name].add(clip, found, checked.label)
                if watch is not None:
                    watch(finder, clip.key, checked, found, match)
    return {name: tally.figures() for name, tally in tallies.items()}
