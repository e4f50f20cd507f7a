"""`courtside judge`: a line for each clip. A fake network sees what is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from edge import hoop_clip
from edge.cli import main
from edge.commands import judge
from edge.hoop_clip import View
from edge.types import Image
from edge.vision import models
from tests.capture.test_recorded import write_video
from tests.game.test_hoop import ARRIVING, BOUNCED, HELD, RIM, moments


@pytest.fixture
def clips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One shot that was made, one missed, and one whose hoop is not seen."""
    views = iter([
        View(tuple(moments(ARRIVING + HELD, 0.5)), RIM, ()), View(tuple(moments(ARRIVING + BOUNCED, 0.0)), RIM, ()),
        View((), None, ()),
    ])  # fmt: skip
    sizes: list[int] = []

    def see(frames: Sequence[Image], fps: float, network: object) -> View:
        sizes.append(len(frames))
        assert (fps, network) == (25.0, "network")
        return next(views)

    @contextmanager
    def opened(_: object) -> Iterator[str]:
        yield "network"
        assert sizes == [40, 40, 40]

    monkeypatch.setattr(hoop_clip, "view", see)
    monkeypatch.setattr(models, "open_ball", opened)
    return [str(write_video(tmp_path / f"{name}.mp4")) for name in "abc"]


def test_a_line_for_each_clip(clips: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["judge", *clips]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [(row[0], row[2]) for row in rows] == list(zip(("made", "missed", "unknown"), clips, strict=True))
    assert [int(row[1][:-1]) > 80 for row in rows] == [True, True, False]


def test_a_whole_recording_is_not_for_it(
    clips: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judge, "LONGEST_S", 1.0)
    assert main(["judge", clips[0]]) == 2
    assert "courtside analyze" in capsys.readouterr().err


def test_what_does_not_fit_into_memory_is_not_tried(
    clips: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judge, "LARGEST", 1_000_000)
    assert main(["judge", clips[0]]) == 2
    assert "cut it" in capsys.readouterr().err
