"""How long after a release a player hears of his form: the whole box live on the virtual gym, to an MQTT subscriber.

    make bench-alert ARGS="--minutes 4 --json alert.json"

The box runs as `courtside run` runs it, in real time: frames that come while it is busy are dropped, and the ball
must be seen to fly before a shot is one. From the release on the source's clock to the subscriber's callback:

- release_to_shot_ms: until the box is sure of a shot (frames that have to be seen, and their analysis),
- shot_to_report_ms: clip, phases, fingerprint, comparison, words,
- report_to_subscriber_ms: outbox on the disk, broker, subscriber.

`frames_per_s` tells how many frames the machine could take; a release lies between two of them.

All shots count whose form was looked at (`form/shot`), and apart from them those that became alerts. What the analyser
itself costs is timed apart: `analyser_ms` a shot, `encoder_ms` of it in the network; `dtw_ms` is what a comparison with
as many usual shots by dynamic time warping of raw poses takes.
"""

from __future__ import annotations

import json
import socket
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import paho.mqtt.client as mqtt

from edge.capture import open_source
from edge.config import Config, SourceConfig, parse
from edge.daemon import Parts, run_box
from edge.form.embed import open_embedder
from edge.form.normalise import normalise
from edge.form.recorder import Recorder
from edge.forming import Forming
from edge.simulator import VirtualGym
from edge.simulator.truth import PlayerTruth
from edge.types import BallState, FloatArray, Frame, PlayerState, ShotEvent, ShotPhase, Snapshot, TrackStatus
from tests.bench.common import Figure, parser, report, table

_USUAL_SHOTS = 10
# A shot is sure once the ball was seen to fly for so long.
_SURE_S = 0.25
# Frames within so long of a release tell what its time was on this machine's clock.
_ABOUT_S = 0.5


class Ears:
    """A subscriber that notes when what came."""

    def __init__(self, port: int, prefix: str) -> None:
        self.heard: dict[tuple[str, str], tuple[dict, float]] = {}
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="bench-alert")
        self._client.on_message = self._message
        self._prefix = prefix
        self._client.connect("127.0.0.1", port)
        self._client.subscribe([(f"{prefix}/{topic}", 1) for topic in ("shot", "form/shot", "form/alert")])
        self._client.loop_start()

    def _message(self, client: object, data: object, message: mqtt.MQTTMessage) -> None:
        now_s = time.monotonic()
        told = json.loads(message.payload)
        if told["phase"] == "new":
            self.heard[(message.topic[len(self._prefix) + 1 :], told["shot_id"])] = (told, now_s)

    def close(self) -> None:
        self._client.loop_stop()
        self._client.disconnect()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Clocked:
    """The source, and how far its clock is behind this machine's: told by the frame that waited least to be taken of
    those about a moment, since a gym that cannot keep up lets its clock fall back."""

    def __init__(self, config: SourceConfig) -> None:
        self._source = open_source(config)
        self._taken: list[tuple[float, float]] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._source, name)

    def __iter__(self) -> Iterator[Frame]:
        for frame in self._source:
            self._taken.append((frame.time_s, time.monotonic() - frame.time_s))
            yield frame

    def behind_s(self, time_s: float) -> float:
        return min(behind for at_s, behind in self._taken if abs(at_s - time_s) <= _ABOUT_S)

    def frames_per_s(self) -> float:
        (first, begun), (last, ended) = self._taken[0], self._taken[-1]
        return len(self._taken) / (last + ended - first - begun)


def watch(config: Config, minutes: float) -> tuple[dict[tuple[str, str], tuple[dict, float]], Clocked]:
    """What a subscriber heard while the box ran for so long, and the clock of its source."""
    stop, failed, sources = threading.Event(), [], []

    def opened(settings: SourceConfig) -> Clocked:
        sources.append(Clocked(settings))
        return sources[0]

    def run() -> None:
        try:
            run_box(config, stop=stop, parts=Parts(open_source=opened))
        except Exception as error:
            failed.append(error)

    box = threading.Thread(target=run)
    box.start()
    try:
        _wait_for_page(config.web.port)
        ears = Ears(config.mqtt.port, f"courtside/{config.site}/{config.court}")
        end_s = time.monotonic() + 60 * minutes
        while time.monotonic() < end_s and not failed:
            time.sleep(5.0)
            shots = sum(topic == "form/shot" for topic, _ in ears.heard)
            print(f"{max(0.0, end_s - time.monotonic()):.0f} s left, {shots} shots", file=sys.stderr)
        ears.close()
    finally:
        stop.set()
        box.join()
    if failed:
        raise SystemExit(f"the box failed: {failed[0]}")
    return ears.heard, sources[0]


