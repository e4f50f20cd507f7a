"""That the tracker of players keeps to the paper's rules. People are 300 px tall here, as in the paper's pictures."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from edge.config import TrackingConfig
from edge.tracking.paper import PaperPlayerTracker
from edge.tracking.paper_track import PaperTrack
from edge.types import FloatArray, TrackStatus

Embed = Callable[[FloatArray], FloatArray]


def person(x: float, y: float = 400.0, width: float = 100.0, height: float = 300.0) -> list[float]:
    """The box of somebody whose upper body has its centre at x, y."""
    return [x - width / 2, y - height / 4, x + width / 2, y + 3 * height / 4]


class Run:
    """A tracker and its clock, 30 frames a second."""

    def __init__(self, embed: Embed | None = None, particles: int = 500, roster: int | None = None) -> None:
        self.tracker = PaperPlayerTracker(TrackingConfig(method="paper", particles=particles, roster=roster))
        self.embed = embed
        self.frame = 0

    def __call__(self, *boxes: list[float], times: int = 1, embed: Embed | None = None) -> list[PaperTrack]:
        array = np.array(boxes).reshape(-1, 4)
        for _ in range(times):
            sure = np.full(len(array), 0.9)
            self.tracker.update(self.frame / 30, array, sure, None, embed or self.embed)
            self.frame += 1
        return self.tracker.tracks


def looks(*vectors: list[float]) -> Embed:
    """The boxes look like these, in turn."""

    def embed(boxes: FloatArray) -> FloatArray:
        rows = np.array(vectors)[: len(boxes)]
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))

    return embed


def by_place(pick: Callable[[float], list[float]]) -> Embed:
    """Looks by where a box's centre is, across."""
    return lambda boxes: np.array([pick(float(box[[0, 2]].mean())) for box in boxes])


def test_all_start_in_the_first_frame_as_gaussians_around_their_upper_bodies() -> None:
    first, second = Run(particles=4000)(person(500), person(900, 600, 50, 150))
    assert [first.track_id, second.track_id] == [1, 2]
    np.testing.assert_allclose(first.cloud.mean(axis=0), [500, 400], atol=2)
    np.testing.assert_allclose(first.cloud.std(axis=0), [20, 30], rtol=0.05)
    np.testing.assert_allclose(second.cloud.std(axis=0), [10, 15], rtol=0.05)


def test_of_more_boxes_than_players_the_largest_start() -> None:
    tracks = Run(roster=2)(person(300, height=100, width=40), person(600), person(900))
    np.testing.assert_allclose([track.xy[0] for track in tracks], [600, 900], atol=1)


def test_a_walker_is_followed() -> None:
    run = Run()
    for k in range(60):
        (track,) = run(person(300 + 6 * k))
    assert track.track_id == 1
    assert track.xy[0] == pytest.approx(654, abs=25)
    assert track.velocity[0] == pytest.approx(180, abs=120)
    np.testing.assert_allclose(track.box, person(654))


def test_no_two_particles_are_the_same_after_resampling() -> None:
    run = Run(particles=300)
    (track,) = run(person(300), times=4)
    assert len(np.unique(track.cloud[:, 0])) == 300


def test_less_similar_is_looked_for_wider() -> None:
    spread = []
    for similar in (1.0, 0.3):
        other = [similar, np.sqrt(1 - similar**2)]
        run = Run(looks([1.0, 0.0]), particles=3000)
        run(person(500, width=2000))
        run(person(500, width=2000), embed=looks(other))
        before = run.tracker.tracks[0].cloud.std(axis=0)[0]
        (track,) = run(person(500, width=2000), embed=looks(other))
        spread.append(np.sqrt(track.cloud.std(axis=0)[0] ** 2 - before**2))
    assert spread[1] == pytest.approx(1.5 * spread[0], rel=0.15)


