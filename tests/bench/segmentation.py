"""Gather and release found by themselves, against labels: how many shots, and how many frames off.

    make bench-segmentation ARGS="--data ../shared/data --json out/segmentation.json"

Four kinds of data (tests/bench/segmentation_data.py says what is known of each, and what was tuned on):
- longvid: upper body and ball of one video, 60 frames a second, shots labelled in the data.
- utd: a basketball shot without a ball among eleven other gestures; shot or not, no release is known there.
- virtual: every player of virtual play, seeds that nothing was tuned on.
- videos: real clips through the pipeline; `videos_` is the box's own way, from the shot's event to its clip, cut at the
  moment of the event; `videos_by_pose_` finds shots in the tracks' poses without any event, `videos_naive_` by the
  naive rule in the same tracks. No rule of gather, release or what is a shot was tuned on them; that most people shoot
  with the right hand was. `..._unknown` counts what is told of shots whose release lies before the video or outside the
  picture: neither right nor wrong. Every event counts, also one that says itself that it did not see the release;
  `videos_not_cut` of them no clip could be made, which loses the shot where there was one.

`recall` and `precision` are of shots, over all held-out data but the videos together (ours and the naive rule's are of
the same stretches), one being found where a release is told within a quarter second of the true one (utd: anywhere);
`release_within_2_frames` is the share of shots found whose release, the first frame with no hand at the ball, is at
most two frames off. `tuned_` is the same on what was tuned on. `naive_` takes every time that a wrist is highest over
the head for a release; the paper has no rule: its clips were trimmed by hand (section 3.1). `gather_error_s`: in
virtual play, as found minus true, median and 90th percentile of its size.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from edge.form.find import find_shots
from edge.form.motion import open_motion
from tests.bench.common import Figure, need, parser, report, table
from tests.bench.segmentation_data import FIRST_SEED, KnownShot, Stretch, longvid, utd, virtual
from tests.bench.segmentation_videos import MATCH_FRAMES, Watched, watch
from tests.bench.shots import TRUTH, read_truth

_NEAR_S = 0.25
_NAIVE_OVERHEAD, _NAIVE_PAUSE_S = 0.10, 0.6

# Gather (or None) and release of every shot found, s.
Finder = Callable[[Stretch], list[tuple[float | None, float]]]


@dataclass
class Tally:
    """Shots there were, found, and found where there was none; errors of releases in frames and of gathers in s; found
    where nobody knows."""

    true: int = 0
    found: int = 0
    false: int = 0
    frames_off: list[float] = field(default_factory=list)
    gathers_off_s: list[float] = field(default_factory=list)
    unknown: int = 0

    def add(self, other: Tally) -> None:
        self.true, self.found, self.false = self.true + other.true, self.found + other.found, self.false + other.false
        self.unknown += other.unknown
        self.frames_off += other.frames_off
        self.gathers_off_s += other.gathers_off_s

    def figures(self, prefix: str = "") -> dict[str, Figure]:
        out: dict[str, Figure] = {
            f"{prefix}recall": self.found / self.true if self.true else float("nan"),
            f"{prefix}precision": self.found / (self.found + self.false) if self.found + self.false else float("nan"),
            f"{prefix}shots": self.true,
        }
        if self.frames_off:
            off = np.abs(self.frames_off)
            out[f"{prefix}release_within_2_frames"] = float(np.mean(off <= 2))
            out[f"{prefix}release_error_median_frames"] = float(np.median(off))
        return out


def ours(stretch: Stretch) -> list[tuple[float | None, float]]:
    spans = find_shots(stretch.times_s, stretch.keypoints, stretch.ball)
    return [(span.gather_s, span.release_s) for span in spans]


def naive(stretch: Stretch) -> list[tuple[float | None, float]]:
    """A wrist that is highest over the head is a release."""
    motion = open_motion(stretch.times_s, stretch.keypoints, None)
    if not np.isfinite(motion.stature_px):
        return []
    high = np.nan_to_num(np.fmax(motion.raised(0), motion.raised(1)), nan=-1.0)
    peaks = [k for k in range(1, len(high) - 1) if high[k] > _NAIVE_OVERHEAD and high[k - 1] <= high[k] > high[k + 1]]
    kept: list[int] = []
    for k in sorted(peaks, key=lambda k: -high[k]):
        if all(abs(motion.times_s[k] - motion.times_s[other]) > _NAIVE_PAUSE_S for other in kept):
            kept.append(k)
    return [(None, float(motion.times_s[k])) for k in sorted(kept)]


def score(stretch: Stretch, shots: Iterable[KnownShot], found: list[tuple[float | None, float]]) -> Tally:
    """Each shot found at most once, in order of time."""
    tally, left = Tally(), list(found)
    for shot in shots:
        tally.true += 1
        at_s = None if shot.release is None else float(stretch.times_s[min(shot.release, len(stretch.times_s) - 1)])
        near = [one for one in left if at_s is None or abs(one[1] - at_s) <= _NEAR_S]
        if not near:
            continue
        match = near[0] if at_s is None else min(near, key=lambda one: abs(one[1] - at_s))
        left.remove(match)
        tally.found += 1
        if shot.release is not None:
            tally.frames_off.append(int(np.searchsorted(stretch.times_s, match[1] - 1e-6)) - shot.release)
        if shot.lift is not None and match[0] is not None:
            tally.gathers_off_s.append(match[0] - float(stretch.times_s[shot.lift]))
    tally.false = len(left)
    return tally


def of_stretches(stretches: Iterable[Stretch], figures: dict[str, Figure], whole: dict[str, Tally]) -> None:
    """Add the figures of each kind of data; `whole` gets all that is held out, ours and naive."""
    kinds: dict[str, Tally] = {}
    finders: dict[str, Finder] = {"": ours, "naive_": naive}
    for stretch in stretches:
        for peer, finder in finders.items():
            found = finder(stretch)
            tally = score(stretch, stretch.shots, found)
            split = "" if stretch.held_out else "tuned_"
            kinds.setdefault(f"{split}{stretch.source}_{peer}", Tally()).add(tally)
            if stretch.held_out:
                whole[peer].add(tally)
            if stretch.source == "longvid" and stretch.held_out:
                labelled = score(stretch, stretch.labels, found)
                kinds.setdefault(f"longvid_as_labelled_{peer}", Tally()).add(labelled)
    for prefix, tally in kinds.items():
        figures |= tally.figures(prefix)
        if tally.gathers_off_s and prefix == "virtual_":
            figures["virtual_gather_error_median_s"] = float(np.median(tally.gathers_off_s))
            figures["virtual_gather_error_p90_s"] = float(np.percentile(np.abs(tally.gathers_off_s), 90))
        if tally.gathers_off_s and prefix == "longvid_":
            # Its labels begin in the lift, not at the gather.
            figures["longvid_label_after_gather_median_s"] = -float(np.median(tally.gathers_off_s))


def of_videos(data: Path, truth: Path, quick: bool) -> dict[str, Figure]:
    root = data / "videos" if (data / "videos").is_dir() else data
    here = {name: clip for name, clip in read_truth(truth).items() if (root / name).is_file()}
    tallies = {key: Tally() for key in ("videos_", "videos_by_pose_", "videos_naive_", "videos_event_")}
    rows: list[list[Figure]] = []
    not_cut = 0
    for name, clip in list(here.items())[: 1 if quick else None]:
        print(f"{name} ...", file=sys.stderr)
        watched = watch(name, root / name, clip)
        rows += _rows(watched)
        clips = [clip for _, clip in watched.cut if not isinstance(clip, str)]
        not_cut += len(watched.cut) - len(clips)
        found = (
            [_release_frame(clip) for clip in clips], _in_tracks(watched, ours), _in_tracks(watched, naive),
            [event.release_index for event, _ in watched.cut],
        )  # fmt: skip
        for tally, frames in zip(tallies.values(), found, strict=True):
            tally.add(by_frame(watched.releases, watched.unknown, frames))
    if rows:
        print(table(["video", "true release", "event", "clip", "gather to release s", ""], rows))
    figures: dict[str, Figure] = {"videos_not_cut": not_cut}
    for prefix, tally in tallies.items():
        figures |= tally.figures(prefix) | {f"{prefix}unknown": tally.unknown}
    return figures


def _in_tracks(watched: Watched, finder: Finder) -> list[int]:
    """Frames of the releases that are found in anybody's poses, without events."""
    return sorted(
        frames[min(int(np.searchsorted(stretch.times_s, release_s - 1e-6)), len(frames) - 1)]
        for frames, stretch in watched.tracks
        for _, release_s in finder(stretch)
    )


