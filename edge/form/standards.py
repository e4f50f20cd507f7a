"""What each enrolled player's next shot is compared with, kept ready; made anew when the gallery has changed."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from edge.form.atlas import Atlas, update_atlas
from edge.form.baseline import LEAST_SHOTS, Baseline, make_baseline
from edge.form.gallery import ALL, Gallery, KeptShot, Player
from edge.form.launch import LAUNCH
from edge.form.sides import Hand

# Somebody's newest shots are his form; what he did a thousand shots ago is not.
_NEWEST = 200
# A figure is usual where so many shots tell it.
_LEAST_TOLD = 5
VIEW = "view_rad"
"""Of the figures: from where he was seen (`FormSequence.view_rad`)."""


@dataclass(frozen=True, slots=True)
class Standard:
    """Of one player: his hand, the shots that his next ones are compared with, and the distance to them; own: to his
    own shots, by which he is known. None as long as there are too few."""

    hand: Hand
    shots: tuple[KeptShot, ...]
    baseline: Baseline | None
    own: Baseline | None

    def seen_alike(self, view_rad: float) -> list[KeptShot]:
        """Those that were seen from about the same side."""
        assert self.baseline is not None
        alike = self.baseline.seen_alike(view_rad)
        return [shot for shot, same in zip(self.shots, alike, strict=True) if same]


def usual_figures(shots: Sequence[KeptShot]) -> dict[str, float]:
    """Means of what enough of the shots know."""
    names = {name for shot in shots for name in shot.scalars}
    told = {name: [shot.scalars[name] for shot in shots if name in shot.scalars] for name in sorted(names)}
    return {name: float(np.mean(values)) for name, values in told.items() if len(values) >= _LEAST_TOLD}


def baseline_of(shots: Sequence[KeptShot]) -> Baseline:
    """Of shots by one encoder. Raises FormError where they are too few."""
    launches, views = ([shot.scalars.get(name, math.nan) for shot in shots] for name in (LAUNCH, VIEW))
    return make_baseline(np.stack([shot.embedding for shot in shots]), launches, views)


class Standards:
    """`of` and `baselines` read the gallery again only when it has changed."""

    def __init__(self, gallery: Gallery, encoder: str) -> None:
        self._gallery, self._encoder = gallery, encoder
        self._known: dict[str, Standard] = {}
        self._version = -1
        self.atlas: Atlas | None = None

    def refresh(self) -> list[str]:
        """Look whether somebody else wrote, and read everything anew if so; who is no longer enrolled then. Raises
        FormError."""
        version = self._gallery.version
        if version == self._version:
            return []
        before = set(self._known)
        self._version = version
        self._known = {player.name: self._read(player) for player in self._gallery.players()}
        gone = sorted(before - set(self._known))
        if gone:
            self.atlas = None
        self._draw()
        return gone

    def reread(self, name: str) -> None:
        """Of one player, whose shots were changed through the same connection, and of those who are compared with him.
        Raises FormError."""
        for player in self._gallery.players():
            if name in (player.name, player.standard):
                self._known[player.name] = self._read(player)
        self._draw()

    def forget(self, name: str) -> None:
        """Of one who is no longer enrolled; whoever was compared with him is compared with his own shots."""
        self._version = -1
        self._known.pop(name, None)
        self.atlas = None
        self.refresh()

    def _draw(self) -> None:
        everything = [shot.embedding for one in self._known.values() for shot in one.shots]
        if everything:
            self.atlas = update_atlas(self.atlas, np.stack(everything))

    def of(self, name: str) -> Standard | None:
        """None where nobody of that name is enrolled."""
        return self._known.get(name)

    def hands(self) -> list[Hand]:
        """Those that somebody who is enrolled shoots with, the right one first; the right one where nobody is."""
        return sorted({one.hand for one in self._known.values()}, reverse=True) or ["right"]

    def known(self, hands: Collection[Hand]) -> dict[str, Standard]:
        """Everybody of these hands who has shots enough to be known by."""
        return {name: one for name, one in self._known.items() if one.own is not None and one.hand in hands}

    def _read(self, player: Player) -> Standard:
        shots = self._ours(self._gallery.standard_of(player.name, _NEWEST))
        baseline = baseline_of(shots) if len(shots) >= LEAST_SHOTS else None
        if player.standard == ALL:
            return Standard(player.hand, tuple(shots), baseline, baseline)
        own = self._ours(self._gallery.chosen(player.name, ALL, _NEWEST))
        return Standard(player.hand, tuple(shots), baseline, baseline_of(own) if len(own) >= LEAST_SHOTS else None)

    def _ours(self, shots: Sequence[KeptShot]) -> list[KeptShot]:
        # What another encoder said cannot be compared with what this one says.
        return [shot for shot in shots if shot.encoder == self._encoder]
