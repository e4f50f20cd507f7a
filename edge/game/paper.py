"""Possession, passes and shots by the paper's rules: selectable as `game.method: paper`, to be measured beside ours.

The rules themselves, each with its section, are in edge/game/paper_rules.py; here is their order in time. They know no
doubt: every event's confidence is 1.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from calibration.court import Court
from edge.game import paper_rules as rules
from edge.game.paper_rules import Body, Point, Reading, Scene
from edge.types import Outcome, PlayEvent, PlayKind, ShotEvent, ShotPhase, Snapshot


@dataclass(slots=True)
class _Stint:
    """Somebody has had the ball since `first` and, as far as the rule sees, for `frames` frames until `last`."""

    holder: Body
    first: Scene
    last: Scene
    frames: int = 1
    # Where he was in the last frames, as far back as the rule on candidates looks.
    places: deque[float] = field(default_factory=lambda: deque(maxlen=rules.MOTION_FRAMES + 1))


@dataclass(slots=True)
class _Release:
    """The ball has left the holder: since when, for how many frames on end it has moved on, and what that makes it."""

    scene: Scene
    motion: int = 0
    candidate: Scene | None = None
    dribbled: bool = False


class PaperPlayFinder:
    """`update` takes the snapshots of one source in order and returns possessions, passes and dribbles as they end."""

    def __init__(self, reading: Reading = rules.MEANT) -> None:
        self._reading = reading
        self._ball: deque[Point] = deque(maxlen=3)
        self._stint: _Stint | None = None
        self._release: _Release | None = None

    def use(self, court: Court | None) -> None:
        """The rules are told in pixels: they know of no court."""

    def update(self, snapshot: Snapshot, shots: Sequence[ShotEvent] = ()) -> list[PlayEvent]:
        """What this snapshot completes. A frame in which the ball is lost changes nothing. shots are not used: the rule
        on what is a shot is looked at here too."""
        events = self._forget() if snapshot.scene_cut else []
        scene = rules.look(snapshot)
        if scene is None:
            return events
        self._ball.append(scene.ball)
        self._see_holder(scene)
        if rules.at_ring(scene.ball, scene.rim):
            # Shot Determination: that is a shot, so no pass comes of it.
            return events + self._close()
        owner = rules.possessor(scene.bodies, scene.ball)
        if owner is not None:
            return events + self._has(owner, scene)
        if self._stint is not None:
            self._follow(self._stint, scene)
        return events

    def finish(self) -> list[PlayEvent]:
        """The source has ended: the last possession."""
        return self._close()

    def _forget(self) -> list[PlayEvent]:
        self._ball.clear()
        return self._close()

    def _see_holder(self, scene: Scene) -> None:
        stint = self._stint
        if stint is not None:
            stint.holder = _now(stint.holder, scene)
            stint.places.append(stint.holder.x)

    def _has(self, owner: Body, scene: Scene) -> list[PlayEvent]:
        stint, release = self._stint, self._release
        self._release = None
        if stint is None or stint.holder.track_id != owner.track_id:
            events = [] if stint is None or release is None else _passed(stint, release, owner, scene)
            events = events + self._close()
            self._stint = _Stint(owner, scene, scene)
            self._stint.places.append(owner.x)
            return events
        stint.last = scene
        stint.frames += 1
        # Pass Candidate Identification: what is no candidate "is deemed to have been dribbled by the player".
        return [] if release is None or not release.dribbled else [_dribble(stint, release, scene)]

    def _follow(self, stint: _Stint, scene: Scene) -> None:
        """The steps of Pass Determination from the release to the candidate."""
        if self._release is None:
            if not rules.released(stint.holder, scene.ball, self._reading):
                return
            self._release = _Release(scene)
        release = self._release
        # Duration of Motion: over five frames, without a break.
        release.motion = release.motion + 1 if rules.in_motion(self._ball) else 0
        if release.motion < rules.MOTION_FRAMES or release.candidate is not None:
            return
        if rules.is_candidate(stint.holder, stint.places[0], scene.ball, self._reading):
            release.candidate = scene
        else:
            release.dribbled = True

    def _close(self) -> list[PlayEvent]:
        stint, self._stint, self._release = self._stint, None, None
        if stint is None:
            return []
        return [
            PlayEvent(
                PlayKind.POSSESSION, stint.first.index, stint.last.index, stint.first.time_s, stint.last.time_s,
                stint.holder.track_id, stint.holder.team, start_xy_m=_court(stint.holder, stint.first),
                end_xy_m=_court(stint.holder, stint.last), confidence=1.0, evidence={"frames": stint.frames},
            )
        ]  # fmt: skip


def _passed(stint: _Stint, release: _Release, receiver: Body, scene: Scene) -> list[PlayEvent]:
    """Pass Confirmation, and Pass Success Identification by the receiver's team."""
    if release.candidate is None:
        return []
    passer = stint.holder
    known = passer.team is not None and receiver.team is not None
    return [
        PlayEvent(
            PlayKind.PASS, release.scene.index, scene.index, release.scene.time_s, scene.time_s, passer.track_id,
            passer.team, receiver.track_id, passer.team == receiver.team if known else None,
            _court(passer, release.scene), receiver.court_xy_m, 1.0, {"candidate_index": release.candidate.index},
        )
    ]  # fmt: skip


