"""How the box is doing: frames a second, milliseconds by stage, and what a person should look at."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Mapping
from statistics import median

from edge.calibrated import UNCALIBRATED
from edge.types import BoxHealth, SourceState, StageTimes

_WINDOW_FRAMES = 90
# Frames older than this say nothing about how fast the box is now.
_WINDOW_S = 10.0
# Fewer frames a second than this miss what a shot is.
SLOW_FPS = 8.0
_WARM_UP_S = 30.0
_HOT_C = 85.0
_LITTLE_DISK_MB = 200.0
# What trackers leave out on a good day, too: spectators, and whom a new calibration has standing elsewhere.
_USUAL = ("beside the court", "another floor")


class Meter:
    """Remembers the last frames; written by the analysis worker, read by the main thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._start_s = time.monotonic()
        self._frames: deque[tuple[float, float, StageTimes]] = deque(maxlen=_WINDOW_FRAMES)
        self._dropped: Counter[str] = Counter()
        self._odd: deque[tuple[float, Counter[str]]] = deque(maxlen=_WINDOW_FRAMES)

    def add(self, done_s: float, frame_ms: float, times: StageTimes) -> None:
        with self._lock:
            self._frames.append((done_s, frame_ms, times))

    def count(self, done_s: float, dropped: Mapping[str, int]) -> None:
        """By reason, how often the trackers have not taken something as it came since the start."""
        total = Counter({reason: times for reason, times in dropped.items() if reason not in _USUAL})
        with self._lock:
            if total != self._dropped:
                self._odd.append((done_s, total - self._dropped))
                self._dropped = total

    def odd(self) -> Counter[str]:
        """What of that is new in the last seconds, but for what is usual."""
        now_s = time.monotonic()
        with self._lock:
            return sum((new for done_s, new in self._odd if now_s - done_s <= _WINDOW_S), Counter())

    def steady_fps(self) -> float | None:
        """Frames taken a second of late; None while networks warm up."""
        now_s = time.monotonic()
        return self._fps(self._recent(now_s)) if now_s - self._start_s > _WARM_UP_S else None

    def _recent(self, now_s: float) -> list[tuple[float, float, StageTimes]]:
        with self._lock:
            return [held for held in self._frames if now_s - held[0] <= _WINDOW_S]

    @staticmethod
    def _fps(recent: list[tuple[float, float, StageTimes]]) -> float:
        span_s = recent[-1][0] - recent[0][0] if len(recent) > 1 else 0.0
        return (len(recent) - 1) / span_s if span_s > 0 else 0.0

    def health(self, calibration: str, host: dict[str, float], warnings: tuple[str, ...]) -> BoxHealth:
        now_s = time.monotonic()
        recent = self._recent(now_s)
        return BoxHealth(
            fps=self._fps(recent),
            frame_ms=median(held[1] for held in recent) if recent else 0.0,
            uptime_s=now_s - self._start_s,
            calibration=calibration,
            stages_ms=_medians([held[2] for held in recent]),
            host=host,
            warnings=warnings,
        )


def find_warnings(
    source: SourceState,
    calibration: str,
    broker_problem: str,
    host: dict[str, float],
    mount_problem: str = "",
    odd: Mapping[str, int] | None = None,
    fps: float | None = None,
) -> tuple[str, ...]:
    """One line for each thing that is wrong, with what mends it. fps: frames taken a second, once that is known."""
    found = []
    if fps is not None and fps < SLOW_FPS:
        found.append(
            f"too slow: {fps:.1f} frames a second are taken, about {SLOW_FPS:.0f} are needed to see shots and form;"
            " stop what else runs here, or set source.width and source.height smaller"
        )
    if source.state == "reconnecting":
        found.append(f"source: {source.detail}")
    if broker_problem:
        found.append(f"broker: {broker_problem}")
    if mount_problem:
        found.append(mount_problem)
    if calibration == "uncalibrated":
        found.append(UNCALIBRATED)
    if host.get("temperature_c", 0.0) >= _HOT_C:
        found.append(f"hot: {host['temperature_c']:.0f} degrees Celsius; give the box more air")
    if host.get("disk_free_mb", _LITTLE_DISK_MB) < _LITTLE_DISK_MB:
        found.append(f"disk nearly full: {host['disk_free_mb']:.0f} MB are free")
    if odd:
        reasons = ", ".join(f"{reason} ({times})" for reason, times in sorted(odd.items()))
        found.append(f"players are lost for a moment: {reasons}; where that lasts, look at the camera")
    return tuple(found)


def _medians(times: list[StageTimes]) -> dict[str, float]:
    """By stage; a network and the work beside it that share a name are told apart."""
    columns: dict[str, list[float]] = {}
    for one in times:
        for name, value in one.overhead_ms.items():
            if value < 0:  # what has to be taken off the stages' sum for the networks inside them
                continue
            columns.setdefault(name, []).append(value)
        for name, value in one.networks_ms.items():
            columns.setdefault(f"network:{name}", []).append(value)
    return {name: median(values) for name, values in columns.items()}
