from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.publish.errors import PublishError
from edge.publish.outbox import Outbox


def test_messages_survive_a_new_start_in_order(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "deep" / "outbox.sqlite")
    for number in range(5):
        outbox.add("t", str(number).encode())
    outbox.remove(outbox.after(0, 1)[0].row)
    outbox.close()
    again = Outbox(tmp_path / "deep" / "outbox.sqlite")
    assert len(again) == 4
    assert [message.payload for message in again.after(0, 10)] == [b"1", b"2", b"3", b"4"]
    again.close()


def test_a_full_outbox_loses_the_oldest_and_counts(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "o.sqlite", limit=3)
    for number in range(8):
        outbox.add("t", str(number).encode())
    assert (len(outbox), outbox.dropped) == (3, 5)
    assert [message.payload for message in outbox.after(0, 10)] == [b"5", b"6", b"7"]
    outbox.close()
    assert Outbox(tmp_path / "o.sqlite", limit=3).dropped == 5


def test_after_goes_on_behind_what_was_sent(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "o.sqlite")
    for number in range(6):
        outbox.add("t", str(number).encode())
    first = outbox.after(0, 2)
    assert [message.payload for message in outbox.after(first[-1].row, 3)] == [b"2", b"3", b"4"]


def test_removing_what_was_dropped_changes_nothing(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "o.sqlite", limit=1)
    outbox.add("t", b"0")
    row = outbox.after(0, 1)[0].row
    outbox.add("t", b"1")
    outbox.remove(row)
    assert len(outbox) == 1


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.booleans(), max_size=30), limit=st.integers(1, 6))
def test_like_a_bounded_list(tmp_path: Path, steps: list[bool], limit: int) -> None:
    path = tmp_path / "model.sqlite"
    path.unlink(missing_ok=True)
    outbox, model, dropped = Outbox(path, limit), [], 0
    for number, add in enumerate(steps):
        if add:
            outbox.add("t", str(number).encode())
            model.append(str(number).encode())
            dropped += max(0, len(model) - limit)
            model = model[-limit:]
        elif model:
            outbox.remove(outbox.after(0, 1)[0].row)
            model.pop(0)
    assert [message.payload for message in outbox.after(0, 99)] == model
    assert (len(outbox), outbox.dropped) == (len(model), dropped)
    outbox.close()
    for leftover in tmp_path.glob("model.sqlite*"):
        leftover.unlink()


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "o.sqlite"
    path.write_bytes(b"this is not a database, but it is long enough to look like one" * 20)
    with pytest.raises(PublishError, match=r"o\.sqlite: the outbox cannot be opened") as caught:
        Outbox(path)
    assert "\n" not in str(caught.value)


def test_of_who_is_forgotten_nothing_waits_and_nothing_stays_in_the_file(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "o.sqlite")
    for topic, player in (("alert", "Annabelle"), ("alert", "Ben"), ("shot", "Annabelle")):
        outbox.add(topic, f'{{"player": "{player}", "topic": "{topic}"}}'.encode())
    outbox.forget("alert", "Annabelle")
    assert [message.topic for message in outbox.after(0, 10)] == ["alert", "shot"]
    assert len(outbox) == 2
    outbox.forget("shot", "Annabelle")
    outbox.close()
    assert all(b"Annabelle" not in path.read_bytes() for path in tmp_path.iterdir())
