"""Training the ball's network: lessons in, an ONNX file out. Needs PyTorch (`pip install courtside[train]`)."""

from __future__ import annotations

import copy
import math
import multiprocessing
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from engines.ball.backbone import Backbone
from engines.ball.layout import CELL_PX, FRAMES, OUTPUTS
from engines.ball.network import IN_CHANNELS, Answering, BallNetwork, loss
from engines.ball.samples import Lesson, Lessons

Report = Callable[[int, float], None]
"""Called with the number of steps done and the mean loss of late."""

_AVERAGE_OVER = 400
_A_TURN = 48
_PARITY = 2e-3


@dataclass(frozen=True, slots=True)
class Plan:
    """steps of `batch` lessons each; the rate rises over `warm_up` steps and falls as a cosine. seed: of everything.

    From the share `open_from` of the steps on the backbone learns as well, at `rate_of_known` of the rate.
    """

    steps: int = 14000
    batch: int = 8
    rate: float = 2e-3
    warm_up: int = 300
    decay: float = 1e-4
    seed: int = 0
    workers: int = 2
    open_from: float = 0.2
    rate_of_known: float = 0.1


_drawn: Lessons


def _alone(lessons: Lessons) -> None:
    """A worker: one thread, and the lessons at hand."""
    import cv2

    global _drawn
    _drawn = lessons
    cv2.setNumThreads(1)


def _batch(numbers: range) -> tuple[npt.NDArray[Any], ...]:
    return _joined([_drawn.lesson(number) for number in numbers])


def _joined(lessons: list[Lesson]) -> tuple[npt.NDArray[Any], ...]:
    # Laid out as the convolutions want it, channels last, by the worker.
    frames = np.stack([lesson.frames.transpose(1, 2, 0) for lesson in lessons])
    heat = np.stack([lesson.heat for lesson in lessons])
    weight = np.stack([lesson.weight for lesson in lessons])
    at = np.concatenate(
        [np.column_stack([np.full(len(lesson.at), k), lesson.at]) for k, lesson in enumerate(lessons)]
    ).astype(np.int64)
    values = np.concatenate([lesson.values for lesson in lessons])
    return frames, heat, weight, at, values


def _batches(lessons: Lessons, plan: Plan, meanwhile: bool) -> Iterator[tuple[npt.NDArray[Any], ...]]:
    """Batches as the workers draw them, some dozens at a time.

    Unless `meanwhile`, drawing and training take turns: where both want the same few cores, threads that wait for each
    other make steps of milliseconds into seconds.
    """
    numbers = [range(start, start + plan.batch) for start in range(0, plan.steps * plan.batch, plan.batch)]
    if not plan.workers:
        yield from (_joined([lessons.lesson(number) for number in part]) for part in numbers)
        return
    # Processes of their own from the start: one that is forked where threads run may wait for them for ever.
    apart = multiprocessing.get_context("spawn")
    workers = ProcessPoolExecutor(plan.workers, apart, _alone, (lessons,))
    try:
        turns = (numbers[start : start + _A_TURN] for start in range(0, len(numbers), _A_TURN))
        drawing = [workers.submit(_batch, part) for part in next(turns)]
        while drawing:
            drawn = [batch.result() for batch in drawing]
            following = next(turns, [])
            if meanwhile:
                drawing = [workers.submit(_batch, part) for part in following]
            yield from drawn
            if not meanwhile:
                drawing = [workers.submit(_batch, part) for part in following]
    except BrokenProcessPool:
        raise ValueError("a process that draws lessons was ended; free some memory and try again") from None
    finally:
        workers.shutdown(cancel_futures=True)


def train(lessons: Lessons, plan: Plan, backbone: Backbone, report: Report = lambda steps, mean: None) -> BallNetwork:
    """A network that has learnt from the lessons, in evaluation mode: the mean of its late weights.

    The backbone stays as it is while the other layers learn to read it.
    """
    torch.manual_seed(plan.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network = BallNetwork(copy.deepcopy(backbone)).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    average = copy.deepcopy(network)
    known = list(network.backbone.parameters())
    own = [value for name, value in network.named_parameters() if not name.startswith("backbone.")]
    groups = [{"params": own}, {"params": known, "lr": plan.rate * plan.rate_of_known}]
    optimizer = torch.optim.AdamW(groups, plan.rate, weight_decay=plan.decay)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _share_of_rate(step, plan))
    mean = math.nan
    for done, batch in enumerate(_batches(lessons, plan, device == "cuda"), start=1):
        frames, heat, weight, at, values = (torch.from_numpy(part).to(device) for part in batch)
        frames = frames.permute(0, 3, 1, 2).float().mul_(1 / 255)
        network.backbone.requires_grad_(done > plan.open_from * plan.steps)
        with torch.autocast(device, dtype=torch.bfloat16):
            answer = network(frames)
        off = loss(answer, heat, weight, at, values)
        optimizer.zero_grad(set_to_none=True)
        off.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 10.0)
        optimizer.step()
        schedule.step()
        _follow(average, network, min(1 - 1 / _AVERAGE_OVER, done / (done + 10)))
        value = float(off.detach())
        if not math.isfinite(value):
            raise ValueError(f"the training lost its way at step {done} (loss {value}); try another --seed")
        mean = value if math.isnan(mean) else 0.99 * mean + 0.01 * value
        report(done, mean)
    return average.to("cpu").eval()


def _share_of_rate(step: int, plan: Plan) -> float:
    if step < plan.warm_up:
        return (step + 1) / plan.warm_up
    gone = (step - plan.warm_up) / max(1, plan.steps - plan.warm_up)
    return 0.5 * (1 + math.cos(math.pi * gone)) + 1e-3


def _follow(average: BallNetwork, network: BallNetwork, keep: float) -> None:
    with torch.no_grad():
        for old, new in zip(average.state_dict().values(), network.state_dict().values(), strict=True):
            if old.dtype.is_floating_point:
                old.lerp_(new, 1 - keep)
            else:
                old.copy_(new)


def export(network: BallNetwork, path: Path) -> None:
    """Write the network as ONNX (opset 17, any height and width in steps of 32) and see that it answers alike.

    Raises ValueError where ONNX Runtime's answers are off.
    """
    answering = Answering(network).eval()
    example = _picture(192, 256)
    path.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            answering,
            (example,),
            str(path),
            opset_version=17,
            dynamo=False,
            input_names=["frames"],
            output_names=list(OUTPUTS),
            dynamic_axes={name: {2: f"{name}_height", 3: f"{name}_width"} for name in ("frames", *OUTPUTS)},
        )
    _describe(path)
    _compare(answering, path)


def _describe(path: Path) -> None:
    """Write into the file what whoever runs it has to know."""
    import onnx

    model = onnx.load(str(path))
    onnx.helper.set_model_props(
        model, {"cell_px": str(CELL_PX), "frames": str(FRAMES), "trained_by": "courtside engines train-ball"}
    )
    onnx.save(model, str(path))


def _picture(height: int, width: int) -> torch.Tensor:
    return torch.randint(0, 256, (1, IN_CHANNELS, height, width), dtype=torch.uint8)


def _compare(answering: Answering, path: Path) -> None:
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    frames = _picture(160, 224)
    with torch.no_grad():
        wanted = answering(frames)
    given = session.run(None, {"frames": frames.numpy()})
    for name, want, have in zip(OUTPUTS, wanted, given, strict=True):
        off = float(np.abs(want.numpy() - np.asarray(have)).max())
        if not off < _PARITY:
            raise ValueError(f"{path}: '{name}' is off by {off:.2g} in ONNX Runtime")
