"""Calibration on real pictures and points: the folders of real data that are there, whatever files they hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from calibration.camera import Camera, FloatArray
from calibration.colour import COLOURS
from calibration.cones import find_cones
from calibration.fit import Points, fit_camera, no_lines
from calibration.homography import apply_homography, camera_from_homography, camera_with_focal, fit_homography
from calibration.lens import LensError, board_size, find_board, measure_lens
from tests.bench.common import Figure

_SQUARE_M = np.array([[0.0, 0.0], [28.0, 0.0], [28.0, 15.0], [0.0, 15.0]])


def trackid3x3(folder: Path) -> dict[str, Figure]:
    """Fit from the four corners, error at the other points of the court, cm: plain, and with the lens solved.

    The lens is one number more than four points determine: it comes from what is usual (see `calibration.fit`), and
    with all points known, as a bound, from all of them (leave-one-out).
    """
    file = folder / "trackid3x3" / "court_keypoints.json"
    if not file.is_file():
        return {}
    data = json.loads(file.read_text(encoding="utf-8"))
    seen = {name.rsplit("_", 1)[0]: xy for name, xy in data["indoor"]["points"].items()}
    corners = data["indoor_court_cm_authors"]
    others = {name: xy for name, xy in data["indoor_court_cm_inferred_FIBA"].items() if name not in corners}
    size = (int(data["indoor"]["width"]), int(data["indoor"]["height"]))
    image, court = _pairs(seen, corners)
    other_image, other_court = _pairs(seen, others)
    homography = fit_homography(image, court)
    if homography is None:
        return {}
    plain = np.linalg.norm(apply_homography(np.linalg.inv(homography), other_image) - other_court, axis=1)
    out: dict[str, Figure] = {
        "trackid3x3_plain_points_cm": float(100 * plain.mean()),
        "trackid3x3_plain_worst_cm": float(100 * plain.max()),
    }
    solved = _fit(image, court, size)
    if solved is not None:
        error = np.linalg.norm(solved.floor(other_image) - other_court, axis=1)
        out["trackid3x3_other_points_cm"] = float(100 * error.mean())
        out["trackid3x3_other_points_worst_cm"] = float(100 * error.max())
    all_image, all_court = np.vstack([image, other_image]), np.vstack([court, other_court])
    out.update(_leave_one_out(all_image, all_court, size))
    return out


def _leave_one_out(image: FloatArray, court: FloatArray, size: tuple[int, int]) -> dict[str, Figure]:
    """Error at each point of a fit to all others, cm: homography alone, and camera with lens."""
    plain, bent = [], []
    for k in range(len(image)):
        rest = np.arange(len(image)) != k
        homography, camera = fit_homography(image[rest], court[rest]), _fit(image[rest], court[rest], size)
        if homography is not None:
            plain.append(np.linalg.norm(apply_homography(np.linalg.inv(homography), image[k]) - court[k]))
        if camera is not None:
            bent.append(np.linalg.norm(camera.floor(image[k]) - court[k]))
    return {
        "trackid3x3_leave_one_out_plain_cm": float(100 * np.mean(plain)),
        "trackid3x3_leave_one_out_lens_cm": float(100 * np.mean(bent)),
    }


def _pairs(seen: dict[str, Any], court_cm: dict[str, Any]) -> tuple[FloatArray, FloatArray]:
    """Pixels (N, 2) and metres (N, 2) of the points that both have."""
    names = [name for name in court_cm if name in seen]
    metres = np.array([court_cm[name] for name in names], dtype=float) / 100
    return np.array([seen[name] for name in names], dtype=float), metres


def _fit(image: FloatArray, court: FloatArray, size: tuple[int, int]) -> Camera | None:
    homography = fit_homography(image, court)
    if homography is None:
        return None
    start = camera_from_homography(homography, size)
    if start is None:
        start = camera_with_focal(homography, size, np.array(size) / 2, 0.7 * size[0])
    if start is None:
        return None
    count = len(image)
    world = np.column_stack([court, np.zeros(count)])
    fit = fit_camera(start, Points(world, image, np.full(count, 1.0), np.full(count, 0.02)), no_lines())
    return None if fit is None else fit.camera


def court_images(folder: Path) -> dict[str, Figure]:
    """Pictures with at least five court points: the homography's error at the points, px of the drawn court, and with
    each point left out in turn; the lens solved beside it."""
    file = folder / "court_images_stephanj" / "correspondences.json"
    if not file.is_file():
        return {}
    residual, left_out, lens = [], [], []
    for name, pair in json.loads(file.read_text(encoding="utf-8")).items():
        image, court = np.array(pair["src_px"], dtype=float), np.array(pair["dst_px"], dtype=float)
        court = court * [1.0, -1.0] * _court_metres_per_px(file.parent / pair["dst_image"])
        picture = cv2.imread(str(file.parent / name))
        homography = fit_homography(image, court)
        if picture is None or homography is None:
            continue
        found = apply_homography(np.linalg.inv(homography), image)
        residual.append(np.linalg.norm(found - court, axis=1))
        size = (picture.shape[1], picture.shape[0])
        for k in range(len(image)):
            rest = np.arange(len(image)) != k
            part, camera = fit_homography(image[rest], court[rest]), _fit(image[rest], court[rest], size)
            if part is not None:
                left_out.append(np.linalg.norm(apply_homography(np.linalg.inv(part), image[k]) - court[k]))
            if camera is not None:
                lens.append(np.linalg.norm(camera.floor(image[k]) - court[k]))
    if not residual:
        return {}
    return {
        "court_images_points_cm": float(100 * np.mean(np.concatenate(residual))),
        "court_images_leave_one_out_plain_cm": float(100 * np.median(left_out)),
        "court_images_leave_one_out_lens_cm": float(100 * np.nanmedian(lens)),
    }


def _court_metres_per_px(file: Path) -> float:
    """The court is drawn dark on white: from end line to end line are 28 m."""
    drawn = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
    if drawn is None:
        raise SystemExit(f"{file}: the drawing of the court cannot be read")
    columns = np.nonzero((drawn < 128).sum(axis=0) > drawn.shape[0] // 2)[0]
    return 28.0 / float(columns.max() - columns.min())


def arena_cameras(folder: Path) -> dict[str, Figure]:
    """Real cameras projected four floor points: how well focal length and place come back.

    The pictures are crops, so the optical axis is not in their middle: solved with the axis known, and with the
    middle of the picture taken for it, as a box that never saw a checkerboard must.
    """
    files = sorted((folder / "deepsport_calib").glob("*.json"))
    known: list[tuple[float, float]] = []
    guessed: list[tuple[float, float]] = []
    for file in files:
        for row in json.loads(file.read_text(encoding="utf-8")):
            truth = _arena_camera(row)
            if truth is None:
                continue
            image, _ = truth.project(np.column_stack([_SQUARE_M, np.zeros(4)]))
            homography = fit_homography(image, _SQUARE_M)
            if homography is None:
                continue
            for centre, into in ((truth.K[:2, 2], known), (None, guessed)):
                found = camera_from_homography(homography, truth.image_size, centre)
                if found is not None:
                    focal = abs(found.K[0, 0] / truth.K[0, 0] - 1)
                    into.append((100 * focal, 100 * float(np.linalg.norm(found.centre - truth.centre))))
    if not known:
        return {}
    figures: dict[str, Figure] = {"deepsport_cameras": len(known)}
    for name, rows in (("", known), ("middle_as_axis_", guessed)):
        focal, place = np.array(rows or [(np.nan, np.nan)]).T
        figures[f"deepsport_{name}focal_error_median_percent"] = float(np.median(focal))
        figures[f"deepsport_{name}place_error_median_cm"] = float(np.median(place))
    return figures


def _arena_camera(row: dict[str, Any]) -> Camera | None:
    """A camera of the file, whose world is in cm with its z down, in metres with z up."""
    if not all(key in row for key in ("K", "R", "T", "width", "height")):
        return None
    flip = np.diag([1.0, -1.0, -1.0])
    K, R = np.array(row["K"]).reshape(3, 3), np.array(row["R"]).reshape(3, 3)
    size = (int(np.ravel(row["width"])[0]), int(np.ravel(row["height"])[0]))
    camera = Camera(K / K[2, 2], R @ flip, np.array(row["T"]) / 100, size)
    return camera if camera.centre[2] > 0 else None


def lens(folder: Path) -> dict[str, Figure]:
    """Checkerboard pictures, by size: ours, and OpenCV's five coefficients with a free principal point."""
    files = sorted((folder / "ball_tracks_natan" / "images").glob("IMG*.jpg"))
    images: list[Any] = [image for file in files if (image := cv2.imread(str(file))) is not None]
    size = board_size(images) if images else None
    if size is None:
        return {}
    boards = [board for image in images if (board := find_board(image, *size)) is not None]
    height, width = images[0].shape[:2]
    try:
        found = measure_lens(boards, size[0], size[1], (width, height))
    except LensError:
        return {"lens_boards": len(boards)}
    squares = np.stack(np.meshgrid(np.arange(size[0]), np.arange(size[1])), axis=-1).reshape(-1, 2)
    flat = np.column_stack([squares, np.zeros(len(squares))]).astype(np.float32)
    seen = [board.astype(np.float32) for board in boards]
    error, K, *_ = cv2.calibrateCamera([flat] * len(boards), seen, (width, height), None, None)
    return {
        "lens_pictures": len(images),
        "lens_boards": len(boards),
        "lens_error_px": found.error_px,
        "lens_focal_px": found.focal_px,
        "opencv_lens_error_px": float(error),
        "opencv_lens_focal_px": float(K[0, 0]),
    }