def _wait_for_page(port: int) -> None:
    for _ in range(240):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/form.json", timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    raise SystemExit("the box did not start within two minutes")


def delays(heard: dict[tuple[str, str], tuple[dict, float]], clock: Clocked) -> dict[str, list[float]]:
    """Milliseconds by stage, of every shot whose form was looked at."""
    found: dict[str, list[float]] = {
        "release_to_subscriber": [], "release_to_shot": [], "shot_to_report": [], "report_to_subscriber": [],
        "alert_to_subscriber": [],
    }  # fmt: skip
    # Messages carry the wall clock, releases the source's.
    wall_s = time.time() - time.monotonic()
    for (topic, shot_id), (told, now_s) in heard.items():
        if topic == "shot" or ("shot", shot_id) not in heard:
            continue
        shot = heard[("shot", shot_id)][0]
        release_s = float(shot["release_time_s"])
        release_s += clock.behind_s(release_s)
        if topic == "form/alert":
            found["alert_to_subscriber"].append(1000 * (now_s - release_s))
            continue
        sure_s, told_s = (_monotonic(one["time"], wall_s) for one in (shot, told))
        found["release_to_subscriber"].append(1000 * (now_s - release_s))
        found["release_to_shot"].append(1000 * (sure_s - release_s))
        found["shot_to_report"].append(1000 * (told_s - sure_s))
        found["report_to_subscriber"].append(1000 * (now_s - told_s))
    return found


def _monotonic(time_text: str, wall_s: float) -> float:
    return datetime.fromisoformat(time_text.replace("Z", "+00:00")).timestamp() - wall_s


class _Costs(Forming):
    """Times what a shot costs in the analysis thread, and keeps the sequences."""

    costs_ms: list[float]

    def update(self, snapshot: Snapshot, events: tuple[ShotEvent, ...]):  # type: ignore[no-untyped-def,override]
        start = time.perf_counter()
        told = super().update(snapshot, events)
        if any(one.phase == "new" for one, _ in told):
            self.costs_ms.append(1000 * (time.perf_counter() - start))
        return told


def shots_of_gym(seconds: float, seed: int = 3, fps: float = 30.0) -> Iterator[tuple[Snapshot, tuple[ShotEvent, ...]]]:
    """The virtual gym's play as the box would see it if nothing were hidden, with every shot when it would be sure."""
    rng = np.random.default_rng(seed)
    told = 0
    for truth in VirtualGym("form", seed=seed, width=1280, height=720, fps=fps).play():
        if truth.time_s > seconds:
            return
        players = tuple(_seen(one, rng) for one in truth.players if one.box is not None)
        ball = None
        if truth.ball is not None:
            at = truth.ball.centre_px
            ball = BallState(at, np.zeros(2), truth.ball.radius_px, np.eye(2), TrackStatus.CONFIRMED, 0.9)
        shown = np.zeros((0, 4), np.float32)
        snapshot = Snapshot(truth.index, truth.time_s, (1280, 720), players, ball, shown, None)
        events: tuple[ShotEvent, ...] = ()
        if told < len(truth.shots):
            shot = truth.shots[told]
            if shot.release_time_s is not None and truth.time_s >= shot.release_time_s + _SURE_S:
                told += 1
                release = ShotEvent(
                    f"gym-{told}", ShotPhase.NEW, truth.index, shot.release_time_s, shot.player_id, None, 0.9
                )
                events = (release,)
        yield snapshot, events


def _seen(player: PlayerTruth, rng: np.random.Generator) -> PlayerState:
    joints = np.column_stack([player.keypoints_px + rng.normal(0.0, 2.0, (17, 2)), np.full(17, 0.8)])
    box = np.asarray(player.box)
    return PlayerState(player.player_id, box, np.zeros(2), np.eye(2), TrackStatus.CONFIRMED, 0.9, joints)