def _dribble(stint: _Stint, release: _Release, scene: Scene) -> PlayEvent:
    return PlayEvent(
        PlayKind.DRIBBLE, release.scene.index, scene.index, release.scene.time_s, scene.time_s, stint.holder.track_id,
        stint.holder.team, start_xy_m=_court(stint.holder, release.scene), end_xy_m=stint.holder.court_xy_m,
        confidence=1.0,
    )  # fmt: skip


def _now(body: Body, scene: Scene) -> Body:
    """Somebody as he is in this frame; out of sight he is as he was."""
    return next((one for one in scene.bodies if one.track_id == body.track_id), body)


def _court(body: Body, scene: Scene) -> tuple[float, float] | None:
    """Where somebody stood in a frame of the past."""
    return next((one.court_xy_m for one in scene.bodies if one.track_id == body.track_id), None)


class PaperShotFinder:
    """`update` takes the snapshots of one source in order. A shot is told when the ball comes to the ring, all at once,
    and never whether it went in: the paper has no rule for that. session: what every shot's id begins with."""

    def __init__(self, session: str = "shot") -> None:
        self._session = session
        self._count = 0
        self._forget()

    def _forget(self) -> None:
        self._shooter: Body | None = None
        self._had: Scene | None = None
        self._release: Scene | None = None
        self._was_at_ring = False

    def update(self, snapshot: Snapshot) -> list[ShotEvent]:
        """NEW and END of a shot in the frame in which the ball comes into the ring's window."""
        if snapshot.scene_cut:
            self._forget()
        scene = rules.look(snapshot)
        if scene is None:
            return []
        comes = rules.at_ring(scene.ball, scene.rim) and not self._was_at_ring
        self._was_at_ring = rules.at_ring(scene.ball, scene.rim)
        if comes and self._shooter is not None and self._had is not None:
            return self._shot(self._shooter, self._had, self._release or scene, scene)
        owner = rules.possessor(scene.bodies, scene.ball)
        if owner is not None:
            self._shooter, self._had, self._release = owner, scene, None
        elif self._shooter is not None and self._release is None:
            self._shooter = _now(self._shooter, scene)
            self._release = scene if rules.released(self._shooter, scene.ball) else None
        return []

    def finish(self) -> list[ShotEvent]:
        """Nothing is ever open."""
        return []

    def _shot(self, shooter: Body, had: Scene, release: Scene, scene: Scene) -> list[ShotEvent]:
        """By whoever had it last: a shot without one is none, as the error analysis has it of those that it missed. The
        next shot needs somebody who has had the ball since. When it was released is told as of a pass."""
        self._count += 1
        self._shooter = self._release = None
        return [
            ShotEvent(
                f"{self._session}-{self._count}", phase, release.index, release.time_s, shooter.track_id, outcome, 1.0,
                rim_index=scene.index, court_xy_m=_court(shooter, had), evidence={"last_possession_index": had.index},
            )
            for phase, outcome in ((ShotPhase.NEW, None), (ShotPhase.END, Outcome.UNKNOWN))
        ]  # fmt: skip
