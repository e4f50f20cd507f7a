"""Calibration while the box runs, with a made-up solver: what is answered, kept, used and published."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from calibration.camera import look_at
from calibration.files import reference_path
from calibration.model import Calibration, CalibrationError, Quality, RimBox, from_camera
from calibration.request import CalibrationRequest, Outcome, SeenPoint
from calibration.solve import Stopped
from calibration.store import load, save
from calibration.watch import load_reference, save_reference
from edge import calibrating as module
from edge.calibrated import STEADY, Standing, report_of
from edge.calibrating import DRAFTS_KEPT, FRAMES_MOST, Calibrating
from edge.publish import CalibrateCourt, CalibrateRim, CalibrateSave, CalibrateUndo, Command
from edge.publish.payloads import CalibrationDraft
from edge.types import CalibrationReport, Image
from tests.publish.observer import wait_until

SIZE = (160, 96)
NOON = datetime(2026, 5, 1, 12, 0, tzinfo=timezone.utc)
QUALITY = Quality(verdict="good", error_median_cm=1.5, error_p95_cm=4.2, line_share=0.9, detail="good: 2 cm")
RIM = RimBox(x=60, y=20, width=30, height=10)
SOLVED = from_camera(look_at([2, -9, 3.5], [11, 0, 1.5], SIZE, 70), RIM, "fiba", quality=QUALITY, created=NOON)
OTHER = from_camera(look_at([1, -9, 3.5], [11, 0, 1.5], SIZE, 70), RIM, "fiba", quality=QUALITY, created=NOON)
ASK = CalibrateCourt("ask")
Stop = Callable[[], bool]


def picture(level: int) -> Image:
    return np.full((SIZE[1], SIZE[0], 3), level, np.uint8)


def scene_level(path: Path) -> int:
    reference = load_reference(reference_path(path), SIZE)
    assert reference is not None
    return int(reference[0, 0])


def solved(frames: Sequence[Image], request: CalibrationRequest, stop: Stop) -> Outcome:
    seen = (SeenPoint("key-left", 80.04, 50.0), SeenPoint(None, 3.0, 4.0))
    return Outcome("good", "good: 2 cm", SOLVED, SOLVED, frames[0], seen)


def refused(frames: Sequence[Image], request: CalibrationRequest, stop: Stop) -> Outcome:
    return Outcome("refused", "no cone was found: show all of them", None, None, frames[0], ())


@dataclass
class FakeBox:
    """Gives frames (a new one each time it is asked, unless `frozen`) and notes what it is told."""

    calibration: Calibration | None = None
    image_size: tuple[int, int] = SIZE
    frozen: bool = False
    standing: Standing = STEADY
    level: int = 0
    used: list[Calibration | None] = field(default_factory=list)
    replies: list[tuple[str, bool, str, CalibrationDraft | None]] = field(default_factory=list)
    reports: list[CalibrationReport] = field(default_factory=list)
    _stale: Image = field(default_factory=lambda: picture(9))

    @property
    def newest_image(self) -> Image | None:
        if self.frozen:
            return self._stale
        self.level = (self.level + 1) % 250
        return picture(self.level)

    def use(self, calibration: Calibration | None) -> None:
        self.calibration = calibration
        self.used.append(calibration)

    def reply(self, command: Command, ok: bool, detail: str = "", draft: CalibrationDraft | None = None) -> None:
        self.replies.append((command.request_id, ok, detail, draft))


class Telling:
    """The publisher's side of a `FakeBox`."""

    def __init__(self, box: FakeBox) -> None:
        self.reply = box.reply
        self.calibration: Callable[[CalibrationReport], None] = box.reports.append


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COLLECT_S", 0.03)
    monkeypatch.setattr(module, "PATIENCE_S", 0.2)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "calibration.json"


Make = Callable[..., tuple[FakeBox, Calibrating]]


@pytest.fixture
def make(path: Path) -> Iterator[Make]:
    made: list[Calibrating] = []

    def build(solver: Any = solved, keep_rim: bool = True, **changes: Any) -> tuple[FakeBox, Calibrating]:
        box = FakeBox(**changes)
        made.append(Calibrating(path, box, Telling(box), keep_rim, solver))
        return box, made[-1]

    yield build
    for one in made:
        one.close()


def ask(box: FakeBox, calibrating: Calibrating, command: Any = ASK) -> tuple[bool, str, CalibrationDraft | None]:
    before = len(box.replies)
    calibrating.obey(command)
    wait_until(lambda: len(box.replies) > before, "an answer")
    return box.replies[-1][1:]


def draft_of(box: FakeBox, calibrating: Calibrating) -> CalibrationDraft:
    _, _, draft = ask(box, calibrating)
    assert draft is not None
    wait_until(lambda: calibrating.idle, "the solver's end")
    return draft