def analyser_costs(seconds: float) -> dict[str, Figure]:
    """The analyser on the virtual gym's truth, faster than real time."""
    embedder = open_embedder()
    with tempfile.TemporaryDirectory() as folder:
        forming = _Costs(parse({"data_dir": folder}, "benchmark"))
        forming.costs_ms = []
        forming.open()
        recorder = Recorder()
        sequences = []
        for snapshot, events in shots_of_gym(seconds):
            recorder.update(snapshot)
            forming.update(snapshot, events)
            sequences += [normalise(recorder.cut(event)) for event in events]
        forming.close()
        costs = forming.costs_ms[_USUAL_SHOTS:] or forming.costs_ms
    encoder_ms = _median_ms(lambda: embedder.embed(sequences[0]), 50)
    usual = [one.pose for one in sequences[:_USUAL_SHOTS]]
    dtw_ms = _median_ms(lambda: [_dtw(sequences[-1].pose, one) for one in usual], 3)
    return {
        "analyser_ms": float(np.median(costs)), "encoder_ms": encoder_ms, "dtw_ms": dtw_ms,
        "analyser_time_ratio_to_dtw": float(np.median(costs)) / dtw_ms,
    }  # fmt: skip


def _median_ms(work, times: int) -> float:  # type: ignore[no-untyped-def]
    spent = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        spent.append(1000 * (time.perf_counter() - start))
    return float(np.median(spent))


def _dtw(one: FloatArray, other: FloatArray) -> float:
    """Dynamic time warping of two sequences (64, 17, 2)."""
    away = np.linalg.norm(np.nan_to_num(one)[:, None] - np.nan_to_num(other)[None], axis=3).mean(axis=2)
    total = np.full((len(one) + 1, len(other) + 1), np.inf)
    total[0, 0] = 0.0
    for i in range(len(one)):
        for k in range(len(other)):
            total[i + 1, k + 1] = away[i, k] + min(total[i, k], total[i, k + 1], total[i + 1, k])
    return float(total[-1, -1])


def figures(found: dict[str, list[float]]) -> dict[str, Figure]:
    told: dict[str, Figure] = {}
    for stage, values in found.items():
        rows = np.array(values) if values else np.array([np.nan])
        told[f"{stage}_p50_ms"] = float(np.percentile(rows, 50))
        told[f"{stage}_p95_ms"] = float(np.percentile(rows, 95))
    told["shots"], told["alerts"] = len(found["release_to_subscriber"]), len(found["alert_to_subscriber"])
    return told


def main() -> int:
    arguments = parser(__doc__ or "")
    arguments.add_argument("--minutes", type=float, default=4.0, help="how long the box runs (4)")
    arguments.add_argument("--seed", type=int, default=11, help="of the virtual gym (11)")
    arguments.add_argument("--width", type=int, default=1280, help="of the pictures, px (1280)")
    arguments.add_argument("--fps", type=float, default=30.0, help="of the source (30)")
    args = arguments.parse_args()
    minutes = 0.6 if args.quick else args.minutes
    with tempfile.TemporaryDirectory() as folder:
        config = parse(
            {
                "data_dir": str(Path(folder) / "data"),
                "source": {"uri": "gym://form", "seed": args.seed, "width": args.width,
                           "height": args.width * 9 // 16, "fps": args.fps},
                "mqtt": {"bind": "127.0.0.1", "port": free_port()},
                "web": {"bind": "127.0.0.1", "port": free_port()},
                "form": {"alert_pause_s": 0},
            },
            "benchmark",
        )  # fmt: skip
        heard, clock = watch(config, minutes)
        found = figures(delays(heard, clock)) | {"frames_per_s": clock.frames_per_s()}
    found |= analyser_costs(60.0 if args.quick else 240.0)
    stages = (
        "release_to_shot",
        "shot_to_report",
        "report_to_subscriber",
        "release_to_subscriber",
        "alert_to_subscriber",
    )
    print(table(["stage", "median ms", "95th percentile ms"],
                [[stage, found[f"{stage}_p50_ms"], found[f"{stage}_p95_ms"]] for stage in stages]) + "\n")  # fmt: skip
    report(found, args.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
