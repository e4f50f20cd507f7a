"""The shipped encoder: fingerprints of unit length that know a shooter, whatever is missing of him."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import numpy as np
import pytest

from edge.form.embed import Embedder, open_embedder
from edge.form.errors import FormError
from edge.form.normalise import normalise
from edge.form.virtual import View, film
from edge.simulator.shooters import ShotType, make_shooter, move, repeat
from edge.types import FormSequence
from engines.backend import EngineError, open_engine
from engines.zoo import find, locate, sha256_of

SIDE = View(-np.pi / 2, 7.0, 2.0)


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return open_embedder(backend="onnxruntime")


def shots_of(number: int, count: int) -> list[FormSequence]:
    shooter, rng = make_shooter(number), np.random.default_rng(number)
    out: list[FormSequence] = []
    while len(out) < count:
        motion = move(shooter, repeat(shooter, ShotType.CATCH, rng), SIDE.fps, -0.1, 0.3)
        # A shot whose wrist was lost at the release is refused, here as on the box.
        with contextlib.suppress(FormError):
            out.append(normalise(film(motion, SIDE, rng, shooter.height_m)))
    return out


def test_fingerprints_are_of_unit_length_and_the_same_each_time(embedder: Embedder) -> None:
    shots = shots_of(3_000_001, 3)
    together = embedder.embed_all(shots)
    assert np.linalg.norm(together, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert embedder.embed(shots[1]) == pytest.approx(together[1], abs=1e-5)
    assert embedder.name == f"courtside-form@{sha256_of(locate(find('courtside-form')))[:12]}"


def test_one_mans_shots_are_nearer_to_each_other_than_to_anothers(embedder: Embedder) -> None:
    groups = [embedder.embed_all(shots_of(3_000_000 + number, 4)) for number in range(4)]
    for k, own in enumerate(groups):
        others = np.concatenate([group for j, group in enumerate(groups) if j != k])
        away = np.linalg.norm(own[:, None] - own[None], axis=-1)
        within = away[~np.eye(len(own), dtype=bool)].mean()
        assert np.linalg.norm(own[:, None] - others[None], axis=-1).mean() > 1.3 * within


def test_joints_that_are_not_known_are_no_reason_to_fail(embedder: Embedder) -> None:
    shot = shots_of(3_000_005, 1)[0]
    pose = shot.pose.copy()
    pose[:, [0, 1, 2, 3, 4, 13, 14, 15, 16]] = np.nan
    found = embedder.embed(replace(shot, pose=pose))
    assert np.isfinite(found).all()
    assert np.linalg.norm(found - embedder.embed(shot)) < 1.2
    with pytest.raises(FormError, match="no joint is known"):
        embedder.embed(replace(shot, pose=np.full_like(pose, np.nan)))


def test_another_network_is_no_encoder() -> None:
    network = find("efficientnet-lite0")
    engine = open_engine(locate(network), "onnxruntime", 1)
    with pytest.raises(EngineError, match="courtside-form"):
        Embedder(replace(find("courtside-form"), name="courtside-form"), engine, "")
    engine.close()
