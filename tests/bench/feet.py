"""Where players stand, three ways and ours, and the trails that are drawn of it, against truth.

    make bench-feet ARGS="--data ../shared/data --json out/feet.json"

Ways: the middle of the box's lower edge (`box`), the middle between the ankles of the pose (`pose`), equation 6
(`eq6`, read as `edge.tracking.feet.foot_by_stature` says) and what the box does (`ours`: the box's lower edge, and the
ankles where a pose was taken).

`gym`: 3x3 in the virtual gym through cameras of four mounts; boxes and keypoints tremble as a detector's do (AR(1),
2 % and 1.5 % of a height); truth is the floor under the pelvis. All ways are compared where both ankles are seen;
`feet_NAME_m` without a prefix are these. `everywhere` is over all players whole in the picture.

`trackid3x3`: the authors' court coordinates, which are the lower edges of their own boxes carried over by the four
corners; so they favour `box` by construction and tell only how far the others are from that. Boxes are the shipped
detector's, poses the authors' (10 keypoints, the last two the ankles, frames from 0 in six sequences).

Trails go over the gym's places as the box has them: a pose for the two players nearest to the ball only. `raw`: each
frame by itself; `lpf`: equation 8; `now`: the filter, which knows nothing later; `ours`: smoothed, each place as it was
0.3 s later. Lag is the shift in time at which a trail fits truth best.
"""

from __future__ import annotations

import json
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path, PurePosixPath

import numpy as np

from calibration.camera import Camera
from calibration.homography import camera_from_homography
from calibration.view import CourtView
from edge.kernels.boxes import iou
from edge.simulator import SCENARIOS, VirtualGym
from edge.tracking.feet import foot_by_box, foot_by_pose, foot_by_stature, stand
from edge.tracking.trail import LowPass, Trails
from edge.types import FloatArray
from tests.bench.common import Figure, need, parser, report
from tests.bench.mot import ONCOURT, court_from_authors, read_court, read_indoor, read_truth_on_court_cm

# The constants were chosen on seeds 8000 to 8007.
FIRST_SEED, GYMS, SECONDS, FRAMES_PER_S = 9000, 8, 20, 30
MOUNTS = ("wall", "high", "sideline", "corner")
BOX_JITTER, POSE_JITTER, KEEP = 0.02, 0.015, 0.6
ANKLES, SEEN = (15, 16), 0.3
LATER_S = 0.3
LAGS_S = np.arange(-0.2, 0.81, 0.01)


@dataclass(frozen=True, slots=True)
class Seen:
    """One player on one frame: what is seen of him and where he stands, (2,) m."""

    who: tuple[int, int]
    time_s: float
    camera: Camera
    box: FloatArray
    keypoints: FloatArray
    at_ball: bool
    truth_m: FloatArray


def gym(seed: int, seconds: float) -> Iterator[Seen]:
    """3x3 of one seed, those players who are whole in the picture."""
    court = VirtualGym(replace(SCENARIOS["threes"], mount=MOUNTS[seed % len(MOUNTS)]), seed, fps=FRAMES_PER_S)
    rng = np.random.default_rng([seed, 5])
    tremble: dict[int, FloatArray] = defaultdict(lambda: np.zeros((19, 2)))
    width, height = court.camera.image_size
    for truth in islice(court.play(), round(FRAMES_PER_S * seconds)):
        ball = np.zeros(2) if truth.ball is None else truth.ball.centre_px
        near = sorted(truth.players, key=lambda one: float(np.hypot(*(one.keypoints_px[0] - ball))))[:2]
        for player in truth.players:
            number = player.player_id
            fresh = np.sqrt(1 - KEEP**2) * rng.standard_normal((19, 2))
            tremble[number] = KEEP * tremble[number] + fresh
            box = player.box
            if box is None or min(box[:2]) < 2 or box[2] > width - 2 or box[3] > height - 2:
                continue
            tall = float(box[3] - box[1])
            points = player.keypoints_px + POSE_JITTER * tall * tremble[number][2:]
            keypoints = np.column_stack([points, np.where(player.visible, 0.9, 0.1)])
            shaken = box + BOX_JITTER * tall * tremble[number][:2].reshape(4)
            yield Seen((seed, number), truth.time_s, court.camera, shaken, keypoints, player in near, player.court_xy_m)


