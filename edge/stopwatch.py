"""Milliseconds of a frame's stages, what they spent inside networks kept apart."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from edge.types import StageTimes


class Stopwatch:
    """take_networks_ms: what each network took since this was last asked."""

    def __init__(self, take_networks_ms: Callable[[], dict[str, float]]) -> None:
        self._take_networks_ms = take_networks_ms
        self.networks_ms: dict[str, float] = {}
        self.overhead_ms: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        spent_ms = 1000 * (time.perf_counter() - start)
        inside = self._take_networks_ms()
        for network, ms in inside.items():
            self.networks_ms[network] = self.networks_ms.get(network, 0.0) + ms
        self.overhead_ms[name] = max(0.0, spent_ms - sum(inside.values()))

    def times(self) -> StageTimes:
        return StageTimes(self.networks_ms, self.overhead_ms)
