"""The shots of a recording at a glance, as text and as a picture."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from matplotlib.figure import Figure

from edge.chart_parts import OUTCOMES
from edge.types import Frame, Image, Outcome, ShotEvent, Snapshot

_THUMBNAIL_WIDTH = 320
# Releases are reported a while after they happened: thumbnails wait this many frames for their shot.
_REMEMBERED_FRAMES = 150
# A picture of more shots is taller than anybody opens, and in the end than PNG allows.
_COLUMNS, _MOST_PICTURES = 4, 200
_MOST_CUTS = 10


@dataclass(frozen=True, slots=True)
class ShotLine:
    """What is finally known of one shot. `thumbnail` (h, w, 3) BGR shows its release, or is None."""

    number: int
    event: ShotEvent
    thumbnail: Image | None

    @property
    def outcome(self) -> Outcome:
        return self.event.outcome or Outcome.UNKNOWN


class Summary:
    """Collects the events of one recording; the last event of each shot id is what counts. dropped: by reason, how
    often the trackers did not take something as it came."""

    def __init__(self, name: str, fps: float, expected_frames: int | None) -> None:
        self._name = name
        self._fps = fps
        self._expected = expected_frames
        self._frames = 0
        self.rim_seen = False
        self.dropped: dict[str, int] = {}
        self._cuts_s: list[float] = []
        self._recent: deque[tuple[int, Image]] = deque(maxlen=_REMEMBERED_FRAMES)
        self._events: dict[str, ShotEvent] = {}
        self._thumbnails: dict[str, Image] = {}

    def see(self, snapshot: Snapshot) -> None:
        """What the frames show beside the shots."""
        self.rim_seen |= snapshot.rim is not None
        if snapshot.scene_cut and snapshot.index:
            self._cuts_s.append(snapshot.time_s)

    def add(self, frame: Frame | None, events: tuple[ShotEvent, ...]) -> None:
        if frame is not None:
            self._frames += 1
            self._recent.append((frame.index, _thumbnail(frame.image)))
        for event in events:
            self._events[event.shot_id] = event
            if event.shot_id not in self._thumbnails and self._recent and len(self._thumbnails) < _MOST_PICTURES:
                nearest = min(self._recent, key=lambda held: abs(held[0] - event.release_index))
                self._thumbnails[event.shot_id] = nearest[1]

    @property
    def shots(self) -> list[ShotLine]:
        """In the order of their releases."""
        ordered = sorted(self._events.values(), key=lambda event: event.release_index)
        return [ShotLine(n, event, self._thumbnails.get(event.shot_id)) for n, event in enumerate(ordered, start=1)]

    @property
    def missing_frames(self) -> str:
        """Said where the container's header promised clearly more frames than there were; empty elsewhere."""
        if self._expected is None or self._frames >= 0.95 * self._expected:
            return ""
        return f"{self._name}: its header says {self._expected} frames, {self._frames} could be decoded"

    def headline(self) -> str:
        outcomes = [shot.outcome for shot in self.shots]
        made, missed = outcomes.count(Outcome.MADE), outcomes.count(Outcome.MISSED)
        unknown = len(outcomes) - made - missed
        if not outcomes:
            return "no shot was found"
        of = " of those known" if unknown else ""
        share = f" ({100 * made / (made + missed):.0f} %{of})" if made + missed else ""
        count = "1 shot" if len(outcomes) == 1 else f"{len(outcomes)} shots"
        return f"{count}: {made} made{share}, {missed} missed" + (f", {unknown} unknown" if unknown else "")

    def text(self) -> str:
        seconds = self._frames / self._fps
        lines = [
            f"{self._name}: {self._frames} frame{'' if self._frames == 1 else 's'}, {seconds:.1f} s",
            self.headline(),
        ]
        if self.shots:
            lines.append(f"{'shot':>4}  {'release':>8}  {'frame':>6}  {'outcome':<8}  {'sure':>4}  player")
        for shot in self.shots:
            event = shot.event
            player = "-" if event.player_id is None else str(event.player_id)
            lines.append(
                f"{shot.number:>4}  {_release(event):>8}  {event.release_index:>6}  {shot.outcome.value:<8}"
                f"  {100 * event.confidence:>3.0f}%  {player:<6}  {_why(event)}".rstrip()
            )
        if self._cuts_s:
            lines.append(self._cuts())
        if self.dropped:
            reasons = ", ".join(f"{reason} ({times})" for reason, times in sorted(self.dropped.items()))
            lines.append(f"tracking left out, or began anew: {reasons}")
        return "\n".join(lines)

    def _cuts(self) -> str:
        times = ", ".join(f"{time_s:.1f} s" for time_s in self._cuts_s[:_MOST_CUTS])
        more = len(self._cuts_s) - _MOST_CUTS
        first = "a cut" if len(self._cuts_s) == 1 else "cuts"
        return f"{first} at {times}{f' and {more} more' if more > 0 else ''}: numbers of players begin anew"


def write_picture(summary: Summary, path: Path) -> None:
    """The moment of every release, framed in the colour of its outcome; of very many the first."""
    shots = summary.shots[:_MOST_PICTURES]
    rows = max(1, -(-len(shots) // _COLUMNS))
    figure = Figure(figsize=(3.2 * _COLUMNS, 0.6 + 2.2 * rows), layout="constrained")
    figure.suptitle(summary.headline(), fontsize=15, fontweight="bold")
    axes = np.atleast_1d(figure.subplots(rows, _COLUMNS)).ravel()
    for axis in axes:
        axis.set_axis_off()
    for shot, axis in zip(shots, axes, strict=False):
        colour = OUTCOMES[shot.outcome]
        title = f"{shot.number}   {_release(shot.event)}   {shot.outcome.value}"
        axis.set_title(title, color=colour, fontsize=11, fontweight="bold")
        if shot.thumbnail is not None:
            axis.set_axis_on()
            axis.imshow(cv2.cvtColor(shot.thumbnail, cv2.COLOR_BGR2RGB))
            axis.set(xticks=[], yticks=[])
            for spine in axis.spines.values():
                spine.set(color=colour, linewidth=4)
    figure.savefig(path, dpi=110)


def _thumbnail(image: Image) -> Image:
    height, width = image.shape[:2]
    size = (_THUMBNAIL_WIDTH, max(1, round(_THUMBNAIL_WIDTH * height / width)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _release(event: ShotEvent) -> str:
    """When the ball left the hand; a ball that came into the picture flying was let go unseen."""
    return "unseen" if event.evidence.get("release_seen") == "no" else f"{event.release_time_s:.2f} s"


def _why(event: ShotEvent) -> str:
    """Why an outcome stayed unknown, where that is known: a ball that was not followed left the picture."""
    unknown = event.outcome is Outcome.UNKNOWN
    lost = event.evidence.get("release_seen") == "yes" and "sightings" not in event.evidence
    return "the ball left the picture" if unknown and lost else ""
