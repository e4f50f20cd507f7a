"""The losses against their formulas."""

from __future__ import annotations

import math

import pytest

torch = pytest.importorskip("torch")

from engines.form.losses import nt_xent, triplet  # noqa: E402


def unit(*angles_deg: float) -> torch.Tensor:
    return torch.tensor([[math.cos(math.radians(a)), math.sin(math.radians(a))] for a in angles_deg])


def test_nt_xent_of_two_pairs_is_what_the_formula_says() -> None:
    # Pairs at 0 and 90 degrees: of each one's three others one is itself again, two are at a right angle.
    loss = nt_xent(unit(0, 90, 0, 90), torch.tensor([0, 1, 0, 1]), temperature=0.5)
    assert float(loss) == pytest.approx(-math.log(math.exp(2) / (math.exp(2) + 2)), abs=1e-6)


def test_nt_xent_takes_several_positives_and_leaves_out_who_has_none() -> None:
    alone = nt_xent(unit(0, 0, 90), torch.tensor([0, 0, 1]), temperature=1.0)
    assert float(alone) == pytest.approx(-math.log(math.e / (math.e + 1)), abs=1e-6)
    three = nt_xent(unit(0, 0, 0, 180), torch.tensor([0, 0, 0, 1]), temperature=1.0)
    assert float(three) == pytest.approx(-math.log(math.e / (2 * math.e + math.exp(-1))), abs=1e-6)


def test_nt_xent_within_groups_leaves_the_others_where_they_are() -> None:
    # In the first group a pair and one at a right angle; the second group lies upon the pair and changes nothing.
    labels, groups = torch.tensor([0, 0, 1, 2]), torch.tensor([0, 0, 0, 1])
    loss = nt_xent(unit(0, 0, 90, 0), labels, temperature=1.0, groups=groups)
    assert float(loss) == pytest.approx(-math.log(math.e / (math.e + 1)), abs=1e-6)


def test_triplet_takes_the_nearest_negative_beyond_the_positive() -> None:
    # Anchor 0, positive at 60 degrees (1.0), negatives at 90 (2.0) and 45 (0.586, nearer than the positive).
    embeddings, labels = unit(0, 60, 90, 45), torch.tensor([0, 0, 1, 2])
    squared = (2 - 2 * embeddings @ embeddings.T).tolist()
    first = max(0.0, squared[0][1] - squared[0][2] + 1.5)
    # From the other end both negatives are nearer than the positive: the furthest of them counts.
    second = max(0.0, squared[1][0] - max(squared[1][2], squared[1][3]) + 1.5)
    assert float(triplet(embeddings, labels, margin=1.5)) == pytest.approx((first + second) / 2, abs=1e-5)


def test_triplet_is_nothing_where_all_is_apart_or_nobody_has_a_pair() -> None:
    assert float(triplet(unit(0, 1, 180, 181), torch.tensor([0, 0, 1, 1]), margin=0.2)) == 0.0
    assert float(triplet(unit(0, 90), torch.tensor([0, 1]))) == 0.0