def test_a_draft_is_described_and_nothing_is_saved_or_used(make: Make, path: Path) -> None:
    box, calibrating = make()
    ok, detail, draft = ask(box, calibrating)
    assert (ok, detail) == (True, "good: 2 cm")
    assert draft is not None
    assert (draft.verdict, draft.error_median_cm, draft.error_p95_cm) == ("good", 1.5, 4.2)
    assert [(one.name, one.x, one.y) for one in draft.points] == [("key-left", 80.0, 50.0), (None, 3.0, 4.0)]
    assert draft.rim is not None
    assert (draft.rim.x, draft.rim.y, draft.rim.width) == (75.0, 25.0, 30.0)
    assert (draft.image_width, draft.image_height) == SIZE
    assert draft.picture == f"/calibration.jpg?draft={draft.draft_id}"
    assert not path.exists()
    assert (box.used, box.reports) == ([], [])


def test_a_draft_is_saved_used_and_published(make: Make, path: Path) -> None:
    box, calibrating = make()
    draft = draft_of(box, calibrating)
    ok, detail, _ = ask(box, calibrating, CalibrateSave("save", draft.draft_id))
    assert (ok, detail) == (True, f"saved in {path}")
    assert load(path) == SOLVED
    assert box.used == [SOLVED]
    reference = load_reference(reference_path(path), SIZE)
    assert reference is not None
    assert np.ptp(reference) == 0
    expected = CalibrationReport("calibrated", "good", 4.2, "fiba", NOON, detail="good: 2 cm")
    assert box.reports == [expected]


def test_pictures_of_a_draft_with_the_court_and_plain(make: Make) -> None:
    box, calibrating = make()
    draft = draft_of(box, calibrating)
    images = []
    for plain in (False, True):
        data = calibrating.jpeg(draft.draft_id, plain)
        assert data is not None
        images.append(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR))
    assert images[0].shape == images[1].shape == (SIZE[1], SIZE[0], 3)
    assert np.ptp(images[0]) > 50, "lines, ring and error"
    assert np.ptp(images[1]) < 5
    assert calibrating.jpeg("nobody") is None


def test_a_refusal_has_a_picture_and_cannot_be_saved(make: Make, path: Path) -> None:
    save(path, SOLVED)
    box, calibrating = make(refused)
    ok, detail, draft = ask(box, calibrating)
    assert not ok
    assert "show all of them" in detail
    assert draft is not None
    assert (draft.verdict, draft.error_p95_cm, draft.rim, draft.points) == ("refused", None, None, [])
    assert calibrating.jpeg(draft.draft_id) is not None
    ok, detail, _ = ask(box, calibrating, CalibrateSave("save", draft.draft_id))
    assert not ok
    assert "refused: no cone was found" in detail
    assert load(path) == SOLVED
    assert box.used == []


def test_old_drafts_are_forgotten(make: Make, path: Path) -> None:
    box, calibrating = make()
    first = draft_of(box, calibrating)
    for _ in range(DRAFTS_KEPT):
        draft_of(box, calibrating)
    assert calibrating.jpeg(first.draft_id) is None
    ok, detail, _ = ask(box, calibrating, CalibrateSave("save", first.draft_id))
    assert not ok
    assert "look for the cones again" in detail
    assert not path.exists()


def test_the_request_reaches_the_solver_with_new_frames_only(make: Make) -> None:
    asked: list[tuple[Sequence[Image], CalibrationRequest]] = []

    def noting(frames: Sequence[Image], request: CalibrationRequest, stop: Stop) -> Outcome:
        asked.append((frames, request))
        return solved(frames, request, stop)

    box, calibrating = make(noting)
    points = {"key-left": (1.0, 2.0)}
    command = CalibrateCourt("c", "custom", {"length_m": 26.0}, "key", "blue", (3.0, 4.0), points, (5.0, 6.0))
    ask(box, calibrating, command)
    frames, request = asked[0]
    assert request == CalibrationRequest(
        "custom", {"length_m": 26.0}, "key", "blue", (3.0, 4.0), points, (5.0, 6.0), None
    )
    assert 3 <= len(frames) <= FRAMES_MOST + 1
    assert len({int(frame[0, 0, 0]) for frame in frames}) == len(frames), "each once"


def test_a_camera_that_stands_still_is_not_calibrated_from_its_last_picture(make: Make) -> None:
    box, calibrating = make(frozen=True)
    ok, detail, draft = ask(box, calibrating)
    assert (ok, draft) == (False, None)
    assert "no new picture" in detail


