"""From shots to reports: enrolment, identity, verdicts, outcomes, forgetting; with fingerprints made up here."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import pytest

from edge.form.analyse import FormAnalyser
from edge.form.errors import FormError
from edge.form.gallery import Gallery, Player
from edge.form.measure import Measured
from edge.types import FloatArray, FormSequence, Outcome, ShotClip, ShotEvent, ShotPhase, Snapshot
from tests.form.shots import a_clip, a_player, a_snapshot

_NOW = datetime(2026, 3, 1, 17, 2, tzinfo=timezone.utc)


class _Encoder:
    """The elbow's place, and some noise, are the fingerprint."""

    name = "made-up"

    def embed(self, sequence: FormSequence) -> FloatArray:
        row = np.concatenate([[1.0], 3 * sequence.pose[::8, 8].ravel()])
        return np.asarray(row / np.linalg.norm(row), np.float32)


class _Recorder:
    """Cuts what the test says."""

    def __init__(self) -> None:
        self.clip: ShotClip | str = a_clip()
        self.seen = 0

    def update(self, snapshot: Snapshot) -> None:
        self.seen += 1

    def cut(self, event: ShotEvent) -> ShotClip:
        if isinstance(self.clip, str):
            raise FormError(self.clip)
        return self.clip


class _Gym:
    """Players with forms of their own; shots by request."""

    def __init__(self, path: Path) -> None:
        self.gallery = Gallery(path)
        self.recorder = _Recorder()
        self.analyser = FormAnalyser(self.gallery, _Encoder(), self.recorder, self._measure, lambda: _NOW)
        self._rng = np.random.default_rng(1)
        self._form: FloatArray | float = 0.0
        self._shots, self.time_s = 0, 0.0

    def _measure(self, clip: ShotClip) -> Measured:
        pose = np.zeros((64, 17, 2)) + self._form + self._rng.normal(0.0, 0.01, (64, 17, 2))
        return Measured(FormSequence(pose, np.ones((64, 17), bool), 0.8), {"facing": 1.0}, 46, 1.0)

    def shoot(self, form: FloatArray, track: int, players: int = 2):  # type: ignore[no-untyped-def]
        self._form = form
        self._shots += 1
        self.time_s += 5.0
        event = ShotEvent(f"s-{self._shots}", ShotPhase.NEW, 10, self.time_s, track, None, 0.9)
        seen = tuple(a_player(number) for number in range(players))
        told = self.analyser.update(a_snapshot(self.time_s + 0.2, seen), [event])
        return next(report for report in told if report.phase == "new")

    def later(self, after_s: float, *events: ShotEvent):  # type: ignore[no-untyped-def]
        return self.analyser.update(a_snapshot(self.time_s + after_s, ()), events)


def _form(elbow: float) -> FloatArray:
    form = np.zeros((64, 17, 2))
    form[:, 8] = elbow, 0.2
    return form


@pytest.fixture
def gym(tmp_path: Path) -> _Gym:
    return _Gym(tmp_path / "form.db")


def _enrol(gym: _Gym, name: str, elbow: float, track: int) -> None:
    gym.analyser.enrol(Player(name, _NOW), wanted=8)
    for _ in range(8):
        gym.shoot(_form(elbow), track)


def test_without_anybody_enrolled_nothing_is_judged_and_nothing_is_kept(gym: _Gym) -> None:
    report = gym.shoot(_form(0.1), 1)
    assert (report.verdict, report.player) == ("abstain", None)
    assert "enrol a player" in report.reason
    assert gym.gallery.players() == []


def test_an_enrolment_counts_and_ends_by_itself(gym: _Gym) -> None:
    gym.analyser.enrol(Player("Anna", _NOW), wanted=6)
    counts = [gym.shoot(_form(0.1), 4).enrolled for _ in range(6)]
    assert counts == [1, 2, 3, 4, 5, 6]
    assert gym.analyser.enrolment is None
    assert gym.shoot(_form(0.1), 4).verdict == "consistent"


