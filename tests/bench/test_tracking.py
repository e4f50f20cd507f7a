import builtins
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from calibration.homography import apply_homography
from tests.bench import tracking
from tests.bench.followers import Followed, Ours, Paper
from tests.bench.mot import CourtView, MotSequence
from tests.bench.mot_scores import Scores
from tests.bench.tracking import Setting, Tally, figures, measure, pick, rows


def _view() -> np.ndarray:
    """The floor from 5 m up, beside a corner: metres to px."""
    eye, ahead = np.array([-12.0, -10, 5]), np.array([12.0, 10, -5]) / np.sqrt(269)
    right = np.cross(ahead, [0, 0, 1])
    right /= np.linalg.norm(right)
    turn = np.stack([right, np.cross(ahead, right), ahead])
    lens = np.array([[900.0, 0, 640], [0, 900, 360], [0, 0, 1]])
    return lens @ np.column_stack([turn[:, 0], turn[:, 1], -turn @ eye])


COURT = CourtView(_view(), 9.0, 15.0)


def _stands(x_m: float, y_m: float) -> list[float]:
    """The box of somebody who stands there."""
    x, y = apply_homography(COURT.image_from_court, [[x_m, y_m]])[0]
    return [x - 20, y - 100, x + 20, y]


def walk(name: str = "any", frames: int = 20, tuning: bool = True) -> MotSequence:
    """One person who walks to the right, and one far outside the court."""
    boxes = [np.array([_stands(0.05 * k - 0.5, 0.0), _stands(0.0, 12.0)]) for k in range(frames)]
    ids = [np.array([1, 2])] * frames
    return MotSequence(name, 20.0, boxes, [np.ones(2)] * frames, boxes, ids, tuning)


def test_ours_keeps_both_and_the_court_leaves_one() -> None:
    sequence = walk()
    followed = Ours().follow(sequence)
    assert len(np.unique(followed.rows[:, 1])) == 2
    assert followed.seconds > 0
    alone = Ours(COURT).follow(sequence).rows
    assert len(np.unique(alone[:, 1])) == 1
    np.testing.assert_allclose(alone[-1, 2:4], _stands(0.45, 0.0)[:2], atol=12)


def test_the_paper_follows_both_and_knows_no_court() -> None:
    rows = Paper(roster=2).follow(walk()).rows
    assert len(np.unique(rows[:, 1])) == 2
    np.testing.assert_allclose(rows[-2:, 2:4], walk().boxes[-1][:, :2], atol=1e-6)


class Copies:
    """Says the truth, under one identity a person."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.asked: list[str] = []

    def follow(self, sequence: MotSequence) -> Followed:
        self.asked.append(sequence.name)
        return Followed(np.zeros((0, 6)), 0.5)


def _scored(idf1: float) -> Scores:
    return Scores(idf1=idf1, mota=0.9, hota=0.8, switches=3, fragmentations=4)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scores without TrackEval: IDF1 is a quarter of the number of sequences."""
    monkeypatch.setattr(tracking, "evaluate", lambda sequence, rows: {"name": {"is": sequence.name}})
    monkeypatch.setattr(tracking, "combine", lambda parts: _scored(len(list(parts)) / 4))


@pytest.mark.usefixtures("counted")
def test_every_tracker_gets_every_sequence_in_turn() -> None:
    ours, peer = Copies("ours"), Copies("peer")
    tallies = measure(Setting("oncourt", [walk("a"), walk("b", tuning=False)], [ours, peer]))
    assert ours.asked == peer.asked == ["a", "b"]
    assert [tally.frames_per_s() for tally in tallies] == [40, 40]


@pytest.mark.usefixtures("counted")
def test_keys_name_split_peer_and_input() -> None:
    sequences = [walk("a"), walk("b", tuning=False), walk("c", tuning=False)]
    tallies = [Tally("ours"), Tally("sort")]
    for tally, seconds in zip(tallies, (1.0, 2.0), strict=True):
        tally.sequences, tally.parts, tally.seconds = sequences, [{}, {}, {}], [seconds] * 3
    found = figures("oncourt", tallies)
    assert (found["idf1_oncourt"], found["tune_idf1_oncourt"], found["heldout_sort_idf1_oncourt"]) == (0.75, 0.25, 0.5)
    assert (found["best_peer_idf1_oncourt"], found["heldout_best_peer_idf1_oncourt"]) == (0.75, 0.5)
    assert (found["switches_oncourt"], found["sort_fragmentations_oncourt"]) == (3, 4)
    assert (found["fps_oncourt"], found["sort_fps_oncourt"], found["fps_ratio_to_sort_oncourt"]) == (20, 10, 2)
    with_paper = figures("oncourt", [tallies[0], Tally("paper", sequences, [{}] * 3, [1.0])])
    assert with_paper["paper_idf1_oncourt"] == 0.75
    assert "best_peer_idf1_oncourt" not in with_paper
    sports = figures("sportsmot", tallies[:1])
    assert sports["sportsmot_idf1"] == 0.75
    assert not any("best_peer" in key for key in sports)
    assert [line[:3] for line in rows("oncourt", tallies)][:3] == [
        ["oncourt", "all", "ours"], ["oncourt", "all", "sort"], ["oncourt", "tune", "ours"]
    ]  # fmt: skip


@pytest.mark.usefixtures("counted")
def test_a_split_without_sequences_has_no_figures() -> None:
    tally = Tally("ours", [walk("a")], [{}], [1.0])
    found = figures("raw", [tally])
    assert "tune_idf1_raw" in found
    assert "heldout_idf1_raw" not in found


def test_quick_takes_the_shortest_of_each_split() -> None:
    sequences = [walk(str(n), frames=n, tuning=n % 2 == 0) for n in range(1, 9)]
    assert [one.name for one in pick(sequences, quick=True)] == ["2", "4", "1", "3"]
    assert len(pick(sequences, quick=False)) == 8


def test_without_the_package_the_peers_stay_away_with_a_word(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name in ("trackers", "supervision"):
            raise ImportError("no such module", name=name)
        return plain(name, *args, **kwargs)

    monkeypatch.delitem(sys.modules, "tests.bench.track_peers", raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
    assert tracking.find_peers() == []
    assert "pip install -e '.[bench]'" in capsys.readouterr().out


def test_a_folder_without_such_data_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["tracking", "--data", str(tmp_path), "--no-peers"])
    with pytest.raises(SystemExit, match="neither trackid3x3 nor sportsmot_basketball"):
        tracking.main()


@pytest.mark.usefixtures("counted")
def test_the_figures_are_written_flat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import zipfile

    (tmp_path / "sportsmot_basketball").mkdir()
    with zipfile.ZipFile(tmp_path / "sportsmot_basketball" / "truth.zip", "w") as archive:
        lines = "".join(f"{k}, 0, {80 + k}, 421, 88, 130, 1, 1, 1\n" for k in range(1, 9))
        archive.writestr("train/v_a_c001/gt/gt.txt", lines)
        archive.writestr("train/v_a_c001/seqinfo.ini", "[Sequence]\nframeRate=25\n")
    out = tmp_path / "out.json"
    monkeypatch.setattr(sys, "argv", ["tracking", "--data", str(tmp_path), "--no-peers", "--json", str(out)])
    assert tracking.main() == 0
    written = json.loads(out.read_text())
    assert written["sportsmot_idf1"] == 0.25
    assert all(isinstance(value, (int, float)) for value in written.values())
