"""What a gym's things look like: one plain set of colours, or any that gyms, playgrounds and teams have, by seed."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

import numpy as np

from edge.simulator.backdrop import Board, Look
from edge.simulator.body import Kit
from edge.simulator.scenario import ANY, Scenario
from edge.types import FloatArray

Colour = tuple[float, float, float]

# How a ball's panels are coloured: all alike, in two colours by turns, or with a belt of the second colour.
ALIKE, BY_TURNS, BELT = 0.0, 1.0, 2.0
NET_LEVELS = 5
_WHITE: Colour = (238.0, 238.0, 238.0)
_RING: Colour = (28.0, 66.0, 228.0)
_CREAM: Colour = (150.0, 200.0, 228.0)
_BOARD = Board()
_ODD_SHARE, _SAME_BALLS_SHARE = 0.2, 0.5
_TEAMS: tuple[tuple[Colour, Colour], ...] = (
    ((46.0, 42.0, 188.0), (40.0, 36.0, 70.0)),
    ((196.0, 120.0, 36.0), (88.0, 50.0, 28.0)),
    ((228.0, 226.0, 222.0), (60.0, 56.0, 54.0)),
    ((52.0, 156.0, 60.0), (36.0, 40.0, 38.0)),
)
_SKINS: tuple[Colour, ...] = (
    (138.0, 172.0, 222.0),
    (108.0, 146.0, 200.0),
    (70.0, 104.0, 160.0),
    (52.0, 76.0, 122.0),
)
_HAIRS: tuple[Colour, ...] = ((26.0, 26.0, 30.0), (34.0, 46.0, 70.0), (60.0, 104.0, 150.0))
_SOCKS: Colour = (220.0, 220.0, 220.0)


@dataclass(frozen=True, slots=True)
class BallSkin:
    """A ball's leather, BGR 0..255; `ink`: brightness of the seams, relative; `pattern`: ALIKE, BY_TURNS or BELT."""

    colour: Colour = (38.0, 98.0, 204.0)
    second: Colour = (38.0, 98.0, 204.0)
    ink: float = 0.52
    pattern: float = ALIKE

    def row(self) -> FloatArray:
        """What the rasteriser needs beside the first colour, (5,): ink, second colour, pattern."""
        return np.array([self.ink, *self.second, self.pattern])


@dataclass(frozen=True, slots=True)
class Props:
    """Balls, the main one first; the ring; the net's cords from top to bottom, or None where none hangs; the board."""

    balls: tuple[BallSkin, ...]
    ring: Colour = _RING
    net: tuple[Colour, ...] | None = (_WHITE,) * NET_LEVELS
    board: Board = _BOARD


def draw_props(scenario: Scenario, seed: int) -> Props:
    """The plain set, or one by seed where the scenario takes any."""
    count = 1 + scenario.extra_balls
    if scenario.props != ANY:
        return Props((BallSkin(),) * count)
    rng = np.random.default_rng([seed, 11])
    first = draw_skin(rng)
    same = rng.random() < _SAME_BALLS_SHARE
    others = tuple(first if same else draw_skin(rng) for _ in range(scenario.extra_balls))
    rings: tuple[Colour, ...] = (
        _RING,
        (30.0, 92.0, 240.0),
        (40.0, 36.0, 200.0),
        (225.0, 225.0, 225.0),
        (34.0, 32.0, 32.0),
    )
    ring = rings[int(rng.choice(5, p=[0.3, 0.3, 0.2, 0.1, 0.1]))]
    return Props((first, *others), ring, _draw_net(rng), _draw_board(rng))


def hsv(hue: float, saturation: float, value: float) -> Colour:
    """BGR 0..255 of hue in turns, saturation and value in 0..1."""
    r, g, b = colorsys.hsv_to_rgb(hue % 1.0, saturation, value)
    return (255.0 * b, 255.0 * g, 255.0 * r)


