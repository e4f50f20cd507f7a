"""Shots whose labels can be learnt: each shooter a wave of his own, each type of shot a shift of it."""

from __future__ import annotations

import numpy as np

from engines.form.shots import Shots


def made_up(shooters: int = 6, sessions: int = 2, each: int = 4, seed: int = 0) -> Shots:
    rng = np.random.default_rng(seed)
    rows = [(s, c, k) for s in range(shooters) for c in range(sessions) for k in (0, 1) for _ in range(each // 2)]
    shooter, session, kind = (np.array(column) for column in zip(*rows, strict=True))
    time = np.linspace(0.0, 1.0, 64)[None, :, None, None]
    pace = (1.0 + 0.5 * shooter)[:, None, None, None]
    pose = 0.2 * np.sin(2 * np.pi * pace * time) * np.ones((1, 1, 17, 2)) + 0.1 * kind[:, None, None, None]
    pose = (pose + 0.01 * rng.normal(size=pose.shape)).astype(np.float32)
    count = len(rows)
    present = np.ones((count, 64, 17), dtype=np.float32)
    nothing = np.zeros(count, dtype=int)
    return Shots(
        pose, present, np.full(count, 0.9, np.float32), shooter, kind, nothing, shooter * 10 + session,
        session.astype(float), np.zeros_like(present), np.full(count, np.nan),
        np.full(count, np.nan),
    )  # fmt: skip