def test_one_at_a_time_and_the_box_answers_meanwhile(make: Make) -> None:
    """Whoever asks again stops the one before, which may be somebody's who went away."""
    begun, running, most = threading.Event(), [], []

    def slow(frames: Sequence[Image], request: CalibrationRequest, stop: Stop) -> Outcome:
        running.append(request)
        most.append(len(running))
        begun.set()
        try:
            while request.layout == "key" and not stop():
                threading.Event().wait(0.001)
            if stop():
                raise Stopped
            return solved(frames, request, stop)
        finally:
            running.remove(request)

    box, calibrating = make(slow)
    calibrating.obey(CalibrateCourt("first", layout="key"))
    assert begun.wait(10)
    assert ask(box, calibrating, CalibrateRim("rim", 1, 2, 30, 10))[0]
    calibrating.obey(CalibrateCourt("second", layout="key"))
    calibrating.obey(CalibrateCourt("third", layout="three-point"))
    wait_until(lambda: len(box.replies) == 4, "all answers")
    assert [one[:2] for one in box.replies] == [("rim", True), ("first", False), ("second", False), ("third", True)]
    assert "somebody calibrates again" in box.replies[1][2]
    assert max(most) == 1


def test_it_does_not_try_for_ever(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SOLVE_S", 0.05)

    def endless(frames: Sequence[Image], request: CalibrationRequest, stop: Stop) -> Outcome:
        while not stop():
            threading.Event().wait(0.001)
        raise Stopped

    box, calibrating = make(endless)
    ok, detail, _ = ask(box, calibrating)
    assert not ok
    assert "takes too long" in detail


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (CalibrationError("calibrate: unknown court 'moon'; known: fiba"), "unknown court 'moon'; known: fiba"),
        (ValueError("singular"), "could not work it out (ValueError('singular')); set the points by hand"),
    ],
)
def test_what_goes_wrong_is_answered_and_the_next_try_works(make: Make, error: Exception, words: str) -> None:
    wrong = [True]

    def solver(frames: Sequence[Image], request: CalibrationRequest, stop: Stop) -> Outcome:
        if wrong:
            wrong.pop()
            raise error
        return solved(frames, request, stop)

    box, calibrating = make(solver)
    ok, detail, draft = ask(box, calibrating)
    assert (ok, draft) == (False, None)
    assert detail.endswith(words)
    wait_until(lambda: calibrating.idle, "the solver's end")
    assert ask(box, calibrating)[0]


