"""The page in headless Chromium, against embedded broker, web server and a publisher that is told made-up play."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from calibration.court import FIBA, THREE_BY_THREE, Court
from edge.config import Config, parse
from edge.figures import Figures
from edge.publish import CalibrateRim, Publisher, ResetStats
from edge.types import (
    BallState,
    BoxHealth,
    CalibrationReport,
    Outcome,
    PlayerState,
    Rim,
    ShotEvent,
    ShotPhase,
    Snapshot,
    SourceState,
    TrackStatus,
)
from edge.web import WebServer
from tests.publish.counted import counted, session
from tests.publish.observer import free_port, wait_until
from tests.web.chromium import PHONE, keep_picture, link_of, text

pytestmark = pytest.mark.browser
NAVY = np.full((720, 1280, 3), (60, 40, 30), np.uint8)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    section = {"bind": "127.0.0.1", "port": free_port()}
    web = {"bind": "127.0.0.1", "port": free_port()}
    return parse({"site": "gym", "court": "a", "data_dir": str(tmp_path), "mqtt": section, "web": web}, "test")


@pytest.fixture
def box(config: Config) -> Iterator[Publisher]:
    with Publisher(config) as publisher, WebServer(config, publisher.broker_address, lambda: NAVY):
        yield publisher


@pytest.fixture
def page(box: Publisher, browser: Any, config: Config) -> Any:
    browser.get(f"http://127.0.0.1:{config.web.port}/")
    wait_until(lambda: link_of(browser) == "online", "page online")
    yield browser
    severe = [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    expected = ("snapshot.jpg", "WebSocket", "config.json")  # what the network says when the box is taken away
    assert [message for message in severe if not any(word in message for word in expected)] == []


def player(number: int, x_m: float, y_m: float, left_px: float) -> PlayerState:
    box = np.array([left_px, 300.0, left_px + 90, 560.0])
    court_xy_m = np.array([x_m, y_m])
    return PlayerState(number, box, np.zeros(2), np.eye(2), TrackStatus.CONFIRMED, 0.9, None, court_xy_m, None)


def snapshot(index: int, ball_px: tuple[float, float] = (650.0, 200.0)) -> Snapshot:
    players = (player(4, 9.0, -2.0, 300.0), player(11, 7.5, 3.0, 800.0))
    ball = BallState(np.array(ball_px), np.zeros(2), 10.0, np.eye(2), TrackStatus.CONFIRMED, 0.8)
    return Snapshot(index, index / 30, (1280, 720), players, ball, np.zeros((0, 4)), Rim(640.0, 150.0, 44.0, 14.0))


def shot(name: str, phase: ShotPhase, outcome: Outcome | None, player_id: int = 4) -> ShotEvent:
    return ShotEvent(name, phase, 10, 0.3, player_id, outcome, 0.9, court_xy_m=(9.0, -2.0))


def canvas_colours(browser: Any) -> int:
    """How many different colours the stage shows; one where nothing was drawn."""
    script = """
      const stage = document.getElementById("stage");
      const {data} = stage.getContext("2d").getImageData(0, 0, stage.width, stage.height);
      const seen = new Set();
      for (let i = 0; i < data.length; i += 4) seen.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
      return seen.size;
    """
    return int(browser.execute_script(script))


def keep_live(box: Publisher, until: Callable[[], object], what: str, court: Court = FIBA) -> None:
    """Plays positions until something is seen."""
    index = 0

    def step() -> object:
        nonlocal index
        index += 1
        box.live(snapshot(index), court)
        return until()

    wait_until(step, what)


def test_a_shot_is_announced_listed_and_counted(box: Publisher, page: Any) -> None:
    box.shot(shot("s1", ShotPhase.NEW, None))
    wait_until(lambda: text(page, "newest-word") == "Shot…", "shot on its way")
    box.shot(shot("s1", ShotPhase.END, Outcome.MADE))
    box.stats(session(counted(1, 1, 0, 0, 1, 1), {4: counted(1, 1, 0, 0, 1, 1)}))
    wait_until(lambda: text(page, "newest-word") == "Made", "outcome")
    assert text(page, "newest-by") == "Player 4"
    assert text(page, "flash-word") == "MADE"
    assert text(page, "spoken") == "Made. Player 4."
    box.shot(shot("s2", ShotPhase.END, Outcome.MISSED, 11))
    box.shot(shot("s3", ShotPhase.END, Outcome.UNKNOWN, 11))
    box.stats(session(counted(3, 1, 1, 1, 0, 1), {4: counted(1, 1, 0, 0, 1, 1), 11: counted(2, 0, 1, 1, 0, 0)}))
    wait_until(lambda: text(page, "attempts") == "3", "statistics")
    wait_until(lambda: len(page.find_elements("css selector", "#shots li")) == 3, "three shots, each once")
    assert text(page, "flash-word") == "MISSED", "what is unsure is not shouted"
    outcomes = [row.get_attribute("data-outcome") for row in page.find_elements("css selector", "#shots li")]
    assert outcomes == ["unknown", "missed", "made"]
    assert (text(page, "made"), text(page, "percentage"), text(page, "streak")) == ("1", "50", "0")
    wait_until(lambda: len(page.find_elements("css selector", "#players li")) == 2, "two players")
    keep_picture(page, "shots")


def test_court_and_camera_are_drawn(box: Publisher, page: Any) -> None:
    box.source(SourceState("connected", "virtual gym", 1, 0))
    box.health(BoxHealth(23.8, 41.0, 9.0, "calibrated"))
    keep_live(box, lambda: page.find_element("id", "view-court").is_enabled(), "the court")
    keep_live(box, lambda: not page.find_element("id", "ball-tag").get_property("hidden"), "the ball is in no hand")
    assert text(page, "ball-tag") == "Loose ball"
    keep_live(box, lambda: canvas_colours(page) > 30, "floor, lines and players")
    keep_picture(page, "court")
    page.find_element("id", "view-camera").click()
    assert page.find_element("id", "view-camera").get_attribute("aria-pressed") == "true"
    keep_live(box, lambda: canvas_colours(page) > 10, "picture, boxes and ball")
    keep_picture(page, "camera")
    assert text(page, "fps") == "24 fps"
    assert text(page, "camera") == "connected"


def test_warnings_and_a_lost_camera_are_shown(box: Publisher, page: Any) -> None:
    box.health(BoxHealth(0.0, 0.0, 9.0, "uncalibrated", warnings=("The disk is nearly full", "not calibrated: so")))
    box.calibration(CalibrationReport("uncalibrated", detail="not calibrated: so"))
    box.source(SourceState("reconnecting", "/dev/video0 is gone", 90, 0))
    wait_until(lambda: "The disk is nearly full" in text(page, "notes"), "warning")
    wait_until(lambda: "/dev/video0 is gone" in text(page, "notes"), "lost camera")
    wait_until(lambda: "looks for the hoop by itself" in text(page, "notes"), "uncalibrated")
    wait_until(lambda: "not calibrated: so" not in text(page, "notes"), "said once")
    assert text(page, "calibration") == "not calibrated"
    assert text(page, "camera") == "lost, trying again"
    keep_picture(page, "camera-lost")


def test_what_is_known_of_the_court_is_shown_and_doubted(box: Publisher, page: Any) -> None:
    box.calibration(CalibrationReport("calibrated", "good", 3.6, "high-school"))
    wait_until(lambda: text(page, "calibration") == "high school, ±4 cm", "court and error")
    box.calibration(CalibrationReport("calibrated", court="3x3"))
    wait_until(lambda: text(page, "calibration") == "3x3", "court alone")
    assert text(page, "notes") == ""
    box.calibration(CalibrationReport("moved", "good", 3.6, "fiba", moved_cm=34.4, suspect=True))
    wait_until(lambda: text(page, "calibration") == "camera moved", "moved")
    wait_until(lambda: "off by about 34 cm" in text(page, "notes"), "a note")
    assert "calibrate again below" in text(page, "notes")
    keep_picture(page, "moved")
    box.calibration(CalibrationReport("calibrated", "good", 3.6, "fiba", realigned=True))
    wait_until(lambda: text(page, "notes") == "", "trusted again")


def test_a_court_with_one_basket_is_drawn(box: Publisher, page: Any) -> None:
    keep_live(box, lambda: page.find_element("id", "view-court").is_enabled(), "the court", THREE_BY_THREE)
    keep_live(box, lambda: canvas_colours(page) > 30, "floor, lines and players", THREE_BY_THREE)
    ratio = "const s = document.getElementById('stage'); return s.height / s.width"
    assert page.execute_script(ratio) == pytest.approx((11 + 1.35 * 0.9) / (15 + 1.8), abs=0.01)
    keep_picture(page, "court-3x3")


def test_a_page_that_opens_later_knows_the_last_shots(box: Publisher, page: Any) -> None:
    box.shot(shot("s1", ShotPhase.END, Outcome.MADE))
    wait_until(lambda: text(page, "newest-word") == "Made", "shot")
    page.refresh()
    wait_until(lambda: text(page, "newest-word") == "Made", "shot after reload")
    assert text(page, "flash-word") == "", "old news is not shouted"


@pytest.mark.parametrize("stats", [counted(188, 144, 40, 4, 12, 31), counted(3, 3, 0, 0, 3, 3), counted(12, 12)])
def test_nothing_stands_out_of_a_phone_screen(box: Publisher, page: Any, stats: Figures) -> None:
    box.shot(shot("s1", ShotPhase.END, Outcome.MISSED, 104))
    box.stats(session(stats))
    wait_until(lambda: text(page, "attempts") == str(stats.shots.attempts), "statistics")
    width = page.execute_script("return document.documentElement.scrollWidth")
    assert width <= PHONE[0]
    cut = page.execute_script(
        "const shown = [...document.querySelectorAll('.score dd, .newest p')];"
        "return shown.filter((element) => element.scrollWidth > element.clientWidth + 1).length"
    )
    assert cut == 0


def test_a_box_that_goes_is_shown_and_the_page_comes_back_by_itself(browser: Any, config: Config) -> None:
    with Publisher(config) as publisher, WebServer(config, publisher.broker_address):
        browser.get(f"http://127.0.0.1:{config.web.port}/")
        wait_until(lambda: link_of(browser) == "online", "page online")
    wait_until(lambda: link_of(browser) == "reconnecting", "page offline")
    wait_until(lambda: "cannot be reached" in text(browser, "veil"), "words for it")
    assert not browser.find_element("id", "rim-open").is_enabled()
    keep_picture(browser, "gone")
    with Publisher(config) as publisher, WebServer(config, publisher.broker_address):
        wait_until(lambda: link_of(browser) == "online", "page back")
        publisher.shot(shot("again", ShotPhase.END, Outcome.MADE))
        wait_until(lambda: text(browser, "newest-word") == "Made", "shot after the return")


def drag(browser: Any, start: tuple[float, float], end: tuple[float, float]) -> None:
    """On the rim's canvas, in shares of its size."""
    from selenium.webdriver.common.action_chains import ActionChains

    canvas = browser.find_element("id", "rim-canvas")
    width, height = canvas.size["width"], canvas.size["height"]
    offsets = [(round((x - 0.5) * width), round((y - 0.5) * height)) for x, y in (start, end)]
    chain = ActionChains(browser, duration=50).move_to_element_with_offset(canvas, *offsets[0]).click_and_hold()
    chain.move_to_element_with_offset(canvas, *offsets[1]).release().perform()