def ways(
    view: CourtView, box: FloatArray, ankles: FloatArray | None, keypoints: FloatArray | None
) -> dict[str, FloatArray]:
    """Places (2,) m by way; `pose` only where both ankles (2, 2) px were seen."""
    camera, known = view.camera, stand(view, box, keypoints)
    places = {"box": foot_by_box(camera, box), "eq6": foot_by_stature(camera, box)}
    if ankles is not None:
        places["pose"] = foot_by_pose(camera, ankles)
    if known is not None:
        places["ours"] = known[0]
    return places


def gym_feet(looks: list[Seen]) -> dict[str, Figure]:
    """Errors of each way, where both ankles are seen and everywhere."""
    off: dict[str, list[float]] = defaultdict(list)
    views = {id(look.camera): CourtView(look.camera) for look in looks}
    for look in looks:
        sure = bool((look.keypoints[list(ANKLES), 2] > SEEN).all())
        ankles = look.keypoints[list(ANKLES), :2] if sure else None
        for way, place in ways(views[id(look.camera)], look.box, ankles, look.keypoints).items():
            away = float(np.hypot(*(place - look.truth_m)))
            off[f"everywhere_{way}"].append(away)
            if sure:
                off[way].append(away)
    return errors("feet", off)


def errors(prefix: str, off: dict[str, list[float]]) -> dict[str, Figure]:
    """Median and 95th percentile of each, m; what is not finite does not count."""
    figures: dict[str, Figure] = {}
    for name, values in sorted(off.items()):
        finite = np.array(values)[np.isfinite(values)]
        if len(finite):
            figures[f"{prefix}_{name}_m"] = float(np.median(finite))
            figures[f"{prefix}_{name}_p95_m"] = float(np.percentile(finite, 95))
    return figures


def gym_trails(looks: list[Seen]) -> dict[str, Figure]:
    """Errors and lags of the trails."""
    walks: dict[tuple[int, int], list[Seen]] = defaultdict(list)
    for look in looks:
        walks[look.who].append(look)
    off: dict[str, list[float]] = defaultdict(list)
    told: dict[str, list[tuple[FloatArray, FloatArray, FloatArray]]] = defaultdict(list)
    for walk in walks.values():
        time = np.array([look.time_s for look in walk])
        truth = np.array([look.truth_m for look in walk])
        for name, (first, rows) in trails(walk).items():
            off[name] += np.hypot(*(rows - truth[first]).T).tolist()
            told[name].append((time[first], rows, np.column_stack([time, truth])))
    figures = errors("trail", off)
    return figures | {f"trail_{name}_lag_ms": 1000 * lag_s(parts) for name, parts in sorted(told.items())}


