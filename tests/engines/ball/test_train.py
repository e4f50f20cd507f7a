"""The network learns, is written as ONNX, and answers there as it does here. Skipped where PyTorch is not installed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs PyTorch: pip install 'courtside[train]'")

from engines.ball.backbone import Backbone, load_backbone  # noqa: E402
from engines.ball.clips import photo_clip  # noqa: E402
from engines.ball.layout import BALL, CELL_PX  # noqa: E402
from engines.ball.network import Answering, BallNetwork, loss  # noqa: E402
from engines.ball.samples import Lesson, Lessons  # noqa: E402
from engines.ball.train import Plan, _batches, _share_of_rate, export, train  # noqa: E402
from engines.zoo import find, locate  # noqa: E402

PICODET = locate(find("picodet-s-640"))
TINY = Plan(steps=2, batch=1, warm_up=1, workers=0, seed=5)


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    """Threads that wait for each other on a busy machine make steps of milliseconds into seconds."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def lessons() -> Lessons:
    image = np.random.default_rng(0).integers(0, 255, (384, 384, 3), np.uint8)
    return Lessons([photo_clip(image, [(100, 90, 12)], [(200, 80, 40, 45)])], [photo_clip(image)], [], [], seed=0)


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return load_backbone(PICODET)


@pytest.fixture(scope="module")
def network(lessons: Lessons, backbone: Backbone) -> BallNetwork:
    return train(lessons, TINY, backbone)


