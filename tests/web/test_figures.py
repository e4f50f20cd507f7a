"""What a coach sees: charts that say what the statistics say, and sessions that are over."""

from __future__ import annotations

import csv
import json
import urllib.request
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from calibration.court import FIBA
from edge.config import Config, parse
from edge.figures import SessionFigures
from edge.game.recount import recount
from edge.game.sessions import Session, SessionStore
from edge.publish import Publisher
from edge.types import Outcome, ShotEvent
from edge.web import WebServer
from tests.publish.counted import counted, session
from tests.publish.observer import free_port, wait_until
from tests.web.chromium import PHONE, keep_picture, link_of, text
from tests.web.games import game

pytestmark = pytest.mark.browser
EVENTS = game()
FIGURES = recount(EVENTS, FIBA)
STARTED = datetime(2026, 5, 1, 17, 2, tzinfo=timezone.utc)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    mqtt = {"bind": "127.0.0.1", "port": free_port()}
    web = {"bind": "127.0.0.1", "port": free_port()}
    return parse({"site": "gym", "court": "a", "data_dir": str(tmp_path), "mqtt": mqtt, "web": web}, "test")


@pytest.fixture
def store(config: Config) -> SessionStore:
    """One session that is over and one that goes on."""
    kept = SessionStore(config.sessions_path)
    kept.write(Session("old", STARTED, STARTED, "gym://game", FIBA), EVENTS)
    kept.write(Session("empty", STARTED.replace(day=2), None, "/dev/video0"))
    kept.write(Session("going", STARTED.replace(day=3), None, "/dev/video0"), EVENTS[:40])
    return kept


@pytest.fixture
def box(config: Config, store: SessionStore) -> Iterator[Publisher]:
    with Publisher(config) as publisher, WebServer(config, publisher.broker_address, running=lambda: "going"):
        yield publisher


def opened(browser: Any, config: Config, view: str) -> Any:
    browser.get(f"http://127.0.0.1:{config.web.port}/?{view}#{view}")
    wait_until(lambda: link_of(browser) == "online", "page online")
    return browser


