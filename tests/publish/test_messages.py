"""Golden payloads: exactly these bytes leave the box, and each fits its published schema."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from calibration.court import FIBA
from edge.figures import Figures, PassEdge, ShotMark, Zone, ZoneCount
from edge.publish import form_messages, messages, payloads, stat_messages, stat_payloads
from edge.publish.schema import FOLDER, schema_texts, stale_schemas, write_schemas
from edge.types import (
    BallState,
    BoxHealth,
    CalibrationReport,
    Estimate,
    FormFault,
    FormReport,
    Outcome,
    PlayerState,
    PlayEvent,
    PlayKind,
    Rim,
    ShotEvent,
    ShotFlight,
    ShotPhase,
    ShotStats,
    Snapshot,
    SourceState,
    TrackStatus,
)
from tests.publish.counted import counted

GOLDEN = Path(__file__).parent / "golden"
NOON = datetime(2026, 5, 1, 12, 0, 0, tzinfo=timezone.utc)

FLIGHT = ShotFlight(
    None, None, None, None, Estimate(4.71234, 0.05), Estimate(44.41, 1.2), Estimate(np.float64(6.04), 3.5),
    Estimate(np.nan, 2.0), ((-6.2, 2.1, 0.05), (-3.0, 4.71234, 0.04), (0.06, 3.05, 0.03)),
)  # fmt: skip
MARKS = (
    ShotMark("s-1", 3.46667, 4, "B", Outcome.MADE, (9.12345, -2.5), Zone.MID_RANGE, 2, FLIGHT),
    ShotMark("s-2", 9.5, None, None, Outcome.UNKNOWN, None, None, None),
)
EDGES = (PassEdge(4, 7, 5, 3, 1), PassEdge(7, None, 1, 0))


def player(court: bool = True) -> PlayerState:
    return PlayerState(
        track_id=4,
        box=np.array([100.04, 50.0, 180.0, 300.06], np.float32),
        velocity_px_s=np.zeros(2),
        covariance=np.eye(2),
        status=TrackStatus.CONFIRMED,
        confidence=0.87654,
        court_xy_m=np.array([9.12345, -2.5]) if court else None,
    )


def ball() -> BallState:
    return BallState(np.array([175.26, 80.0]), np.zeros(2), 8.04, np.eye(2), TrackStatus.OCCLUDED, 1.2)


def snapshot(**changes: Any) -> Snapshot:
    fields: dict[str, Any] = {"players": (player(),), "ball": ball(), "rim": Rim(640.0, 100.0, 42.0, 12.0)}
    return Snapshot(31, 1.03333333, (1280, 720), ball_candidates=np.zeros((0, 4)), **{**fields, **changes})


def shot(phase: ShotPhase = ShotPhase.END, **changes: Any) -> ShotEvent:
    fields: dict[str, Any] = {"player_id": 4, "outcome": Outcome.MADE, "confidence": 0.91}
    return ShotEvent("s-1", phase, 14, 0.46666667, **{**fields, **changes})


def examples() -> dict[str, tuple[str, payloads.Part]]:
    """By name: the schema it must fit, and the message."""
    full = shot(
        gather_index=2,
        apex_index=30,
        rim_index=44,
        court_xy_m=(9.1, -2.5),
        evidence={"rim_distance_px": np.float32(3.25), "frames": np.int64(7), "why": "through the ring", "gap": np.nan},
    )
    fault = FormFault("shooting wrist", "release", 60, -14.1234, "cm", -5.0, "Wrist 14 cm further back than usual.")
    measured = {"elbow_release_deg": 171.23456, "jump_cm": float("nan")}
    unusual = FormReport("s-1", "new", 241.56667, 4, "Anna", "deviates", 1.61234, "", (fault,), measured)
    recent = stat_payloads.RecentShots(time=NOON, session="20260501T120000Z", shots=[messages.shot(shot(), NOON)])
    health = BoxHealth(23.97, 41.666, 12.34, "rim-only", {"detector": 20.123}, {"temperature_c": 51.0}, ("disk full",))
    report = CalibrationReport("moved", "good", 4.04, "fiba", NOON, 12.34, True, False, "the camera moved")
    draft = payloads.CalibrationDraft(
        draft_id="d1",
        verdict="good",
        error_median_cm=1.5,
        error_p95_cm=4.0,
        points=[
            payloads.DraftPoint(name="key-left", x=610.5, y=380.2),
            payloads.DraftPoint(name=None, x=12.0, y=34.0),
        ],
        rim=payloads.LiveRim(x=640.0, y=100.0, width=42.0, height=12.0),
        image_width=1280,
        image_height=720,
        picture="/calibration.jpg?draft=d1",
    )
    game = Figures(
        ShotStats(3, 2, 1, 0, 1, 2), 5, {Zone.PAINT: ZoneCount(2, 1, 1), Zone.CORNER_THREE: ZoneCount(1, 1, 0)},
        passes=9, passes_arrived=5, passes_lost=2, touches=12, possession_frames=300, possession_s=10.02, frames=3600,
        held_frames=2400, dribbles=4, drives=1, interceptions=1, steals=2, rebounds=3, blocks=1, balls_out=1,
        distance_m=123.456, seen_s=100.0, top_speed_m_s=6.78,
    )  # fmt: skip
    thrown = PlayEvent(
        PlayKind.PASS, 10, 22, 0.33333, 0.73333, 4, "A", 7, True, (8.3, -0.9), (5.0, 2.0), 0.87654, {"flight_s": 0.4}
    )
    points = {"key-left": payloads.ImagePoint(x=610.5, y=380.0)}
    return {
        "status": ("status", payloads.Status(time=NOON, state="online", version="0.1.0")),
        "health": ("health", messages.health(health, 2, 1, NOON)),
        "source": ("source", messages.source(SourceState("reconnecting", "/dev/video0 is gone", 90, 3), NOON)),
        "shot-new": ("shot", messages.shot(shot(ShotPhase.NEW, outcome=None, player_id=None), NOON)),
        "shot-end": ("shot", messages.shot(full, NOON, court_suspect=True)),
        "stats-session": ("stats", stat_messages.stats(counted(5, 2, 1, 2, 1, 2), None, "20260501T120000Z", NOON)),
        "stats-player": ("stats", stat_messages.stats(counted(), 4, "20260501T120000Z", NOON)),
        "stats-game": ("stats", stat_messages.stats(game, 4, "20260501T120000Z", NOON)),
        "play-pass": ("play", messages.play(thrown, NOON, court_suspect=True)),
        "play-steal": ("play", messages.play(PlayEvent(PlayKind.STEAL, 3, 4, 0.1, 0.2, 5), NOON)),
        "stats-team": ("stats", stat_messages.stats(game, None, "20260501T120000Z", NOON, "B")),
        "shot-flight": ("shot", messages.shot(shot(flight=FLIGHT), NOON)),
        "shot-chart": ("shot-chart", stat_messages.chart(MARKS, FIBA, "20260501T120000Z", NOON)),
        "shot-chart-none": ("shot-chart", stat_messages.chart((), None, "20260501T120000Z", NOON)),
        "pass-network": ("pass-network", stat_messages.passes(EDGES, "20260501T120000Z", NOON)),
        "recent-shots": ("recent-shots", recent),
        "live": ("live", messages.live(snapshot(), FIBA, NOON, court_suspect=True)),
        "live-image-only": ("live", messages.live(snapshot(players=(player(False),), ball=None, rim=None), None, NOON)),
        "form-alert": ("form-alert", form_messages.alert(unusual, NOON)),
        "form-alert-whole": ("form-alert", form_messages.alert(replace(unusual, phase="update", faults=()), NOON)),
        "form-shot": ("form-shot", form_messages.shot(unusual, NOON)),
        "form-shot-abstain": (
            "form-shot",
            form_messages.shot(
                FormReport("s-2", "new", 250.0, None, None, "abstain", None, "the joints are hardly seen", (), {}), NOON
            ),
        ),
        "cmd-calibrate-rim": (
            "cmd-calibrate-rim",
            payloads.CalibrateRimRequest(request_id="r1", x=10, y=20, width=40, height=12),
        ),
        "calibration": ("calibration", messages.calibration(report, NOON)),
        "calibration-none": ("calibration", messages.calibration(CalibrationReport("uncalibrated"), NOON)),
        "cmd-calibrate-court": (
            "cmd-calibrate-court",
            payloads.CalibrateCourtRequest(
                request_id="r2",
                court="custom",
                court_changes={"length_m": 24.0},
                layout="key",
                points=points,
                rim=payloads.ImagePoint(x=640, y=100),
            ),
        ),
        "cmd-calibrate-save": (
            "cmd-calibrate-save",
            payloads.CalibrateSaveRequest(request_id="r3", draft_id="d1"),
        ),
        "cmd-reply-draft": (
            "cmd-reply",
            payloads.Reply(time=NOON, request_id="r2", command="calibrate-court", ok=True, detail="good", draft=draft),
        ),
        "cmd-reply": (
            "cmd-reply",
            payloads.Reply(time=NOON, request_id="r1", command="calibrate-rim", ok=True, detail="the rim is set"),
        ),
    }


@pytest.mark.parametrize("name", sorted(examples()))
def test_payload_is_the_golden_one(name: str) -> None:
    golden = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    assert json.loads(examples()[name][1].model_dump_json()) == golden


@pytest.mark.parametrize("name", sorted(examples()))
def test_payload_fits_the_published_schema(name: str) -> None:
    schema_name, message = examples()[name]
    schema = json.loads((FOLDER / f"{schema_name}.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)
    validator.check_schema(schema)
    assert list(validator.iter_errors(json.loads(message.model_dump_json()))) == []


def test_the_schema_refuses_a_time_that_is_none_and_a_missing_version() -> None:
    schema = json.loads((FOLDER / "status.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)
    assert "date-time" in validator.format_checker.checkers, "install rfc3339-validator"
    good = {"schema_version": 1, "time": "2026-05-01T12:00:00Z", "state": "online", "version": "0"}
    assert validator.is_valid(good)
    assert not validator.is_valid({**good, "time": "noon"})
    assert not validator.is_valid({**good, "schema_version": 2})
    assert not validator.is_valid({key: value for key, value in good.items() if key != "schema_version"})


def test_published_schemas_are_current() -> None:
    assert stale_schemas() == []


def test_stale_and_foreign_schemas_are_named_and_mended(tmp_path: Path) -> None:
    write_schemas(tmp_path)
    (tmp_path / "old.json").write_text("{}")
    (tmp_path / "status.json").write_text("{}")
    assert stale_schemas(tmp_path) == ["old.json", "status.json"]
    write_schemas(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(schema_texts())


def test_what_is_not_finite_never_reaches_the_wire() -> None:
    lost = PlayerState(5, np.full(4, np.nan), np.zeros(2), np.eye(2), TrackStatus.LOST, 0.1)
    off = BallState(np.array([np.nan, 1.0]), np.zeros(2), 1.0, np.eye(2), TrackStatus.LOST, np.nan)
    live = messages.live(snapshot(players=(lost, player()), ball=off), FIBA, NOON)
    assert [one.player_id for one in live.players] == [4]
    assert live.ball is None
    assert "NaN" not in live.model_dump_json()


@pytest.mark.parametrize(("made", "missed", "unknown"), [(0, 0, 0), (3, 1, 6), (0, 4, 0), (2, 0, 1)])
def test_percentage_counts_decided_shots_only(made: int, missed: int, unknown: int) -> None:
    stats = stat_messages.stats(counted(made + missed + unknown, made, missed, unknown), None, "s", NOON)
    decided = made + missed
    assert stats.percentage == (pytest.approx(100 * made / decided) if decided else None)
