"""Form on the box: the analyser in the analysis thread, what others may ask of it from theirs."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from edge.config import Config
from edge.form.alerts import Alerts
from edge.form.analyse import ENOUGH_SHOTS, FormAnalyser
from edge.form.baseline import LEAST_SHOTS
from edge.form.embed import Embedder, open_embedder
from edge.form.errors import FormError
from edge.form.gallery import Gallery, Player
from edge.form.measure import measure
from edge.form.recorder import Recorder
from edge.form.sides import Hand
from edge.types import FormReport, ShotEvent, Snapshot
from engines.backend import EngineError

_log = logging.getLogger(__name__)

VIRTUAL, VIRTUAL_PLAYER = "gym://", "Virtual player"
_AT_ONCE = 200
STARTING = "the box is starting; try again in a moment"


@dataclass(frozen=True, slots=True)
class PlayerLine:
    """Who is enrolled: how many shots are kept, and how many more it takes before the next can be compared."""

    player: Player
    shots: int
    missing: int


class Forming:
    """`open`, `update` and `close` belong to the analysis thread; everything else may be asked from any.

    problem: why form is not analysed, for the box's health; empty where it is. The virtual gym's player needs not be
    asked: he is enrolled at once, and forgotten when the box stops. forgotten: told of who is, for what others keep.
    """

    def __init__(self, config: Config, forgotten: Callable[[str], None] = lambda name: None) -> None:
        self._config, self._forgotten = config, forgotten
        self._virtual: TemporaryDirectory[str] | None = None
        self._lock = threading.Lock()
        self._gallery: Gallery | None = None
        self._analyser: FormAnalyser | None = None
        self._embedder: Embedder | None = None
        self._alerts = Alerts(config.form.alert_pause_s)
        self.problem = "" if config.form.enabled else "switched off by the setting form.enabled"

    @property
    def enabled(self) -> bool:
        return self._config.form.enabled

    def open(self) -> None:
        """What goes wrong is told as `problem`: shots are counted all the same."""
        if not self.enabled:
            return
        engines = self._config.engines
        with self._lock:
            try:
                self._embedder = open_embedder(self._config.form.encoder, engines.backend, engines.threads)
                self._gallery = Gallery(self._path())
                _renew(self._gallery, self._embedder)
                self._analyser = FormAnalyser(self._gallery, self._embedder, Recorder(), measure, _now)
                if self._virtual is not None:
                    self._analyser.enrol(Player(VIRTUAL_PLAYER, _now()))
            except (FormError, EngineError) as error:
                self._fail(error)

    def _path(self) -> Path:
        if not self._config.source.uri.startswith(VIRTUAL):
            return self._config.form_path
        self._virtual = TemporaryDirectory(prefix="courtside-form-")
        return Path(self._virtual.name) / "form.db"

    def close(self) -> None:
        with self._lock:
            self._analyser = None
            if self._gallery is not None:
                self._gallery.close()
        if self._embedder is not None:
            self._embedder.close()
        if self._virtual is not None:
            self._virtual.cleanup()

    def update(self, snapshot: Snapshot, events: Sequence[ShotEvent]) -> list[tuple[FormReport, bool]]:
        """New reports, and whether each is worth an alert."""
        with self._lock:
            if self._analyser is None:
                return []
            try:
                told = self._analyser.update(snapshot, events)
            except FormError as error:
                self._fail(error)
                return []
            if told:
                self.problem = ""
            return [(report, self._alerts.wants(report)) for report in told]

    def _fail(self, error: Exception) -> None:
        if not self.problem:
            _log.warning("form: %s", error)
        self.problem = str(error)

    def enrol(self, name: str, height_m: float | None = None, shots: int = ENOUGH_SHOTS, hand: Hand = "right") -> None:
        """Somebody who agreed takes the next shots. Raises FormError."""
        if not LEAST_SHOTS <= shots <= 100:
            raise FormError(f"{shots} shots: {LEAST_SHOTS} to 100 can be taken at once")
        if height_m is not None and not 0.8 <= height_m <= 2.6:
            raise FormError(f"{height_m:g} m: a height from 0.8 to 2.6 m is possible")
        with self._lock:
            analyser, gallery = self._ready()
            known = {player.name: player for player in gallery.players()}
            player = known.get(name, Player(name, _now(), hand=hand))
            if player.hand != hand:
                raise FormError(f"{name} is enrolled with the {player.hand} hand; forget him to enrol him anew")
            analyser.enrol(replace(player, height_m=height_m or player.height_m), shots)

    def begin_session(self) -> None:
        """Another practice: a change of form is looked for from here on."""
        with self._lock:
            if self._analyser is not None:
                self._analyser.begin_session()

    def stop_enrolling(self) -> None:
        with self._lock:
            self._ready()[0].enrolment = None

    def forget(self, name: str) -> int:
        """How many shots were deleted. Raises FormError."""
        with self._lock:
            count = self._ready()[0].forget(name)
            self._alerts.forget(name)
        self._forgotten(name)
        return count

    def choose(self, shot_id: str, good: bool) -> None:
        """A coach's word on a shot. Raises FormError."""
        with self._lock:
            analyser, gallery = self._ready()
            if not gallery.tell(shot_id, chosen=good):
                raise FormError(f"{shot_id}: no such shot is kept")
            analyser.reread(gallery.player_of(shot_id))

    def use_standard(self, name: str, standard: str) -> None:
        """Which shots somebody's next ones are compared with. Raises FormError."""
        with self._lock:
            analyser, gallery = self._ready()
            gallery.enrol(replace(gallery.player(name), standard=standard))
            analyser.reread(name)

    def export(self, name: str) -> dict[str, Any]:
        """All that is known of somebody. Raises FormError."""
        with self._lock:
            return self._ready()[1].export(name)

    def players(self) -> list[PlayerLine]:
        """Raises FormError."""
        with self._lock:
            gallery = self._ready()[1]
            lines = []
            for player in gallery.players():
                kept, compared = gallery.counts(player.name)
                lines.append(PlayerLine(player, kept, max(0, LEAST_SHOTS - compared)))
            return lines

    def enrolling(self) -> tuple[str, int, int] | None:
        """Whose enrolment goes on, how many shots it has, and how many it wants. Raises FormError."""
        with self._lock:
            now = self._ready()[0].enrolment
            return None if now is None else (now.name, now.taken, now.wanted)

    def reports(self) -> list[FormReport]:
        """The last shots that were looked at, newest first. Raises FormError."""
        with self._lock:
            return list(reversed(self._ready()[0].reports.values()))

    def map_of(self, name: str) -> list[tuple[str, float, float]]:
        """Shots that somebody is compared with: id and place on the map. Raises FormError."""
        with self._lock:
            return self._ready()[0].map_of(name)

    def _ready(self) -> tuple[FormAnalyser, Gallery]:
        if self._analyser is None or self._gallery is None:
            raise FormError(self.problem or STARTING)
        return self._analyser, self._gallery


def _renew(gallery: Gallery, embedder: Embedder) -> None:
    """Fingerprints by another network, or by one that was trained anew since, are made again from the kept motions."""
    old = gallery.of_other_encoders(embedder.name)
    for start in range(0, len(old), _AT_ONCE):
        some = old[start : start + _AT_ONCE]
        embeddings = embedder.embed_all([shot.sequence for shot in some])
        gallery.renew(embedder.name, [shot.shot_id for shot in some], embeddings)


def _now() -> datetime:
    return datetime.now(timezone.utc)
