"""TensorRT with pycuda: a plan run on the GPU. Everything of NVIDIA's is imported when first needed.

The calls are those that stay the same from TensorRT 10.3 (JetPack 6) to 11: named tensors, `execute_async_v3`.
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from engines.backend import FREE, EngineError, ShapeRange, Tensor, TensorSpec, check_feeds

CUDA_DRIVER = "libcuda.so.1"


def driver_error() -> str | None:
    """Why CUDA cannot be used, or None. Asked before TensorRT, which may crash the process without a driver."""
    try:
        driver = ctypes.CDLL(CUDA_DRIVER)
    except OSError:
        return f"no NVIDIA driver ({CUDA_DRIVER} is not installed)"
    status = driver.cuInit(0)
    if status != 0:
        return f"the NVIDIA driver does not start (cuInit gives {status}); is a GPU present and allowed to this user?"
    count = ctypes.c_int(0)
    if driver.cuDeviceGetCount(ctypes.byref(count)) != 0 or count.value == 0:
        return "the NVIDIA driver finds no GPU"
    return None


def missing() -> str | None:
    """What TensorRT lacks on this machine, in words, or None where it can be used."""
    reason = driver_error()
    if reason is not None:
        return reason
    if importlib.util.find_spec("tensorrt") is None:
        return "the Python package 'tensorrt' is not installed (it comes with JetPack)"
    if importlib.util.find_spec("pycuda") is None:
        return "the Python package 'pycuda' is not installed (pip install 'courtside[jetson]')"
    return None


def runtime() -> tuple[Any, Any]:
    """The modules tensorrt and pycuda.driver, CUDA ready. Raises EngineError where something is missing."""
    reason = missing()
    if reason is not None:
        raise EngineError(f"TensorRT cannot be used: {reason}; set engines.backend to onnxruntime")
    try:
        trt = importlib.import_module("tensorrt")
        cuda = importlib.import_module("pycuda.driver")
        cuda.init()
    except Exception as error:  # whatever a half-installed driver stack raises
        raise EngineError(f"TensorRT cannot be used: {' '.join(str(error).split())}") from None
    return trt, cuda


def open_network(path: Path, shapes: Mapping[str, ShapeRange]) -> TrtEngine:
    """A .plan file as it is; an .onnx file by way of its plan in the cache, built the first time (minutes)."""
    trt, cuda = runtime()
    if path.suffix != ".onnx":
        return TrtEngine(path, trt, cuda)
    from engines import build, zoo

    device = cuda.Device(0)
    target = build.Target(trt.__version__, ".".join(map(str, device.compute_capability())), device.name())
    return TrtEngine(build.cached_plan(path, zoo.cache_dir(), trt, target, shapes), trt, cuda)


class _Pinned:
    """One tensor's page-locked host memory and device memory, as large as its largest shape so far."""

    def __init__(self, cuda: Any, dtype: np.dtype[Any]) -> None:
        self._cuda = cuda
        self._dtype = dtype
        self._host: Any = None
        self._device: Any = None

    def host(self, shape: tuple[int, ...]) -> Tensor:
        """Host memory seen in this shape; the device's is as large."""
        count = int(np.prod(shape))
        if self._host is None or self._host.size < count:
            self.free()
            self._host = self._cuda.pagelocked_empty(max(count, 1), self._dtype)
            self._device = self._cuda.mem_alloc(self._host.nbytes)
        view: Tensor = self._host[:count].reshape(shape)
        return view

    @property
    def address(self) -> int:
        return int(self._device)

    @property
    def device(self) -> Any:
        return self._device

    def free(self) -> None:
        if self._device is not None:
            self._device.free()
        self._host = self._device = None


