"""Form on the box: asked from other threads, switched off, with a gallery that cannot be used."""

from __future__ import annotations

import threading
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import pytest

from edge.config import parse
from edge.form.errors import FormError
from edge.form.gallery import Gallery, KeptShot, Player
from edge.forming import STARTING, Forming
from edge.types import FormSequence, ShotEvent, ShotPhase
from tests.form.shots import a_player, a_snapshot


def _forming(folder: Path, **form: object) -> Forming:
    return Forming(parse({"data_dir": str(folder), "form": form, "source": {"uri": "/dev/video0"}}, "test"))


def _shot() -> ShotEvent:
    return ShotEvent("s-1", ShotPhase.NEW, 10, 1.0, 1, None, 0.9)


def test_before_it_is_open_whoever_asks_is_told_to_wait(tmp_path: Path) -> None:
    with pytest.raises(FormError, match=STARTING):
        _forming(tmp_path).players()


def test_switched_off_it_says_so_and_looks_at_nothing(tmp_path: Path) -> None:
    forming = _forming(tmp_path, enabled=False)
    forming.open()
    assert forming.update(a_snapshot(1.0, (a_player(1),)), [_shot()]) == []
    with pytest.raises(FormError, match=r"form\.enabled"):
        forming.players()
    assert not (tmp_path / "form.db").exists()


def test_a_gallery_that_cannot_be_used_is_a_problem_and_no_crash(tmp_path: Path) -> None:
    (tmp_path / "form.db").write_bytes(b"no database at all, though it is long enough to be taken for one" * 20)
    forming = _forming(tmp_path)
    forming.open()
    assert "cannot be used" in forming.problem
    assert forming.update(a_snapshot(1.0, ()), [_shot()]) == []
    forming.close()


def test_enrolling_from_another_thread_is_seen_by_the_analysis(tmp_path: Path) -> None:
    forming = _forming(tmp_path)
    forming.open()
    worker = threading.Thread(target=lambda: forming.enrol("Anna", 1.7))
    worker.start()
    worker.join()
    assert forming.enrolling() == ("Anna", 0, 10)
    assert [(line.player.name, line.player.height_m, line.missing) for line in forming.players()] == [("Anna", 1.7, 5)]
    told = forming.update(a_snapshot(1.0, (a_player(1),)), [_shot()])
    assert [(report.verdict, alert) for report, alert in told] == [("abstain", False)]
    assert forming.forget("Anna") == 0
    assert forming.enrolling() is None
    forming.close()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"name": " "}, "^name "),
        ({"name": "Anna", "height_m": 17.0}, "17 m"),
        ({"name": "Anna", "shots": 2}, "2 shots"),
    ],
)
def test_enrolments_that_make_no_sense_are_refused(tmp_path: Path, words: dict, said: str) -> None:
    forming = _forming(tmp_path)
    forming.open()
    with pytest.raises(FormError, match=said):
        forming.enrol(**words)
    forming.close()


def test_a_players_hand_stays_as_his_shots_were_taken(tmp_path: Path) -> None:
    forming = _forming(tmp_path)
    forming.open()
    forming.enrol("Lea", hand="left")
    with pytest.raises(FormError, match=r"^Lea is enrolled with the left hand; forget him to enrol him anew$"):
        forming.enrol("Lea", hand="right")
    assert forming.players()[0].player.hand == "left"
    forming.close()


def test_the_virtual_gyms_player_is_enrolled_at_once_and_kept_nowhere(tmp_path: Path) -> None:
    forming = Forming(parse({"data_dir": str(tmp_path), "source": {"uri": "gym://form"}}, "test"))
    forming.open()
    assert forming.enrolling() == ("Virtual player", 0, 10)
    forming.close()
    assert list(tmp_path.iterdir()) == []


def test_who_is_forgotten_is_told_to_whoever_keeps_more_of_him(tmp_path: Path) -> None:
    told: list[str] = []
    settings = {"data_dir": str(tmp_path), "source": {"uri": "/dev/video0"}}
    forming = Forming(parse(settings, "test"), told.append)
    forming.open()
    forming.enrol("Anna")
    with pytest.raises(FormError):
        forming.forget("Ben")
    forming.forget("Anna")
    assert told == ["Anna"]
    forming.close()


def test_fingerprints_of_another_network_are_made_again_when_the_box_starts(tmp_path: Path) -> None:
    forming = _forming(tmp_path)
    gallery = Gallery(forming._config.form_path)
    gallery.enrol(Player("Anna", datetime(2026, 5, 1, tzinfo=timezone.utc)))
    pose = np.random.default_rng(1).normal(0.0, 0.2, (64, 17, 2))
    sequence = FormSequence(pose, np.ones((64, 17), bool), 0.8)
    gallery.add("Anna", KeptShot("s-1", datetime(2026, 5, 1, tzinfo=timezone.utc), "older", np.ones(128), sequence))
    gallery.close()
    forming.open()
    forming.close()
    (shot,) = Gallery(forming._config.form_path).shots("Anna")
    assert shot.encoder.startswith("courtside-form@")
    assert np.linalg.norm(shot.embedding) == pytest.approx(1.0, abs=1e-5)