@pytest.fixture
def page(box: Publisher, browser: Any, config: Config) -> Iterator[Any]:
    browser.get_log("browser")  # what an earlier test's page said is not this one's
    yield opened(browser, config, "figures")
    severe = [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    expected = ("snapshot.jpg", "WebSocket", "config.json")  # what the network says between one test's box and the next
    assert [message for message in severe if not any(word in message for word in expected)] == []


def tell(box: Publisher, figures: SessionFigures = FIGURES) -> None:
    box.stats(session(counted()), "going", FIBA)
    for event in EVENTS:
        if isinstance(event, ShotEvent):
            box.shot(event)
    box.stats(figures, "going", FIBA)


def read(page: Any, selector: str, what: str) -> list[str]:
    """An attribute, or `text`, of all elements at once: the page may draw anew between two questions."""
    script = """
      const [selector, what] = arguments;
      const of = (one) => (what === "text" ? one.textContent : one.getAttribute(what));
      return [...document.querySelectorAll(selector)].map(of);
    """
    return [str(one) for one in page.execute_script(script, selector, what)]


def marks(page: Any, outcome: str = "") -> list[str]:
    """Whose shots the chart shows."""
    wanted = f'[data-outcome="{outcome}"]' if outcome else ""
    return read(page, f"#shot-chart .mark{wanted}", "data-player")


def numbers(page: Any) -> dict[str, str]:
    script = """
      return [...document.querySelectorAll("#numbers > div")].map((one) => [
        one.querySelector("dt").textContent, one.querySelector("dd").firstChild.textContent]);
    """
    return dict(page.execute_script(script))


def choose(page: Any, who: str) -> None:
    page.execute_script("document.querySelector(`#who [data-who='${arguments[0]}']`).click()", who)


def check_charts(page: Any, figures: SessionFigures) -> None:
    """All of the view against what was counted, for everybody and for each player."""
    placed = [mark for mark in figures.chart if mark.court_xy_m is not None]
    for outcome in Outcome:
        assert len(marks(page, outcome.value)) == sum(mark.outcome is outcome for mark in placed)
    assert text(page, "unplaced") == "One shot is not in it: its place is not known."
    for player_id, one in figures.players.items():
        choose(page, str(player_id))
        assert marks(page) == [str(player_id)] * sum(mark.player_id == player_id for mark in placed)
        told = numbers(page)
        assert told["Made"] == f"{one.shots.made}/{one.shots.attempts}"
        assert (told["Points"], told["Touches"], told["Passes"]) == (str(one.points), str(one.touches), str(one.passes))
        assert told["Distance"] == (
            f"{one.distance_m:.0f} m" if one.distance_m < 1000 else f"{one.distance_m / 1000:.1f} km"
        )
        assert told["Had the ball"] == f"{one.possession_share:.0f} %"
        assert set(read(page, "#zones li", "data-zone")) == {zone.value for zone in one.zones}
    choose(page, "all")


def test_charts_show_what_the_statistics_say(box: Publisher, page: Any) -> None:
    assert "No shots yet." in text(page, "shot-chart")
    tell(box)
    placed = sum(mark.court_xy_m is not None for mark in FIGURES.chart)
    wait_until(lambda: len(marks(page)) == placed, "the shot chart")
    check_charts(page, FIGURES)
    pairs = {
        (str(one.from_player_id), str(one.to_player_id)): str(one.count) for one in FIGURES.network if one.to_player_id
    }
    passes = [read(page, "#passes .pass", name) for name in ("data-from", "data-to", "data-count")]
    drawn = {(one, other): count for one, other, count in zip(*passes, strict=True)}
    assert drawn == pairs
    assert text(page, "unshown").startswith("6 more passes")
    for player_id, one in FIGURES.players.items():
        assert read(page, f'#possession [data-player="{player_id}"] b', "text") == [f"{one.possession_share:.0f} %"]
        (row,) = read(page, f'#everybody [data-player="{player_id}"]', "text")
        assert f"{one.shots.made}/{one.shots.attempts}" in row
    assert page.find_elements("css selector", '#everybody [data-player="A"]')
    keep_picture(page, "figures")


def test_the_flight_of_a_shot_is_drawn_and_stated(box: Publisher, page: Any) -> None:
    assert "No shots yet." in text(page, "flight")
    tell(box)
    first = "return document.querySelector('#flights tbody tr')?.dataset.shot"
    wait_until(lambda: page.execute_script(first) == "s-23", "the last shot")
    wait_until(lambda: page.find_elements("css selector", "#flight svg .arc"), "its flight")
    told = text(page, "flight")
    assert "Entry angle44° ± 2°" in told
    assert "6 cm long ± 5 cm" in told
    assert page.find_elements("css selector", "#flight .rim")
    assert page.find_elements("css selector", "#flight circle.apex")
    rows = read(page, "#flights tbody tr", "text")
    assert "44°" in rows[1]
    assert "6 cm long" in rows[1]
    page.execute_script("document.querySelector('#flights [data-shot=\"s-21\"]').click()")
    assert text(page, "flight-title") == "How this shot flew"
    assert "could not be measured" in text(page, "flight")
    page.execute_script("document.querySelector('#shot-chart [data-shot=\"s-22\"]').dispatchEvent(new Event('click'))")
    assert "Entry angle" in text(page, "flight")
    assert page.find_element("css selector", "#shot-chart .mark.chosen").get_attribute("data-shot") == "s-22"


def test_figures_of_an_earlier_session_are_not_shown(box: Publisher, page: Any) -> None:
    tell(box)
    wait_until(lambda: marks(page), "the shot chart")
    box.stats(session(counted()), "anew", FIBA)
    wait_until(lambda: "No shots yet." in text(page, "shot-chart"), "an empty chart")
    assert "No passes yet." in text(page, "passes")
    assert "Nobody has had the ball yet." in text(page, "possession")
    assert "Nobody has played yet." in text(page, "everybody")
    assert read(page, "#who button", "text") == ["Everybody"]


def test_a_past_session_opens_with_its_charts_and_files(box: Publisher, browser: Any, config: Config) -> None:
    page = opened(browser, config, "sessions")
    wait_until(lambda: len(page.find_elements("css selector", "#session-list a")) == 3, "the list")
    rows = page.find_elements("css selector", "#session-list a")
    assert [row.get_attribute("data-session") for row in rows] == ["going", "empty", "old"]
    assert "Now" in rows[0].text
    assert f"{len(FIGURES.chart)} shots, FIBA" in rows[2].text
    keep_picture(page, "sessions")
    rows[2].click()
    placed = sum(mark.court_xy_m is not None for mark in FIGURES.chart)
    wait_until(lambda: len(marks(page)) == placed, "its shot chart")
    check_charts(page, FIGURES)
    assert "gym://game" in text(page, "past-detail")
    keep_picture(page, "past")
    address = f"http://127.0.0.1:{config.web.port}"
    files = {path.rpartition("/")[2]: address + path for path in read(page, "#past-files a", "href")}
    assert {"players.csv", "events.csv", "session.json"} <= set(files)
    with urllib.request.urlopen(files["players.csv"]) as answer:
        rows_read = list(csv.DictReader(answer.read().decode().splitlines()))
    assert {int(one["player_id"]): int(one["made"]) for one in rows_read} == {
        player_id: one.shots.made for player_id, one in FIGURES.players.items()
    }
    with urllib.request.urlopen(files["session.json"]) as answer:
        assert json.load(answer)["figures"]["session"]["attempts"] == FIGURES.session.shots.attempts


def test_a_session_is_deleted_after_a_question(
    box: Publisher, browser: Any, config: Config, store: SessionStore
) -> None:
    page = opened(browser, config, "session/old")
    wait_until(lambda: page.find_element("id", "past-delete").is_enabled(), "the session")
    page.find_element("id", "past-delete").click()
    assert "24 shots" in text(page, "forget-hint")
    page.find_element("id", "forget-cancel").click()
    assert len(store.sessions()) == 3
    page.find_element("id", "past-delete").click()
    keep_picture(page, "forget")
    page.find_element("id", "forget-send").click()
    wait_until(lambda: len(page.find_elements("css selector", "#session-list a")) == 2, "the list without it")
    assert [line.session.id for line in store.sessions()] == ["going", "empty"]
    assert not page.find_element("id", "past").is_displayed()


def test_sessions_that_are_not_there_are_said_in_words(box: Publisher, browser: Any, config: Config) -> None:
    page = opened(browser, config, "session/nothing")
    wait_until(lambda: "no such session" in text(page, "past-title"), "words")
    page = opened(browser, config, "session/empty")
    wait_until(lambda: "0 shots" in text(page, "past-detail"), "the empty session")
    assert "No shots yet." in text(page, "shot-chart")


@pytest.mark.parametrize("size", [(360, 740), (1280, 800)])
def test_nothing_stands_out_of_the_screen(
    box: Publisher, page: Any, size: Sequence[int], request: pytest.FixtureRequest
) -> None:
    metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size[0] < 600}
    request.addfinalizer(
        lambda: page.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride", {**metrics, "width": PHONE[0], "height": PHONE[1], "mobile": True}
        )
    )
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    tell(box)
    wait_until(lambda: marks(page), "the shot chart")
    for view in ("figures", "sessions", "session/old", "now"):
        page.execute_script(f"location.hash = '#{view}'")
        wait_until(lambda: "Counting" not in text(page, "past-title"), "counted")
        assert page.execute_script("return document.documentElement.scrollWidth") <= size[0], view
        cut = page.execute_script(
            "const shown = document.querySelectorAll('.table, .numbers dd, .tabs button, #who button, .files a');"
            "const cut = (one) => one.scrollWidth > one.clientWidth + 1;"
            "return [...shown].filter(cut).map((one) => one.id || one.textContent)"
        )
        assert cut == [], view
