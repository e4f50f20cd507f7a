"""Half-court games made up by seed, whose every event is known.

Players go to spots; whoever has the ball holds, dribbles, drives, and then passes (short, long, off the floor, a lob to
somebody under the basket, into other hands), shoots (made, missed, blocked), loses it (stolen, intercepted) or throws
it out. Passes go every way, so also along whatever camera looks on. Ball: parabolas, bounces, hands.
"""

from __future__ import annotations

import numpy as np

from calibration.court import NBA
from edge.types import BallMode, FloatArray
from tests.bench.nba_heights import CHEST_M, HANDS_M
from tests.bench.nba_play import FRAMES_PER_S, NOBODY, CourtPlay
from tests.bench.scripted_state import RING, State, TrueEvent, fly, hold, stand

_OVER_RING_M, _RELEASE_M = RING[2] + 0.12, 2.25
_ACTIONS = {
    "short": 0.17, "long": 0.14, "bounce": 0.10, "lob": 0.12, "handover": 0.08, "shot": 0.17, "block": 0.07,
    "steal": 0.06, "intercepted": 0.06, "out": 0.03,
}  # fmt: skip
_SPEED_M_S, _DRIVE_M_S = 2.2, 4.2
_DRIBBLE_S, _DRIBBLE_TOP_M = 0.62, 0.95


def scripted(seed: int, seconds: float, a_side: int = 3) -> tuple[CourtPlay, tuple[TrueEvent, ...]]:
    """A game of at least so many seconds, the same for the same seed."""
    rng = np.random.default_rng([seed, 60])
    count = 2 * a_side
    team = (np.arange(count) >= a_side).astype(np.int64)
    xy = np.array([_spot(rng) for _ in range(count)])
    state = State(rng, xy, xy.copy(), team, np.full(count, _SPEED_M_S))
    while state.now_s < seconds:
        _spread(state)
        _keep(state)
        name = str(rng.choice(list(_ACTIONS), p=np.array(list(_ACTIONS.values())) / sum(_ACTIONS.values())))
        _DO[name](state, name)
    hold(state, 0.5)
    name = f"scripted_{seed}"
    play = CourtPlay(
        name, name, np.array(state.players), team, np.array(state.balls), state.modes, np.array(state.holders)
    )
    return play, tuple(state.events)


def _spot(rng: np.random.Generator) -> FloatArray:
    angle, radius = rng.uniform(-1.25, 1.25), rng.uniform(2.0, 7.5)
    return np.array([RING[0] - radius * np.cos(angle), radius * np.sin(angle)])


def _spread(state: State) -> None:
    """New spots for some, defenders between their men and the ring."""
    attack = state.team[state.holder]
    men = np.flatnonzero(state.team == attack)
    for k in men:
        if state.rng.random() < 0.5:
            state.target[k] = _spot(state.rng)
    for k, man in zip(np.flatnonzero(state.team != attack), men, strict=True):
        to_ring = RING[:2] - state.target[man]
        state.target[k] = state.target[man] + to_ring * min(0.5, 1.3 / max(float(np.hypot(*to_ring)), 0.1))
    state.speed[:] = _SPEED_M_S
    state.target[state.holder] = state.xy[state.holder]


def _keep(state: State) -> None:
    """Hold, dribble on the spot or somewhere, or drive to the basket; then gather."""
    rng, k = state.rng, state.holder
    hold(state, rng.uniform(0.35, 0.8))
    choice = rng.random()
    if choice > 0.75:
        return
    begins_s, place, far = state.now_s, state.xy[k].copy(), state.away(k, RING)
    drive = choice < 0.25 and far > 4.5
    if drive:
        side = rng.uniform(-0.8, 0.8)
        state.target[k] = RING[:2] + np.array([-1.3, side])
        state.speed[k] = _DRIVE_M_S
    elif choice < 0.55:
        state.target[k] = state.xy[k] + rng.normal(0, 1.5, 2)
    seconds = far / _DRIVE_M_S + 0.2 if drive else rng.uniform(1.0, 2.4)
    for t in range(int(seconds * FRAMES_PER_S)):
        phase = (t / FRAMES_PER_S / _DRIBBLE_S) % 1.0
        height = 0.12 + (_DRIBBLE_TOP_M - 0.12) * abs(np.cos(np.pi * phase)) ** 1.3
        state.frame(state.in_hands(k, height), BallMode.DRIBBLED, k)
    state.events.append(TrueEvent("dribble", begins_s, state.now_s, k))
    if drive and np.hypot(*(place - RING[:2])) - state.away(k, RING) > 2.5:
        state.events.append(TrueEvent("drive", begins_s, state.now_s, k))
    state.target[k], state.speed[k] = state.xy[k], _SPEED_M_S
    hold(state, 0.25)


