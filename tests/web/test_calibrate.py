"""The phone flow, from a tap on Calibrate to the saved file: Chromium against the whole box in the virtual gym."""

from __future__ import annotations

import itertools
import json
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from calibration.court import COURT_NAMES, FIBA
from calibration.files import reference_path
from calibration.model import Calibration
from calibration.request import CalibrationRequest, Outcome
from calibration.solve import calibrate
from calibration.store import load, save
from edge.config import Config, parse
from edge.daemon import Parts, run_box
from edge.simulator import VirtualGym
from edge.types import Image
from tests.daemon.fakes import FakePipeline
from tests.publish.observer import free_port, wait_until
from tests.web.chromium import PHONE, keep_picture, link_of, text

pytestmark = pytest.mark.browser


class Box:
    """The whole box but its networks, in a thread of its own."""

    def __init__(self, folder: Path) -> None:
        settings = {
            "data_dir": str(folder),
            "source": {"uri": "gym://empty", "fps": 6},
            "mqtt": {"port": free_port(), "bind": "127.0.0.1"},
            "web": {"port": free_port(), "bind": "127.0.0.1"},
        }
        self.config: Config = parse(settings, "test")
        self.pipeline = FakePipeline({})
        self.asked: list[CalibrationRequest] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def path(self) -> Path:
        return self.config.calibration_path

    def _run(self) -> None:
        parts = Parts(
            open_pipeline=lambda *_: self.pipeline,  # type: ignore[arg-type,return-value]
            calibrate=self._calibrate,
        )
        run_box(self.config, None, self._stop, parts)

    def _calibrate(self, frames: Sequence[Image], request: CalibrationRequest, stop: Callable[[], bool]) -> Outcome:
        self.asked.append(request)
        return calibrate(frames, request, stop)

    def __enter__(self) -> Box:
        self._thread.start()
        wait_until(lambda: self.pipeline.indices, "frames")
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(15)
        assert not self._thread.is_alive()


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    with Box(tmp_path / "data") as running:
        yield running


