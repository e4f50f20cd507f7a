"""Stand-ins for the modules tensorrt and pycuda.driver that compute output = input + 1 in host memory.

They keep the rules that the real ones have: work only inside a pushed context, addresses set before the start, results
only after the stream is synchronised, nothing used after it is freed.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

import numpy as np


class GpuError(Exception):
    pass


class FakeCuda:
    """pycuda.driver, and the context it hands out."""

    Error = GpuError

    def __init__(self) -> None:
        self.depth = 0
        self.detached = 0
        self.allocated: dict[int, np.ndarray] = {}
        self.pending: list[Any] = []
        self._next = 1

    def _inside(self) -> None:
        if self.depth < 1:
            raise GpuError("no context is current")

    def Device(self, index: int) -> FakeCuda:
        return self

    def retain_primary_context(self) -> FakeCuda:
        return self

    def push(self) -> None:
        self.depth += 1

    def pop(self) -> None:
        self._inside()
        self.depth -= 1

    def detach(self) -> None:
        self.detached += 1

    def Stream(self) -> FakeStream:
        self._inside()
        return FakeStream(self)

    def pagelocked_empty(self, count: int, dtype: Any) -> np.ndarray:
        self._inside()
        return np.empty(count, dtype)

    def mem_alloc(self, size: int) -> FakeMemory:
        self._inside()
        address, self._next = self._next, self._next + 1
        self.allocated[address] = np.zeros(size, np.uint8)
        return FakeMemory(self, address)

    def memcpy_htod_async(self, memory: FakeMemory, host: np.ndarray, stream: FakeStream) -> None:
        self._inside()
        flat = np.ascontiguousarray(host).view(np.uint8).ravel()
        self.pending.append(lambda: self.allocated[int(memory)].__setitem__(slice(flat.size), flat))

    def memcpy_dtoh_async(self, host: np.ndarray, memory: FakeMemory, stream: FakeStream) -> None:
        self._inside()
        view = host.reshape(-1).view(np.uint8)
        self.pending.append(lambda: view.__setitem__(slice(None), self.allocated[int(memory)][: view.size]))


class FakeMemory:
    def __init__(self, cuda: FakeCuda, address: int) -> None:
        self._cuda, self._address = cuda, address

    def __int__(self) -> int:
        return self._address

    def free(self) -> None:
        self._cuda._inside()
        del self._cuda.allocated[self._address]


class FakeStream:
    handle = 7

    def __init__(self, cuda: FakeCuda) -> None:
        self._cuda = cuda

    def synchronize(self) -> None:
        for step in self._cuda.pending:
            step()
        self._cuda.pending.clear()


class _Mode(Enum):
    INPUT = 0
    OUTPUT = 1


class FakeTrt:
    """The module tensorrt; an engine of one input 'images' (1, -1) and one output 'output0', at most `most` long."""

    __version__ = "10.3.0"
    TensorIOMode = _Mode

    def __init__(self, cuda: FakeCuda, most: int = 8) -> None:
        self.cuda, self.most = cuda, most
        self.shape = (1, -1)
        self.addresses: dict[str, int] = {}

    class Logger:
        WARNING = 0

        def __init__(self, level: int) -> None:
            pass

    def nptype(self, dtype: Any) -> Any:
        return dtype

    def Runtime(self, logger: Any) -> FakeTrt:
        return self

    def deserialize_cuda_engine(self, plan: bytes) -> FakeTrt | None:
        return self if plan == b"plan" else None

    def create_execution_context(self) -> FakeTrt:
        return self

    num_io_tensors = 2

    def get_tensor_name(self, index: int) -> str:
        return ("images", "output0")[index]

    def get_tensor_mode(self, name: str) -> _Mode:
        return _Mode.INPUT if name == "images" else _Mode.OUTPUT

    def get_tensor_dtype(self, name: str) -> Any:
        return np.float32

    def get_tensor_shape(self, name: str) -> tuple[int, ...]:
        return self.shape

    def set_input_shape(self, name: str, shape: tuple[int, ...]) -> bool:
        if shape[1] > self.most:
            return False
        self.shape = tuple(shape)
        return True

    def set_tensor_address(self, name: str, address: int) -> bool:
        self.addresses[name] = address
        return True

    def execute_async_v3(self, handle: int) -> bool:
        addresses, count = dict(self.addresses), self.shape[1]

        def compute() -> None:
            source = self.cuda.allocated[addresses["images"]].view(np.float32)
            self.cuda.allocated[addresses["output0"]].view(np.float32)[:count] = source[:count] + 1

        self.cuda.pending.append(compute)
        return handle == FakeStream.handle
