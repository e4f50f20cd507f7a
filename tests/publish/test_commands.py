import pytest

from edge.publish.commands import CalibrateRim, CommandError, Ping, ResetStats, parse_command


def test_commands_become_plain_types() -> None:
    assert parse_command("ping", b'{"request_id": "a"}') == Ping("a")
    assert parse_command("reset-stats", b'{"schema_version": 1, "request_id": "b"}') == ResetStats("b")
    rim = b'{"request_id": "c", "x": 600, "y": 90.5, "width": 42, "height": 12}'
    assert parse_command("calibrate-rim", rim) == CalibrateRim("c", 600.0, 90.5, 42.0, 12.0)


@pytest.mark.parametrize(
    ("name", "payload", "message", "request_id"),
    [
        ("fly", b'{"request_id": "a"}', "unknown command 'fly'; known: calibrate-rim, ping, reset-stats", "a"),
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
