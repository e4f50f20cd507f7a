"""The game goes on frame by frame: players follow the coach, the ball follows hands or physics, events are written."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from calibration.court import Court
from edge.simulator.agent import Agent
from edge.simulator.body import BALL, to_world
from edge.simulator.coach import Coach, Scene, arc_spots
from edge.simulator.flight import (
    ENTERED,
    NET_LENGTH_M,
    STEP_S,
    THROUGH_RING,
    TOUCHED_FLOOR,
    Hall,
    advance,
    shot_velocity,
    throw_velocity,
)
from edge.simulator.poses import hold
from edge.simulator.scenario import Scenario
from edge.simulator.shooting import jump_shot
from edge.simulator.style import player_form, vary, with_fault
from edge.simulator.truth import EventKind, GymEvent, ShotTruth
from edge.types import BallMode, FloatArray, Outcome

PASS_RELEASE_S = 0.22
PASS_SPEED_M_S = 8.0
PASS_LASTS_S = 1.6
CATCH_M = 0.26


def line_up(scenario: Scenario, spots: tuple[tuple[float, float], ...], rng: np.random.Generator) -> list[Agent]:
    """The players at their first places, facing the ring; numbered from 1, team 0 first."""
    agents: list[Agent] = []
    places = rng.permutation(len(spots))
    for team, count in enumerate(scenario.players_per_team):
        for number in range(count):
            place = np.array(spots[int(places[number % len(spots)])])
            xy = place + (np.array([1.1, 0.2]) if team else np.zeros(2)) + rng.normal(0.0, 0.1, 2)
            form = player_form(rng)
            height = float(rng.uniform(1.80, 2.02))
            agents.append(Agent(len(agents) + 1, team, height, form, xy, math.atan2(-xy[1], 12.4 - xy[0])))
    return agents


class Play:
    """All that moves. `step(dt)` advances one frame; the public attributes are the state after it."""

    def __init__(self, scenario: Scenario, court: Court, where: Hall, rng: np.random.Generator) -> None:
        self.scenario, self.hall, self.rng = scenario, where, rng
        self.spots = scenario.spots_m or arc_spots(court)
        self.agents = line_up(scenario, self.spots, rng)
        self.coach = Coach(scenario, where, self.spots, rng)
        self.index, self.time_s = -1, 0.0
        self.ball = np.zeros(7)
        self.phase = BallMode.HELD
        self.holder: Agent | None = self.agents[0] if self.agents else None
        self.receiver: Agent | None = None
        self.shots: tuple[ShotTruth, ...] = ()
        self.events: list[GymEvent] = []
        self._last_team = 0
        self._loose_since_s = 0.0
        self._loose_shot: int | None = None
        if self.holder is not None:
            self.holder.action, self.holder.pose = "hold", hold(0.0, 0.0, 0.0)
            self.holder.faded_from = self.holder.pose.copy()
            self.coach.ball_taken(self.holder, self._scene(), was_pass=False)

    def step(self, dt: float) -> None:
        """One frame on; `events` holds what happened in it."""
        self.index += 1
        self.time_s = self.index * dt
        self.events = []
        if self.holder is None and not self.agents:
            return
        first = self.index == 0
        seen = self.ball[:3] if self.holder is None else None
        orders = self.coach.orders(self._scene())
        for agent, order in zip(self.agents, orders, strict=True):
            if order.action == "shoot" and agent.action != "shoot":
                self._gather(agent)
            agent.step(dt, order, seen, self.agents)
        if self.holder is not None:
            self._carry(self.holder, dt, first)
        else:
            self._fly(dt)

    def _scene(self) -> Scene:
        made = bool(self.shots) and self.shots[-1].outcome is Outcome.MADE
        since = self.time_s - self._loose_since_s
        return Scene(self.agents, self.ball, self.phase, self.holder, self.receiver, self._last_team, made, since)

    def _event(self, kind: EventKind, agent_id: int, shot_id: int | None = None) -> None:
        self.events.append(GymEvent(kind, self.index, self.time_s, agent_id, shot_id))

    def _gather(self, agent: Agent) -> None:
        may_be = self.scenario.fault is not None and len(self.shots) >= self.scenario.fault_after
        faulty = may_be and self.rng.random() < self.scenario.fault_share
        form = with_fault(vary(agent.form, self.rng), self.scenario.fault if faulty else None)
        agent.begin_shot(jump_shot(form))
        shot_id = len(self.shots)
        place = (float(agent.xy[0]), float(agent.xy[1]))
        self.shots = (*self.shots, ShotTruth(shot_id, agent.player_id, place, form, self.index, self.time_s))
        self._event(EventKind.SHOT_GATHERED, agent.player_id, shot_id)

    def _update_shot(self, **changes: object) -> None:
        self.shots = (*self.shots[:-1], replace(self.shots[-1], **changes))  # type: ignore[arg-type]

    def _carry(self, agent: Agent, dt: float, first: bool) -> None:
        """The ball goes with the hands, until a shot or a pass leaves them."""
        if agent.action == "shoot" and agent.shot is not None and agent.clock_s >= agent.shot.release_s:
            self._release_shot(agent)
        elif agent.action == "pass" and agent.clock_s >= PASS_RELEASE_S and self.coach.mate is not None:
            self._release_pass(agent, self.coach.mate)
        else:
            place = agent.ball_m()
            self.ball[3:6] = 0.0 if first else (place - self.ball[:3]) / dt
            self.ball[:3] = place
            self.phase = BallMode.DRIBBLED if agent.action == "dribble" else BallMode.HELD

    def _let_go(self, agent: Agent, phase: BallMode, start_m: FloatArray, velocity: FloatArray, late_s: float) -> None:
        self.ball = np.concatenate([start_m, velocity, [0.0]])
        self.holder, self.phase, self._last_team = None, phase, agent.team
        self._loose_since_s = self.time_s - late_s
        self._loose_shot = None
        if late_s > 0:
            self._advance(late_s)

    def _release_shot(self, agent: Agent) -> None:
        """The ball leaves at the motion's release time, usually between two frames."""
        assert agent.shot is not None
        late = agent.clock_s - agent.shot.release_s
        clock, pose, xy = agent.clock_s, agent.pose, agent.xy
        agent.clock_s = agent.shot.release_s
        agent.pose = agent.shot.pose(agent.clock_s)
        agent._fly()
        start = agent.ball_m()
        agent.clock_s, agent.pose, agent.xy = clock, pose, xy
        wish = bool(self.rng.random() < self.scenario.skill)
        angle = math.radians(agent.shot.form.release_angle_deg)
        velocity = shot_velocity(start, angle, wish, self.hall, self.rng)
        self._update_shot(
            release_index=self.index,
            release_time_s=self.time_s - late,
            release_m=start,
            release_velocity_m_s=velocity,
        )
        self._event(EventKind.SHOT_RELEASED, agent.player_id, self.shots[-1].shot_id)
        self._let_go(agent, BallMode.IN_FLIGHT, start, velocity, late)

    def _release_pass(self, agent: Agent, mate: Agent) -> None:
        start = agent.ball_m()
        gap = mate.xy - start[:2]
        distance = max(float(np.hypot(gap[0], gap[1])), 1e-6)
        target = np.array([*(mate.xy - gap / distance * 0.35 + 0.3 * mate.velocity), 1.25])
        seconds = max(distance / PASS_SPEED_M_S, 0.25)
        velocity = throw_velocity(start, target, seconds, float(self.hall.parameters[12]))
        self.receiver = mate
        self.coach.passes_left -= 1
        self._event(EventKind.PASS_RELEASED, agent.player_id)
        self._let_go(agent, BallMode.PASSED, start, velocity, 0.0)

    def _fly(self, dt: float) -> None:
        before = self.ball[:3].copy()
        self._advance(dt)
        if self.phase is BallMode.PASSED and self.time_s - self._loose_since_s > PASS_LASTS_S:
            self.phase, self.receiver = BallMode.LOOSE, None
        if self.phase is BallMode.IN_FLIGHT:
            return
        for agent in self.agents:
            place = self._caught_at(agent, before)
            if place is not None:
                self.ball[3:6] = (place - before) / dt
                self.ball[:3] = place
                self._take(agent)
                return

    def _advance(self, dt: float) -> None:
        steps = max(1, math.ceil(dt / STEP_S))
        entry = np.zeros(3)
        rising = self.ball[5] > 0
        mask = int(advance(self.ball, self.hall.parameters, dt / steps, steps, entry))
        if self.phase is BallMode.IN_FLIGHT:
            self._follow_shot(mask, entry, rising)

    def _follow_shot(self, mask: int, entry: FloatArray, rising: bool) -> None:
        """Apex, entry angle and outcome as the ball reaches them."""
        shot = self.shots[-1]
        if rising and self.ball[5] <= 0 and shot.apex_index is None:
            self._update_shot(apex_index=self.index)
        if mask & ENTERED and shot.entry_angle_deg is None:
            slope = math.atan2(-entry[2], math.hypot(entry[0], entry[1]))
            self._update_shot(entry_angle_deg=math.degrees(slope))
        made = bool(mask & THROUGH_RING)
        fallen = self.ball[5] < 0 and self.ball[2] < self.hall.ring[2] - NET_LENGTH_M
        if made or mask & TOUCHED_FLOOR or (fallen and self.time_s - self._loose_since_s > 0.5):
            self._update_shot(outcome=Outcome.MADE if made else Outcome.MISSED, rim_index=self.index)
            self._event(EventKind.SHOT_MADE if made else EventKind.SHOT_MISSED, shot.player_id, shot.shot_id)
            self.phase, self._loose_shot = BallMode.LOOSE, shot.shot_id

    def _caught_at(self, agent: Agent, before_m: FloatArray) -> FloatArray | None:
        """Where on its way since the last frame the ball comes into the player's hands, (3,) m; None if it does not."""
        if self.phase is BallMode.PASSED and agent is not self.receiver:
            return None
        if agent.action != "reach" or agent.clock_s < 0.1 or self.ball[6] > 0:
            return None
        hands = to_world(agent.pose[BALL], agent.xy, agent.yaw, agent.scale)
        way = self.ball[:3] - before_m
        share = float(np.clip((hands - before_m) @ way / max(float(way @ way), 1e-12), 0.0, 1.0))
        place = before_m + share * way
        return place if float(np.linalg.norm(hands - place)) < CATCH_M else None

    def _take(self, agent: Agent) -> None:
        was_pass = self.phase is BallMode.PASSED
        if was_pass:
            self._event(EventKind.PASS_RECEIVED, agent.player_id)
        elif self._loose_shot is not None:
            self._event(EventKind.REBOUND, agent.player_id, self._loose_shot)
        self.holder, self.receiver, self._last_team = agent, None, agent.team
        self.phase, self._loose_shot = BallMode.HELD, None
        agent.take_ball(self.ball[:3])
        self.coach.ball_taken(agent, self._scene(), was_pass)
