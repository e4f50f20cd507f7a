"""The gallery: what is kept comes back, what is forgotten is gone from the file, bad input is told."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest

from edge.form.errors import FormError
from edge.form.gallery import ALL, CHOSEN, MADE, Gallery, KeptShot, Player
from edge.types import FormSequence, Outcome

_NOW = datetime(2026, 3, 1, 17, 2, tzinfo=timezone.utc)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "form.db"


def _shot(number: int, outcome: Outcome | None = None, chosen: bool | None = None, enrolled: bool = True) -> KeptShot:
    rng = np.random.default_rng(number)
    pose = rng.normal(0.0, 1.0, (64, 17, 2)).astype(np.float32)
    present = rng.random((64, 17)) > 0.1
    pose[~present] = np.nan
    embedding = rng.normal(0.0, 1.0, 32).astype(np.float32)
    return KeptShot(
        f"s-{number}", _NOW + timedelta(seconds=number), "e1", embedding, FormSequence(pose, present, 0.8, True),
        {"elbow_release_deg": 171.0, "jump_cm": float("nan")}, outcome, chosen, enrolled,
    )  # fmt: skip


def _gallery(path: Path, *names: str) -> Gallery:
    gallery = Gallery(path)
    for name in names:
        gallery.enrol(Player(name, _NOW))
    return gallery


def test_what_is_kept_comes_back_after_the_file_was_closed(path: Path) -> None:
    gallery = _gallery(path, "Anna")
    gallery.add("Anna", _shot(1, Outcome.MADE, True))
    gallery.close()
    kept = Gallery(path).shots("Anna")[0]
    was = _shot(1, Outcome.MADE, True)
    assert (kept.shot_id, kept.taken, kept.outcome, kept.chosen) == ("s-1", was.taken, Outcome.MADE, True)
    assert kept.scalars == {"elbow_release_deg": 171.0}
    np.testing.assert_array_equal(kept.embedding, was.embedding)
    np.testing.assert_array_equal(kept.sequence.pose, was.sequence.pose)
    np.testing.assert_array_equal(kept.sequence.present, was.sequence.present)


def test_the_standard_is_what_was_chosen(path: Path) -> None:
    gallery = _gallery(path, "Anna", "Ben")
    for number, outcome, chosen in ((1, Outcome.MADE, None), (2, Outcome.MISSED, True), (3, Outcome.MADE, False)):
        gallery.add("Anna", _shot(number, outcome, chosen))
    for standard, ids in ((ALL, ["s-1", "s-2"]), (MADE, ["s-1"]), (CHOSEN, ["s-2"])):
        gallery.enrol(replace(gallery.player("Anna"), standard=standard))
        assert [shot.shot_id for shot in gallery.standard_of("Anna")] == ids
    gallery.add("Anna", _shot(4, None, None, enrolled=False))
    gallery.enrol(replace(gallery.player("Anna"), standard=ALL))
    assert [shot.shot_id for shot in gallery.standard_of("Anna")] == ["s-1", "s-2"], (
        "later shots are none by themselves"
    )
    gallery.enrol(Player("Ben", _NOW, standard="Anna"))
    assert [shot.shot_id for shot in gallery.standard_of("Ben")] == ["s-1", "s-2"], "as Anna's own"
    assert gallery.counts("Anna") == (4, 2)
    assert gallery.counts("Ben") == (0, 2)


def test_who_is_forgotten_leaves_nothing_in_the_file(path: Path) -> None:
    gallery = _gallery(path, "Annabelle", "Ben")
    gallery.enrol(Player("Ben", _NOW, standard="Annabelle"))
    for number in range(30):
        gallery.add("Annabelle", _shot(number))
    needle = _shot(7).embedding.tobytes()
    assert needle in path.read_bytes()
    assert gallery.forget("Annabelle") == 30
    left = b"".join(one.read_bytes() for one in path.parent.iterdir())
    assert needle not in left
    assert b"Annabelle" not in left
    assert gallery.player("Ben").standard == ALL


def test_an_outcome_that_comes_later_is_noted(path: Path) -> None:
    gallery = _gallery(path, "Anna")
    gallery.add("Anna", _shot(1))
    assert gallery.tell("s-1", outcome=Outcome.MISSED)
    assert gallery.tell("s-1", chosen=True)
    assert not gallery.tell("s-2", chosen=True)
    assert (gallery.shots("Anna")[0].outcome, gallery.shots("Anna")[0].chosen) == (Outcome.MISSED, True)


def test_an_export_is_json_that_says_everything(path: Path) -> None:
    gallery = _gallery(path, "Anna")
    gallery.add("Anna", _shot(1))
    exported = json.loads(json.dumps(gallery.export("Anna"), allow_nan=False))
    assert exported["shots"][0]["embedding"] == pytest.approx(_shot(1).embedding.tolist(), abs=1e-5)
    assert np.shape(exported["shots"][0]["present"]) == (64, 17)


def test_another_process_writing_is_noticed(path: Path) -> None:
    box, command = _gallery(path, "Anna"), Gallery(path)
    before = box.version
    command.add("Anna", _shot(1))
    assert box.version != before
    assert len(box.shots("Anna")) == 1


@pytest.mark.parametrize("name", ["", " ", "Anna ", "x" * 41, "a\nb", "made"])
def test_names_that_will_not_do_are_refused(path: Path, name: str) -> None:
    with pytest.raises(FormError, match=r"^name "):
        Gallery(path).enrol(Player(name, _NOW))


def test_nobody_gets_shots_who_is_not_enrolled(path: Path) -> None:
    with pytest.raises(FormError, match=r"^nobody is enrolled as 'Carl'; enrolled: Anna$"):
        _gallery(path, "Anna").add("Carl", _shot(1))


def test_files_that_are_no_gallery_are_told(path: Path) -> None:
    path.write_bytes(b"not a database at all, though long enough to be read as one" * 20)
    with pytest.raises(FormError, match="cannot be used"):
        Gallery(path)


def test_a_file_of_the_first_version_goes_on(path: Path) -> None:
    _gallery(path, "Anna", "Ben").add("Anna", _shot(1))
    with closing(sqlite3.connect(path)) as db:
        db.executescript("ALTER TABLE players DROP COLUMN hand; PRAGMA user_version=1")
    gallery = Gallery(path)
    assert gallery.player("Anna").hand == "left", "most of her shots were mirrored"
    assert gallery.player("Ben").hand == "right"
    assert len(gallery.shots("Anna")) == 1
    gallery.enrol(Player("Lea", _NOW, hand="left"))
    assert Gallery(path).player("Lea").hand == "left"


def test_a_newer_file_is_left_alone(path: Path) -> None:
    Gallery(path).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version=9")
    with pytest.raises(FormError, match="newer courtside"):
        Gallery(path)


def test_only_its_owner_may_read_the_file(path: Path) -> None:
    Gallery(path).close()
    assert path.stat().st_mode & 0o077 == 0


def test_a_forgetting_that_fails_changes_nothing_and_works_later(path: Path) -> None:
    """While another process holds the file: no open transaction swallows what is kept after it."""
    gallery = _gallery(path, "Anna", "Ben")
    gallery.add("Anna", _shot(1))
    gallery._db.execute("PRAGMA busy_timeout = 50")
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM shots").fetchall()
        with pytest.raises(FormError, match="locked"):
            gallery.forget("Anna")
    assert [player.name for player in gallery.players()] == ["Anna", "Ben"]
    gallery.add("Ben", _shot(2))
    assert gallery.forget("Anna") == 1
    assert [player.name for player in Gallery(path).players()] == ["Ben"]
    assert len(Gallery(path).shots("Ben")) == 1


def test_of_later_shots_the_newest_are_kept(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.form.gallery.MOST_KEPT", 3)
    gallery = _gallery(path, "Anna")
    gallery.add("Anna", _shot(1))
    gallery.add("Anna", _shot(2, chosen=True, enrolled=False))
    for number in range(3, 9):
        gallery.add("Anna", _shot(number, enrolled=False))
    assert [shot.shot_id for shot in gallery.shots("Anna")] == ["s-1", "s-2", "s-6", "s-7", "s-8"]


def test_embeddings_of_another_network_are_renewed(path: Path) -> None:
    gallery = _gallery(path, "Anna")
    gallery.add("Anna", _shot(1))
    gallery.add("Anna", replace(_shot(2), encoder="e2"))
    assert [shot.shot_id for shot in gallery.of_other_encoders("e2")] == ["s-1"]
    gallery.renew("e2", ["s-1"], np.full((1, 4), 0.5))
    assert gallery.of_other_encoders("e2") == []
    assert gallery.shots("Anna")[0].embedding.tolist() == [0.5] * 4


def test_what_is_measured_later_is_kept(path: Path) -> None:
    gallery = _gallery(path, "Anna")
    gallery.add("Anna", _shot(1))
    assert gallery.tell("s-1", scalars={"follow_through_s": 0.6, "balance_deg": float("nan")})
    assert gallery.shots("Anna")[0].scalars == {"follow_through_s": 0.6}