def cone_in_video(folder: Path) -> dict[str, Figure]:
    """Videos with one orange cone on hardwood, named in truth/cones.json frame by frame where it was looked at."""
    truth_file = Path(__file__).parent / "truth" / "cones.json"
    found = visible = extra = hidden = 0
    for name, frames in json.loads(truth_file.read_text(encoding="utf-8")).items():
        video = cv2.VideoCapture(str(folder / "videos" / name))
        index = -1
        while True:
            good, image = video.read()
            if not good:
                break
            index += 1
            truth = _cone_at(frames, index)
            if truth is None:
                continue
            cones = [cone for cone in find_cones(image, COLOURS["orange"]) if cone.clear]
            near = [cone for cone in cones if truth != [] and np.hypot(*(np.array(cone.foot) - truth)) < 12]
            visible += truth != []
            hidden += truth == []
            found += bool(near)
            extra += len(cones) - len(near)
    if not visible:
        return {}
    return {
        "clip_cone_found_share": found / visible,
        "clip_frames_with_cone": visible,
        "clip_frames_without_cone": hidden,
        "clip_other_things_a_frame": extra / (visible + hidden),
    }


def _cone_at(frames: dict[str, Any], index: int) -> list[float] | None:
    """The cone's foot on a frame, between hand-set frames; [] where it is not in the picture; None where unknown."""
    for span in frames["spans"]:
        if span["from"] <= index <= span["to"]:
            if "feet" not in span:
                return []
            keys = np.array(span["feet"], dtype=float)
            return [float(np.interp(index, keys[:, 0], keys[:, axis])) for axis in (1, 2)]
    return None
