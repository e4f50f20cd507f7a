"""`courtside form`: list, show, standard, choose, export, forget."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest

from edge.cli import EXIT_BAD_INPUT, main
from edge.commands import form
from edge.form.explain import deviation
from edge.form.gallery import Gallery, KeptShot, Player
from edge.form.standards import baseline_of
from edge.types import FormSequence, Outcome

_NOW = datetime(2026, 3, 1, 17, 2, tzinfo=timezone.utc)


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """Data of a box that knows Anna, whose form changes after 15 of 24 shots, and Ben."""
    gallery = Gallery(tmp_path / "form.db")
    rng = np.random.default_rng(1)
    for name, count in (("Anna", 24), ("Ben", 6)):
        gallery.enrol(Player(name, _NOW))
        for number in range(count):
            row = np.eye(8)[0 if name == "Anna" else 3] + rng.normal(0.0, 0.03, 8)
            row[1] += 0.3 * (number >= 15)
            pose = rng.normal(0.0, 0.1, (64, 17, 2))
            gallery.add(
                name,
                KeptShot(
                    f"{name}-{number}", _NOW + timedelta(seconds=20 * number), "e1",
                    (row / np.linalg.norm(row)).astype(np.float32), FormSequence(pose, np.ones((64, 17), bool), 0.8),
                    {"elbow_release_deg": 170.0 + number % 2}, Outcome.MADE if number % 2 else Outcome.MISSED,
                    enrolled=True,
                ),
            )  # fmt: skip
    gallery.close()
    return tmp_path


def _run(box: Path, *words: str) -> int:
    return main(["form", *words, "--set", f"data_dir={box}"])


def test_list_tells_who_is_enrolled(box: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(box, "list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Anna: 24 shots, last 2026-03-01 17:09, compared with those of the enrolment")
    assert len(lines) == 2


def test_show_tells_figures_and_drift_and_draws(box: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(box, "show", "Anna", "--pictures", str(box / "out")) == 0
    told = capsys.readouterr().out
    assert "elbow_release_deg" in told
    assert "form changed on 2026-03-01 at 17:07, from shot 16 on" in told
    assert sorted(path.name for path in (box / "out").iterdir()) == ["deviation.png", "map.png", "overlay.png"]


def _kept(box: Path) -> list[KeptShot]:
    with contextlib.closing(Gallery(box / "form.db")) as gallery:
        return gallery.shots("Anna")


def test_a_shot_is_told_apart_from_the_usual_ones_and_not_from_itself(
    box: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(box, "show", "Anna") == 0
    kept = _kept(box)
    away = [
        baseline_of([*kept[:row], *kept[row + 1 :]]).distance(kept[row].embedding) for row in range(len(kept) - 10, 24)
    ]
    assert f"(distances {', '.join(f'{one:.2f}' for one in away)})" in capsys.readouterr().out


def test_the_newest_shot_is_drawn_against_the_others_alone(box: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []

    def count(shot: FormSequence, usual: list[FormSequence]) -> np.ndarray:
        drawn.append(len(usual))
        return deviation(shot, usual)

    monkeypatch.setattr(form, "deviation", count)
    assert _run(box, "show", "Anna", "--pictures", str(box / "out")) == 0
    assert drawn == [23]


def test_shots_by_another_encoder_do_not_shift_the_change(box: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = _kept(box)[0]
    with contextlib.closing(Gallery(box / "form.db")) as gallery:
        gallery.enrol(Player("Carl", _NOW))
        for number in range(6):
            earlier = replace(one, encoder="e0", taken=_NOW - timedelta(minutes=30 - number))
            gallery.add("Anna", replace(earlier, shot_id=f"Anna-old-{number}"))
            gallery.add("Carl", replace(earlier, shot_id=f"Carl-{number}"))
    assert _run(box, "show", "Anna", "--pictures", str(box / "out")) == 0
    assert "form changed on 2026-03-01 at 17:07, from shot 16 on" in capsys.readouterr().out


def test_standard_and_choice_change_what_is_compared_with(box: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(box, "standard", "Anna", "made") == 0
    assert _run(box, "choose", "Anna-1", "--bad") == 0
    assert _run(box, "standard", "Anna", "made") == 0
    assert _run(box, "standard", "Ben", "Anna") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "Anna is compared with those that went in: 12 shots",
        "Anna-1: no example",
        "Anna is compared with those that went in: 11 shots",
        "Ben is compared with Anna's: 23 shots",
    ]


def test_export_holds_everything_and_forget_leaves_nothing(box: Path) -> None:
    assert _run(box, "export", "Anna", "--out", str(box / "anna.json")) == 0
    assert len(json.loads((box / "anna.json").read_text())["shots"]) == 24
    assert _run(box, "forget", "Anna") == 0
    assert b"Anna" not in (box / "form.db").read_bytes()
    assert _run(box, "show", "Anna") == EXIT_BAD_INPUT


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "Carl"), "nobody is enrolled as 'Carl'; enrolled: Anna, Ben"),
        (("standard", "Anna", "Carl"), "nobody is enrolled as 'Carl'; enrolled: Anna, Ben"),
        (("compare", "gym://form"), "gym://form: never ends; name a recording"),
        (("choose", "x-1", "--good"), "x-1: no such shot is kept; 'courtside form export NAME' lists a player's"),
    ],
)
def test_what_is_not_there_is_told(
    box: Path, words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(box, *words) == EXIT_BAD_INPUT
    assert capsys.readouterr().err == f"courtside: error: {said}\n"


def test_where_nobody_was_ever_enrolled_that_is_said_and_no_file_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(tmp_path / "none", "list") == 0
    assert capsys.readouterr().out.startswith("nobody is enrolled yet; the page's Form view does that")
    assert _run(tmp_path / "none", "show", "Anna") == EXIT_BAD_INPUT
    assert "nobody is enrolled here yet; the page's Form view does that" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()
