from __future__ import annotations

import json
from typing import Any

import pytest

from calibration.court import DIMENSIONS, LAYOUTS, NBA
from edge.publish.commands import (
    MAX_BYTES,
    CalibrateCourt,
    CalibrateRim,
    CalibrateSave,
    CalibrateUndo,
    CommandError,
    Ping,
    ResetStats,
    parse_command,
)


def test_commands_become_plain_types() -> None:
    assert parse_command("ping", b'{"request_id": "a"}') == Ping("a")
    assert parse_command("reset-stats", b'{"schema_version": 1, "request_id": "b"}') == ResetStats("b")
    rim = b'{"request_id": "c", "x": 600, "y": 90.5, "width": 42, "height": 12}'
    assert parse_command("calibrate-rim", rim) == CalibrateRim("c", 600.0, 90.5, 42.0, 12.0)
    assert parse_command("calibrate-save", b'{"request_id": "d", "draft_id": "x"}') == CalibrateSave("d", "x")
    assert parse_command("calibrate-undo", b'{"request_id": "e"}') == CalibrateUndo("e")


def court(**fields: Any) -> bytes:
    return json.dumps({"request_id": "c", **fields}).encode()


def test_a_court_is_asked_for_with_little_or_much() -> None:
    assert parse_command("calibrate-court", court()) == CalibrateCourt("c")
    much = court(
        court="custom",
        court_changes={"length_m": 26},
        layout="key",
        colour="blue",
        cone_tap={"x": 1, "y": 2},
        points={"key-left": {"x": 3.5, "y": 4}},
        rim={"x": 5, "y": 6},
    )
    expected = CalibrateCourt(
        "c", "custom", {"length_m": 26.0}, "key", "blue", (1.0, 2.0), {"key-left": (3.5, 4.0)}, (5.0, 6.0)
    )
    assert parse_command("calibrate-court", much) == expected


def test_the_longest_sensible_request_is_short_enough() -> None:
    """Every landmark of a court by hand, every dimension changed."""
    longest = court(
        court="custom",
        court_changes=dict.fromkeys(DIMENSIONS, 12.345678901234567),
        layout=",".join(NBA.landmarks()),
        points={name: {"x": 1234.567890123456, "y": 1234.567890123456} for name in NBA.landmarks()},
        rim={"x": 1234.567890123456, "y": 1234.567890123456},
    )
    assert len(longest) < MAX_BYTES
    found = parse_command("calibrate-court", longest)
    assert isinstance(found, CalibrateCourt)
    assert found.points is not None
    assert set(LAYOUTS["full-court"]) < set(found.points)


@pytest.mark.parametrize(
    ("name", "payload", "message", "request_id"),
    [
        ("fly", b'{"request_id": "a"}', "unknown command 'fly'; known: calibrate-court, calibrate-rim, cal", "a"),
        ("calibrate-court", court(rim={"x": 1}), "calibrate-court: rim.y: Field required", "c"),
        ("calibrate-court", court(rim={"x": -1, "y": 2}), "calibrate-court: rim.x: Input should be greater", "c"),
        ("calibrate-court", court(points={"k": {"x": 1, "y": "?"}}), "calibrate-court: points.k.y", "c"),
        ("calibrate-court", court(points={f"{k}": {"x": 1, "y": 1} for k in range(25)}), "at most 24 items", "c"),
        ("calibrate-court", court(court_changes={"length_m": "long"}), "court_changes.length_m", "c"),
        ("calibrate-save", b'{"request_id": "a", "draft_id": ""}', "calibrate-save: draft_id", "a"),
        ("ping", b"", "ping: Invalid JSON", ""),
        ("ping", b"[]", "ping: Input should be an object", ""),
        ("ping", b'{"request_id": "a", "extra": 1}', "ping: extra: Extra inputs are not permitted", "a"),
        ("ping", b'{"request_id": "a", "schema_version": 2}', "ping: schema_version", "a"),
        ("ping", b'{"request_id": ""}', "ping: request_id", ""),
        ("calibrate-rim", b'{"request_id": "a", "x": 1, "y": 1, "width": 0, "height": 9}', "width", "a"),
        ("calibrate-rim", b'{"request_id": "a", "x": NaN, "y": 1, "width": 9, "height": 9}', "calibrate-rim: x", "a"),
        ("calibrate-rim", b'{"request_id": "a", "x": -1, "y": 1, "width": 9, "height": 9}', "calibrate-rim: x", "a"),
        ("ping", b'{"request_id": "a"' + b" " * 5000 + b"}", "longer than 4096 bytes", ""),
        ("ping", b"\xff\xfe", "ping: Invalid JSON", ""),
    ],
)
def test_bad_requests_are_answered_in_one_line(name: str, payload: bytes, message: str, request_id: str) -> None:
    with pytest.raises(CommandError) as caught:
        parse_command(name, payload)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.request_id == request_id
