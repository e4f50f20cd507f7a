"""The virtual gym: one play, one camera, one renderer, and the truth of every frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import cv2
import numpy as np

from calibration.court import COURTS, layout_landmarks
from edge.simulator.flight import hall
from edge.simulator.loose import LooseBalls
from edge.simulator.mount import WALLS_M, gym_calibration, place_camera
from edge.simulator.observe import observe
from edge.simulator.play import Play
from edge.simulator.render import Renderer
from edge.simulator.scenario import Scenario, SimulatorError, find_scenario
from edge.simulator.things import cone_layout, put_cones, resolve_colour
from edge.simulator.truth import Truth
from edge.types import FloatArray, Frame, Image

SMALLEST_SIDE_PX = 120


class VirtualGym:
    """Basketball in a box: the same scenario, seed, size and rate give the same frames and truth, bit for bit.

    scenario: a name of `SCENARIOS` or a `Scenario`. Raises SimulatorError in one line.

        gym = VirtualGym("practice", seed=1)
        for frame, truth in itertools.islice(gym.frames(), 300): ...

    `frames()` draws; `play()` gives the same truth without drawing. Each call starts the play anew.
    """

    def __init__(
        self,
        scenario: str | Scenario = "practice",
        seed: int = 0,
        width: int = 1280,
        height: int = 720,
        fps: float = 30.0,
    ) -> None:
        if min(width, height) < SMALLEST_SIDE_PX:
            raise SimulatorError(f"image of {width}x{height} px: at least {SMALLEST_SIDE_PX} px a side are needed")
        if not 5 <= fps <= 480:
            raise SimulatorError(f"fps={fps}: 5 to 480 frames per second are possible")
        if seed < 0:
            raise SimulatorError(f"seed={seed}: 0 or a positive number is needed")
        chosen = find_scenario(scenario) if isinstance(scenario, str) else scenario
        self.scenario = replace(chosen, cone_colour=resolve_colour(chosen, seed))
        self.seed, self.fps, self.court = seed, float(fps), COURTS[chosen.court]
        self.camera = place_camera(chosen.mount, np.random.default_rng([seed, 0]), width, height, self.court)
        self.calibration = gym_calibration(self.camera, self.court)
        self.layout: str | None = None
        self.cones_m: FloatArray = np.zeros((0, 3))
        if chosen.cones:
            self.layout = cone_layout(self.camera, self.court, chosen, seed)
            self.cones_m = put_cones(self.court, self.layout, np.random.default_rng([seed, 4]))
        self._renderer: Renderer | None = None

    @property
    def landmarks(self) -> dict[str, tuple[float, float]]:
        """Where the cones are meant to stand, (x, y) m, in the order of `cones_m`."""
        return {} if self.layout is None else layout_landmarks(self.court, self.layout)

    def turn(
        self, yaw_deg: float, pitch_deg: float, roll_deg: float, shift_m: tuple[float, float, float] = (0, 0, 0)
    ) -> None:
        """Bump the camera: from the next frame on it looks elsewhere, and stands `shift_m` (world) away.

        The angles are one rotation's vector: a positive yaw moves the picture to the right, a positive pitch up, a
        positive roll clockwise. `calibration` stays what it was before: that is what a bump does.
        """
        turn = cv2.Rodrigues(np.radians([pitch_deg, yaw_deg, roll_deg]))[0]
        R = turn @ self.camera.R
        self.camera = replace(self.camera, R=R, t=-R @ (self.camera.centre + np.array(shift_m)))
        self._renderer = None

    def frames(self) -> Iterator[tuple[Frame, Truth]]:
        """Endless: every frame with its truth."""
        for play, truth, bodies in self._run():
            ball = play.ball if play.agents else None
            yield Frame(truth.index, truth.time_s, self._picture(truth, bodies, ball)), truth

    def some_frames(self, every: int) -> Iterator[tuple[Frame, Truth]]:
        """As `frames`, but only every so many are drawn and given."""
        for play, truth, bodies in self._run():
            if truth.index % every == 0:
                ball = play.ball if play.agents else None
                yield Frame(truth.index, truth.time_s, self._picture(truth, bodies, ball)), truth

    def frames_where(self, wanted: Callable[[Truth], bool]) -> Iterator[tuple[Frame, Truth]]:
        """As `frames`, but only those whose truth is `wanted` are drawn and given."""
        for play, truth, bodies in self._run():
            if wanted(truth):
                ball = play.ball if play.agents else None
                yield Frame(truth.index, truth.time_s, self._picture(truth, bodies, ball)), truth

    def bursts(self, every: int, length: int) -> Iterator[list[tuple[Frame, Truth]]]:
        """`length` frames in a row out of every so many; only these are drawn."""
        burst: list[tuple[Frame, Truth]] = []
        for play, truth, bodies in self._run():
            if truth.index % every >= every - length:
                ball = play.ball if play.agents else None
                burst.append((Frame(truth.index, truth.time_s, self._picture(truth, bodies, ball)), truth))
            if len(burst) == length:
                yield burst
                burst = []

    def _picture(self, truth: Truth, bodies: FloatArray, ball: FloatArray | None) -> Image:
        if self._renderer is None:
            self._renderer = Renderer(self.camera, self.court, WALLS_M, self.scenario, self.seed, self.cones_m)
        return self._renderer.picture(truth, bodies, ball)

    def play(self) -> Iterator[Truth]:
        """Endless: the truth alone, without drawing."""
        for _, truth, _ in self._run():
            yield truth

    def _run(self) -> Iterator[tuple[Play, Truth, FloatArray]]:
        where = hall(self.court, WALLS_M, self.scenario.drag)
        play = Play(self.scenario, self.court, where, np.random.default_rng([self.seed, 1]))
        others = LooseBalls(self.scenario.extra_balls, where, np.random.default_rng([self.seed, 14]))
        while True:
            play.step(1.0 / self.fps)
            others.step(1.0 / self.fps, play.ball[:3] if play.agents else None)
            truth, bodies = observe(play, self.camera, self.court, self.cones_m, others.states)
            yield play, truth, bodies