class TrtEngine:
    """A plan on GPU 0. The device's primary context is retained and pushed around every call, never left current, so
    the thread that opened the engine may hold several; another thread must not use it."""

    def __init__(self, plan: Path, trt: Any, cuda: Any) -> None:
        """trt, cuda: the modules of `runtime()`. Raises EngineError where the plan was built for something else."""
        self._name = plan.name
        self._trt, self._cuda = trt, cuda
        self._context = cuda.Device(0).retain_primary_context()
        self._context.push()
        try:
            self._open(plan)
        except BaseException:
            self._context.pop()
            self._context.detach()
            raise
        self._context.pop()
        self._closed = False

    def _open(self, plan: Path) -> None:
        trt = self._trt
        self._logger = trt.Logger(trt.Logger.WARNING)
        self._runtime = trt.Runtime(self._logger)
        self._engine = self._runtime.deserialize_cuda_engine(plan.read_bytes())
        if self._engine is None:
            raise EngineError(f"{plan}: TensorRT {trt.__version__} refuses this plan; delete it, it is built anew")
        self._execution = self._engine.create_execution_context()
        if self._execution is None:
            raise EngineError(f"{plan}: no GPU memory left for it; use a smaller network or stop what else runs")
        self._stream = self._cuda.Stream()
        names = [self._engine.get_tensor_name(index) for index in range(self._engine.num_io_tensors)]
        is_input = {name: self._engine.get_tensor_mode(name) == trt.TensorIOMode.INPUT for name in names}
        self.inputs = tuple(self._spec(name) for name in names if is_input[name])
        self.outputs = tuple(self._spec(name) for name in names if not is_input[name])
        self._memory = {spec.name: _Pinned(self._cuda, np.dtype(spec.dtype)) for spec in (*self.inputs, *self.outputs)}
        self.metadata = _manifest_metadata(plan)

    def _spec(self, name: str) -> TensorSpec:
        shape = tuple(FREE if size < 0 else int(size) for size in self._engine.get_tensor_shape(name))
        return TensorSpec(name, shape, np.dtype(self._trt.nptype(self._engine.get_tensor_dtype(name))).name)

    def infer(self, feeds: Mapping[str, Tensor]) -> dict[str, Tensor]:
        if self._closed:
            raise EngineError(f"{self._name}: is closed")
        check_feeds(self._name, self.inputs, feeds)
        self._context.push()
        try:
            return self._run(feeds)
        except self._cuda.Error as error:
            raise EngineError(f"{self._name}: inference failed on the GPU: {' '.join(str(error).split())}") from None
        finally:
            self._context.pop()

    def _run(self, feeds: Mapping[str, Tensor]) -> dict[str, Tensor]:
        for spec in self.inputs:
            tensor = feeds[spec.name]
            if not self._execution.set_input_shape(spec.name, tensor.shape):
                raise EngineError(f"{self._name}: the plan was not built for {spec.name} of shape {tensor.shape}")
            memory = self._memory[spec.name]
            host = memory.host(tensor.shape)
            np.copyto(host, tensor)
            self._cuda.memcpy_htod_async(memory.device, host, self._stream)
            self._execution.set_tensor_address(spec.name, memory.address)
        results = {}
        for spec in self.outputs:
            memory = self._memory[spec.name]
            results[spec.name] = memory.host(tuple(self._execution.get_tensor_shape(spec.name)))
            self._execution.set_tensor_address(spec.name, memory.address)
        if not self._execution.execute_async_v3(self._stream.handle):
            raise EngineError(f"{self._name}: TensorRT could not start the inference; see its messages above")
        for name, host in results.items():
            self._cuda.memcpy_dtoh_async(host, self._memory[name].device, self._stream)
        self._stream.synchronize()
        return results

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._context.push()
        for memory in self._memory.values():
            memory.free()
        # Each of these owns device memory and must go while the context is current, the users before what they use.
        del self._execution, self._engine, self._runtime, self._stream
        self._context.pop()
        self._context.detach()


def _manifest_metadata(plan: Path) -> dict[str, str]:
    """What the ONNX file said of itself: TensorRT does not carry it, the manifest beside the plan does."""
    from engines.build import read_manifest

    manifest = read_manifest(plan)
    return {} if manifest is None else dict(manifest.metadata)
