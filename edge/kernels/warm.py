"""Compile every kernel before the first frame, so that no frame waits for the compiler."""

from __future__ import annotations

import numpy as np

from edge.kernels import ball, ball_choice, ballistics, centres, hypotheses, joint
from edge.kernels.flight import find_flight, follow
from edge.kernels.motion import moved
from edge.kernels.particles import step


def warm() -> None:
    """Call each kernel once with arrays of the types that the box uses. Seconds the first time, then from the cache."""
    _warm_particles()
    picture = np.zeros((4, 4, 3), np.uint8)
    moved(picture, picture, picture, 1, np.zeros((4, 4), np.uint8))
    frame, value = np.arange(3), np.zeros(3)
    find_flight(frame, value, value, value, value, value, 1.0, 2.0, 1.0)
    follow(frame, value, value, value, value, np.zeros(3, bool), 1.0, 1)
    _warm_joint()
    thrown, one = np.array([0.0, 0.0, 2.0, 4.0, 0.0, 6.0, 0.0, 0.0]), np.ones(8)
    ballistics.path(thrown[:6], ballistics.DRAG_PER_M, 0.0, value, one)
    ballistics.arrivals(thrown[None].copy(), 3.05)
    _warm_ball()


def _warm_ball() -> None:
    rows, grown, people = np.zeros((4, ball.ROW)), np.zeros((40, ball.ROW)), np.ones((2, ball.PERSON))
    candidates, before, log = np.array([[5.0, 5.0, 4.0, 0.9]]), np.ones((1, 3)), np.zeros(1)
    value, source = np.zeros(80), np.zeros((80, 2), np.int64)
    ways = ball_choice.begin(candidates, people, 2, 0.0, grown, 0, value, source, 0)
    count = ball_choice.keep(grown, candidates, ways, value, source, 9.0, rows)
    made = ball.branch(rows, count, 0.03, 1.0, people, 2, grown)
    ball_choice.elsewhere(candidates, before, 1, people, 2, 0.03, 1e6, log)
    ball_choice.look(grown, made, candidates, log, 10.0, 10.0, value, source)
    ball_choice.choose(rows, count, np.zeros(ball.ROW))


def _warm_joint() -> None:
    own, seen = joint.make_filter(2, 2, 2, 2, 2, 9), joint.make_seen(2)
    seen.noise[:], seen.tall_noise[:] = np.eye(2), 1.0
    own.spread[:], own.tall[..., 2] = np.eye(4), 1.0
    two, boxes = np.ones(2), np.tile([0.0, 0.0, 1.0, 2.0], (2, 1))
    joint.step(own, 0, 1, 1, 2, 2, joint.Moves(two, two, two), 0.03, 0.5, 1.0, 0.0, seen, two, np.zeros((2, 2)), 1.0)
    hypotheses.trace(own.ring_boxes, own.ring_parents, 1, 1, np.zeros((2, 2), np.int16))
    state, pairs = np.zeros((2, centres.COLUMNS)), np.zeros(2, np.int16)
    centres.begin(state[0], boxes[0])
    centres.foresee(state, 1, 0.03, np.zeros(2))
    centres.look(state, 1, pairs, boxes, 4.0)
    centres.common_shift(state, 1, boxes, 2, np.zeros(3), np.zeros((2, 2)))


def _warm_particles() -> None:
    cloud, streams = np.full((5, 2, 4), np.float32(0.25)), np.ones((4, 5), np.uint32)
    alive, drawn, kind, pair = np.ones(2, bool), np.zeros(2, bool), np.zeros(2, np.int16), np.zeros(2, np.int16)
    spread, noise = np.zeros(2, np.float32), np.zeros((4, 4), np.float32)
    looks, summary, cost, size = np.ones((1, 4)), np.zeros((2, 7)), np.zeros((2, 1)), np.zeros(2)
    step(
        cloud, alive, kind, 0.03, spread, spread, looks, 1, 16.7, 0.5, 0.1, streams, noise, cost, np.zeros((4, 5)),
        np.zeros((2, 5), np.int64), summary, pair, size, drawn,
    )  # fmt: skip
