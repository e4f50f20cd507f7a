"""What embeddings are pulled together and pushed apart by."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def nt_xent(embeddings: Tensor, labels: Tensor, temperature: float = 0.1, groups: Tensor | None = None) -> Tensor:
    """Normalised temperature-scaled cross entropy (Chen et al. 2020, eq. 1) of unit vectors (B, D).

    labels (B,): those of one label are each other's positives, two of a clip in phase 1; with more of them the mean
    over each one's positives (Khosla et al. 2020, eq. 2). groups (B,): only those of one group are pushed apart.
    """
    alike = labels[:, None] == labels[None]
    self_ = torch.eye(len(labels), dtype=torch.bool, device=labels.device)
    left_out = self_ if groups is None else self_ | (groups[:, None] != groups[None])
    logits = (embeddings @ embeddings.T / temperature).masked_fill(left_out, -1e9)
    log_share = functional.log_softmax(logits, dim=1)
    positive = (alike & ~left_out).float()
    count = positive.sum(1)
    return -((log_share * positive).sum(1)[count > 0] / count[count > 0]).mean()


def triplet(embeddings: Tensor, labels: Tensor, margin: float = 0.2) -> Tensor:
    """Triplet loss on squared distances with a margin (Schroff et al. 2015, eq. 3), semi-hard negatives (their section
    3.2): for each anchor and positive the nearest negative that is further than the positive, else the furthest."""
    squared = (2.0 - 2.0 * embeddings @ embeddings.T).clamp(min=0.0)
    alike = labels[:, None] == labels[None]
    self_ = torch.eye(len(labels), dtype=torch.bool, device=labels.device)
    anchor, positive = torch.nonzero(alike & ~self_, as_tuple=True)
    if len(anchor) == 0:
        return embeddings.sum() * 0.0
    near = squared[anchor, positive][:, None]
    others = squared[anchor]
    other = ~alike[anchor]
    beyond = others.masked_fill(~other | (others <= near), 9.0).amin(1)
    furthest = others.masked_fill(~other, -1.0).amax(1)
    negative = torch.where(beyond < 9.0, beyond, furthest)
    return functional.relu(near[:, 0] - negative + margin).mean()