def test_the_backbone_sees_what_picodet_sees(backbone: Backbone) -> None:
    import onnx
    import onnxruntime

    model = onnx.load(str(PICODET))
    # PicoDet's own features at an eighth of the picture: the last of its way down.
    name = next(out for node in model.graph.node for out in node.output if out.endswith("hardswish.37.0"))
    model.graph.output.append(onnx.helper.make_tensor_value_info(name, 1, None))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    frame = torch.rand(1, 3, 256, 320)
    mean, std = (torch.tensor(row).view(1, 3, 1, 1) for row in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    (wanted,) = session.run([name], {"image": ((frame - mean) / std).numpy()})
    with torch.no_grad():
        fine, coarse = backbone(frame)
    assert fine.shape == (1, 48, 64, 80)
    # The padding is of another colour, which is felt a little everywhere and most at the edges.
    off = np.abs(coarse.numpy() - wanted)[..., 4:-4, 4:-4]
    assert off.mean() < 0.05 * wanted.std()


def test_another_file_is_no_backbone(tmp_path: Path) -> None:
    import onnx

    path = tmp_path / "other.onnx"
    graph = onnx.helper.make_graph([], "empty", [], [])
    onnx.save(onnx.helper.make_model(graph), str(path))
    with pytest.raises(ValueError, match="not PicoDet-S") as caught:
        load_backbone(path)
    assert "\n" not in str(caught.value)


def test_the_backbone_stays_until_it_is_opened(lessons: Lessons, backbone: Backbone) -> None:
    given = {name: value.clone() for name, value in backbone.state_dict().items()}
    closed = train(lessons, replace(TINY, open_from=1.0), backbone)
    opened = train(lessons, replace(TINY, open_from=0.0), backbone)
    for name, value in closed.backbone.state_dict().items():
        assert torch.equal(value, given[name]), name
    assert any(not torch.equal(value, given[name]) for name, value in opened.backbone.state_dict().items())
    assert all(torch.equal(value, given[name]) for name, value in backbone.state_dict().items())


@pytest.mark.parametrize("meanwhile", [False, True])
def test_processes_draw_the_same_lessons_in_order(
    lessons: Lessons, monkeypatch: pytest.MonkeyPatch, meanwhile: bool
) -> None:
    monkeypatch.setattr("engines.ball.train._A_TURN", 2)
    plan = Plan(steps=5, batch=1)
    here = list(_batches(lessons, replace(plan, workers=0), meanwhile))
    there = list(_batches(lessons, replace(plan, workers=1), meanwhile))
    assert len(here) == len(there) == 5
    for one, other in zip(here, there, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_a_file_that_is_no_network_is_no_backbone(tmp_path: Path) -> None:
    (tmp_path / "text.onnx").write_text("hello")
    for name in ("text.onnx", "absent.onnx"):
        with pytest.raises(ValueError, match=name) as caught:
            load_backbone(tmp_path / name)
        assert "\n" not in str(caught.value)


def test_the_same_seed_trains_the_same_network_and_every_step_is_told(
    lessons: Lessons, backbone: Backbone, network: BallNetwork
) -> None:
    told: list[tuple[int, float]] = []
    again = train(lessons, TINY, backbone, lambda done, mean: told.append((done, mean)))
    assert [done for done, _ in told] == [1, 2]
    assert all(np.isfinite(mean) for _, mean in told)
    for name, value in network.state_dict().items():
        assert torch.equal(value, again.state_dict()[name]), name


def test_it_is_small_and_its_grid_is_of_cells(network: BallNetwork) -> None:
    assert 200_000 < sum(value.numel() for value in network.parameters()) < 1_250_000
    heat, ball, rim = network(torch.zeros(2, 9, 64, 96))
    assert heat.shape == (2, 2, 64 // CELL_PX, 96 // CELL_PX)
    assert ball.shape == rim.shape == (2, 4, 64 // CELL_PX, 96 // CELL_PX)


def test_what_is_exported_answers_alike_at_any_size(network: BallNetwork, tmp_path: Path) -> None:
    import onnxruntime

    path = tmp_path / "new" / "ball.onnx"
    export(network, path)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    for height, width in ((32, 32), (64, 96)):
        frames = torch.randint(0, 256, (1, 9, height, width), dtype=torch.uint8)
        with torch.no_grad():
            logits, ball, _ = network(frames.float() / 255)
        heat, told, _ = session.run(None, {"frames": frames.numpy()})
        assert np.allclose(heat, torch.sigmoid(logits).numpy(), atol=2e-3)
        assert np.allclose(told[:, :3], ball[:, :3].numpy(), atol=2e-3)
        assert np.allclose(told[:, 3], torch.sigmoid(ball[:, 3]).numpy(), atol=2e-3)
    assert path.stat().st_size < 5e6


def test_an_export_that_answers_otherwise_is_refused(
    network: BallNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engines.ball.train._PARITY", 0.0)
    with pytest.raises(ValueError, match=r"ball\.onnx: '\w+' is off by"):
        export(network, tmp_path / "ball.onnx")


def test_answering_leaves_the_network_as_it_is(network: BallNetwork) -> None:
    before = {name: value.clone() for name, value in network.state_dict().items()}
    Answering(network)(torch.zeros(1, 9, 32, 32, dtype=torch.uint8))
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def answers(heat: float, ball: tuple[float, ...]) -> tuple[torch.Tensor, ...]:
    """Logits of cold planes with one ball at the cell (3, 5)."""
    planes = torch.full((1, 2, 8, 8), -12.0)
    planes[0, 0, 3, 5] = heat
    tell = torch.zeros(1, 4, 8, 8)
    tell[0, :, 3, 5] = torch.tensor(ball)
    return planes, tell, torch.zeros(1, 4, 8, 8)


def test_the_loss_is_least_for_the_right_answer() -> None:
    heat = torch.zeros(1, 2, 8, 8)
    heat[0, 0, 3, 5] = 1
    weight, at = torch.ones_like(heat), torch.tensor([[0, 0, 3, 5]])
    values = torch.tensor([[0.2, -0.1, 2.3, 1.0]])
    right = answers(12.0, (0.2, -0.1, 2.3, 9.0))
    least = float(loss(right, heat, weight, at, values))
    assert least == pytest.approx(0, abs=1e-3)
    for wrong in (answers(-2.0, (0.2, -0.1, 2.3, 9.0)), answers(12.0, (-0.3, -0.1, 2.3, 9.0))):
        assert float(loss(wrong, heat, weight, at, values)) > 0.05
    assert float(loss(answers(12.0, (0.2, -0.1, 2.3, -9.0)), heat, weight, at, values)) > 0.5


def test_cells_without_weight_teach_nothing() -> None:
    nothing = torch.zeros(1, 2, 8, 8)
    none = torch.zeros((0, 4), dtype=torch.int64), torch.zeros((0, 4))
    false = answers(5.0, (0, 0, 0, 0))
    weight = torch.ones_like(nothing)
    assert float(loss(false, nothing, weight, *none)) > 1
    weight[0, 0, 3, 5] = 0
    assert float(loss(false, nothing, weight, *none)) < 1e-3


def test_the_rate_rises_and_falls() -> None:
    plan = Plan(steps=1000, warm_up=100)
    shares = [_share_of_rate(step, plan) for step in range(1000)]
    assert shares[0] == 0.01
    assert np.argmax(shares) in (99, 100)
    assert shares[-1] < 0.01
    assert (np.diff(shares[:100]) > 0).all()
    assert (np.diff(shares[101:]) < 0).all()


class OneLesson:
    """The same small lesson whatever the number: a white disc on black."""

    def lesson(self, number: int) -> Lesson:
        y, x = np.mgrid[:64, :64] + 0.5
        disc = (np.hypot(x - 33, y - 29) < 10).astype(np.uint8) * 255
        heat = np.zeros((2, 16, 16), np.float32)
        heat[BALL, 7, 8] = 1
        at = np.array([[BALL, 7, 8]])
        values = np.array([[-0.25, -0.25, np.log(10), 1]], np.float32)
        return Lesson(np.broadcast_to(disc, (9, 64, 64)), heat, np.ones_like(heat), at, values)


def test_it_learns_one_lesson_by_heart() -> None:
    told: list[float] = []
    plan = Plan(steps=30, batch=1, warm_up=5, workers=0)
    train(OneLesson(), plan, Backbone(), lambda done, mean: told.append(mean))  # type: ignore[arg-type]
    last = [(now - 0.99 * before) / 0.01 for before, now in pairwise(told)][-5:]
    assert max(last) < 0.5 * told[0]