def _release_frame(clip: object) -> int:
    rows = np.searchsorted(clip.times_s, clip.release_s - 1e-6)  # type: ignore[attr-defined]
    return int(clip.first_index + rows)  # type: ignore[attr-defined]


def by_frame(releases: list[int], unknown: list[tuple[int, int]], found: list[int]) -> Tally:
    """Each release found at most once; what is left over and lies where one is not known is neither right nor wrong."""
    tally, left = Tally(true=len(releases)), list(found)
    for release in releases:
        near = [frame for frame in left if abs(frame - release) <= MATCH_FRAMES]
        if near:
            match = min(near, key=lambda frame: abs(frame - release))
            left.remove(match)
            tally.found += 1
            tally.frames_off.append(match - release)
    tally.unknown = sum(any(first <= frame <= last for first, last in unknown) for frame in left)
    tally.false = len(left) - tally.unknown
    return tally


def _rows(watched: Watched) -> list[list[Figure]]:
    rows: list[list[Figure]] = []
    for event, clip in watched.cut:
        near: Figure = "-"
        if any(first <= event.release_index <= last for first, last in watched.unknown):
            near = "unknown"
        true = min(watched.releases, key=lambda release: abs(release - event.release_index), default=None)
        if true is not None and abs(true - event.release_index) <= MATCH_FRAMES:
            near = true
        if isinstance(clip, str):
            rows.append([watched.name, near, event.release_index, "-", "-", clip])
        else:
            took_s = float((clip.release_s or 0.0) - (clip.gather_s or 0.0))
            rows.append([watched.name, near, event.release_index, _release_frame(clip), took_s, ""])
    return rows


def main() -> int:
    arguments = parser(__doc__ or "")
    arguments.add_argument("--truth", type=Path, default=TRUTH, help="JSON of clips: rim, shots")
    arguments.add_argument("--gym-seeds", type=int, default=6, help="seeds of virtual play")
    arguments.add_argument("--gym-seconds", type=float, default=40.0, help="length of each virtual play")
    arguments.add_argument("--no-videos", action="store_true", help="leave the videos out, which take minutes")
    args = arguments.parse_args()
    data = need(args.data)
    figures: dict[str, Figure] = {}
    whole = {"": Tally(), "naive_": Tally()}
    seeds = range(FIRST_SEED, FIRST_SEED + (1 if args.quick else args.gym_seeds))
    for stretches in (
        longvid(data / "shot_segmentation_longvid"), utd(data / "utd_mhad"), virtual(seeds, args.gym_seconds)
    ):  # fmt: skip
        of_stretches(stretches, figures, whole)
    if not args.no_videos:
        figures |= of_videos(data, args.truth, args.quick)
    head = {key: value for peer, tally in whole.items() for key, value in tally.figures(peer).items()}
    report(head | figures, args.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
