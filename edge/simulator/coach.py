"""Who does what next: spots to shoot from, dribbling, passing, defending, fetching the ball. No teleports."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from calibration.court import Court
from edge.simulator.agent import Agent, Order
from edge.simulator.flight import NET_LENGTH_M, Hall
from edge.simulator.poses import in_hand
from edge.simulator.scenario import Scenario
from edge.types import BallMode, FloatArray

SET_FEET_S = 0.30
CATCH_AND_LOOK_S = 0.35
STUCK_S = 2.5


@dataclass(slots=True)
class Scene:
    """What the coach sees: the players, the ball (7,) state, its phase, who has it, and for whom a pass is meant."""

    agents: list[Agent]
    ball: FloatArray
    phase: BallMode
    holder: Agent | None
    receiver: Agent | None
    last_team: int
    made: bool
    since_release_s: float


def arc_spots(court: Court) -> tuple[tuple[float, float], ...]:
    """Spots for two teams: five behind the three-point line, four inside it."""
    ring = court.rim_centre(1)
    out = []
    for radius, angles in ((7.1, (-62, -32, 0, 32, 62)), (4.6, (-66, -26, 26, 66))):
        for angle in np.radians(angles):
            out.append((float(ring[0] - radius * math.cos(angle)), float(ring[1] + radius * math.sin(angle))))
    return tuple(out)


@dataclass(slots=True)
class Coach:
    """Keeps each player's spot and the offence's plan; every choice is drawn from `rng`."""

    scenario: Scenario
    hall: Hall
    spots: tuple[tuple[float, float], ...]
    rng: np.random.Generator
    spot_of: dict[int, int] = field(default_factory=dict)
    passes_left: int = 0
    shoot_from: FloatArray | None = None
    mate: Agent | None = None
    next_spot: int = 0

    def orders(self, scene: Scene) -> list[Order]:
        """One order per agent."""
        return [self._order(agent, scene) for agent in scene.agents]

    def ball_taken(self, agent: Agent, scene: Scene, was_pass: bool) -> None:
        """Somebody has the ball: make a plan for it."""
        if not was_pass:
            chance = self.scenario.pass_share
            mates = sum(other.team == agent.team for other in scene.agents) - 1
            self.passes_left = int(self.rng.binomial(2, chance)) if mates else 0
            self._take_places(scene, agent.team)
        self.mate = None
        if self.passes_left == 0 or not was_pass:
            self.shoot_from = self._shooting_spot(agent, was_pass)
        else:
            self.shoot_from = agent.xy.copy()

    def _shooting_spot(self, agent: Agent, was_pass: bool) -> FloatArray:
        if len(self.scenario.spots_m) > 0:
            spot = np.array(self.spots[self.next_spot % len(self.spots)])
            step = 1 if len(self.spots) < 3 else int(self.rng.integers(1, 3))
            self.next_spot += step
            return np.asarray(spot + self.rng.normal(0.0, 0.12, 2))
        if was_pass and self.rng.random() < 0.5:
            return agent.xy.copy()
        if was_pass:
            choices = sorted(self.spots, key=lambda spot: math.dist(spot, agent.xy))[:4]
            return np.array(choices[int(self.rng.integers(len(choices)))]) + self.rng.normal(0.0, 0.2, 2)
        return np.array(self.spots[int(self.rng.integers(5))])

    def _take_places(self, scene: Scene, team: int) -> None:
        """New spots for the team that has the ball now."""
        mine = [agent for agent in scene.agents if agent.team == team]
        for agent, place in zip(mine, self.rng.permutation(len(self.spots)), strict=False):
            self.spot_of[agent.player_id] = int(place)

    def _order(self, agent: Agent, scene: Scene) -> Order:
        ring = self.hall.ring[:2]
        ball_xy = scene.ball[:2]
        if agent.action == "shoot" and agent.shot is not None and agent.clock_s < agent.shot.end_s:
            return Order("shoot", agent.xy, 0.0, ring)
        if agent.action == "pass" and agent.clock_s < 0.45:
            return Order("pass", agent.xy, 0.0, ball_xy)
        if agent is scene.holder:
            return self._with_ball(agent, scene)
        if scene.phase is BallMode.LOOSE:
            return self._fetch(agent, scene)
        if scene.phase is BallMode.PASSED and agent is scene.receiver:
            near = math.dist(agent.xy, ball_xy) < 2.6
            return Order("reach" if near else "move", agent.xy + 0.3 * agent.velocity, 1.5, ball_xy)
        if scene.phase is BallMode.IN_FLIGHT:
            return self._during_shot(agent, scene)
        if agent.team == scene.last_team:
            return self._off_ball(agent, ball_xy)
        return self._guard(agent, scene)

    def _with_ball(self, agent: Agent, scene: Scene) -> Order:
        ring = self.hall.ring[:2]
        spot = self.shoot_from if self.shoot_from is not None else agent.xy
        distance = math.dist(agent.xy, spot)
        speed = 3.5 * self.scenario.pace
        if agent.action not in ("hold", "dribble"):
            return Order("hold", agent.xy, 0.0, ring)
        if agent.action == "hold" and distance > 0.7 and agent.clock_s > CATCH_AND_LOOK_S:
            return Order("dribble", spot, speed, ring)
        if agent.action == "dribble":
            if agent.clock_s > STUCK_S and agent.pace() < 1.0:
                self.shoot_from = spot = agent.xy.copy()
                distance = 0.0
            there = distance < 0.25 and agent.pace() < 0.8
            return Order("hold" if there and in_hand(agent.clock_s) else "dribble", spot, speed, ring)
        if distance > 0.7:
            return Order("hold", agent.xy, 0.0, spot)
        if self.passes_left > 0:
            return self._look_for_mate(agent, scene)
        still = agent.pace() < 0.25 and abs(agent.heading_error(ring)) < 0.06
        ready = still and agent.clock_s > SET_FEET_S / self.scenario.pace
        return Order("shoot" if ready else "hold", agent.xy, 0.5, ring)

    def _look_for_mate(self, agent: Agent, scene: Scene) -> Order:
        mates = [other for other in scene.agents if other.team == agent.team and other is not agent]
        if self.mate is None:
            self.mate = mates[int(self.rng.integers(len(mates)))]
        ready = agent.clock_s > 0.5 and abs(agent.heading_error(self.mate.xy)) < 0.12
        return Order("pass" if ready else "hold", agent.xy, 0.5, self.mate.xy)

    def _fetch(self, agent: Agent, scene: Scene) -> Order:
        """The nearest of each team goes to where the ball will be (after a basket, of the other team alone)."""
        ball, alone = scene.ball, len({other.team for other in scene.agents}) == 1
        may = alone or not scene.made or agent.team != scene.last_team
        lead = min(math.dist(agent.xy, ball[:2]) / 4.5, 0.7)
        meet = np.clip(ball[:2] + lead * ball[3:5], [0.0, -8.5], [15.9, 9.0])
        rivals = [other for other in scene.agents if other.team == agent.team and other.action != "shoot"]
        nearest = min(rivals, key=lambda other: math.dist(other.xy, meet), default=agent)
        if not may or nearest is not agent:
            return self._off_ball(agent, ball[:2])
        gap = math.dist(agent.xy, ball[:2])
        if ball[2] > 2.2:
            side = agent.xy - self.hall.ring[:2]
            meet = meet + side / max(float(np.hypot(side[0], side[1])), 1e-6) * 0.5
        action = "reach" if gap < 2.0 and ball[2] < 2.5 else "move"
        return Order(action, meet, 2.4 if gap < 0.9 else 4.6 * self.scenario.pace, ball[:2])

    def _during_shot(self, agent: Agent, scene: Scene) -> Order:
        ring = self.hall.ring[:2]
        away = agent.xy - ring
        distance = float(np.hypot(away[0], away[1]))
        stop = 1.1 if scene.ball[2] > self.hall.ring[2] - NET_LENGTH_M else 0.6
        late = scene.since_release_s > 0.35 and distance > stop
        target = ring + away / max(distance, 1e-6) * max(stop, distance - 4.0) if late else agent.xy
        return Order("move", target, 3.0, scene.ball[:2])

    def _off_ball(self, agent: Agent, ball_xy: FloatArray) -> Order:
        if self.rng.random() < 0.004:
            taken = set(self.spot_of.values())
            free = [place for place in range(len(self.spots)) if place not in taken]
            if free:
                self.spot_of[agent.player_id] = free[int(self.rng.integers(len(free)))]
        place = self.spot_of.get(agent.player_id)
        target = agent.xy if place is None else np.array(self.spots[place])
        return Order("move", target, 2.8, ball_xy)

    def _guard(self, agent: Agent, scene: Scene) -> Order:
        """Between one's opposite and the ring, a hand up when the opposite shoots."""
        mine = [other for other in scene.agents if other.team == agent.team]
        theirs = [other for other in scene.agents if other.team != agent.team]
        man = theirs[mine.index(agent) % len(theirs)]
        to_ring = self.hall.ring[:2] - man.xy
        length = max(float(np.hypot(to_ring[0], to_ring[1])), 1e-6)
        gap = min(1.25 if man is scene.holder else 1.9, 0.6 * length)
        target = man.xy + to_ring / length * gap
        if man.action == "shoot" and math.dist(agent.xy, man.xy) < 2.2:
            return Order("contest", target, 1.0, man.xy)
        return Order("defend", target, 3.6, man.xy if man is scene.holder else 0.5 * (man.xy + scene.ball[:2]))
