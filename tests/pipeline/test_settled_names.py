"""What was told under a number that settled as another one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from edge.settled_names import SettledNames, Told
from edge.tracking.settled import SettledFrame
from edge.types import PlayerState, PlayEvent, PlayKind, ShotEvent, ShotPhase, Snapshot, Team, TrackStatus

LEFT, RIGHT, FAR = np.array([0.0, 0, 50, 150]), np.array([200.0, 0, 250, 150]), np.array([400.0, 0, 450, 150])
WHERE = {3: LEFT, 7: RIGHT}


def player(number: int, box: np.ndarray, team: Team | None = None) -> PlayerState:
    return PlayerState(number, box, np.zeros(2), np.eye(2), TrackStatus.CONFIRMED, 0.9, team=team)


def told(index: int, players: dict[int, np.ndarray], *plays: PlayEvent, shots: tuple[ShotEvent, ...] = ()) -> Told:
    teams: dict[int, Team] = {3: "A", 7: "B", 9: "A"}
    seen = tuple(player(number, box, teams[number]) for number, box in players.items())
    return Told(Snapshot(index, index / 30, (640, 360), seen, None, np.zeros((0, 4)), None), shots, plays)


def frame(index: int, players: dict[int, np.ndarray]) -> SettledFrame:
    return SettledFrame(index / 30, tuple(players), np.array(list(players.values())), (True,) * len(players))


def shot(index: int, player_id: int | None) -> ShotEvent:
    return ShotEvent("s-1", ShotPhase.NEW, index, index / 30, player_id, None, 0.9)


def play(kind: PlayKind, first: int, last: int, player_id: int, to: int | None = None) -> PlayEvent:
    return PlayEvent(kind, first, last, first / 30, last / 30, player_id, "A", to, True if to else None)


def swapped(names: SettledNames, indices: range) -> list[Told]:
    """Frames in which 3 and 7 were told for each other."""
    for index in indices:
        names.add(told(index, {7: LEFT, 3: RIGHT}))
    return names.settle([frame(index, WHERE) for index in indices])


def test_players_are_where_they_settled() -> None:
    names = SettledNames()
    (first, second) = swapped(names, range(2))
    for one in (first, second):
        where = {state.track_id: (state.box.tolist(), state.team) for state in one.snapshot.players}
        assert where == {3: (LEFT.tolist(), "A"), 7: (RIGHT.tolist(), "B")}


def test_a_shot_is_of_who_settled_at_its_release() -> None:
    names = SettledNames()
    swapped(names, range(5, 8))
    names.add(told(8, WHERE, shots=(shot(6, 7), shot(4, 7), shot(6, None))))
    (one,) = names.settle([frame(8, WHERE)])
    assert [event.player_id for event in one.shots] == [3, 7, None]
    assert [event.player_id for event in names.shots([shot(7, 3)])] == [7]


def test_a_spell_is_of_who_had_it_in_most_of_its_frames() -> None:
    names = SettledNames()
    swapped(names, range(10, 14))
    assert names.plays([play(PlayKind.POSSESSION, 9, 14, 7)])[0].player_id == 3
    assert names.plays([play(PlayKind.POSSESSION, 2, 12, 7)])[0].player_id == 7


def test_a_pass_whose_receiver_settled_as_an_opponent_did_not_arrive() -> None:
    names = SettledNames()
    names.add(told(0, {**WHERE, 9: FAR}))
    names.settle([frame(0, {**WHERE, 9: FAR})])
    names.add(told(1, {3: RIGHT, 9: FAR}))
    names.settle([frame(1, {7: RIGHT, 9: FAR})])
    thrown = play(PlayKind.PASS, 0, 1, 9, to=3)
    (right,) = names.plays([thrown])
    assert right == replace(thrown, to_player_id=7, succeeded=False)
    assert names.plays([play(PlayKind.PASS, 0, 0, 9, to=3)])[0].to_player_id == 3


def test_a_pass_to_oneself_is_none() -> None:
    """3 was called 7 for a moment, so the ball seemed to go from the one to the other."""
    names = SettledNames()
    names.add(told(0, {3: LEFT, 9: FAR}))
    names.settle([frame(0, {3: LEFT, 9: FAR})])
    names.add(told(1, {7: LEFT, 9: FAR}))
    names.settle([frame(1, {3: LEFT, 9: FAR})])
    assert names.plays([play(PlayKind.PASS, 0, 1, 3, to=7), play(PlayKind.POSSESSION, 0, 1, 3)]) == (
        play(PlayKind.POSSESSION, 0, 1, 3),
    )


def test_what_settles_nowhere_is_told_as_it_was_after_a_while() -> None:
    names = SettledNames()
    out = []
    for index in range(120):
        names.add(told(index, WHERE))
        out += names.settle([])
    assert [one.snapshot.index for one in out] == list(range(29))
    assert [one.snapshot.index for one in names.rest()] == list(range(29, 120))
    assert names.rest() == []


def test_who_was_only_thought_to_be_there_gives_way() -> None:
    names = SettledNames()
    names.add(told(0, {3: FAR, 7: LEFT}))
    (one,) = names.settle([frame(0, {3: LEFT})])
    assert [(state.track_id, state.box.tolist()) for state in one.snapshot.players] == [(3, LEFT.tolist())]