def test_somebody_elses_shot_is_not_taken_into_an_enrolment(gym: _Gym) -> None:
    gym.analyser.enrol(Player("Anna", _NOW))
    gym.shoot(_form(0.1), 4)
    report = gym.shoot(_form(0.4), 5)
    assert report.player is None
    assert report.reason == "Anna is taking shots; this one was somebody else's"
    assert len(gym.gallery.shots("Anna")) == 1


def test_whoever_is_alone_may_come_back_under_another_number(gym: _Gym) -> None:
    gym.analyser.enrol(Player("Anna", _NOW))
    gym.shoot(_form(0.1), 4, players=1)
    assert gym.shoot(_form(0.1), 9, players=1).enrolled == 2


def test_usual_shots_are_consistent_and_a_fault_is_told_and_is_no_standard(gym: _Gym) -> None:
    _enrol(gym, "Anna", 0.1, 1)
    assert [gym.shoot(_form(0.1), 1).verdict for _ in range(5)].count("consistent") >= 4
    report = gym.shoot(_form(-0.05), 1)
    assert (report.verdict, report.player) == ("deviates", "Anna")
    assert report.distance > 1
    assert report.faults[0].joint == "shooting elbow"
    assert "further back" in report.faults[0].words
    assert report.deviation[:, 8, 0].mean() == pytest.approx(-0.15, abs=0.02)
    assert next(s for s in gym.gallery.shots("Anna") if s.shot_id == report.shot_id).chosen is False


def test_two_players_are_told_apart(gym: _Gym) -> None:
    _enrol(gym, "Anna", 0.1, 1)
    _enrol(gym, "Ben", -0.3, 2)
    told = [gym.shoot(_form(elbow), track).player for elbow, track in ((0.1, 11), (-0.3, 12), (0.1, 11), (-0.3, 12))]
    assert told[2:] == ["Anna", "Ben"]
    assert told[0] != "Ben"
    assert told[1] != "Anna"


def test_a_clip_too_poor_is_told_with_its_reason(gym: _Gym) -> None:
    gym.recorder.clip = "the joints are hardly seen"
    report = gym.shoot(_form(0.1), 1)
    assert (report.verdict, report.reason, report.pose) == ("abstain", "the joints are hardly seen", None)


def test_the_follow_through_comes_later_as_an_update(gym: _Gym) -> None:
    first = gym.shoot(_form(0.1), 1)
    assert gym.later(0.5) == []
    (second,) = gym.later(1.1)
    assert (second.shot_id, first.phase, second.phase) == (first.shot_id, "new", "update")
    assert gym.later(1.5) == []


def test_an_outcome_is_kept_with_the_shot(gym: _Gym) -> None:
    gym.analyser.enrol(Player("Anna", _NOW))
    report = gym.shoot(_form(0.1), 1)
    gym.later(2.0, ShotEvent(report.shot_id, ShotPhase.END, 10, gym.time_s, 1, Outcome.MADE, 0.9))
    assert gym.gallery.shots("Anna")[0].outcome is Outcome.MADE


def test_who_is_forgotten_is_nowhere(gym: _Gym) -> None:
    _enrol(gym, "Anna", 0.1, 1)
    gym.shoot(_form(0.1), 1)
    assert gym.analyser.forget("Anna") == 9
    assert all(report.player != "Anna" for report in gym.analyser.reports.values())
    assert gym.shoot(_form(0.1), 1).player is None
    assert gym.gallery.players() == []


def test_somebody_forgotten_by_another_process_is_nobody_at_the_next_shot(gym: _Gym, tmp_path: Path) -> None:
    _enrol(gym, "Anna", 0.1, 1)
    Gallery(tmp_path / "form.db").forget("Anna")
    assert gym.shoot(_form(0.1), 1).player is None
