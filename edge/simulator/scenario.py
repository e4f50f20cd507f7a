"""What is played in the virtual gym: frozen parameters under names."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from calibration.court import COURTS, LAYOUTS
from edge.simulator.style import FAULTS

MOUNTS = ("sideline", "high", "corner", "baseline", "any", "wall")
CONE_COLOURS = ("orange", "red", "yellow", "green", "blue", "pink")
AUTO, ANY = "auto", "any"
PLAIN = "plain"
_RANGES = (
    ("cone_height_m", 0.1, 1.2),
    ("distractors", 0, 3),
    ("uneven", 0.0, 1.0),
    ("lamp_change", 0.0, 1.0),
    ("shutter_s", 0.0, 0.1),
    ("exposure", 0.0, 1.0),
    ("frame_blur_px", 0.0, 10.0),
    ("extra_balls", 0, 4),
)


class SimulatorError(Exception):
    """The virtual gym cannot be set up; the message names the parameter and what to do."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """players_per_team: 0 to 5 for each of two teams. spots_m: where shots are taken from, (x, y) on the court, or
    empty for spots around the arc by seed. skill: share of shots that go in. pass_share: how often the ball is passed
    before a shot. pace: 1 = game speed, less is more leisurely. mount: where the camera hangs (`MOUNTS`). fault: a
    fault of form that a share `fault_share` of the shots shows once `fault_after` shots were taken. drag: air drag on
    the ball. noise: sensor noise, grey levels; blur_px: lens blur; jpeg_quality: 0 = none, else every frame goes
    through JPEG at this quality (slower).

    mount "wall" draws place (2.5 to 5 m up), aim, field of view (60 to 110 degrees) and a bent lens by seed. court: a
    name of `calibration.court.COURTS`. cone_layout: a name of `LAYOUTS`, or "auto": the largest that is in the picture.
    cone_colour: one of `CONE_COLOURS`, or "any". distractors: 0 to 3 kinds of things of the cones' colour (a bag and a
    cushion on the floor, a sign on the wall, a team's jerseys). other_lines: lines of other sports. uneven: sun and
    shade on the floor, relative; lamp_change: slow change of the light, relative.

    props "any" draws by seed what balls, ring, net, board, clothes, heads, floor and walls look like, a playground's
    included. shutter_s: how long the shutter is open. exposure: how far gain, gamma and white balance may be off, 0 to
    1. frame_blur_px: blur of the whole picture, where `blur_px` leaves what moves sharp. extra_balls: further balls
    that lie, roll, bounce and fly by themselves.
    """

    name: str = "custom"
    players_per_team: tuple[int, int] = (1, 0)
    spots_m: tuple[tuple[float, float], ...] = ()
    skill: float = 0.6
    pass_share: float = 0.6
    pace: float = 1.0
    cones: bool = False
    court: str = "fiba"
    cone_layout: str = "key"
    cone_colour: str = "orange"
    cone_height_m: float = 0.36
    distractors: int = 0
    other_lines: bool = False
    uneven: float = 0.0
    lamp_change: float = 0.0
    mount: str = "sideline"
    fault: str | None = None
    fault_share: float = 1.0
    fault_after: int = 0
    drag: bool = True
    noise: float = 2.5
    blur_px: float = 0.6
    jpeg_quality: int = 0
    props: str = PLAIN
    shutter_s: float = 1 / 500
    exposure: float = 0.0
    frame_blur_px: float = 0.0
    extra_balls: int = 0

    def __post_init__(self) -> None:
        if any(not 0 <= count <= 5 for count in self.players_per_team):
            raise SimulatorError(f"players_per_team={self.players_per_team}: each must be 0 to 5")
        if self.mount not in MOUNTS:
            raise SimulatorError(f"mount={self.mount!r}: choose one of {', '.join(MOUNTS)}")
        if self.fault is not None and self.fault not in FAULTS:
            raise SimulatorError(f"fault={self.fault!r}: choose one of {', '.join(FAULTS)}")
        if self.court not in COURTS:
            raise SimulatorError(f"court={self.court!r}: choose one of {', '.join(COURTS)}")
        if self.cone_layout not in (AUTO, *LAYOUTS):
            raise SimulatorError(f"cone_layout={self.cone_layout!r}: choose one of {', '.join([AUTO, *LAYOUTS])}")
        if self.cone_colour not in (ANY, *CONE_COLOURS):
            raise SimulatorError(f"cone_colour={self.cone_colour!r}: choose one of {', '.join([ANY, *CONE_COLOURS])}")
        if self.props not in (PLAIN, ANY):
            raise SimulatorError(f"props={self.props!r}: choose one of {PLAIN}, {ANY}")
        for name, least, most in _RANGES:
            if not least <= getattr(self, name) <= most:
                raise SimulatorError(f"{name}={getattr(self, name)}: {least:g} to {most:g} is possible")
        if not 0 <= self.skill <= 1:
            raise SimulatorError(f"skill={self.skill}: a share from 0 to 1 is needed")


PRACTICE_SPOTS_M = ((8.2, -0.4), (8.6, -2.2), (10.2, -2.9), (7.8, -1.5), (9.2, -2.6), (8.4, 0.9))

SCENARIOS: dict[str, Scenario] = {
    "practice": Scenario(name="practice", pace=0.72, spots_m=PRACTICE_SPOTS_M),
    "threes": Scenario(name="threes", players_per_team=(3, 3), skill=0.45, mount="high"),
    "game": Scenario(name="game", players_per_team=(5, 5), skill=0.45, mount="high"),
    "empty": Scenario(name="empty", players_per_team=(0, 0), cones=True),
    "cones": Scenario(
        name="cones",
        players_per_team=(2, 1),
        cones=True,
        mount="wall",
        cone_colour=ANY,
        distractors=1,
        other_lines=True,
        uneven=0.25,
        lamp_change=0.1,
    ),
    "form": Scenario(
        name="form", spots_m=((8.05, -0.05),), skill=0.7, pace=0.8, fault="stiff_knees", fault_share=0.6, fault_after=16
    ),
}


def find_scenario(name: str) -> Scenario:
    """The scenario of that name. Raises SimulatorError naming the nearest."""
    if name in SCENARIOS:
        return SCENARIOS[name]
    match = difflib.get_close_matches(name, SCENARIOS, n=1, cutoff=0.4)
    hint = f"did you mean {match[0]!r}?" if match else f"known: {', '.join(SCENARIOS)}"
    raise SimulatorError(f"unknown scenario {name!r} of the virtual gym; {hint}")
