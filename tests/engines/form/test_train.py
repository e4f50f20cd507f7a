"""The training learns what can be learnt, goes on where it stopped, and its ONNX file answers alike."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

from engines.backend import open_engine  # noqa: E402
from engines.form import train  # noqa: E402
from engines.form.evaluate import score  # noqa: E402
from engines.form.export import export  # noqa: E402
from engines.form.layout import EMBEDDING, INPUTS  # noqa: E402
from engines.form.model import Encoder  # noqa: E402
from engines.form.train import Plan, Training  # noqa: E402
from tests.engines.form.shots import made_up  # noqa: E402


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    """Threads that wait for each other take longer than the work where the cores are busy with other tests."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def small(**changes: object) -> Plan:
    given = {"pretrain": 6, "refine": 20, "polish": 2, "clips": 24, "sessions": 6, "augmentation": "paper"} | changes
    return Plan(**given)  # type: ignore[arg-type]


def embed(encoder: Encoder, shots: object) -> np.ndarray:
    with torch.no_grad():
        return encoder(*(torch.from_numpy(getattr(shots, name)) for name in INPUTS)).numpy()


@pytest.mark.parametrize("architecture", ["lstm", "convolutions"])
def test_shooters_come_apart(architecture: str) -> None:
    encoder = Training(made_up(), small(architecture=architecture)).run()
    fresh = made_up(seed=5)
    embeddings = embed(encoder, fresh)
    assert np.linalg.norm(embeddings, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert score(embeddings, fresh.shooter, splits=10).mean > 90


def test_a_stopped_training_ends_as_one_that_was_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train, "_KEPT_EVERY", 2)
    shots, plan = made_up(), small(pretrain=3, refine=4, polish=2)

    class Stopped(Exception):
        pass

    def stop(phase: int, done: int, mean: float) -> None:
        if phase == 2 and done == 3:
            raise Stopped

    with pytest.raises(Stopped):
        Training(shots, plan, tmp_path / "kept.pt", tmp_path / "loss.csv").run(stop)
    again = Training(shots, plan, tmp_path / "kept.pt", tmp_path / "loss.csv").run()
    whole = Training(shots, plan).run()
    assert embed(again, shots) == pytest.approx(embed(whole, shots), abs=1e-5)
    lines = (tmp_path / "loss.csv").read_text().splitlines()
    assert lines[0] == "phase,step,loss"
    assert len(lines) == 1 + 3 + 3 + 2 + 2


def test_a_checkpoint_of_another_plan_is_refused(tmp_path: Path) -> None:
    Training(made_up(), small(pretrain=0, refine=1, polish=0), tmp_path / "kept.pt").run()
    with pytest.raises(ValueError, match="another plan"):
        Training(made_up(), small(pretrain=0, refine=1, polish=0, seed=3), tmp_path / "kept.pt").run()


def test_a_checkpoint_of_another_width_is_refused(tmp_path: Path) -> None:
    """As an older version wrote them, under the same plan."""
    plan, kept = small(pretrain=0, refine=1, polish=0), tmp_path / "kept.pt"
    Training(made_up(), plan, kept).run()
    state = torch.load(kept, weights_only=True)
    state["encoder"]["shooter.0.weight"] = torch.zeros(128, 96)
    torch.save(state, kept)
    with pytest.raises(ValueError, match=r"kept\.pt: is of another plan; delete it"):
        Training(made_up(), plan, kept).run()


def test_what_phase_1_learnt_is_kept_beside_the_checkpoint(tmp_path: Path) -> None:
    shots = made_up()
    Training(shots, small(), tmp_path / "kept.pt").run()
    first = Training(shots, small(refine=0, polish=0)).run()
    engine = open_engine(tmp_path / "kept-phase1.onnx", "onnxruntime", 1)
    feeds = {name: np.asarray(getattr(shots, name), np.float32) for name in INPUTS}
    assert engine.infer(feeds)[EMBEDDING] == pytest.approx(embed(first, shots), abs=1e-4)
    engine.close()


def test_a_plan_names_what_it_may_be() -> None:
    with pytest.raises(ValueError, match="choose one of lstm, convolutions"):
        Plan(architecture="transformer")


@pytest.mark.parametrize("architecture", ["lstm", "convolutions"])
def test_the_onnx_file_answers_alike_and_is_small(architecture: str, tmp_path: Path) -> None:
    torch.manual_seed(1)
    encoder, path = Encoder(architecture).eval(), tmp_path / "form.onnx"
    export(encoder, path)
    assert path.stat().st_size < 3_000_000
    shots = made_up(2, 1, 2)
    engine = open_engine(path, "onnxruntime", 1)
    feeds = {name: np.asarray(getattr(shots, name), np.float32) for name in INPUTS}
    assert engine.infer(feeds)[EMBEDDING] == pytest.approx(embed(encoder, shots), abs=1e-4)
    assert engine.metadata["architecture"] == architecture
    engine.close()


def test_what_is_not_known_does_not_count() -> None:
    torch.manual_seed(0)
    encoder, shots = Encoder().eval(), made_up(2, 1, 2)
    present = shots.present.copy()
    present[:, :, 9] = 0.0
    one = embed(encoder, shots.take(np.arange(2)))
    moved = shots.pose.copy()
    moved[:, :, 9] += 5.0
    arrays = [torch.from_numpy(part) for part in (shots.pose, moved)]
    with torch.no_grad():
        known = [encoder(pose, torch.from_numpy(present), torch.from_numpy(shots.duration_s)) for pose in arrays]
    assert torch.allclose(known[0], known[1])
    assert not np.allclose(one, known[0][:2].numpy())
