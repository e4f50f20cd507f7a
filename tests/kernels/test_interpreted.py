"""The kernels without the compiler: the same tests, as plain Python.

All of them, some minutes: NUMBA_DISABLE_JIT=1 python -m pytest tests/kernels tests/tracking
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from numba import config

HERE = Path(__file__).parent
QUICK = ("test_particles.py", "test_normal.py", "test_boxes.py")


@pytest.mark.skipif(bool(config.DISABLE_JIT), reason="that is what is running")
def test_kernels_do_the_same_as_plain_python() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *(str(HERE / name) for name in QUICK)],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"}, cwd=HERE.parents[1], capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
    assert " passed" in done.stdout or "[100%]" in done.stdout