def trails(walk: list[Seen]) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Of each way of drawing: which of the looks it has a place for, and the places (T, 2) m."""
    view, low, ours = CourtView(walk[0].camera), LowPass(), Trails()
    rows: dict[str, list[FloatArray]] = defaultdict(list)
    later: dict[float, FloatArray] = {}
    for look in walk:
        found = stand(view, look.box, look.keypoints if look.at_ball else None)
        assert found is not None, "a whole body stands below the horizon"
        ours.update(look.time_s, {1: found})
        now = ours.place(1, look.time_s)
        assert now is not None
        rows["raw"].append(found[0])
        rows["lpf"].append(low.update(look.time_s, found[0]))
        rows["now"].append(now[0])
        trail = ours.trail(1)
        later.update({float(time_s): xy for time_s, *xy in trail[trail[:, 0] >= look.time_s - LATER_S]})
    rows["ours"] = [np.array(later[look.time_s]) for look in walk]
    every = np.arange(len(walk))
    return {name: (every, np.array(places)) for name, places in rows.items()}


def lag_s(parts: list[tuple[FloatArray, FloatArray, FloatArray]]) -> float:
    """By how much later than truth (N, 3: s, x, y) places (T, 2) at times (T,) are, all walks together."""
    costs = []
    for lag in LAGS_S:
        away = [
            rows - np.column_stack([np.interp(time - lag, truth[:, 0], truth[:, k]) for k in (1, 2)])
            for time, rows, truth in parts
        ]
        costs.append(np.sum(np.concatenate(away) ** 2))
    return float(LAGS_S[int(np.argmin(costs))])


def read_poses(folder: Path) -> dict[str, list[list[FloatArray]]]:
    """trackid3x3: keypoints (10, 2) px of the people of each frame, by sequence."""
    found = {}
    for path in sorted(folder.glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if "/Indoor/pose/" in name and name.endswith(".json"):
                    data = json.loads(archive.read(name))
                    frames = [data["annotations"].get(f"frame_{k}", {}) for k in range(data["video"]["total_frames"])]
                    poses = [[np.array(p, float) for p in one.values() if len(p) == 10] for one in frames]
                    found[PurePosixPath(name).stem] = poses
    return found


def court_feet(folder: Path, quick: bool) -> dict[str, Figure]:
    """trackid3x3: how far each way is from the authors' places."""
    court = read_court(folder / "court_keypoints.json")
    camera = camera_from_homography(court.image_from_court, court.image_size)
    if camera is None:
        raise SystemExit(f"{folder}: its corners tell no camera")
    view, poses, places = CourtView(camera), read_poses(folder), read_truth_on_court_cm(folder)
    off: dict[str, list[float]] = defaultdict(list)
    sequences = [one for one in read_indoor(folder, ONCOURT) if one.name in poses]
    for sequence in sequences[: 1 if quick else None]:
        for frame, people in enumerate(poses[sequence.name][: len(sequence)]):
            theirs = places[sequence.name][places[sequence.name][:, 0] == frame + 1]
            court_m = dict(
                zip(
                    theirs[:, 1].astype(int),
                    court_from_authors(theirs[:, 2:4] / 100, (court.length_m, court.width_m)),
                    strict=True,
                )
            )
            truth = sequence.truth_boxes[frame]
            overlap = iou(truth.astype(np.float32), sequence.boxes[frame].astype(np.float32))
            for row, number in enumerate(sequence.truth_ids[frame]):
                pose = pose_of(truth[row], people)
                if pose is None or not overlap.shape[1] or overlap[row].max() < 0.5 or int(number) not in court_m:
                    continue
                keypoints = np.zeros((17, 3))
                keypoints[list(ANKLES)] = np.column_stack([pose[8:], np.ones(2)])
                box = sequence.boxes[frame][int(overlap[row].argmax())]
                for way, place in ways(view, box, pose[8:], keypoints).items():
                    off[way].append(float(np.hypot(*(place - court_m[int(number)]))))
    return errors("trackid3x3", off) | {"trackid3x3_looks": len(off["box"])}


def pose_of(box: FloatArray, people: list[FloatArray]) -> FloatArray | None:
    """The pose (10, 2) that fills the box (4,) best: ankles near its lower edge, trunk inside."""
    tall = float(box[3] - box[1])
    fit = []
    for points in people:
        middle = np.abs(points.mean(axis=0) - (box[:2] + box[2:]) / 2).max() / tall
        fit.append(middle + abs(float(points[8:, 1].max()) - float(box[3])) / tall)
    return people[int(np.argmin(fit))] if fit and min(fit) < 0.25 else None


def main() -> None:
    arguments = parser(__doc__.split("\n\n")[0]).parse_args()
    gyms, seconds = (1, 4.0) if arguments.quick else (GYMS, SECONDS)
    looks = [look for seed in range(FIRST_SEED, FIRST_SEED + gyms) for look in gym(seed, seconds)]
    figures = gym_feet(looks) | gym_trails(looks)
    figures |= court_feet(need(arguments.data / "trackid3x3"), arguments.quick)
    report(figures, arguments.json)


if __name__ == "__main__":
    main()
