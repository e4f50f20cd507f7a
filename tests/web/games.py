"""A made-up game for the page: two teams of three, shots with and without a flight, passes, possession, ways."""

from __future__ import annotations

import numpy as np

from calibration.court import FIBA
from edge.figures import GameEvent, MotionEvent, PlayerStep
from edge.types import Estimate, Outcome, PlayEvent, PlayKind, ShotEvent, ShotFlight, ShotPhase, Team

PLAYERS = (1, 2, 3, 4, 5, 6)
RIM_M = 3.05
SECONDS = 600


def team_of(player: int) -> Team:
    return "A" if player <= 3 else "B"


def flight(distance_m: float, depth_cm: float = 6.0) -> ShotFlight:
    """From 2.2 m high to the rim's plane with its top at 4.6 m, nothing said of left and right."""
    x = np.linspace(-distance_m, depth_cm / 100, 24)
    share = (x + distance_m) / (x[-1] + distance_m)
    z = 2.2 + (RIM_M - 2.2) * share + 7.8 * share * (1 - share)
    arc = tuple(zip(x.tolist(), z.tolist(), np.linspace(0.03, 0.09, len(x)).tolist(), strict=True))
    return ShotFlight(
        Estimate(2.2, 0.05), Estimate(7.4, 0.1), Estimate(53.0, 1.4), None, Estimate(float(z.max()), 0.06),
        Estimate(44.2, 1.1), Estimate(depth_cm, 3.0), Estimate(-2.4, 2.0) if distance_m > 5 else None, arc,
    )  # fmt: skip


def game(seed: int = 3, shots: int = 24) -> list[GameEvent]:
    """In the order of their times."""
    rng = np.random.default_rng(seed)
    events: list[GameEvent] = [_shot(rng, index, SECONDS * (index + 1) / (shots + 1)) for index in range(shots)]
    for index in range(150):
        events += _touch(rng, index, 4.0 * index)
    for index in range(2 * SECONDS):
        steps = tuple(PlayerStep(one, team_of(one), (5.0, 0.0), 0.2 * one, 0.5, 0.4 * one) for one in PLAYERS)
        events.append(MotionEvent(15 * index, 15 * index + 14, index / 2, index / 2 + 0.5, 15, steps))
    return sorted(events, key=lambda one: one.release_time_s if isinstance(one, ShotEvent) else one.start_time_s)


def _shot(rng: np.random.Generator, index: int, time_s: float) -> ShotEvent:
    player = int(rng.choice(PLAYERS))
    outcome = (Outcome.MADE, Outcome.MISSED, Outcome.UNKNOWN)[int(rng.choice(3, p=(0.5, 0.42, 0.08)))]
    turn, away = rng.uniform(-1.4, 1.4), float(rng.choice((1.5, 4.5, 7.0)))
    ring_x = FIBA.end_m - FIBA.rim_from_baseline_m
    place = (float(ring_x - away * np.cos(turn)), float(np.clip(away * np.sin(turn), -7.3, 7.3)))
    return ShotEvent(
        f"s-{index}", ShotPhase.END, int(30 * time_s), time_s, player, outcome, 0.9,
        court_xy_m=None if index == 5 else place, flight=flight(away) if index % 3 else None,
    )  # fmt: skip


def _touch(rng: np.random.Generator, index: int, time_s: float) -> list[GameEvent]:
    """Somebody has the ball for two seconds and passes it on."""
    one, frame = int(rng.choice(PLAYERS, p=(0.3, 0.15, 0.1, 0.2, 0.15, 0.1))), int(30 * time_s)
    other = int(rng.choice([player for player in PLAYERS if player != one]))
    arrived = team_of(one) == team_of(other)
    had = PlayEvent(PlayKind.POSSESSION, frame, frame + 59, time_s, time_s + 2, one, team_of(one))
    thrown = PlayEvent(
        PlayKind.PASS, frame + 60, frame + 80, time_s + 2, time_s + 2.6, one, team_of(one),
        None if index % 25 == 0 else other, None if index % 25 == 0 else arrived,
    )  # fmt: skip
    return [had, thrown]
