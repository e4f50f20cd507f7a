"""Training the encoder of form in the paper's two phases: shots in, an encoder out (paper 000, sections 3.3 and 3.4).

Needs PyTorch (`pip install courtside[train]`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from engines.form.augment import AUGMENTATIONS, Batch, augmented
from engines.form.export import export
from engines.form.losses import nt_xent, triplet
from engines.form.model import ARCHITECTURES, Encoder
from engines.form.shots import Shots

Report = Callable[[int, int, float], None]
"""Called with the phase (3: polishing), the number of its steps done and the mean loss of late."""

_KEPT_EVERY = 100
_POLISHING = 0.6
_LOSSES = ("triplet", "contrastive")


@dataclass(frozen=True, slots=True)
class Plan:
    """architecture: of `ARCHITECTURES`. augmentation: of `AUGMENTATIONS`. pretrain, refine: steps of phase 1 and 2;
    polish: further steps of phase 2 on rehearsals, in which the motion's part is told only from what the same shooter
    does otherwise (types of shot, faults) before the same camera: others are too easy to tell apart to teach it that.

    A step of phase 1 takes `clips` shots, each in two augmentations; one of phase 2 all shots of `sessions` sessions,
    each once. Sessions are mostly of cameras that stand alike (`alike_rad`), or their place would tell them apart; in a
    share `mixed` of the steps they are of any two cameras of a shooter. loss: of phase 2, triplet as in the paper, or
    the contrastive loss with labels. steady: weight of the part that tells shooters apart. seed: of everything.
    """

    architecture: str = "convolutions"
    augmentation: str = "ours"
    loss: str = "contrastive"
    pretrain: int = 400
    refine: int = 3000
    polish: int = 9000
    clips: int = 128
    sessions: int = 14
    rate: float = 1.5e-3
    decay: float = 1e-3
    temperature: float = 0.1
    margin: float = 0.2
    mixed: float = 0.3
    alike_rad: float = 0.3
    steady: float = 0.5
    seed: int = 0

    def __post_init__(self) -> None:
        for name, known in (
            ("architecture", ARCHITECTURES), ("augmentation", AUGMENTATIONS), ("loss", _LOSSES),
        ):  # fmt: skip
            if getattr(self, name) not in known:
                raise ValueError(f"{name}={getattr(self, name)!r}: choose one of {', '.join(known)}")


class _Draw:
    """Which shots a step takes: the same for the same seed, phase and step."""

    def __init__(self, shots: Shots, plan: Plan) -> None:
        self._plan = plan
        order = np.argsort(shots.session, kind="stable")
        _, starts = np.unique(shots.session[order], return_index=True)
        self._rows = np.split(order, starts[1:])
        first = [rows[0] for rows in self._rows]
        self._shooter, self._azimuth = shots.shooter[first], shots.azimuth_rad[first]
        self._by_shooter = {who: np.flatnonzero(self._shooter == who) for who in np.unique(self._shooter)}

    def clips(self, step: int) -> npt.NDArray[np.int_]:
        """Rows for phase 1."""
        rng = np.random.default_rng([self._plan.seed, 1, step])
        rows = np.concatenate([self._rows[k] for k in self._alike(rng, 4 * self._plan.sessions)])
        return rng.permutation(rows)[: self._plan.clips]

    def sessions(self, step: int, phase: int) -> npt.NDArray[np.int_]:
        """Rows for phase 2 and for polishing."""
        rng = np.random.default_rng([self._plan.seed, phase, step])
        # A rehearsal is about twice as long as a session.
        count = self._plan.sessions if phase == 2 else max(2, self._plan.sessions // 2)
        if rng.random() < self._plan.mixed:
            who = rng.permutation(list(self._by_shooter))[: max(1, count // 2)]
            chosen = [rng.permutation(self._by_shooter[one])[:2] for one in who]
            return np.concatenate([self._rows[k] for two in chosen for k in two])
        return np.concatenate([self._rows[k] for k in self._alike(rng, count)])

    def _alike(self, rng: np.random.Generator, count: int) -> list[int]:
        """Sessions of different shooters whose cameras stand about the same place."""
        about = rng.uniform(-np.pi, np.pi)
        away = np.abs((self._azimuth - about + np.pi) % (2 * np.pi) - np.pi)
        score = away / self._plan.alike_rad + rng.gumbel(size=len(away)) * 0.3
        chosen: dict[int, int] = {}
        for k in np.argsort(score):
            chosen.setdefault(int(self._shooter[k]), int(k))
            if len(chosen) == count:
                break
        return list(chosen.values())


class Training:
    """A training that can be stopped and taken up again: `run` goes on from the checkpoint, where there is one.

    rehearsals: shots to polish with; without them it is polished with the same. checkpoint: a file, or None; what phase
    1 has learnt is kept beside it, as ONNX (`after_phase_1`). log: a CSV file of losses, or None. Raises ValueError
    where the checkpoint is of another plan, or the loss is no number.
    """

    def __init__(
        self,
        shots: Shots,
        plan: Plan,
        checkpoint: Path | None = None,
        log: Path | None = None,
        rehearsals: Shots | None = None,
    ) -> None:
        torch.manual_seed(plan.seed)
        self._plan, self._checkpoint, self._log = plan, checkpoint, log
        self._rehearsals = rehearsals
        self.encoder = Encoder(plan.architecture)
        self._look_at(shots)
        self.encoder.features.fit(self._data[0], self._data[1])
        self._writer = _tensorboard(log)

    def _look_at(self, shots: Shots) -> None:
        """Take steps from these shots from now on."""
        self._draw = _Draw(shots, self._plan)
        arrays = (shots.pose, shots.present, shots.duration_s, shots.depth)
        self._data = tuple(torch.from_numpy(np.asarray(array, dtype=np.float32)) for array in arrays)
        self._shooter = torch.from_numpy(shots.shooter.astype(np.int64))
        variant = (shots.shooter.astype(np.int64) * 16 + shots.kind) * 32 + shots.fault
        self._variant = torch.from_numpy(variant)
        self._session = torch.from_numpy(shots.session.astype(np.int64))

    def run(self, report: Report = lambda phase, done, mean: None) -> Encoder:
        """All phases, polishing as the third; the encoder in evaluation mode."""
        state = self._load()
        for phase, steps in ((1, self._plan.pretrain), (2, self._plan.refine), (3, self._plan.polish)):
            if phase < state["phase"] or steps == 0:
                continue
            done = state["done"] if phase == state["phase"] else 0
            if phase == 3 and self._rehearsals is not None:
                self._look_at(self._rehearsals)
            self._phase(phase, done, steps, state["optimizer"] if done else None, report)
            if phase == 1 and self._checkpoint is not None:
                export(self.encoder, after_phase_1(self._checkpoint), "courtside form train, phase 1 alone")
        return self.encoder.eval()

    def _phase(self, phase: int, done: int, steps: int, known: dict[str, Any] | None, report: Report) -> None:
        plan = self._plan
        optimizer = torch.optim.AdamW(self.encoder.parameters(), plan.rate, weight_decay=plan.decay)
        if known is not None:
            optimizer.load_state_dict(known)
        mean = math.nan
        self.encoder.train()
        for step in range(done, steps):
            for group in optimizer.param_groups:
                group["lr"] = plan.rate * (_POLISHING if phase == 3 else 1.0) * _share_of_rate(step, steps)
            loss = self._pretrain(step) if phase == 1 else self._refine(step, phase)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(self.encoder.parameters(), 5.0)
            optimizer.step()
            value = float(loss.detach())
            if not math.isfinite(value):
                raise ValueError(f"the training lost its way at step {step} of phase {phase}; try another --seed")
            mean = value if math.isnan(mean) else 0.98 * mean + 0.02 * value
            self._note(phase, step, value)
            if (step + 1) % _KEPT_EVERY == 0 or step + 1 == steps:
                self._save(phase, step + 1, optimizer)
            report(phase, step + 1, mean)

    def _batch(self, rows: npt.NDArray[np.int_], phase: int, step: int, again: int) -> Batch:
        random = torch.Generator().manual_seed(((self._plan.seed * 3 + phase) * 2 + again) * 1_000_003 + step)
        index = torch.from_numpy(rows)
        pose, present, duration_s, depth = (part[index] for part in self._data)
        return augmented((pose, present, duration_s, depth), AUGMENTATIONS[self._plan.augmentation], random)

    def _pretrain(self, step: int) -> Tensor:
        """NT-Xent of two augmentations of each clip (section 3.3)."""
        rows = self._draw.clips(step)
        looks = [self._batch(rows, 1, step, again) for again in (0, 1)]
        embeddings = torch.cat([self.encoder(*look[:3]) for look in looks])
        return nt_xent(embeddings, torch.arange(len(rows)).repeat(2), self._plan.temperature)

    def _refine(self, step: int, phase: int) -> Tensor:
        """Shooters in one part, what one shooter does differently in the other (section 3.4)."""
        rows = self._draw.sessions(step, phase)
        index = torch.from_numpy(rows)
        who, how = self.encoder.parts(*self._batch(rows, phase, step, 0)[:3])
        shooter = self._judge(who, self._shooter[index])
        if phase == 3:
            motion = nt_xent(how, self._variant[index], self._plan.temperature, self._session[index])
        else:
            motion = self._judge(how, self._variant[index])
        return self._plan.steady * shooter + (1 - self._plan.steady) * motion

    def _judge(self, part: Tensor, labels: Tensor) -> Tensor:
        if self._plan.loss == "triplet":
            return triplet(part, labels, self._plan.margin)
        return nt_xent(part, labels, self._plan.temperature)

    def _save(self, phase: int, done: int, optimizer: torch.optim.Optimizer) -> None:
        if self._checkpoint is None:
            return
        state = {
            "plan": asdict(self._plan), "phase": phase, "done": done, "encoder": self.encoder.state_dict(),
            "optimizer": optimizer.state_dict(),
        }  # fmt: skip
        unfinished = self._checkpoint.with_suffix(".part")
        torch.save(state, unfinished)
        unfinished.replace(self._checkpoint)

    def _load(self) -> dict[str, Any]:
        if self._checkpoint is None or not self._checkpoint.is_file():
            return {"phase": 1, "done": 0, "optimizer": None}
        other = f"{self._checkpoint}: is of another plan; delete it, or give the options it was made with"
        state: dict[str, Any] = torch.load(self._checkpoint, weights_only=True)
        if state["plan"] != asdict(self._plan):
            raise ValueError(other)
        try:
            self.encoder.load_state_dict(state["encoder"])
        except RuntimeError:  # layers of other sizes, as an older version had them
            raise ValueError(other) from None
        return state

    def _note(self, phase: int, step: int, loss: float) -> None:
        if self._writer is not None:
            self._writer.add_scalar(f"phase {phase}/loss", loss, step)
        if self._log is None:
            return
        fresh = not self._log.is_file()
        with self._log.open("a", encoding="utf-8") as stream:
            if fresh:
                stream.write("phase,step,loss\n")
            stream.write(f"{phase},{step},{loss:.6f}\n")


def after_phase_1(checkpoint: Path) -> Path:
    """Where the encoder lies as phase 1 left it, to be compared with what phase 2 made of it (section 3.5.2)."""
    return checkpoint.with_name(f"{checkpoint.stem}-phase1.onnx")


def _share_of_rate(step: int, steps: int) -> float:
    """Up within the first twentieth, then down as a cosine."""
    rise = max(1, steps // 20)
    if step < rise:
        return (step + 1) / rise
    return 0.5 * (1 + math.cos(math.pi * (step - rise) / max(1, steps - rise))) + 1e-3


def _tensorboard(log: Path | None) -> Any:
    """A writer beside the log, where TensorBoard is installed."""
    if log is None:
        return None
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    return SummaryWriter(str(log.with_suffix("")))  # type: ignore[no-untyped-call]