def test_the_one_who_looks_alike_is_followed_through_a_crossing() -> None:
    run = Run()
    for k in range(40):
        ahead, back = 300 + 15 * k, 900 - 15 * k
        embed = looks([1.0, 0.1], [0.1, 1.0])
        tracks = run(person(ahead, 400), person(back, 470), embed=embed)
    np.testing.assert_allclose([track.xy[0] for track in tracks], [885, 315], atol=60)


def test_the_front_players_cloud_stays_in_his_window() -> None:
    run = Run()
    run(person(500, 400), person(530, 440), times=2)
    before = run.tracker.tracks[1].xy.copy()
    front = run(person(505, 400), person(545, 440))[1]
    assert not front.misses
    assert (np.abs(front.cloud - before).max(axis=0) < np.array([10, 15]) + 8).all()


def test_the_back_players_cloud_stays_in_his_window_and_off_the_front_player() -> None:
    run = Run()
    run(person(500, 400), person(520, 415))
    before = run.tracker.tracks[0].xy.copy()
    back, front = run(person(500, 400), person(520, 415))
    assert not back.hidden
    assert not back.misses
    assert (np.abs(back.cloud - before).max(axis=0) < 15 + 8).all()
    jitter = 5
    assert not (np.abs(back.cloud - front.xy) < 15 - jitter).all(axis=1).any()


def test_who_is_behind_for_three_frames_is_occluded_until_they_part() -> None:
    run = Run(looks([1.0, 0.1], [0.1, 1.0]))
    run(person(500, 400), person(530, 440))
    statuses = [[track.status for track in run(person(500, 400), person(530, 440))] for _ in range(3)]
    seen, hidden = TrackStatus.CONFIRMED, TrackStatus.OCCLUDED
    assert statuses == [[seen, seen], [seen, seen], [hidden, seen]]
    for k in range(15):
        back, _ = run(person(500, 400), person(530 + 6 * k, 440))
    assert not back.hidden


def test_the_occluded_are_spread_wider_and_off_the_suppressed_regions() -> None:
    run = Run(particles=3000)
    run(person(500, 400, width=600), person(530, 440, width=100), times=3)
    known = run.tracker.tracks[0].xy.copy()
    back, front = run(person(500, 400, width=600), person(530, 440, width=100))
    assert back.hidden
    jitter = 7
    apart = back.cloud - known
    above = (np.abs(apart[:, 0]) < 25 - jitter) & (apart[:, 1] > -20 + jitter) & (apart[:, 1] < -jitter)
    assert not above.any()
    assert not (np.abs(back.cloud - front.xy) < 15 - jitter).all(axis=1).any()
    # In the frame before, the window of 15 px held him: what is wider comes of this one's noise.
    assert apart[:, 0].std() > 27
    assert np.ptp(apart[:, 1]) > 3 * 35


def test_a_lost_runner_is_looked_for_ahead_and_not_behind() -> None:
    run = Run(roster=1)
    for k in range(12):
        run(person(300 + 10 * k))
    place = float(run()[0].xy[0])
    behind = person(place - 15, width=20)
    assert run(behind)[0].misses == 2
    ahead = person(place + 50, width=20)
    assert run(ahead)[0].misses == 0

    still = Run(roster=1)
    still(person(300), times=12)
    place = float(still()[0].xy[0])
    assert still(person(place - 15, width=20))[0].misses == 0


def test_re_detection_waits_for_ten_frames_and_takes_the_nearest() -> None:
    run = Run(roster=1)
    run(person(300), times=5)
    far = person(900), person(1500)
    (track,) = run(*far, times=10)
    assert track.misses == 10
    assert track.status is TrackStatus.LOST
    assert track.xy[0] == pytest.approx(300, abs=15)
    (track,) = run(*far)
    assert track.misses == 0
    assert track.xy[0] == pytest.approx(900, abs=15)


def test_re_detection_leaves_the_smallest_areas_out() -> None:
    run = Run(roster=1)
    run(person(300), times=5)
    (track,) = run(person(900, width=30, height=90), person(1500), times=11)
    assert track.xy[0] == pytest.approx(1500, abs=15)


