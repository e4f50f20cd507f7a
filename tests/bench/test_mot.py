import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from calibration.homography import apply_homography
from tests.bench.mot import (
    ONCOURT,
    RAW,
    by_frame,
    court_error_m,
    court_from_authors,
    feet,
    parse,
    read_court,
    read_indoor,
    read_sportsmot,
    read_truth_on_court_cm,
)

TRUTH = "1,1,10,20,30,40,-1,-1,-1,-1\n1,2,50,20,30,40,-1,-1,-1,-1\n3,1,12,20,30,40,-1,-1,-1,-1\n"
SEEN = "0,7,10,20,30,40,1.0,-1,-1,-1\n2,9,12,21,30,40,0.5,-1,-1,-1\n3,9,12,21,30,40,0.5,-1,-1,-1\n"


def _indoor(folder: Path, names: tuple[str, ...]) -> Path:
    folder.mkdir()
    with zipfile.ZipFile(folder / "any.zip", "w") as archive:
        for name in names:
            archive.writestr(f"ground_truth/Indoor/MOT_files/{name}.txt", TRUTH)
            archive.writestr(f"ground_truth/Indoor/transformed_MOT/{name}.txt", "1,1,950.0,0.0\n")
            archive.writestr(f"ground_truth/Indoor/transformed_MOT/{name}_color.txt", "1,1,950.0,0.0,red\n")
            archive.writestr(f"BoT-SORT_outputs/Indoor/{name}.txt", SEEN)
            archive.writestr(f"BoT-SORT_outputs/Indoor/filtered/{name}.txt", SEEN.split("\n", 1)[1])
    return folder


def test_frames_of_boxes_and_truth_meet_and_the_truth_decides_the_length(tmp_path: Path) -> None:
    (sequence,) = read_indoor(_indoor(tmp_path / "data", ("court_S1T1",)), RAW)
    assert [len(boxes) for boxes in sequence.boxes] == [1, 0, 1]
    assert [ids.tolist() for ids in sequence.truth_ids] == [[1, 2], [], [1]]
    np.testing.assert_allclose(sequence.boxes[0], [[10, 20, 40, 60]])
    np.testing.assert_allclose(sequence.truth_boxes[2], [[12, 20, 42, 60]])
    assert [sure.tolist() for sure in sequence.confidence] == [[1.0], [], [1.0]]


def test_on_court_boxes_are_another_file(tmp_path: Path) -> None:
    (sequence,) = read_indoor(_indoor(tmp_path / "data", ("court_S1T1",)), ONCOURT)
    assert [len(boxes) for boxes in sequence.boxes] == [0, 0, 1]


def test_trials_one_and_two_are_for_tuning(tmp_path: Path) -> None:
    names = ("court_S2T1", "court_S1T2", "court_S1T3", "court_S12T4", "unnumbered")
    found = read_indoor(_indoor(tmp_path / "data", names), RAW)
    assert [one.name for one in found if one.tuning] == ["court_S1T2", "court_S2T1"]
    assert len(found) == len(names)


def test_truth_without_boxes_is_left_out_and_other_zips_are_no_harm(tmp_path: Path) -> None:
    folder = _indoor(tmp_path / "data", ("court_S1T1",))
    with zipfile.ZipFile(folder / "other.zip", "w") as archive:
        archive.writestr("ground_truth/Indoor/MOT_files/alone.txt", TRUTH)
        archive.writestr("something/else.txt", "not,a,row")
    assert [one.name for one in read_indoor(folder, RAW)] == ["court_S1T1"]


def test_truth_on_the_court_leaves_the_colours_away(tmp_path: Path) -> None:
    found = read_truth_on_court_cm(_indoor(tmp_path / "data", ("court_S1T1",)))
    assert list(found) == ["court_S1T1"]
    np.testing.assert_allclose(found["court_S1T1"], [[1, 1, 950, 0]])