def test_the_rim_is_set_by_zooming_and_dragging(box: Publisher, page: Any) -> None:
    keep_live(box, lambda: page.find_element("id", "view-court").is_enabled(), "positions")
    page.find_element("id", "rim-open").click()
    wait_until(lambda: "Tap the rim" in text(page, "rim-hint"), "picture")
    drag(page, (0.5, 0.5), (0.5, 0.5))  # a tap in the middle: a fifth of the picture, 256 x 144 px from (512, 288)
    wait_until(lambda: "Drag a box" in text(page, "rim-hint"), "zoom")
    drag(page, (0.25, 0.25), (0.75, 0.5))
    keep_picture(page, "rim-box")
    page.find_element("id", "rim-send").click()
    found: list[Any] = []
    wait_until(lambda: found.extend(box.commands()) or found, "command")
    (command,) = found
    assert isinstance(command, CalibrateRim)
    # A pixel of the screen is three of the frame before the zoom: that much the tap may be off.
    assert (command.x_px, command.y_px) == (pytest.approx(576, abs=6), pytest.approx(324, abs=6))
    assert (command.width_px, command.height_px) == (pytest.approx(128, abs=3), pytest.approx(36, abs=3))
    assert page.find_element("id", "rim").get_attribute("data-state") == "", "not confirmed before the box says so"
    box.reply(command, True, "saved")
    wait_until(lambda: page.find_element("id", "rim").get_attribute("data-state") == "done", "confirmation")
    keep_picture(page, "rim-done")
    page.find_element("id", "rim-cancel").click()
    assert not page.find_element("id", "rim").is_displayed()