def test_re_detection_takes_no_area_with_a_mate_at_its_centre() -> None:
    run = Run(roster=2)
    run(person(300), person(900), times=5)
    first, second = run(person(900), person(1500), times=12)
    assert second.xy[0] == pytest.approx(900, abs=15)
    assert first.xy[0] == pytest.approx(1500, abs=15)


def test_re_detection_stays_in_the_team_where_looks_tell_it() -> None:
    embed = by_place(lambda x: [0.995, 0.1] if x < 600 or x > 1200 else [0.1, 0.995])
    run = Run(embed, roster=3)
    run(person(300), person(900), person(100), times=5)
    tracks = run(person(900), person(1000, 900), person(1500), times=12)
    assert tracks[0].xy[0] == pytest.approx(1500, abs=15)


def test_a_box_nobody_is_in_starts_somebody_after_three_frames() -> None:
    run = Run()
    run(person(300))
    assert [len(run(person(300), person(900))) for _ in range(3)] == [1, 1, 2]
    assert len(run(person(300), person(900), times=5)) == 2


def test_a_full_roster_starts_nobody_and_loses_nobody() -> None:
    run = Run(roster=1)
    run(person(300))
    assert len(run(person(300), person(900), times=10)) == 1
    assert [track.track_id for track in run(times=100)] == [1]


def test_who_left_is_forgotten_where_no_roster_is_known() -> None:
    run = Run()
    run(person(300), times=5)
    assert run(times=60) == []


def test_a_reset_starts_everybody_anew_under_new_numbers() -> None:
    run = Run()
    run(person(300), person(900))
    run.tracker.reset()
    assert run.tracker.tracks == []
    assert [track.track_id for track in run(person(500))] == [3]


def test_the_camera_carries_the_clouds_along() -> None:
    tracker = PaperPlayerTracker(TrackingConfig())
    one = np.ones(1)
    tracker.update(0.0, np.array([person(300)]), one, None, None)
    tracker.update(0.03, np.array([person(700, 450)]), one, np.array([[1.0, 0, 400], [0, 1, 50]]), None)
    assert not tracker.tracks[0].misses
    np.testing.assert_allclose(tracker.tracks[0].xy, [700, 450], atol=15)


def test_the_same_seed_gives_the_same_bits() -> None:
    results = []
    for _ in range(2):
        run = Run()
        for k in range(20):
            tracks = run(person(300 + 5 * k), person(500 - 5 * k, 430))
        results.append(np.array([track.mean for track in tracks]))
    assert np.array_equal(results[0], results[1])


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(np.zeros((0, 4)), id="nothing"),
        pytest.param(np.full((2, 4), np.nan), id="not a number"),
        pytest.param(np.array([[300.0, 300, 200, 200]]), id="inside out"),
        pytest.param(np.tile(person(5000.0), (500, 1)), id="500 boxes outside the picture"),
    ],
)
def test_bad_boxes_leave_the_state_sane(bad: FloatArray) -> None:
    run = Run(looks([1.0, 0.0]))
    run(person(300), times=5)
    run.tracker.update(0.2, bad, np.full(len(bad), 0.9), None, None)
    run.frame = 7
    track = run(person(300))[0]
    assert np.isfinite(track.mean).all()
    assert track.xy[0] == pytest.approx(300, abs=15)


def test_time_that_goes_back_or_jumps_is_survived() -> None:
    tracker = PaperPlayerTracker(TrackingConfig())
    for time_s in (0.0, 0.1, 0.05, 10.0, 10.03, 10.06, 10.1):
        tracker.update(time_s, np.array([person(300)]), np.ones(1), None, None)
    assert np.isfinite(tracker.tracks[-1].mean).all()
    assert tracker.tracks[-1].xy[0] == pytest.approx(300, abs=15)
