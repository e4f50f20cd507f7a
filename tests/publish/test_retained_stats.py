"""What the broker retains of a session: only what changed is sent, and what is of nobody is cleared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from calibration.court import FIBA
from edge.figures import PassEdge, SessionFigures, ShotMark
from edge.publish import Publisher
from edge.types import Outcome, ShotPhase
from tests.publish.counted import counted, session
from tests.publish.observer import Observer, wait_until
from tests.publish.test_client import Settings, connected, shot


def test_players_who_are_gone_and_recent_shots_are_cleared(settings: Settings) -> None:
    with Publisher(settings()) as publisher, Observer(publisher.broker_address[1]) as observer:
        connected(publisher)
        publisher.shot(shot(1, ShotPhase.NEW, None))
        publisher.shot(shot(1))
        publisher.shot(shot(2))
        publisher.stats(session(counted(2, 2), {1: counted(2, 2)}))
        recent = observer.wait_for("/stats/recent", 4)[-1]["shots"]
        assert [(one["shot_id"], one["outcome"]) for one in recent] == [("s2", "made"), ("s1", "made")]
        publisher.stats(session(counted()), "another")
        assert observer.wait_for("/stats/recent", 5)[-1]["shots"] == []
        wait_until(lambda: ("courtside/gym/a/stats/player/1", b"", False) in observer.messages, "cleared player")


def test_what_an_earlier_run_left_at_the_broker_is_cleared(settings: Settings, mosquitto: Any) -> None:
    broker = mosquitto()
    broker.start()
    config = settings(broker="127.0.0.1", port=broker.port)
    with Observer(broker.port) as observer:
        for name in ("player/1", "player/9", "team/B"):
            observer.publish(f"courtside/gym/a/stats/{name}", '{"attempts": 40}', retain=True)
        with Publisher(config) as publisher:
            publisher.stats(session(counted(1, 1), {1: counted(1, 1)}))
            cleared = [f"courtside/gym/a/stats/{name}" for name in ("player/9", "team/B")]
            wait_until(lambda: all((topic, b"", False) in observer.messages for topic in cleared), "cleared")
            connected(publisher)
            with Observer(broker.port, "courtside/gym/a/stats/#") as later:
                assert later.wait_for("/stats/player/1")[0]["attempts"] == 1
                assert later.wait_for("/stats/passes")[0]["pairs"] == []
                assert later.wait_for("/stats/chart")[0]["shots"] == []
                assert {topic for topic, *_ in later.messages}.isdisjoint(cleared)


def test_teams_shots_and_passes_are_retained(settings: Settings) -> None:
    marks = (ShotMark("s1", 1.0, 1, "A", Outcome.MADE, (9.0, 1.0), None, None),)
    told = SessionFigures(
        counted(1, 1), {"A": counted(1, 1)}, {1: counted(1, 1)}, {1: "A"}, marks, (PassEdge(1, 2, 3, 2, 1),)
    )
    with Publisher(settings()) as publisher:
        connected(publisher)
        publisher.stats(told, "today-2", FIBA)
        with Observer(publisher.broker_address[1]) as observer:
            assert observer.wait_for("/stats/team/A")[0]["team"] == observer.wait_for("/stats/player/1")[0]["team"] == 0
            chart = observer.wait_for("/stats/chart")[0]
            assert (chart["session"], chart["court"]["name"], len(chart["shots"])) == ("today-2", "fiba", 1)
            assert observer.wait_for("/stats/passes")[0]["pairs"][0]["lost"] == 1


def test_statistics_that_did_not_change_are_not_sent_again(settings: Settings) -> None:
    with Publisher(settings()) as publisher, Observer(publisher.broker_address[1]) as observer:
        connected(publisher)
        for counts in (counted(1, 1), counted(1, 1), counted(2, 1, 1)):
            publisher.stats(session(counts))
        observer.wait_for("/stats/session", 2)
        assert [message["attempts"] for message in observer.of("/stats/session")] == [1, 2]


def test_whoever_is_gone_is_not_sent_again_with_every_frame(settings: Settings) -> None:
    with Publisher(settings()) as publisher, Observer(publisher.broker_address[1]) as observer:
        connected(publisher)
        for frames in (100, 200, 300):
            gone = replace(counted(1, 1), frames=frames)
            publisher.stats(session(replace(counted(frames), frames=frames), {1: gone}))
        observer.wait_for("/stats/session", 3)
        assert len(observer.of("/stats/player/1")) == 1