def test_a_damaged_lens_file_is_named(make: Make, path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.with_name("lens.json").write_text("{")
    box, calibrating = make()
    ok, detail, _ = ask(box, calibrating)
    assert not ok
    assert "lens.json" in detail


def test_a_disk_that_cannot_be_written_keeps_what_was(make: Make, path: Path) -> None:
    path.parent.parent.joinpath("data").write_text("a file where the folder should be")
    box, calibrating = make()
    draft = draft_of(box, calibrating)
    ok, detail, _ = ask(box, calibrating, CalibrateSave("save", draft.draft_id))
    assert not ok
    assert f"{path}: cannot be written" in detail
    assert box.used == []


def test_a_draft_of_another_picture_size_is_not_saved(make: Make, path: Path) -> None:
    box, calibrating = make()
    draft = draft_of(box, calibrating)
    box.image_size = (1280, 720)
    ok, detail, _ = ask(box, calibrating, CalibrateSave("save", draft.draft_id))
    assert not ok
    assert "another size" in detail
    assert not path.exists()


def test_undo_brings_the_one_before_back(make: Make, path: Path) -> None:
    before = Calibration(image_size=SIZE, rim=RIM)
    save(path, before)
    box, calibrating = make()
    draft = draft_of(box, calibrating)
    ask(box, calibrating, CalibrateSave("save", draft.draft_id))
    ok, detail, _ = ask(box, calibrating, CalibrateUndo("undo"))
    assert ok
    assert "rim-only" in detail
    assert load(path) == before
    assert box.used == [SOLVED, before]
    assert [report.state for report in box.reports] == ["calibrated", "rim-only"]
    assert not reference_path(path).exists()
    ok, detail, _ = ask(box, calibrating, CalibrateUndo("undo"))
    assert not ok
    assert "no earlier calibration" in detail
    assert box.used[-1] == before


def test_undo_brings_the_scene_of_the_one_before_back(make: Make, path: Path) -> None:
    """Else a camera that was moved since would be taken for one that hangs still."""
    save(path, OTHER)
    save_reference(reference_path(path), picture(200))
    box, calibrating = make()
    draft = draft_of(box, calibrating)
    ask(box, calibrating, CalibrateSave("save", draft.draft_id))
    assert scene_level(path) < 200
    assert ask(box, calibrating, CalibrateUndo("undo"))[0]
    assert load(path) == OTHER
    assert scene_level(path) == 200


def test_a_scene_that_cannot_be_written_is_no_refusal(
    make: Make, path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(path, OTHER)
    save_reference(reference_path(path), picture(200))
    box, calibrating = make()
    draft = draft_of(box, calibrating)

    def full(scene: Path, image: Image) -> None:
        assert box.used == [SOLVED], "used as soon as it is saved"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "save_reference", full)
    ok, detail, _ = ask(box, calibrating, CalibrateSave("save", draft.draft_id))
    assert (ok, detail) == (True, f"saved in {path}")
    assert load(path) == SOLVED
    assert box.used == [SOLVED]
    assert not reference_path(path).exists(), "no other calibration's scene beside it"
    assert f"{reference_path(path)}: cannot be written: No space left" in caplog.text


def test_undo_does_not_use_a_calibration_of_another_picture_size(make: Make, path: Path) -> None:
    save(path, Calibration(image_size=(640, 480), rim=RIM))
    save(path, SOLVED)
    box, calibrating = make(calibration=SOLVED)
    ok, detail, _ = ask(box, calibrating, CalibrateUndo("undo"))
    assert not ok
    assert "640x480" in detail
    assert box.used == [None]
    assert box.reports[-1].state == "uncalibrated"


def test_the_rim_joins_what_is_known(make: Make, path: Path) -> None:
    box, calibrating = make(calibration=SOLVED)
    ok, _, _ = ask(box, calibrating, CalibrateRim("rim", 10, 11, 12, 13))
    assert ok
    assert load(path) == SOLVED.model_copy(update={"rim": RimBox(x=10, y=11, width=12, height=13)})
    other, forgetful = make(keep_rim=False)
    path.unlink()
    ok, detail, _ = ask(other, forgetful, CalibrateRim("rim", 10, 11, 12, 13))
    assert (ok, detail) == (True, "the rim is used until the box stops")
    assert not path.exists()
    assert other.reports[-1].state == "rim-only"


@pytest.mark.parametrize(
    ("standing", "camera", "level"),
    [
        (STEADY, SOLVED, 200),
        (Standing(detail="nobody watches that"), SOLVED, 200),
        (Standing(realigned=True), OTHER, 9),
        (Standing("moved"), SOLVED, 200),
        (Standing("blocked"), SOLVED, 200),
    ],
)
def test_a_rim_s_scene_is_that_of_the_camera_it_is_saved_with(
    make: Make, path: Path, standing: Standing, camera: Calibration, level: int
) -> None:
    """The calibrated one's, unless the box made up for a knock and sees through the camera as it hangs now."""
    save(path, SOLVED)
    save_reference(reference_path(path), picture(200))
    used = SOLVED if standing.state == "steady" and not standing.realigned else OTHER
    box, calibrating = make(calibration=used, standing=standing, frozen=True)
    assert ask(box, calibrating, CalibrateRim("rim", 10, 11, 12, 13))[0]
    assert load(path) == camera.model_copy(update={"rim": RimBox(x=10, y=11, width=12, height=13)})
    assert box.used == [load(path)]
    assert scene_level(path) == level
    assert ask(box, calibrating, CalibrateUndo("undo"))[0]
    assert (load(path), scene_level(path)) == (SOLVED, 200)


def test_what_is_said_last_is_what_is_known_last(make: Make) -> None:
    """Two threads tell at once; the message that stays with the broker must be the newer one."""
    box, calibrating = make(calibration=SOLVED)
    publish, begun, going = calibrating._telling.calibration, threading.Event(), threading.Event()

    def slow(report: CalibrationReport) -> None:
        if not begun.is_set():
            begun.set()
            going.wait(0.3)
        publish(report)

    calibrating._telling.calibration = slow  # type: ignore[method-assign]
    first = threading.Thread(target=calibrating.tell)
    first.start()
    assert begun.wait(10)
    box.standing = Standing("moved", moved_cm=40.0)
    calibrating.tell()
    going.set()
    first.join(10)
    assert [report.state for report in box.reports] == ["calibrated", "moved"]


def test_reports_say_no_more_than_is_known() -> None:
    assert report_of(None).state == report_of(Calibration(image_size=SIZE)).state == "uncalibrated"
    plain = report_of(from_camera(look_at([2, -9, 3.5], [11, 0, 1.5], SIZE, 70), RIM, "nba"))
    assert (plain.state, plain.court, plain.error_cm, plain.verdict) == ("calibrated", "nba", None, None)
    assert not plain.suspect


def test_closing_does_not_wait_for_a_camera(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_S", 600.0)
    box, calibrating = make(frozen=True)
    calibrating.obey(ASK)
    calibrating.close()
    wait_until(lambda: calibrating.idle, "the thread's end")
    assert not box.replies[-1][1]
