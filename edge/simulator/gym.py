"""The virtual gym: one play, one camera, one renderer, and the truth of every frame."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from calibration.court import FIBA
from edge.simulator.flight import hall
from edge.simulator.mount import WALLS_M, gym_calibration, place_camera
from edge.simulator.observe import observe
from edge.simulator.play import Play
from edge.simulator.render import Renderer, cone_positions
from edge.simulator.scenario import Scenario, SimulatorError, find_scenario
from edge.simulator.truth import Truth
from edge.types import FloatArray, Frame

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
        self.scenario = find_scenario(scenario) if isinstance(scenario, str) else scenario
        self.seed, self.fps, self.court = seed, float(fps), FIBA
        self.camera = place_camera(self.scenario.mount, np.random.default_rng([seed, 0]), width, height)
        self.calibration = gym_calibration(self.camera, self.court)
        self.cones_m = (
            cone_positions(self.court, np.random.default_rng([seed, 4])) if self.scenario.cones else np.zeros((0, 3))
        )
        self._renderer: Renderer | None = None

    def frames(self) -> Iterator[tuple[Frame, Truth]]:
        """Endless: every frame with its truth."""
        if self._renderer is None:
            self._renderer = Renderer(self.camera, self.court, WALLS_M, self.scenario, self.seed)
        for play, truth, bodies in self._run():
            ball = play.ball if play.agents else None
            image = self._renderer.picture(truth, bodies, ball)
            yield Frame(truth.index, truth.time_s, image), truth

    def play(self) -> Iterator[Truth]:
        """Endless: the truth alone, without drawing."""
        for _, truth, _ in self._run():
            yield truth

    def _run(self) -> Iterator[tuple[Play, Truth, FloatArray]]:
        where = hall(self.court, WALLS_M, self.scenario.drag)
        play = Play(self.scenario, self.court, where, np.random.default_rng([self.seed, 1]))
        while True:
            play.step(1.0 / self.fps)
            truth, bodies = observe(play, self.camera, self.court, self.cones_m)
            yield play, truth, bodies