def draw_skin(rng: np.random.Generator) -> BallSkin:
    """A ball as they come: leather from pale orange to dark brown mostly, sometimes any other."""
    leather = hsv(rng.uniform(0.015, 0.085), rng.uniform(0.42, 0.92), rng.uniform(0.3, 1.0))
    ink = float(rng.choice([rng.uniform(0.15, 0.6), rng.uniform(0.6, 0.9), 1.5], p=[0.7, 0.24, 0.06]))
    if rng.random() >= _ODD_SHARE:
        return BallSkin(leather, leather, ink)
    kind = int(rng.integers(5))
    if kind == 0:
        return BallSkin(leather, _CREAM if rng.random() < 0.6 else hsv(rng.random(), 0.7, 0.8), ink, BELT)
    if kind == 1:
        return BallSkin((40.0, 40.0, 190.0), (170.0, 80.0, 30.0), 2.2, BY_TURNS)
    if kind == 2:
        return BallSkin(hsv(rng.uniform(0.11, 0.2), 0.85, 0.95), hsv(rng.random(), 0.7, 0.7), ink, BY_TURNS)
    if kind == 3:
        return BallSkin((190.0, 110.0, 40.0), (235.0, 235.0, 235.0), ink, BY_TURNS)
    dark = hsv(rng.random(), rng.uniform(0.0, 0.4), rng.uniform(0.1, 0.3))
    return BallSkin(dark, dark, float(rng.choice([0.4, 2.2])))


def _draw_net(rng: np.random.Generator) -> tuple[Colour, ...] | None:
    """White, dirty, tricolour, dark, a chain, or none at all."""
    kind = int(rng.choice(6, p=[0.5, 0.14, 0.12, 0.08, 0.08, 0.08]))
    grey = float(rng.uniform(130, 210))
    nets: list[tuple[Colour, ...] | None] = [
        (_WHITE,) * NET_LEVELS,
        ((grey * 0.92, grey * 0.97, grey),) * NET_LEVELS,
        ((40.0, 40.0, 200.0), (40.0, 40.0, 200.0), _WHITE, _WHITE, (190.0, 80.0, 30.0)),
        ((44.0, 42.0, 40.0),) * NET_LEVELS,
        ((150.0, 152.0, 150.0),) * NET_LEVELS,
        None,
    ]
    return nets[kind]


def _draw_board(rng: np.random.Generator) -> Board:
    """White, glass, wood or grey, with lines that can be seen on it."""
    lines: list[Colour] = [(52.0, 48.0, 46.0), (40.0, 44.0, 200.0), (36.0, 100.0, 235.0), (170.0, 80.0, 30.0)]
    square = lines[int(rng.integers(len(lines)))]
    edge = lines[int(rng.integers(len(lines)))] if rng.random() < 0.6 else (225.0, 225.0, 225.0)
    kind = int(rng.choice(4, p=[0.35, 0.35, 0.15, 0.15]))
    if kind == 1:
        glass = float(rng.uniform(0.04, 0.3))
        return Board((222.0, 222.0, 216.0), glass, edge, (240.0, 240.0, 240.0) if rng.random() < 0.7 else square)
    if kind == 2:
        return Board(hsv(rng.uniform(0.06, 0.11), rng.uniform(0.3, 0.6), rng.uniform(0.4, 0.8)), 1.0, edge, _WHITE)
    grey = float(rng.uniform(70, 170)) if kind == 3 else float(rng.uniform(205, 245))
    return Board((grey, grey, grey), 1.0, edge, square if grey > 130 else _WHITE)