def test_the_rim_can_be_typed_and_a_refusal_is_shown(box: Publisher, page: Any) -> None:
    page.find_element("id", "rim-open").click()
    wait_until(lambda: "Tap the rim" in text(page, "rim-hint"), "picture")
    page.find_element("css selector", "#rim summary").click()
    for name, value in (("x", "610"), ("y", "140"), ("width", "44"), ("height", "14")):
        page.find_element("id", f"rim-{name}").send_keys(value)
    page.find_element("id", "rim-send").click()
    found: list[Any] = []
    wait_until(lambda: found.extend(box.commands()) or found, "command")
    assert found[0] == CalibrateRim(found[0].request_id, 610.0, 140.0, 44.0, 14.0)
    box.reply(found[0], False, "the disk is full")
    wait_until(lambda: text(page, "rim-hint") == "the disk is full", "refusal")
    assert page.find_element("id", "rim-send").is_enabled(), "may be tried again"


def test_start_over_asks_first(box: Publisher, page: Any) -> None:
    page.find_element("id", "reset-open").click()
    page.find_element("id", "reset-cancel").click()
    page.find_element("id", "reset-open").click()
    page.find_element("id", "reset-send").click()
    found: list[Any] = []
    wait_until(lambda: found.extend(box.commands()) or found, "command")
    assert [type(command) for command in found] == [ResetStats]
    box.reply(found[0], True)
    wait_until(lambda: not page.find_element("id", "reset").is_displayed(), "closed dialogue")
