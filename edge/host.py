"""What the machine says of itself: processor, memory, temperature, disk. What cannot be read is left out."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

_THERMAL = Path("/sys/class/thermal")
_PAGE_BYTES = 4096


class Host:
    """`read` gives figures by name; processor time is counted since the last call."""

    def __init__(self, data_path: Path, thermal: Path = _THERMAL) -> None:
        self._data_path = data_path
        self._thermal = thermal
        self._last = (time.monotonic(), time.process_time())

    def read(self) -> dict[str, float]:
        """cpu_percent (100 = one core), memory_mb, temperature_c (the hottest sensor), disk_free_mb."""
        found = {
            "cpu_percent": self._cpu_percent(),
            "memory_mb": _memory_mb(),
            "temperature_c": hottest_c(self._thermal),
            "disk_free_mb": disk_free_mb(self._data_path),
        }
        return {name: round(value, 1) for name, value in found.items() if value is not None}

    def _cpu_percent(self) -> float | None:
        now = (time.monotonic(), time.process_time())
        wall_s, busy_s = now[0] - self._last[0], now[1] - self._last[1]
        if wall_s <= 0:
            return None
        self._last = now
        return 100 * busy_s / wall_s


def hottest_c(thermal: Path = _THERMAL) -> float | None:
    """The highest of the machine's temperature sensors, degrees Celsius; None where there is none."""
    readings = []
    for sensor in thermal.glob("thermal_zone*/temp"):
        try:
            readings.append(int(sensor.read_text()) / 1000)
        except (OSError, ValueError):
            continue
    sane = [value for value in readings if 0 < value < 150]
    return max(sane, default=None)


def disk_free_mb(path: Path) -> float | None:
    """Free space where `path` lies or will lie, MB."""
    existing = next((folder for folder in (path, *path.parents) if folder.exists()), None)
    try:
        return None if existing is None else shutil.disk_usage(existing).free / 1e6
    except OSError:
        return None


def _memory_mb() -> float | None:
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE_BYTES / 1e6
    except (OSError, ValueError, IndexError):
        return None
