"""From shots to reports: enrolment, identity, verdicts, outcomes, forgetting; with fingerprints made up here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edge.form.gallery import MADE, Gallery, Player
from edge.types import FloatArray, Outcome, ShotEvent, ShotPhase
from tests.form.shots import NOW, Gym


def _form(elbow: float) -> FloatArray:
    form = np.zeros((64, 17, 2))
    form[:, 8] = elbow, 0.2
    return form


@pytest.fixture
def gym(tmp_path: Path) -> Gym:
    return Gym(tmp_path / "form.db")


def _enrol(gym: Gym, name: str, elbow: float, track: int) -> None:
    gym.analyser.enrol(Player(name, NOW), wanted=8)
    for _ in range(8):
        gym.shoot(_form(elbow), track)


def test_without_anybody_enrolled_nothing_is_judged_and_nothing_is_kept(gym: Gym) -> None:
    report = gym.shoot(_form(0.1), 1)
    assert (report.verdict, report.player) == ("abstain", None)
    assert "enrol a player" in report.reason
    assert gym.gallery.players() == []


def test_an_enrolment_counts_and_ends_by_itself(gym: Gym) -> None:
    gym.analyser.enrol(Player("Anna", NOW), wanted=6)
    counts = [gym.shoot(_form(0.1), 4).enrolled for _ in range(6)]
    assert counts == [1, 2, 3, 4, 5, 6]
    assert gym.analyser.enrolment is None
    assert gym.shoot(_form(0.1), 4).verdict == "consistent"


def test_somebody_elses_shot_is_not_taken_into_an_enrolment(gym: Gym) -> None:
    gym.analyser.enrol(Player("Anna", NOW))
    gym.shoot(_form(0.1), 4)
    report = gym.shoot(_form(0.4), 5)
    assert report.player is None
    assert report.reason == "Anna is taking shots; this one was somebody else's"
    assert len(gym.gallery.shots("Anna")) == 1


def test_whoever_is_alone_may_come_back_under_another_number(gym: Gym) -> None:
    gym.analyser.enrol(Player("Anna", NOW))
    gym.shoot(_form(0.1), 4, players=1)
    assert gym.shoot(_form(0.1), 9, players=1).enrolled == 2


def test_usual_shots_are_consistent_and_a_fault_is_told_and_is_no_standard(gym: Gym) -> None:
    _enrol(gym, "Anna", 0.1, 1)
    assert [gym.shoot(_form(0.1), 1).verdict for _ in range(5)].count("consistent") >= 4
    report = gym.shoot(_form(-0.05), 1)
    assert (report.verdict, report.player) == ("deviates", "Anna")
    assert report.distance > 1
    assert report.faults[0].joint == "shooting elbow"
    assert "further back" in report.faults[0].words
    assert report.deviation[:, 8, 0].mean() == pytest.approx(-0.15, abs=0.02)
    assert next(s for s in gym.gallery.shots("Anna") if s.shot_id == report.shot_id).chosen is False


def test_two_players_are_told_apart(gym: Gym) -> None:
    _enrol(gym, "Anna", 0.1, 1)
    _enrol(gym, "Ben", -0.3, 2)
    told = [gym.shoot(_form(elbow), track).player for elbow, track in ((0.1, 11), (-0.3, 12), (0.1, 11), (-0.3, 12))]
    assert told[2:] == ["Anna", "Ben"]
    assert told[0] != "Ben"
    assert told[1] != "Anna"


def test_a_clip_too_poor_is_told_with_its_reason(gym: Gym) -> None:
    gym.recorder.clip = "the joints are hardly seen"
    report = gym.shoot(_form(0.1), 1)
    assert (report.verdict, report.reason, report.pose) == ("abstain", "the joints are hardly seen", None)


def test_the_follow_through_comes_later_as_an_update(gym: Gym) -> None:
    first = gym.shoot(_form(0.1), 1)
    assert gym.later(0.5) == []
    (second,) = gym.later(1.1)
    assert (second.shot_id, first.phase, second.phase) == (first.shot_id, "new", "update")
    assert gym.later(1.5) == []


def test_an_outcome_is_kept_with_the_shot(gym: Gym) -> None:
    gym.analyser.enrol(Player("Anna", NOW))
    report = gym.shoot(_form(0.1), 1)
    gym.later(2.0, ShotEvent(report.shot_id, ShotPhase.END, 10, gym.time_s, 1, Outcome.MADE, 0.9))
    assert gym.gallery.shots("Anna")[0].outcome is Outcome.MADE


def test_who_is_forgotten_is_nowhere(gym: Gym) -> None:
    _enrol(gym, "Anna", 0.1, 1)
    gym.shoot(_form(0.1), 1)
    assert gym.analyser.forget("Anna") == 9
    assert all(report.player != "Anna" for report in gym.analyser.reports.values())
    assert gym.shoot(_form(0.1), 1).player is None
    assert gym.gallery.players() == []


def test_somebody_forgotten_by_another_process_is_nobody_at_the_next_shot(gym: Gym, tmp_path: Path) -> None:
    _enrol(gym, "Anna", 0.1, 1)
    Gallery(tmp_path / "form.db").forget("Anna")
    assert gym.shoot(_form(0.1), 1).player is None


def test_a_shot_is_looked_at_as_one_of_the_players_own_hand(gym: Gym) -> None:
    gym.analyser.enrol(Player("Lea", NOW, hand="left"), wanted=6)
    for _ in range(6):
        gym.shoot(_form(0.1), 1)
    assert set(gym.hands) == {"left"}
    _enrol(gym, "Anna", -0.3, 2)
    gym.hands.clear()
    assert gym.shoot(_form(0.1), 1).player == "Lea"
    assert gym.shoot(_form(-0.3), 2).player == "Anna"
    assert gym.hands[:2] == ["right", "left"]


def test_a_shot_that_can_be_seen_as_one_hands_only_is_compared_with_that_hands_players(gym: Gym) -> None:
    gym.analyser.enrol(Player("Lea", NOW, hand="left"), wanted=6)
    for _ in range(6):
        gym.shoot(_form(0.1), 1)
    _enrol(gym, "Anna", -0.3, 2)
    gym.unseen = "right"
    assert gym.shoot(_form(0.1), 1).player == "Lea"
    report = gym.shoot(_form(-0.3), 2)
    assert (report.player, report.verdict) == (None, "abstain")


def test_a_shot_seen_from_elsewhere_than_the_enrolment_is_not_judged(gym: Gym) -> None:
    _enrol(gym, "Anna", 0.1, 1)
    gym.view_rad = 0.6
    report = gym.shoot(_form(0.1), 1)
    assert (report.player, report.verdict) == ("Anna", "abstain")
    assert report.reason.startswith("seen from another side than at the enrolment")
    _enrol(gym, "Anna", 0.1, 1)
    assert gym.shoot(_form(0.1), 1).verdict == "consistent"


def test_a_player_is_known_by_his_own_shots_whatever_he_is_compared_with(gym: Gym) -> None:
    _enrol(gym, "Anna", 0.1, 1)
    _enrol(gym, "Ben", -0.3, 2)
    gym.gallery.enrol(replace(gym.gallery.player("Anna"), standard="Ben"))
    gym.analyser.reread("Anna")
    report = gym.shoot(_form(0.1), 11)
    assert (report.player, report.verdict) == ("Anna", "deviates")
    assert gym.shoot(_form(-0.3), 12).player == "Ben"


def test_too_few_shots_that_went_in_are_told_and_do_not_hide_who_it_is(gym: Gym) -> None:
    _enrol(gym, "Anna", 0.1, 1)
    gym.gallery.enrol(replace(gym.gallery.player("Anna"), standard=MADE))
    gym.analyser.reread("Anna")
    report = gym.shoot(_form(0.1), 1)
    assert (report.player, report.verdict) == ("Anna", "abstain")
    assert report.reason.startswith("5 more shots of those")
    for _ in range(5):
        made = gym.shoot(_form(0.1), 1).shot_id
        gym.later(2.0, ShotEvent(made, ShotPhase.END, 10, gym.time_s, 1, Outcome.MADE, 0.9))
    assert gym.shoot(_form(0.1), 1).verdict == "consistent"


def test_an_unusual_shot_of_an_unknown_track_is_not_kept(gym: Gym) -> None:
    """Somebody who never agreed may have come alone just after her."""
    gym.analyser.enrol(Player("Anna", NOW), wanted=8)
    for _ in range(8):
        gym.shoot(_form(0.1), 1, players=1)
    kept = len(gym.gallery.shots("Anna"))
    gym.shoot(_form(0.13), 9, players=1)
    assert len(gym.gallery.shots("Anna")) == kept


def test_only_shots_that_are_compared_tell_a_change_of_form(gym: Gym) -> None:
    _enrol(gym, "Anna", 0.1, 1)
    for _ in range(10):
        gym.shoot(_form(0.1), 1)
    gym.view_rad = 0.6
    assert all(gym.shoot(_form(0.14), 1).drift == "" for _ in range(10))


def test_whom_another_process_forgot_stays_nowhere_in_memory(gym: Gym, tmp_path: Path) -> None:
    _enrol(gym, "Anna", 0.1, 1)
    _enrol(gym, "Ben", -0.3, 2)
    gym.shoot(_form(-0.3), 2)
    Gallery(tmp_path / "form.db").forget("Anna")
    gym.shoot(_form(-0.3), 2)
    assert all("Anna" not in f"{one.player} {one.reason} {one.nearest}" for one in gym.analyser.reports.values())
    assert "Anna" not in gym.analyser._drift._shots


def test_of_who_is_forgotten_no_report_names_him_even_as_near(gym: Gym) -> None:
    _enrol(gym, "Anna", 0.1, 1)
    _enrol(gym, "Ben", -0.3, 2)
    assert any(name == "Anna" for name, _ in gym.shoot(_form(-0.3), 2).nearest)
    gym.analyser.forget("Anna")
    assert all("Anna" not in f"{one.reason} {one.nearest}" for one in gym.analyser.reports.values())


def test_a_shot_that_shows_one_hand_only_leaves_the_other_hands_tracks_alone(gym: Gym) -> None:
    gym.analyser.enrol(Player("Lea", NOW, hand="left"), wanted=6)
    for _ in range(6):
        gym.shoot(_form(0.1), 1)
    _enrol(gym, "Anna", -0.3, 2)
    gym.unseen = "left"
    assert gym.shoot(_form(0.1), 1).player is None
    gym.unseen = None
    report = gym.shoot(_form(0.13), 1)
    assert report.player == "Lea"