def _pass(state: State, kind: str) -> None:
    k, rng = state.holder, state.rng
    mates = state.mates(k)
    away = [state.away(mate, state.xy[k]) for mate in mates]
    mate = mates[
        int(np.argmax(away) if kind == "long" else np.argmin(away) if kind == "short" else rng.integers(len(mates)))
    ]
    stand(state, k, mate)
    if kind == "lob":
        state.target[mate] = RING[:2] + np.array([rng.uniform(-1.6, -0.3), rng.uniform(-1.2, 1.2)])
        state.speed[mate] = _DRIVE_M_S
        while state.away(mate, state.target[mate]) > 0.5 and len(state.balls) % 60:
            hold(state, 1 / FRAMES_PER_S)
        stand(state, mate)
    far = state.away(mate, state.xy[k])
    begins_s = state.now_s
    end = state.in_hands(mate, 1.9 if kind == "lob" else CHEST_M)
    seconds = rng.uniform(0.95, 1.3) if kind == "lob" else max(0.2, far / rng.uniform(8.0, 11.0))
    fly(state, end, seconds, BallMode.PASSED, kind == "bounce" and far > 2.5)
    state.events.append(TrueEvent("pass", begins_s, state.now_s, k, mate, kind))
    state.holder = mate


def _handover(state: State, kind: str) -> None:
    k = state.holder
    mate = min(state.mates(k), key=lambda one: state.away(one, state.xy[k]))
    state.speed[mate] = _DRIVE_M_S
    for _ in range(60):
        state.target[mate] = state.xy[k] + 0.8 * (state.xy[mate] - state.xy[k]) / max(
            state.away(mate, state.xy[k]), 0.1
        )
        if state.away(mate, state.xy[k]) < 0.95:
            break
        hold(state, 1 / FRAMES_PER_S)
    begins_s = state.now_s
    fly(state, state.in_hands(mate, HANDS_M), 0.12, BallMode.PASSED)
    state.events.append(TrueEvent("pass", begins_s, state.now_s, k, mate, kind))
    state.holder = mate


def _shot(state: State, kind: str) -> None:
    k, rng = state.holder, state.rng
    stand(state, k)
    release = state.in_hands(k, _RELEASE_M)
    start = state.ball.copy()
    for t in range(8):
        state.frame(start + (t + 1) / 8 * (release - start), BallMode.HELD, k)
    begins_s, far = state.now_s, state.away(k, RING)
    made = bool(rng.random() < 0.5)
    off = np.zeros(2) if made else rng.normal(0, 1, 2)
    off = off / max(float(np.hypot(*off)), 1e-6) * (0.0 if made else 0.24)
    fly(state, np.array([*(RING[:2] + off), _OVER_RING_M]), 0.65 + 0.075 * far, BallMode.IN_FLIGHT)
    state.events.append(TrueEvent("shot", begins_s, state.now_s, k, None, "made" if made else "missed"))
    if made:
        fly(state, np.array([*RING[:2], 0.9]), 0.55, BallMode.LOOSE)
        taker = min(state.rivals(k), key=lambda one: state.away(one, RING))
    else:
        taker = int(rng.integers(len(state.team)))
    _pick_up(state, taker, None if made else "rebound")


def _pick_up(state: State, taker: int, kind: str | None) -> None:
    """The ball comes off, and `taker` runs to where it comes down and has it."""
    rng, since_s = state.rng, state.now_s
    angle = rng.uniform(np.pi / 2, 3 * np.pi / 2)
    place = state.ball[:2] + rng.uniform(0.8, 2.2) * np.array([np.cos(angle), np.sin(angle)])
    high = state.ball[2] > 1.5
    state.target[taker], state.speed[taker] = place, 5.0
    for k in range(len(state.team)):
        if k != taker and state.away(k, place) < 1.0:
            state.target[k] = place + 1.6 * (state.xy[k] - place) / max(state.away(k, place), 0.1)
    fly(state, np.array([*place, 0.5]), 0.85 if high else 0.35, BallMode.LOOSE)
    for _ in range(70):
        if state.away(taker, place) < 0.6:
            break
        state.frame(np.array([*place, 0.12]), BallMode.LOOSE, NOBODY)
    if kind is not None:
        state.events.append(TrueEvent(kind, since_s, state.now_s, taker))
    state.holder = taker


