"""Who shot: by embedding and track together; strangers stay strangers. Ben and Carl shoot much alike."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from edge.form.baseline import Baseline, make_baseline
from edge.form.identify import Identifier
from edge.types import FloatArray

_AT = {"Anna": np.eye(12)[0], "Ben": np.eye(12)[1], "Carl": (np.eye(12)[1] + 0.25 * np.eye(12)[2])}


def _shots(rng: np.random.Generator, name: str, count: int, spread: float = 0.03) -> FloatArray:
    return _unit(_AT[name] + rng.normal(0.0, spread, (count, 12)))


def _unit(rows: FloatArray) -> FloatArray:
    return np.asarray(rows / np.linalg.norm(rows, axis=-1, keepdims=True))


def _as_anybodys(shot: FloatArray, baselines: Mapping[str, Baseline]) -> dict[str, FloatArray]:
    return dict.fromkeys(baselines, shot)


def _baselines(rng: np.random.Generator, *names: str):  # type: ignore[no-untyped-def]
    return {name: make_baseline(_shots(rng, name, 10)) for name in names}


def test_enrolled_players_are_known_by_their_shots() -> None:
    rng = np.random.default_rng(1)
    baselines = _baselines(rng, *_AT)
    for track, name in enumerate(_AT):
        found = [
            Identifier().identify(track, _as_anybodys(shot, baselines), baselines) for shot in _shots(rng, name, 10)
        ]
        least = 9 if name == "Anna" else 7
        assert sum(one.name == name for one in found) >= least, name
        assert all(one.name in (name, None) for one in found)
        assert found[0].nearest[0][0] == name


def test_a_stranger_is_nobody() -> None:
    rng = np.random.default_rng(2)
    baselines = _baselines(rng, "Anna", "Ben")
    strangers = _unit(np.eye(12)[5] + rng.normal(0.0, 0.03, (10, 12)))
    assert all(Identifier().identify(None, _as_anybodys(shot, baselines), baselines).name is None for shot in strangers)


def test_the_track_helps_where_one_shot_does_not_tell() -> None:
    rng = np.random.default_rng(3)
    baselines = _baselines(rng, "Ben", "Carl")
    between = _unit(_AT["Ben"] + 0.13 * np.eye(12)[2])
    alone, after = Identifier(), Identifier()
    for shot in _shots(rng, "Carl", 3):
        after.identify(7, _as_anybodys(shot, baselines), baselines)
    share_alone = alone.identify(None, _as_anybodys(between, baselines), baselines)
    share_after = after.identify(7, _as_anybodys(between, baselines), baselines)
    assert share_alone.name != "Carl"
    assert share_after.name == "Carl"


def test_a_track_that_has_become_somebody_else_is_found_out() -> None:
    rng = np.random.default_rng(4)
    baselines = _baselines(rng, "Anna", "Ben")
    identifier = Identifier()
    identifier.assign(3, "Anna")
    found = [identifier.identify(3, _as_anybodys(shot, baselines), baselines).name for shot in _shots(rng, "Ben", 3)]
    assert found[-1] == "Ben"


def test_who_is_forgotten_is_named_no_more() -> None:
    rng = np.random.default_rng(5)
    baselines = _baselines(rng, "Anna", "Ben")
    unusual = _as_anybodys(_unit(_AT["Anna"] + 0.28 * np.eye(12)[7]), baselines)
    identifier = Identifier()
    identifier.assign(3, "Anna")
    assert identifier.identify(3, unusual, baselines).name == "Anna"
    identifier.forget("Anna")
    assert identifier.identify(3, unusual, baselines).name is None


def test_nobody_enrolled_is_nobody() -> None:
    found = Identifier().identify(1, _as_anybodys(np.eye(12)[0], {}), {})
    assert (found.name, found.probability, found.nearest) == (None, 1.0, ())


def test_an_unusual_shot_of_a_known_track_is_still_its_players() -> None:
    rng = np.random.default_rng(6)
    baselines = _baselines(rng, "Anna", "Ben")
    identifier = Identifier()
    identifier.assign(3, "Anna")
    unusual = _unit(_AT["Anna"] + 0.5 * np.eye(12)[7])
    assert [identifier.identify(3, _as_anybodys(unusual, baselines), baselines).name for _ in range(3)] == ["Anna"] * 3
    assert Identifier().identify(3, _as_anybodys(unusual, baselines), baselines).name is None


def test_who_is_alone_a_moment_later_is_the_same_though_his_track_is_new() -> None:
    rng = np.random.default_rng(8)
    baselines = _baselines(rng, "Anna", "Ben")
    unusual = _as_anybodys(_unit(_AT["Anna"] + 0.28 * np.eye(12)[7]), baselines)
    assert baselines["Anna"].distance(unusual["Anna"]) > 1.3
    identifier = Identifier()
    for number, shot in enumerate(_shots(rng, "Anna", 3)):
        identifier.identify(3, _as_anybodys(shot, baselines), baselines, 10.0 * number)
    assert identifier.identify(4, unusual, baselines, 40.0).name == "Anna"
    assert identifier.identify(5, unusual, baselines, 400.0).name is None
    assert identifier.identify(6, unusual, baselines).name is None


def test_others_in_view_make_a_new_track_anybodys() -> None:
    rng = np.random.default_rng(9)
    baselines = _baselines(rng, "Anna", "Ben")
    unusual = _as_anybodys(_unit(_AT["Anna"] + 0.5 * np.eye(12)[7]), baselines)
    identifier = Identifier()
    identifier.assign(3, "Anna", 0.0)
    identifier.identify(3, _as_anybodys(_shots(rng, "Anna", 1)[0], baselines), baselines)
    assert identifier.identify(4, unusual, baselines, 5.0).name is None


def test_a_stranger_who_comes_alone_is_nobody() -> None:
    rng = np.random.default_rng(10)
    baselines = _baselines(rng, "Anna", "Ben")
    identifier = Identifier()
    identifier.assign(3, "Anna", 0.0)
    strangers = _unit(np.eye(12)[5] + rng.normal(0.0, 0.03, (4, 12)))
    told = [
        identifier.identify(4, _as_anybodys(shot, baselines), baselines, 20.0 * k + 20)
        for k, shot in enumerate(strangers)
    ]
    assert [one.name for one in told] == [None] * 4
    assert [one.by_track for one in told] == [False, True, True, True]


def test_who_is_forgotten_is_not_remembered_as_alone() -> None:
    rng = np.random.default_rng(11)
    baselines = _baselines(rng, "Anna", "Ben")
    identifier = Identifier()
    identifier.assign(3, "Anna", 0.0)
    identifier.forget("Anna")
    unusual = _as_anybodys(_unit(_AT["Anna"] + 0.5 * np.eye(12)[7]), baselines)
    assert identifier.identify(4, unusual, baselines, 5.0).name is None
