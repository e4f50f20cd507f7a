"""Compile every kernel before the first frame, so that no frame waits for the compiler."""

from __future__ import annotations

import numpy as np

from edge.kernels import joint
from edge.kernels.flight import find_flight, follow
from edge.kernels.motion import moved
from edge.kernels.particles import advance, estimate, resample, weigh_many, weigh_one


def warm() -> None:
    """Call each kernel once with arrays of the types that the box uses. Seconds the first time, then from the cache."""
    few = np.zeros((2, 4), np.float32)
    alive, noise = np.ones(2, bool), np.zeros((4, 2, 4), np.float32)
    even = np.full((2, 4), 0.25, np.float32)
    spread = np.zeros(2, np.float32)
    advance(few, few, few, few, alive, 0.03, spread, spread, noise)
    weigh_one(few[0], few[0], even[0], 0.0, 0.0, 1.0)
    weigh_many(few[0], few[0], even[0], np.zeros((1, 4), np.float32), 1.0, 0.01)
    estimate(few[0], few[0], few[0], few[0], even[0], np.zeros(7))
    resample(few[0], few[0], few[0], few[0], even[0], 0.5, few.repeat(2, axis=0), 0.5)
    picture = np.zeros((4, 4, 3), np.uint8)
    moved(picture, picture, picture, 1, np.zeros((4, 4), np.uint8))
    frame, value = np.arange(3), np.zeros(3)
    find_flight(frame, value, value, value, value, value, 1.0, 2.0, 1.0)
    follow(frame, value, value, value, value, np.zeros(3, bool), 1.0, 1)
    _warm_joint()


def _warm_joint() -> None:
    mean, spread = np.zeros((2, 1, 1, 4)), np.tile(np.eye(4), (2, 1, 1, 1, 1))
    recent, boxes = np.zeros((2, 1, 2, 1), np.int16), np.zeros((1, 1), np.int16)
    one, seen, noise, cost = np.ones(1), np.zeros((1, 2)), np.eye(2)[None], np.zeros((1, 1, 1))
    value, parent, change = np.zeros(4), np.zeros(4, np.int64), np.zeros((4, 4), np.int64)
    room, links = np.zeros((4, 4)), np.zeros((2, 4), np.int64)
    joint.advance(mean[0], spread[0], 1, 1, 0.03, one, one, one)
    joint.score(mean[0], spread[0], 1, 1, 1, seen, noise, one, one[None], cost)
    count = joint.branch(one, cost, 1, 1, 1, 1.0, room, links, boxes, value, parent, change)
    marks = np.zeros(1, np.uint64)
    joint.choose(count, 1, 1, 1.0, boxes, value, parent, change, recent[0], parent, boxes, marks)
    joint.follow(mean[0], spread[0], recent[0], 1, 1, parent, boxes, seen, noise, mean[1], spread[1], recent[1])