def _block(state: State, kind: str) -> None:
    """A shot whose way ends after a fifth of a second at the hands of whoever guards the shooter."""
    k = state.holder
    guard = min(state.rivals(k), key=lambda one: state.away(one, state.xy[k]))
    state.speed[guard] = 5.0
    for _ in range(45):
        to_ring = (RING[:2] - state.xy[k]) / max(state.away(k, RING), 0.1)
        state.target[guard] = state.xy[k] + 0.9 * to_ring
        if state.away(guard, state.target[guard]) < 0.2:
            break
        hold(state, 1 / FRAMES_PER_S)
    release, start = state.in_hands(k, _RELEASE_M), state.ball.copy()
    for t in range(8):
        state.frame(start + (t + 1) / 8 * (release - start), BallMode.HELD, k)
    begins_s = state.now_s
    fly(state, np.array([*(state.xy[guard] + 0.1), 2.75]), 0.18, BallMode.IN_FLIGHT)
    state.events.append(TrueEvent("shot", begins_s, state.now_s, k, None, "blocked"))
    state.events.append(TrueEvent("block", begins_s, state.now_s, guard, k))
    fly(
        state,
        state.ball + np.array([state.rng.uniform(-2.0, -1.0), state.rng.uniform(-1.5, 1.5), -2.2]),
        0.5,
        BallMode.LOOSE,
    )
    _pick_up(state, int(state.rng.integers(len(state.team))), None)


def _steal(state: State, kind: str) -> None:
    k = state.holder
    thief = min(state.rivals(k), key=lambda one: state.away(one, state.xy[k]))
    state.speed[thief] = 5.0
    for _ in range(45):
        state.target[thief] = state.xy[k] + 0.8 * (RING[:2] - state.xy[k]) / max(state.away(k, RING), 0.1)
        if state.away(thief, state.target[thief]) < 0.15:
            break
        hold(state, 1 / FRAMES_PER_S)
    begins_s = state.now_s
    fly(state, state.in_hands(thief, HANDS_M), 0.12, BallMode.LOOSE)
    state.events.append(TrueEvent("steal", begins_s, state.now_s, thief, k))
    state.holder = thief
    way = state.xy[thief] - state.xy[k]
    state.target[thief] = state.xy[thief] + 2.5 * way / max(float(np.hypot(*way)), 0.1)
    hold(state, 0.4)


def _intercepted(state: State, kind: str) -> None:
    """A long pass that a defender steps into."""
    k = state.holder
    mate = max(state.mates(k), key=lambda one: state.away(one, state.xy[k]))
    stand(state, k, mate)
    place = state.xy[k] + state.rng.uniform(0.5, 0.75) * (state.xy[mate] - state.xy[k])
    thief = min(state.rivals(k), key=lambda one: state.away(one, place))
    if np.hypot(*(place - state.xy[k])) < 2.2:
        return
    state.target[thief], state.speed[thief] = place, 5.0
    for _ in range(60):
        if state.away(thief, place) < 0.3:
            break
        hold(state, 1 / FRAMES_PER_S)
    begins_s = state.now_s
    end = np.array([*state.xy[thief], CHEST_M])
    end[:2] += 0.35 * (state.xy[k] - state.xy[thief]) / max(state.away(thief, state.xy[k]), 0.1)
    fly(state, end, max(0.25, state.away(thief, state.xy[k]) / 9.0), BallMode.PASSED)
    state.events.append(TrueEvent("pass", begins_s, state.now_s, k, thief, "intercepted"))
    state.events.append(TrueEvent("interception", begins_s, state.now_s, thief, k))
    state.holder = thief


def _out(state: State, kind: str) -> None:
    """A throw over the side line; one of the others fetches it and throws it in from there."""
    k = state.holder
    stand(state, k)
    side = 1.0 if state.xy[k, 1] > 0 else -1.0
    line = np.array([state.xy[k, 0], side * (NBA.width_m / 2 + 0.8), 0.3])
    begins_s = state.now_s
    fly(state, line, max(0.5, state.away(k, line) / 8.0), BallMode.LOOSE)
    state.events.append(TrueEvent("out_of_bounds", begins_s, state.now_s, k))
    taker = min(state.rivals(k), key=lambda one: state.away(one, line))
    state.target[taker], state.speed[taker] = line[:2], 6.0
    for _ in range(70):
        if state.away(taker, line) < 0.5:
            break
        state.frame(np.array([*line[:2], 0.12]), BallMode.LOOSE, NOBODY)
    state.holder = taker
    hold(state, 1.0)
    _pass(state, "short")


_DO = {
    "short": _pass, "long": _pass, "bounce": _pass, "lob": _pass, "handover": _handover, "shot": _shot, "block": _block,
    "steal": _steal, "intercepted": _intercepted, "out": _out,
}  # fmt: skip
