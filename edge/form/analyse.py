"""From a shot to what is told of its form: clip, fingerprint, whose it is, how far from usual, and in which way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from edge.form.baseline import LEAST_SHOTS
from edge.form.drift import DriftWatch
from edge.form.errors import FormError
from edge.form.explain import deviation, find_faults, launch_fault, usual_form
from edge.form.gallery import Gallery, KeptShot, Player
from edge.form.identify import Identifier
from edge.form.launch import LAUNCH
from edge.form.measure import Measured
from edge.form.sides import Hand
from edge.form.standards import Standard, Standards, usual_figures
from edge.types import FloatArray, FormReport, FormSequence, Outcome, ShotClip, ShotEvent, ShotPhase, Snapshot

ENOUGH_SHOTS = 10
# After the release an arm stays up so long at most; then the follow-through is looked at.
_FOLLOWED_S = 1.0
_KEPT_REPORTS = 30
_ELSEWHERE = "seen from another side than at the enrolment; shoot from there, or enrol from here too"


class Encodes(Protocol):
    """A shot's fingerprint (D,), and the name of the network that makes it."""

    name: str

    def embed(self, sequence: FormSequence) -> FloatArray: ...


class Cuts(Protocol):
    """Remembers what was seen, and cuts shots out of it. `cut` raises FormError."""

    def update(self, snapshot: Snapshot) -> None: ...

    def cut(self, event: ShotEvent, hand: Hand | None = None) -> ShotClip: ...