def any_look(look: Look, rng: np.random.Generator) -> Look:
    """Another floor, other walls and other light in place of `look`'s: a hall of any colours, or a playground."""
    bright = float(rng.uniform(0.62, 1.12))
    gradient = rng.uniform(-0.35, 0.35, 2)
    if rng.random() < 0.35:
        ground = [hsv(0.6, 0.05, rng.uniform(0.3, 0.65)), hsv(rng.uniform(0.3, 0.42), rng.uniform(0.3, 0.6), 0.55)]
        ground += [hsv(rng.uniform(0.0, 0.04), rng.uniform(0.35, 0.6), 0.6), hsv(rng.uniform(0.53, 0.62), 0.55, 0.65)]
        sky = hsv(rng.uniform(0.54, 0.62), rng.uniform(0.0, 0.45), rng.uniform(0.7, 1.0))
        behind = hsv(rng.uniform(0.05, 0.4), rng.uniform(0.05, 0.5), rng.uniform(0.2, 0.65))
        first, second = ground[int(rng.integers(4))], ground[int(rng.integers(4))]
        arrays = [np.array(colour) for colour in (first, second, sky, behind)]
        joint, planks = 1.0, False
    else:
        wood = hsv(rng.uniform(0.04, 0.12), rng.uniform(0.15, 0.6), rng.uniform(0.45, 0.95))
        paint = hsv(rng.random(), rng.uniform(0.1, 0.8), rng.uniform(0.3, 0.85))
        wall = hsv(rng.random(), rng.uniform(0.0, 0.25), rng.uniform(0.45, 0.95))
        if rng.random() < 0.2:  # brick, or orange as some halls are
            wall = hsv(rng.uniform(0.01, 0.09), rng.uniform(0.4, 0.85), rng.uniform(0.4, 0.9))
        panel = hsv(rng.random(), rng.uniform(0.0, 0.85), rng.uniform(0.2, 0.8))
        arrays = [np.array(colour) for colour in (wood, paint, wall, panel)]
        joint, planks = float(rng.choice([0.75, 0.9, 1.0])), True
    dark_lines = rng.random() < 0.15
    line = np.full(3, 50.0 if dark_lines else rng.uniform(200, 245))
    return Look(arrays[0], arrays[1], line, arrays[2], arrays[3], gradient, bright, look.cone, joint, planks)


def kits(scenario: Scenario, rng: np.random.Generator, jersey_colour: FloatArray | None = None) -> list[Kit]:
    """Clothes of every player in order of id: a team shares jersey and shorts; team 0's jersey may be given."""
    chosen = rng.permutation(len(_TEAMS))
    out = []
    for team, count in enumerate(scenario.players_per_team):
        jersey, shorts = _TEAMS[int(chosen[team])]
        if team == 0 and jersey_colour is not None:
            jersey = (float(jersey_colour[0]), float(jersey_colour[1]), float(jersey_colour[2]))
        for _ in range(count):
            skin = tuple(np.array(_SKINS[int(rng.integers(len(_SKINS)))]) * rng.uniform(0.93, 1.05))
            hair = _HAIRS[int(rng.integers(len(_HAIRS)))]
            shoe = float(rng.uniform(40, 225))
            out.append(Kit(skin, hair, jersey, shorts, _SOCKS, (shoe, shoe, shoe)))
    return out


def any_kits(scenario: Scenario, rng: np.random.Generator, jersey_colour: FloatArray | None = None) -> list[Kit]:
    """As `kits`, of all colours: shirts like the ball among them, bald heads, teams that do not dress alike."""
    alike = rng.random() < 0.65
    out = []
    for team, count in enumerate(scenario.players_per_team):
        jersey, shorts = _shirt(rng), _shirt(rng)
        for _ in range(count):
            if not alike:
                jersey, shorts = _shirt(rng), _shirt(rng)
            if team == 0 and jersey_colour is not None:
                jersey = (float(jersey_colour[0]), float(jersey_colour[1]), float(jersey_colour[2]))
            skin = hsv(rng.uniform(0.03, 0.09), rng.uniform(0.28, 0.62), rng.uniform(0.28, 0.95))
            hair = (
                skin
                if rng.random() < 0.2
                else hsv(rng.uniform(0.04, 0.1), rng.uniform(0.1, 0.6), rng.uniform(0.05, 0.7))
            )
            out.append(Kit(skin, hair, jersey, shorts, _shirt(rng), _shirt(rng)))
    return out


def _shirt(rng: np.random.Generator) -> Colour:
    """Cloth: orange, brown and red as often as all other hues, or white, grey and black."""
    kind = rng.random()
    if kind < 0.3:
        return hsv(rng.uniform(-0.02, 0.1), rng.uniform(0.5, 0.95), rng.uniform(0.3, 0.95))
    if kind < 0.65:
        return hsv(rng.random(), rng.uniform(0.3, 0.95), rng.uniform(0.2, 0.9))
    return hsv(0.6, rng.uniform(0.0, 0.1), rng.uniform(0.08, 0.95))
