"""The virtual gym: a small software renderer with exact ground truth."""

from edge.simulator.gym import VirtualGym
from edge.simulator.scenario import SCENARIOS, Scenario, SimulatorError, find_scenario
from edge.simulator.style import FAULTS, ShotForm
from edge.simulator.truth import BallPhase, BallTruth, EventKind, GymEvent, PlayerTruth, ShotTruth, Truth

__all__ = [
    "FAULTS",
    "SCENARIOS",
    "BallPhase",
    "BallTruth",
    "EventKind",
    "GymEvent",
    "PlayerTruth",
    "Scenario",
    "ShotForm",
    "ShotTruth",
    "SimulatorError",
    "Truth",
    "VirtualGym",
    "find_scenario",
]