@dataclass(slots=True)
class _Open:
    """A shot whose follow-through is not over; hand: as which it was looked at."""

    event: ShotEvent
    report: FormReport
    hand: Hand


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is known of a shot by itself; embedding (D,)."""

    measured: Measured
    embedding: FloatArray


@dataclass(slots=True)
class Enrolment:
    """Somebody who agreed takes shots: whose track it is, once one was taken, and how many are there."""

    name: str
    wanted: int
    track_id: int | None = None
    taken: int = 0


class FormAnalyser:
    """`update` takes snapshots and shot events of one source in order. Belongs to the thread of its gallery."""

    def __init__(
        self,
        gallery: Gallery,
        encoder: Encodes,
        recorder: Cuts,
        measure: Callable[[ShotClip, Hand], Measured],
        now: Callable[[], datetime],
    ) -> None:
        self._gallery, self._encoder, self._recorder = gallery, encoder, recorder
        self._measure, self._now = measure, now
        self._standards = Standards(gallery, encoder.name)
        self._identifier = Identifier()
        self._drift = DriftWatch()
        self._open: list[_Open] = []
        self.enrolment: Enrolment | None = None
        self.reports: dict[str, FormReport] = {}

    def enrol(self, player: Player, wanted: int = ENOUGH_SHOTS) -> None:
        """The next shots are this player's, who has agreed to be known. Raises FormError."""
        self._gallery.enrol(player)
        self.enrolment = Enrolment(player.name, wanted)

    def begin_session(self) -> None:
        """A change of form within a session is looked for in the shots from here on."""
        self._drift = DriftWatch()

    def forget(self, name: str) -> int:
        """Delete everything of a player, here and in the file; how many shots that were. Raises FormError."""
        count = self._gallery.forget(name)
        self._standards.forget(name)
        self._let_go(name)
        return count

    def _let_go(self, name: str) -> None:
        """Of somebody who is no longer enrolled nothing stays in memory, nor as whom others' shots are near."""
        self._identifier.forget(name)
        self._drift.forget(name)
        self.reports.clear()
        self._open.clear()
        if self.enrolment is not None and self.enrolment.name == name:
            self.enrolment = None

    def reread(self, name: str) -> None:
        """Of one player the gallery has been changed through the same connection."""
        self._standards.reread(name)

    def map_of(self, name: str) -> list[tuple[str, float, float]]:
        """The shots that somebody is compared with: id and place on the map; nothing where there is no map yet."""
        standard, atlas = self._standards.of(name), self._standards.atlas
        if standard is None or atlas is None:
            return []
        return [(shot.shot_id, *map(float, atlas.place(shot.embedding))) for shot in standard.shots]  # type: ignore[misc]

    def update(self, snapshot: Snapshot, events: Sequence[ShotEvent]) -> list[FormReport]:
        """Reports that this snapshot makes possible: `new` for shots just released, `update` once followed through.

        Raises FormError where the gallery cannot be used."""
        self._recorder.update(snapshot)
        told = [self._new(event, snapshot) for event in events if event.phase is ShotPhase.NEW]
        for event in events:
            if event.outcome in (Outcome.MADE, Outcome.MISSED):
                self._outcome(event.shot_id, event.outcome)
        over = [one for one in self._open if snapshot.time_s - one.event.release_time_s >= _FOLLOWED_S]
        self._open = [one for one in self._open if one not in over]
        return [*told, *(report for one in over if (report := self._followed(one)) is not None)]

    def _outcome(self, shot_id: str, outcome: Outcome) -> None:
        if self._gallery.tell(shot_id, outcome=outcome):
            self._standards.reread(self._gallery.player_of(shot_id))

    def _new(self, event: ShotEvent, snapshot: Snapshot) -> FormReport:
        for name in self._standards.refresh():
            self._let_go(name)
        try:
            seen = self._see(event)
        except FormError as error:
            return self._remember(_abstain(event, str(error)))
        alone_s = event.release_time_s if len(snapshot.players) == 1 else None
        hand, report, by_track = self._compare(event, seen, alone_s)
        measured, embedding = seen[hand].measured, seen[hand].embedding
        shot = KeptShot(event.shot_id, self._now(), self._encoder.name, embedding, measured.sequence, measured.scalars)
        report = self._keep(report, shot, alone_s, by_track)
        if report.player is not None and report.distance is not None:
            report = replace(report, drift=self._drift.add(report.player, embedding))
        self._open.append(_Open(event, report, hand))
        return self._remember(report)

    def _see(self, event: ShotEvent) -> dict[Hand, _Seen]:
        """As a shot with each hand that it may be. Raises FormError where it is none that can be compared."""
        enrolment = self.enrolment
        hands = self._standards.hands() if enrolment is None else [self._gallery.player(enrolment.name).hand]
        seen: dict[Hand, _Seen] = {}
        problem: FormError | None = None
        for hand in hands:
            try:
                measured = self._measure(self._recorder.cut(event, hand), hand)
            except FormError as error:
                problem = problem or error
                continue
            seen[hand] = _Seen(measured, self._encoder.embed(measured.sequence))
        if problem is not None and not seen:
            raise problem
        return seen

    def _compare(
        self, event: ShotEvent, seen: Mapping[Hand, _Seen], alone_s: float | None
    ) -> tuple[Hand, FormReport, bool]:
        """With everybody's own shots, as one of his hand's; the hand of whom it is found to be, and whether his track
        was known before. alone_s: when it was, if nobody else was in view."""
        known = self._standards.known(seen)
        who = self._identifier.identify(
            event.player_id, {name: seen[one.hand].embedding for name, one in known.items()},
            {name: one.own for name, one in known.items() if one.own is not None}, alone_s,
        )  # fmt: skip
        name = who.name if self.enrolment is None else None
        hand = next(iter(seen)) if name is None else known[name].hand
        shot = seen[hand]
        report = replace(
            _abstain(event, ""), player=name, scalars=shot.measured.scalars, pose=shot.measured.sequence.pose,
            nearest=who.nearest, map_xy=self._place(shot.embedding),
        )  # fmt: skip
        if name is None:
            return hand, replace(report, reason=_nobody(list(known))), who.by_track
        height_m = self._gallery.player(name).height_m
        return hand, _against(report, known[name], shot, height_m), who.by_track

    def _place(self, embedding: FloatArray) -> tuple[float, float] | None:
        atlas = self._standards.atlas
        if atlas is None:
            return None
        x, y = atlas.place(embedding)
        return float(x), float(y)

    def _keep(self, report: FormReport, shot: KeptShot, alone_s: float | None, by_track: bool) -> FormReport:
        """Shots of an enrolment, and later ones of whoever is known; what deviates is no standard for others.

        A shot that is unlike him is kept as his only where his track was known before: another has not agreed to it."""
        enrolment = self.enrolment
        if enrolment is None:
            if report.player is not None and (by_track or report.verdict == "consistent"):
                self._gallery.add(report.player, replace(shot, chosen=False if report.verdict == "deviates" else None))
            return report
        if enrolment.track_id is None or alone_s is not None:
            enrolment.track_id = report.player_id
        if report.player_id != enrolment.track_id:
            return replace(report, reason=f"{enrolment.name} is taking shots; this one was somebody else's")
        if report.player_id is not None:
            self._identifier.assign(report.player_id, enrolment.name, alone_s)
        self._gallery.add(enrolment.name, replace(shot, enrolled=True))
        self._standards.reread(enrolment.name)
        enrolment.taken += 1
        missing = enrolment.wanted - enrolment.taken
        if missing <= 0:
            self.enrolment = None
        told = f"shot {enrolment.taken} of {enrolment.wanted} to know {enrolment.name}"
        return replace(report, player=enrolment.name, reason=told, enrolled=enrolment.taken)

    def _followed(self, one: _Open) -> FormReport | None:
        """The same shot with what only its follow-through tells."""
        try:
            scalars = self._measure(self._recorder.cut(one.event, one.hand), one.hand).scalars
        except FormError:
            return None
        # The launch stays as it was told when as little of the flight was seen as of the shots to come.
        if LAUNCH in one.report.scalars:
            scalars = {**scalars, LAUNCH: one.report.scalars[LAUNCH]}
        self._gallery.tell(one.event.shot_id, scalars=scalars)
        return self._remember(replace(one.report, phase="update", scalars=scalars))

    def _remember(self, report: FormReport) -> FormReport:
        self.reports[report.shot_id] = report
        while len(self.reports) > _KEPT_REPORTS:
            del self.reports[next(iter(self.reports))]
        return report


