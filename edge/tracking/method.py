"""What any method of tracking is to the rest of the house, and the one place that opens the one in the settings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Protocol

from edge.config import TrackingConfig
from edge.tracking.ball import BallTracker, Person
from edge.tracking.bootstrap import BootstrapPlayerTracker
from edge.tracking.paper import PaperPlayerTracker
from edge.tracking.paper_ball import PaperBallTracker
from edge.tracking.places import Floor
from edge.tracking.players import Embed, PlayerTracker
from edge.tracking.settled import SettledFrame
from edge.types import BallState, FloatArray, TrackStatus


class Track(Protocol):
    """One player. mean (7,): x, y px of the box's centre, vx, vy px/s, var x, cov xy, var y px^2; misses: frames since
    he was last seen; confidence: of the box that he was last seen in."""

    @property
    def track_id(self) -> int: ...
    @property
    def box(self) -> FloatArray: ...
    @property
    def mean(self) -> FloatArray: ...
    @property
    def status(self) -> TrackStatus: ...
    @property
    def misses(self) -> int: ...
    @property
    def confidence(self) -> float: ...


class TracksPlayers(Protocol):
    """Follows the persons of a frame's boxes. dropped: by reason, how often something was not taken as it came."""

    @property
    def tracks(self) -> Sequence[Track]: ...
    @property
    def dropped(self) -> Counter[str]: ...

    def update(
        self,
        time_s: float,
        boxes: FloatArray,
        confidence: FloatArray,
        move: FloatArray | None,
        embed: Embed | None,
        floor: Floor | None = None,
        image_size: tuple[int, int] | None = None,
    ) -> Sequence[Track]: ...

    def rivals(self) -> dict[int, tuple[FloatArray, float]]: ...

    def particles(self) -> tuple[FloatArray, bool]: ...

    def settled(self) -> list[SettledFrame]: ...

    def finish(self) -> list[SettledFrame]: ...

    def reset(self) -> None: ...


class TracksBall(Protocol):
    """Follows the ball among a frame's candidates. dropped: as of `TracksPlayers`."""

    @property
    def dropped(self) -> Counter[str]: ...

    def update(
        self,
        time_s: float,
        candidates: FloatArray,
        move: FloatArray | None,
        people: Sequence[Person] = (),
        image_size: tuple[int, int] = (1280, 720),
    ) -> BallState | None: ...

    def expected(self, after_s: float) -> FloatArray | None: ...

    def particles(self) -> FloatArray: ...

    def reset(self) -> None: ...


def open_player_tracker(config: TrackingConfig) -> TracksPlayers:
    """The tracker of players that `tracking.method` names."""
    methods: dict[str, Callable[[TrackingConfig], TracksPlayers]] = {
        "joint": PlayerTracker,
        "bootstrap": BootstrapPlayerTracker,
        "paper": PaperPlayerTracker,
    }
    return methods[config.method](config)


def open_ball_tracker(config: TrackingConfig) -> TracksBall:
    """The tracker of the ball that `tracking.method` names."""
    return PaperBallTracker(config) if config.method == "paper" else BallTracker(config)