def test_the_first_match_of_sportsmot_is_for_tuning(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "truth.zip", "w") as archive:
        for name in ("v_b_c001", "v_a_c002", "v_a_c001"):
            archive.writestr(
                f"train/{name}/gt/gt.txt", "1, 0, 83, 421, 88, 130, 1, 1, 1\n2, 0, 84, 421, 88, 130, 1, 1, 1\n"
            )
            archive.writestr(f"train/{name}/seqinfo.ini", "[Sequence]\nframeRate=25\n")
    found = read_sportsmot(tmp_path)
    assert [(one.name, one.tuning, one.frames_per_s, len(one)) for one in found] == [
        ("v_a_c001", True, 25.0, 2),
        ("v_a_c002", True, 25.0, 2),
        ("v_b_c001", False, 25.0, 2),
    ]
    np.testing.assert_allclose(found[0].boxes[1], found[0].truth_boxes[1])


def _clicks(tmp_path: Path, points: dict[str, list[float]]) -> Path:
    path = tmp_path / "court.json"
    known = {"key_1": [0, 0], "key_6": [0, 1500], "key_9": [950, 0], "key_12": [950, 1500]}
    path.write_text(json.dumps({"indoor": {"points": points}, "indoor_court_cm_authors": known}))
    return path


def test_the_court_is_as_the_house_counts_it(tmp_path: Path) -> None:
    """Base line at positive x, and x, y, z right-handed with z towards the camera."""
    points = {"key_1_Hall": [400, 300], "key_6_Hall": [900, 300], "key_9_Hall": [100, 700], "key_12_Hall": [1200, 700]}
    court = read_court(_clicks(tmp_path, {**points, "key_7_Hall": [1.0, 2.0]}))
    assert (court.length_m, court.width_m) == (9.5, 15.0)
    np.testing.assert_allclose(court.floor_m([[400, 300], [1200, 700]]), [[4.75, 7.5], [-4.75, -7.5]], atol=1e-6)
    # Seen from above the camera's picture keeps the sense of turning, but y is down in it: x to y turns clockwise.
    origin, along, across = apply_homography(court.image_from_court, [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    assert np.linalg.det([along - origin, across - origin]) < 0


def test_the_error_on_the_court_is_that_of_the_worst_foot(tmp_path: Path) -> None:
    points = {"key_1_Hall": [400, 300], "key_6_Hall": [900, 300], "key_9_Hall": [100, 700], "key_12_Hall": [1200, 700]}
    court = read_court(_clicks(tmp_path, points))
    (sequence,) = read_indoor(_indoor(tmp_path / "data", ("court_S1T1",)), RAW)
    size = np.array([court.length_m, court.width_m])
    theirs_cm = 100 * (size / 2 - court.floor_m(feet(sequence.truth_boxes[0])))
    theirs_cm[1] += 30, 40
    rows = np.column_stack([[1, 1], [1, 2], theirs_cm])
    assert court_error_m(court, [sequence], {"court_S1T1": rows}) == pytest.approx(0.5)
    assert np.isnan(court_error_m(court, [sequence], {}))


def test_corners_on_a_line_are_refused(tmp_path: Path) -> None:
    points = {f"key_{k}_Hall": [100.0 * k, 300.0] for k in (1, 6, 9, 12)}
    with pytest.raises(SystemExit, match="no homography"):
        read_court(_clicks(tmp_path, points))


def test_small_parts() -> None:
    assert parse(" \n").shape == (0, 7)
    assert [len(rows) for rows in by_frame(parse(SEEN), 0, 2)] == [1, 0]
    np.testing.assert_allclose(feet(np.array([[10.0, 20.0, 30.0, 80.0]])), [[20, 80]])
    np.testing.assert_allclose(
        court_from_authors(np.array([[0.0, 0.0], [9.5, 15.0]]), (9.5, 15.0)), [[4.75, 7.5], [-4.75, -7.5]]
    )