def _abstain(event: ShotEvent, reason: str) -> FormReport:
    return FormReport(
        event.shot_id, "new", event.release_time_s, event.player_id, None, "abstain", None, reason, (), {}
    )  # fmt: skip


def _nobody(known: list[str]) -> str:
    if not known:
        return f"nobody is enrolled with {LEAST_SHOTS} shots yet: enrol a player and let him take ten"
    return f"whose shot this is is not sure; enrolled: {', '.join(known)}"


def _against(report: FormReport, standard: Standard, shot: _Seen, height_m: float | None) -> FormReport:
    measured = shot.measured
    if standard.baseline is None:
        missing = LEAST_SHOTS - len(standard.shots)
        return replace(report, reason=f"{missing} more shots of those that this one is to be compared with are needed")
    if not standard.baseline.knows(measured.sequence.view_rad):
        return replace(report, reason=_ELSEWHERE)
    launch_deg = measured.scalars.get(LAUNCH, float("nan"))
    distance = standard.baseline.distance(shot.embedding, launch_deg)
    alike = standard.seen_alike(measured.sequence.view_rad)
    usual = [shot.sequence for shot in alike]
    report = replace(
        report, distance=distance, verdict="consistent", reason="", baseline=usual_form(usual),
        deviation=deviation(measured.sequence, usual), usual=usual_figures(alike),
    )  # fmt: skip
    if distance <= 1:
        return report
    faults = find_faults(
        measured.sequence, usual, measured.set_frame, height_m, launch_fault(standard.baseline, launch_deg)
    )
    reason = "" if faults else "the whole motion is unusual, no single part of it by much"
    return replace(report, verdict="deviates", faults=faults, reason=reason)
