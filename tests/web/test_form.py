"""The view of form: enrolling with consent, what is said of a shot, overlay, heatmap, map, forgetting."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge.config import Config, parse
from edge.forming import Forming
from edge.publish import Publisher
from edge.simulator.body import REFERENCE_HEIGHT_M, build_joints
from edge.simulator.shooting import jump_shot
from edge.simulator.style import ShotForm, with_fault
from edge.types import FloatArray, FormReport
from edge.web import WebServer
from tests.form.shots import Gym
from tests.publish.observer import free_port, wait_until
from tests.web.chromium import keep_picture, link_of, text

pytestmark = pytest.mark.browser


def seen_from_the_side(fault: str | None) -> FloatArray:
    """(64, 17, 2) in body heights, the hips at the gather as origin."""
    shot = jump_shot(with_fault(ShotForm(), fault))
    times = np.linspace(0.0, shot.release_s, 64)
    joints = np.stack([build_joints(shot.pose(float(t)), np.zeros(2), 0.0, 1.0)[:17] for t in times])
    pose = joints[:, :, [0, 2]] / REFERENCE_HEIGHT_M
    return np.asarray(pose - pose[0, [11, 12]].mean(axis=0))


class Court:
    """A box whose form view is asked, and shots by request."""

    def __init__(self, config: Config, publisher: Publisher) -> None:
        self.forming = Forming(config)
        self.gym = Gym(config.form_path)
        self.forming._gallery = self.gym.gallery
        self.forming._analyser = self.gym.analyser
        self.publisher = publisher

    def shoot(self, fault: str | None = None) -> FormReport:
        report = self.gym.shoot(seen_from_the_side(fault), 4, players=1)
        self.publisher.form(report, report.verdict == "deviates")
        return report


@pytest.fixture
def config(tmp_path: Path) -> Config:
    mqtt = {"bind": "127.0.0.1", "port": free_port()}
    web = {"bind": "127.0.0.1", "port": free_port()}
    return parse({"site": "gym", "court": "a", "data_dir": str(tmp_path), "mqtt": mqtt, "web": web}, "test")


@pytest.fixture
def court(config: Config) -> Iterator[Court]:
    with Publisher(config) as publisher:
        court = Court(config, publisher)
        with WebServer(config, publisher.broker_address, form=court.forming):
            yield court


def _open(browser: Any, config: Config, view: str = "form") -> None:
    browser.get(f"http://127.0.0.1:{config.web.port}/?{view}#{view}")
    wait_until(lambda: link_of(browser) == "online", "page online")


def _shown(browser: Any, element: str) -> bool:
    return bool(browser.find_element("id", element).is_displayed())


def _enrol(browser: Any, config: Config, court: Court) -> None:
    court.forming.enrol("Anna", 1.8, 8)
    for _ in range(8):
        court.shoot()


def test_a_player_who_agrees_is_enrolled_by_ten_shots(browser: Any, config: Config, court: Court) -> None:
    _open(browser, config)
    wait_until(lambda: "Nobody is enrolled" in text(browser, "form-players"), "nobody yet")
    keep_picture(browser, "form-empty")
    browser.find_element("id", "enrol-name").send_keys("Anna")
    browser.find_element("css selector", "#enrol .main").click()
    assert court.forming.enrolling() is None, "without the tick nobody is enrolled"
    browser.find_element("id", "enrol-agreed").click()
    browser.find_element("css selector", "#enrol .main").click()
    wait_until(lambda: text(browser, "enrolling-word") == "Anna: 0 of 10 shots", "enrolment shown")
    for _ in range(3):
        court.shoot()
    wait_until(lambda: text(browser, "enrolling-word") == "Anna: 3 of 10 shots", "shots counted")
    keep_picture(browser, "form-enrolling")
    for _ in range(7):
        court.shoot()
    wait_until(lambda: not _shown(browser, "enrolling"), "enrolment over")
    assert "10 shots" in text(browser, "form-players")


def test_a_fault_is_told_in_words_and_shown_frame_by_frame(browser: Any, config: Config, court: Court) -> None:
    _enrol(browser, config, court)
    _open(browser, config)
    browser.get_log("browser")  # of the page before, whose box has gone
    report = court.shoot("behind_head")
    assert report.verdict == "deviates"
    wait_until(lambda: text(browser, "form-word") == "Different", "verdict")
    faults = browser.find_elements("css selector", "#form-faults button")
    assert [fault.text for fault in faults] == [fault.words for fault in report.faults]
    assert any("further back" in fault.text or "higher" in fault.text for fault in faults)
    overlay = browser.find_element("css selector", ".bodies")
    assert overlay.get_attribute("data-frame") == str(report.faults[0].frame)
    assert len(browser.find_elements("css selector", ".bodies .arrow")) > 0
    keep_picture(browser, "form-fault")
    assert "171° usually 171°" in browser.find_element("id", "form-figures").get_attribute("textContent")
    browser.execute_script(
        "const r = document.getElementById('form-frame'); r.value = 5; r.dispatchEvent(new Event('input'))"
    )
    wait_until(lambda: overlay.get_attribute("data-frame") == "5", "scrubbed")
    assert len(browser.find_elements("css selector", "#form-map .other")) == 8
    errors = [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    assert errors == []


def test_the_heatmap_has_the_colours_of_the_deviation(browser: Any, config: Config, court: Court) -> None:
    _enrol(browser, config, court)
    report = court.shoot("behind_head")
    _open(browser, config)
    wait_until(lambda: len(browser.find_elements("css selector", "#heat canvas")) == 1, "heatmap")
    browser.find_element("id", "heat-0").click()
    keep_picture(browser, "form-heat")
    assert report.deviation is not None
    frame = int(np.argmin(report.deviation[:, 10, 0]))
    red, _, blue = browser.execute_script(
        "const d = document.querySelector('#heat canvas').getContext('2d');"
        f"return [...d.getImageData({frame} * 10 + 5, 6 * 16 + 8, 1, 1).data].slice(0, 3)"
    )
    assert blue > red + 60, "the shooting wrist is further back than usual there: blue"


def test_on_the_first_view_an_alert_is_said_and_leads_to_the_form(browser: Any, config: Config, court: Court) -> None:
    _enrol(browser, config, court)
    _open(browser, config, "now")
    report = court.shoot("behind_head")
    wait_until(lambda: _shown(browser, "form-alert"), "alert")
    assert text(browser, "form-alert-who") == "Anna"
    assert text(browser, "form-alert-words") == report.faults[0].words
    keep_picture(browser, "form-alert")
    browser.find_element("id", "form-alert").click()
    wait_until(lambda: _shown(browser, "form-shot"), "form view")


def test_whoever_wants_it_is_forgotten(browser: Any, config: Config, court: Court) -> None:
    _enrol(browser, config, court)
    _open(browser, config)
    wait_until(lambda: "Anna" in text(browser, "form-players"), "listed")
    browser.find_element("xpath", "//ul[@id='form-players']//button[.='Forget']").click()
    wait_until(lambda: _shown(browser, "unknow"), "asked")
    keep_picture(browser, "form-forget")
    browser.find_element("id", "unknow-send").click()
    wait_until(lambda: "Nobody is enrolled" in text(browser, "form-players"), "forgotten")
    assert court.forming.players() == []
    assert b"Anna" not in config.form_path.read_bytes()


def test_a_phone_shows_all_of_it_without_scrolling_aside(browser: Any, config: Config, court: Court) -> None:
    _enrol(browser, config, court)
    court.shoot("behind_head")
    _open(browser, config)
    wait_until(lambda: text(browser, "form-word") == "Different", "verdict")
    wide = browser.execute_script("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0


def _post(config: Config, path: str, told: Any, origin: str | None = None) -> tuple[int, str]:
    return _send(config, "POST", path, told if isinstance(told, bytes) else json.dumps(told).encode(), origin)


def _send(
    config: Config, method: str, path: str, body: bytes | None = None, origin: str | None = None
) -> tuple[int, str]:
    headers = {} if origin is None else {"Origin": origin}
    request = urllib.request.Request(f"http://127.0.0.1:{config.web.port}{path}", body, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.mark.parametrize(
    ("told", "code", "said"),
    [
        ({"name": "Anna"}, 400, "has to agree"),
        ({"name": 7, "agreed": True}, 400, "name: text"),
        ({"name": "", "agreed": True}, 409, "1 to 40 letters"),
        ({"name": "Anna", "agreed": True, "height_cm": 1.8}, 409, "0.8 to 2.6 m"),
        ({"name": "Anna", "agreed": True, "x": 1}, 400, "an object with"),
        ({"name": "Anna", "agreed": True, "shots": None}, 400, "shots: a whole number"),
        ({"name": "Anna", "agreed": True, "shots": 10.9}, 400, "shots: a whole number"),
        ({"name": "Anna", "agreed": True, "shots": True}, 400, "shots: a whole number"),
        ({"name": "Anna", "agreed": True, "shots": 10**400}, 400, "shots: a whole number"),
        (b'{"name": "Anna", "agreed": true, "shots": NaN}', 400, "shots: a whole number"),
        (b'{"name": "Anna", "agreed": true, "shots": 1e400}', 400, "shots: a whole number"),
        (b'{"name": "Anna", "agreed": true, "height_cm": NaN}', 400, "height_cm: a number"),
        (b'{"name": "Anna", "agreed": true, "height_cm": -1e400}', 400, "height_cm: a number"),
        ({"name": "Anna", "agreed": True, "height_cm": "180"}, 400, "height_cm: a number"),
        ({"name": "Anna", "agreed": True, "height_cm": None, "shots": 4}, 409, "5 to 100"),
        (b"[" * 20_000, 400, "not JSON"),
        (b"{", 400, "not JSON"),
    ],
)
def test_enrolments_that_make_no_sense_are_refused_in_words(
    config: Config, court: Court, told: Any, code: int, said: str
) -> None:
    found, words = _post(config, "/form/enrolment", told)
    assert (found, said in words) == (code, True), words


def test_another_sites_page_may_not_enrol_anybody(config: Config, court: Court) -> None:
    code, _ = _post(config, "/form/enrolment", {"name": "Anna", "agreed": True}, "http://elsewhere.example")
    assert code == 403
    assert court.forming.players() == []


ODD_NAMES = ("A{b}", "a/b", "100%", "%2F", "..", "a+b & c=d?#", "Анна", "{id}")


@pytest.mark.parametrize("name", ODD_NAMES)
def test_whoever_can_be_enrolled_can_be_exported_and_forgotten(config: Config, court: Court, name: str) -> None:
    assert _post(config, "/form/enrolment", {"name": name, "agreed": True}) == (204, "")
    asked = urllib.parse.urlencode({"name": name})
    assert _post(config, f"/form/player?{asked}", {"standard": "made"}) == (204, "")
    code, known = _send(config, "GET", f"/form/player.json?{asked}")
    assert (code, json.loads(known)["name"], json.loads(known)["standard"]) == (200, name, "made")
    assert _send(config, "DELETE", f"/form/player?{asked}")[0] == 200
    assert court.forming.players() == []


def _listed(browser: Any) -> int:
    return len(browser.find_elements("css selector", "#form-players li[data-player]"))


def test_the_page_forgets_and_exports_odd_names(browser: Any, config: Config, court: Court) -> None:
    for name in ODD_NAMES:
        court.forming.enrol(name)
    court.forming.stop_enrolling()
    _open(browser, config)
    wait_until(lambda: _listed(browser) == len(ODD_NAMES), "listed")
    for link in browser.find_elements("css selector", "#form-players a"):
        asked = link.get_attribute("href").split("/", 3)[3]
        assert json.loads(_send(config, "GET", f"/{asked}")[1])["name"] in ODD_NAMES
    for left in reversed(range(len(ODD_NAMES))):
        browser.execute_script("document.querySelector('#form-players li .actions button').click()")
        wait_until(lambda: _shown(browser, "unknow"), "asked")
        browser.find_element("id", "unknow-send").click()
        wait_until(lambda left=left: _listed(browser) == left, "forgotten")  # type: ignore[misc]
    assert court.forming.players() == []


def test_nobodys_form_is_asked_by_no_name(config: Config, court: Court) -> None:
    assert _send(config, "GET", "/form/player.json") == (400, "name: whose form is asked, as ?name=NAME")