@pytest.fixture
def page(box: Box, browser: Any) -> Iterator[Any]:
    """The opened dialogue, its first step loaded."""
    browser.get_log("browser")
    browser.get(f"http://127.0.0.1:{box.config.web.port}/")
    wait_until(lambda: link_of(browser) == "online", "page online")
    wait_until(lambda: opened(browser), "dialogue")
    wait_until(lambda: legend(browser), "courts")
    yield browser
    browser.get("about:blank")  # or it would ask for a box that is gone
    severe = [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    assert [message for message in severe if "snapshot.jpg" not in message and "courts.json" not in message] == []


def opened(page: Any) -> bool:
    """Taps *Calibrate*, as often as it takes: the button rests while the page has no word of the box."""
    dialogue = page.find_element("id", "calibrate")
    if dialogue.get_attribute("open") is None and page.find_element("id", "calibrate-open").is_enabled():
        click(page, "open")
    return dialogue.get_attribute("open") is not None


def click(page: Any, name: str) -> None:
    page.find_element("id", f"calibrate-{name}").click()


def legend(page: Any) -> str:
    return text(page, "calibrate-legend").replace("\u00a0", " ")


def hint(page: Any) -> str:
    return text(page, "calibrate-hint")


def step(page: Any) -> str:
    return str(page.find_element("id", "calibrate").get_attribute("data-step"))


def choices(page: Any, name: str) -> tuple[str, ...]:
    found = page.find_elements("css selector", f"#calibrate-{name} option")
    return tuple(str(option.get_attribute("value")) for option in found)


def choose(page: Any, name: str, value: str) -> None:
    from selenium.webdriver.support.ui import Select

    Select(page.find_element("id", f"calibrate-{name}")).select_by_value(value)


def wait_for(page: Any, name: str) -> None:
    wait_until(lambda: step(page) == name, f"step {name} (now {step(page)}: {hint(page)})")


def fits(page: Any) -> bool:
    """Nothing stands out of the phone's width."""
    script = "const d = document.getElementById('calibrate'); return Math.max(d.scrollWidth, document.body.scrollWidth)"
    return int(page.execute_script(script)) <= PHONE[0]


def move(page: Any, start: tuple[float, float], end: tuple[float, float] | None = None, picture: str = "") -> None:
    """A drag, or without `end` a tap, in shares of the picture; `picture` names one taken with the finger down."""
    from selenium.webdriver.common.action_chains import ActionChains

    canvas = page.find_element("id", "calibrate-canvas")
    page.execute_script("arguments[0].scrollIntoView({block: 'center'})", canvas)
    width, height = canvas.size["width"], canvas.size["height"]
    offsets = [(round((x - 0.5) * width), round((y - 0.5) * height)) for x, y in (start, end or start)]
    chain = ActionChains(page, duration=40).move_to_element_with_offset(canvas, *offsets[0]).click_and_hold()
    if end is not None:
        chain.move_to_element_with_offset(canvas, *offsets[1])
    if picture:
        chain.perform()
        keep_picture(page, picture)
        chain = ActionChains(page, duration=40)
    chain.release().perform()


def retype(field: Any, value: str) -> None:
    field.send_keys("\ue009a\ue000" + value + "\t")  # control-a


def truth() -> VirtualGym:
    return VirtualGym("empty", fps=6)


def court_error_cm(found: Calibration) -> float:
    """Largest distance on the court between the saved calibration and the gym's truth, around the key."""
    gym = truth()
    camera = found.camera_model()
    assert camera is not None
    spots = np.array([[8.5, 0.0, 0.0], [10.0, 2.0, 0.0], [10.0, -2.0, 0.0], [13.0, 1.0, 0.0]])
    pixels, _ = gym.camera.project(spots)
    return float(100 * np.linalg.norm(camera.floor(pixels) - spots[:, :2], axis=1).max())


def shares(points: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    return {name: (x / 1280, y / 720) for name, (x, y) in points.items()}


def true_marks() -> dict[str, tuple[float, float]]:
    """Where the layout `key` is in the picture, px."""
    gym = truth()
    marks = {name: at for name, at in FIBA.landmarks().items() if name.startswith(("key", "free-throw"))}
    pixels, _ = gym.camera.project(np.array([[x, y, 0.0] for x, y in marks.values()]))
    return {name: (float(x), float(y)) for name, (x, y) in zip(marks, pixels, strict=True)}


def test_from_the_tap_to_the_saved_file_and_back(box: Box, page: Any) -> None:
    options = [
        option.get_attribute("value") for option in page.find_elements("css selector", "#calibrate-court option")
    ]
    assert tuple(options) == COURT_NAMES
    choose(page, "layout", "key")
    assert "3 free throw right" in legend(page)
    assert fits(page)
    keep_picture(page, "calibrate-1-setup")
    click(page, "look")
    wait_for(page, "looking")
    keep_picture(page, "calibrate-2-looking")
    wait_for(page, "result")
    wait_until(lambda: text(page, "calibrate-word"), "verdict")
    assert text(page, "calibrate-word") == "Good"
    assert int(text(page, "calibrate-error").strip("± cm")) <= 10
    assert fits(page)
    keep_picture(page, "calibrate-3-result")
    assert not box.path.exists(), "nothing is saved before the coach says so"
    assert box.pipeline.calibrations == []
    click(page, "save")
    wait_for(page, "saved")
    assert hint(page) == "Done. Court figures from now on."
    keep_picture(page, "calibrate-4-saved")
    saved = load(box.path)
    assert saved.quality is not None
    assert court_error_cm(saved) < 10
    assert reference_path(box.path).exists()
    wait_until(lambda: box.pipeline.calibrations == [saved], "the pipeline uses it")
    wait_until(lambda: text(page, "calibration").startswith("FIBA, ±"), "footer")
    click(page, "done")
    assert not page.find_element("id", "calibrate").is_displayed()
    keep_picture(page, "calibrate-5-footer")


def test_the_one_before_comes_back(box: Box, page: Any) -> None:
    before = Calibration(image_size=(1280, 720), rim=truth().calibration.rim)
    save(box.path, before)
    choose(page, "layout", "key")
    click(page, "look")
    wait_for(page, "result")
    click(page, "save")
    wait_for(page, "saved")
    click(page, "undo")
    wait_until(lambda: "is back" in hint(page), "undo")
    assert load(box.path) == before
    wait_until(lambda: text(page, "calibration") == "rim only", "footer")
    assert not reference_path(box.path).exists(), "the scene of a calibration that is gone"
    click(page, "undo")
    wait_until(lambda: "no earlier calibration" in hint(page), "nothing is left to go back to")
    assert load(box.path) == before


def test_a_refusal_says_why_and_points_can_be_put_right(box: Box, page: Any) -> None:
    """The corners of the half court have no cones: refused; the key's corners by hand are accepted."""
    choose(page, "colour", "blue")
    choose(page, "layout", "key")
    click(page, "look")
    wait_for(page, "result")
    assert text(page, "calibrate-word") == "Not yet"
    assert "found" in hint(page)
    assert not page.find_element("id", "calibrate-save").is_displayed()
    assert not page.find_element("id", "calibrate-ring").is_displayed()
    keep_picture(page, "calibrate-6-refused")
    click(page, "marks")
    wait_until(lambda: hint(page).startswith("Tap where 1, key left"), "first point")
    marks = shares(true_marks())
    for name in ("key-left", "key-right", "free-throw-right", "free-throw-left"):
        wait_until(lambda name=name: name.replace("-", " ") in hint(page), name)  # type: ignore[misc]
        if name == "free-throw-left":
            keep_picture(page, "calibrate-7-points")
        move(page, marks[name])
        assert "Slide" in hint(page)
        if name == "key-left":
            keep_picture(page, "calibrate-8-zoomed")
            move(page, (0.3, 0.3), (0.3, 0.9))  # away, and back again: sliding is relative
            move(page, (0.7, 0.9), (0.7, 0.3))
        click(page, "out")
    assert fits(page)
    keep_picture(page, "calibrate-9-all-points")
    click(page, "again")
    wait_for(page, "result")
    wait_until(lambda: text(page, "calibrate-word") in ("Good", "Usable"), "verdict")
    keep_picture(page, "calibrate-10-by-hand")
    click(page, "save")
    wait_for(page, "saved")
    assert court_error_cm(load(box.path)) < 25


def test_a_point_is_dragged_and_the_ring_tapped(box: Box, page: Any) -> None:
    choose(page, "layout", "key")
    click(page, "look")
    wait_for(page, "result")
    click(page, "marks")
    wait_for(page, "marks")
    wait_until(lambda: "Drag a number" in hint(page), "points")
    x, y = shares(true_marks())["free-throw-left"]
    move(page, (x, y), (x + 0.1, y - 0.1), "calibrate-15-loupe")
    click(page, "again")
    wait_for(page, "result")
    assert text(page, "calibrate-word") == "Not yet", "128 px beside its mark"
    assert re.search(r"\d \((key|free throw) (left|right)\)|off by", hint(page)), "numbers as on the map"
    points, found = box.asked[1].points, true_marks()
    assert points is not None
    for name, at in found.items():
        aside = (128, -72) if name == "free-throw-left" else (0, 0)
        assert np.hypot(*np.subtract(points[name], np.add(at, aside))) < 12, name
    keep_picture(page, "calibrate-11-wrong-point")
    click(page, "restart")
    wait_for(page, "setup")
    click(page, "look")
    wait_for(page, "result")
    assert text(page, "calibrate-word") == "Good"
    click(page, "ring")
    wait_for(page, "ring")
    keep_picture(page, "calibrate-12-ring")
    move(page, (0.5, 0.5))
    wait_until(lambda: len(box.asked) == 4, "solved again")
    wait_for(page, "result")
    ring, _ = truth().camera.project(FIBA.rim_centre())
    assert np.hypot(*np.subtract(box.asked[3].rim, ring)) < 30
    assert box.asked[3].points is None


def test_a_cone_can_teach_its_colour_and_an_error_leaves_the_way_open(box: Box, page: Any) -> None:
    choose(page, "colour", "tap")
    choose(page, "layout", "key")
    click(page, "look")
    wait_for(page, "cone")
    move(page, (0.02, 0.02))
    wait_until(lambda: "Now tap" in hint(page), "zoom")
    keep_picture(page, "calibrate-13-cone")
    move(page, (0.02, 0.02))
    wait_until(lambda: box.asked, "command")
    assert box.asked[0].cone_tap is not None
    assert max(box.asked[0].cone_tap) < 30
    wait_until(lambda: step(page) in ("setup", "result"), "an answer")
    assert text(page, "calibrate-word") != "Good"
    if step(page) == "result":
        click(page, "restart")
    choose(page, "colour", "auto")
    click(page, "look")
    wait_for(page, "result")
    assert text(page, "calibrate-word") == "Good"
    assert box.asked[1].cone_tap is None


def test_courts_and_layouts_come_from_the_box(box: Box, page: Any) -> None:
    assert "full-court" in choices(page, "layout")
    for court, name in itertools.product(COURT_NAMES, ("half-court", "full-court")):
        choose(page, "court", court)
        if name in choices(page, "layout"):
            choose(page, "layout", name)
        else:
            assert court == "3x3", "only a court with one basket has no far corners"
        assert fits(page)
        keep_picture(page, f"map-{court}-{name}")
    choose(page, "court", "custom")
    assert page.find_element("id", "calibrate-custom").is_displayed()
    assert page.find_element("name", "length_m").get_property("value") == "28"
    key = page.find_element("name", "key_width_m")
    retype(key, "20")
    wait_until(lambda: "does not fit" in hint(page), "refused dimensions")
    assert not page.find_element("id", "calibrate-look").is_enabled()
    keep_picture(page, "calibrate-14-custom")
    retype(key, "3.6")
    wait_until(lambda: page.find_element("id", "calibrate-look").is_enabled(), "taken")
    choose(page, "layout", "key")
    click(page, "look")
    wait_until(lambda: box.asked, "command")
    assert (box.asked[0].court, box.asked[0].court_changes["key_width_m"]) == ("custom", 3.6)
    click(page, "cancel")
    assert not page.find_element("id", "calibrate").is_displayed()
    click(page, "open")
    choose(page, "court", "fiba")
    click(page, "look")  # does not wait until the box has tried everything on a court that is not there
    wait_for(page, "result")
    assert text(page, "calibrate-word") == "Good"
    assert len(box.asked) == 2


def test_the_map_has_left_on_the_left(page: Any) -> None:
    """Whoever faces the basket, which is on top, has y on the left; a court with one basket ends at its length."""
    script = """
      const [done] = [arguments[arguments.length - 1]];
      const at = (court, half, wide, point) => {
        return import("/assets/js/court.js").then(({ extent, projection }) => {
          const [across, down] = extent(court, half, wide);
          return projection(court, half, wide, { width: across, height: down }).project(point);
        });
      };
      fetch("/courts.json").then((response) => response.json()).then(async ({ courts }) => {
        const [fiba, three] = ["fiba", "3x3"].map((name) => courts.find((court) => court.name === name));
        done(JSON.stringify({
          half: await at(fiba, 1, false, { x: 14, y: 7.5 }),
          other: await at(fiba, -1, false, { x: -14, y: -7.5 }),
          tall: await at(fiba, 0, false, { x: 14, y: 7.5 }),
          wide: await at(fiba, 0, true, { x: 14, y: 7.5 }),
          three: await at(three, 1, false, { x: 11, y: 7.5 }),
          far: await at(three, 1, false, { x: 0, y: -7.5 }),
        }));
      });
    """
    found = json.loads(page.execute_async_script(script))
    margin = pytest.approx(0.9)
    for name in ("half", "other", "tall", "three"):
        assert found[name] == [margin, margin], name
    assert found["wide"] == [pytest.approx(28.9), margin]
    assert found["far"] == [pytest.approx(15.9), pytest.approx(11.9)]
