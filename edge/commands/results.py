"""The folder of results of a recording: what is written as it comes, and what at the end."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from calibration.court import Court
from edge.commands.game_figures import GameFigures
from edge.commands.summary import Summary, write_picture
from edge.publish import messages
from edge.settled_names import SettledNames, Told
from edge.tracking.settled import SettledFrame
from edge.types import Frame, PlayEvent, ShotEvent

if TYPE_CHECKING:
    from edge.pipeline import Step


class Results:
    """Events are told under the numbers that settle half a second later, as in the table of tracks.

    Whole whatever ends the run: leaving the context writes what waits, and the figures and pictures of it.
    """

    def __init__(self, folder: Path, summary: Summary, court: Court | None) -> None:
        self._folder = folder
        self._summary = summary
        self._game = GameFigures(court)
        self._names = SettledNames()
        self._files = ExitStack()

    def __enter__(self) -> Results:
        self._log: TextIO = self._files.enter_context((self._folder / "events.jsonl").open("w", encoding="utf-8"))
        self._tracks: TextIO = self._files.enter_context((self._folder / "tracks.csv").open("w", encoding="utf-8"))
        self._tracks.write("time_s,player,left_px,top_px,right_px,bottom_px,seen\n")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._files:
            self._tell(self._names.rest())
        (self._folder / "shots.txt").write_text(self._summary.text() + "\n", encoding="utf-8")
        picture = self._folder / "shots.png"
        picture.unlink(missing_ok=True)
        if self._summary.shots:
            write_picture(self._summary, picture)
        self._game.write(self._folder)

    def add(self, frame: Frame, step: Step, settled: Sequence[SettledFrame]) -> None:
        """One frame, and what has settled with it of those before."""
        self._summary.add(frame, ())
        self._summary.see(step.snapshot)
        self._names.add(Told(step.snapshot, step.events, step.plays))
        self._settle(settled)

    def finish(self, shots: Sequence[ShotEvent], plays: Sequence[PlayEvent], settled: Sequence[SettledFrame]) -> None:
        """The recording has ended: what was known only then."""
        self._settle(settled)
        self._tell(self._names.rest())
        self._record(self._names.shots(shots), self._names.plays(plays))

    def _settle(self, settled: Sequence[SettledFrame]) -> None:
        self._tell(self._names.settle(settled))
        for frame in settled:
            for track_id, box, seen in zip(frame.track_ids, frame.boxes, frame.seen, strict=True):
                corners = ",".join(f"{edge:.1f}" for edge in box)
                self._tracks.write(f"{frame.time_s:.3f},{track_id},{corners},{int(seen)}\n")

    def _tell(self, ready: Iterable[Told]) -> None:
        for told in ready:
            self._record(told.shots, told.plays)
            self._game.move(told.snapshot)

    def _record(self, shots: tuple[ShotEvent, ...], plays: tuple[PlayEvent, ...]) -> None:
        """One JSON object a line: shots as they are published, plays by the fields of `PlayEvent`, NaN nowhere."""
        now = datetime.now(timezone.utc)
        lines = [messages.shot(shot, now).model_dump_json() for shot in shots]
        lines += [json.dumps(asdict(play), allow_nan=False) for play in plays]
        if lines:
            self._log.write("\n".join(lines) + "\n")
            self._log.flush()
        self._summary.add(None, shots)
        self._game.add((*shots, *plays))
