"""Standard normal numbers and exponentials, many at once: single precision, no tables, nothing but what vectorises.

Each column of `streams` (4, N) uint32 is the state of a generator of its own, xorshift128 (Marsaglia 2003, "Xorshift
RNGs"): shifts and exclusive ors alone, so that the bits are the same compiled and interpreted. The caller's NumPy
generator draws the columns; a seed decides every number. Not for cryptography.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
Streams = npt.NDArray[np.uint32]

# Sums may be reordered and products fused; but what is not a number must still be told from what is.
FAST = {"reassoc", "contract", "nsz", "arcp", "afn"}

_ZERO, _ONE, _HALF, _TWO = np.float32(0), np.float32(1), np.float32(0.5), np.float32(2)
_LEAST_UNIT, _HALF_TURN = np.float32(2.0**-24), np.float32(np.pi * 2.0**-32)
_MANTISSA, _EXPONENT_OF_ONE, _BIAS = np.int32(0x007FFFFF), np.int32(0x3F800000), np.int32(127)
_MINUS_TWO_LN2, _LOG2_E, _LEAST_POWER = np.float32(-2 * np.log(2)), np.float32(np.log2(np.e)), np.float32(-126)
# Chebyshev fits: -2 ln(1 + z) / z for z in [0, 1] to 3e-6, sin(a) / a in a^2 up to a quarter turn to 5e-9, 2^z for z in
# [-0.5, 0.5] to 8e-8.
_L0, _L1, _L2, _L3, _L4, _L5, _L6 = (
    np.float32(-2 * c)
    for c in (0.99999876, -0.499871916, 0.331120519, -0.235148638, 0.149434584, -0.0665880499, 0.0142028256)
)
_S0, _S1, _S2, _S3, _S4 = (
    np.float32(c) for c in (0.9999999957, -0.16666657970, 0.00833305062, -0.000198090464, 2.60516628e-06)
)
_E0, _E1, _E2, _E3, _E4, _E5 = (
    np.float32(c) for c in (1.0, 0.69314720671, 0.24022107356, 0.05550327214, 0.00967603710, 0.00134004322)
)


def seed_streams(generator: np.random.Generator, count: int) -> Streams:
    """States (4, count) of as many generators; none is all noughts, which would stay so."""
    return generator.integers(1, 2**32, (4, count), dtype=np.uint32)


@nb.njit(cache=True, nogil=True, fastmath=FAST)
def fill_normal(streams: Streams, out: Array) -> None:
    """Four standard normal numbers of each stream: out (4, N) float32, N up to that of streams (4, M).

    Box and Muller (1958) on 24 and 32 bits: none is farther out than 5.9.
    """
    for i in range(out.shape[1]):
        a, b, c, d = _turn(streams[0, i], streams[1, i], streams[2, i], streams[3, i])
        streams[0, i], streams[1, i], streams[2, i], streams[3, i] = a, b, c, d
        out[0, i], out[1, i] = _pair(a, b)
        out[2, i], out[3, i] = _pair(c, d)


@nb.njit(cache=True, nogil=True)
def unit(streams: Streams, i: int) -> float:
    """A number in [0, 1) of stream i."""
    a, b, c, d = _turn(streams[0, i], streams[1, i], streams[2, i], streams[3, i])
    streams[0, i], streams[1, i], streams[2, i], streams[3, i] = a, b, c, d
    return float(d) * 2.0**-32


@nb.njit(cache=True, nogil=True, inline="always")
def _turn(a: Any, b: Any, c: Any, d: Any) -> Any:
    """Four steps of xorshift128, which make four new words of its four."""
    a = np.uint32(a ^ np.uint32(a << np.uint32(11)))
    a = np.uint32(d ^ (d >> np.uint32(19)) ^ a ^ (a >> np.uint32(8)))
    b = np.uint32(b ^ np.uint32(b << np.uint32(11)))
    b = np.uint32(a ^ (a >> np.uint32(19)) ^ b ^ (b >> np.uint32(8)))
    c = np.uint32(c ^ np.uint32(c << np.uint32(11)))
    c = np.uint32(b ^ (b >> np.uint32(19)) ^ c ^ (c >> np.uint32(8)))
    d = np.uint32(d ^ np.uint32(d << np.uint32(11)))
    d = np.uint32(c ^ (c >> np.uint32(19)) ^ d ^ (d >> np.uint32(8)))
    return a, b, c, d


@nb.njit(cache=True, nogil=True, fastmath=FAST, inline="always")
def _pair(length: Any, turn: Any) -> Any:
    """Two independent standard normal float32 of two uint32."""
    u = (np.float32(np.uint32(length >> np.uint32(8)).view(np.int32)) + _HALF) * _LEAST_UNIT
    bits = np.float32(u).view(np.int32)
    exponent = np.float32(np.int32((bits >> np.int32(23)) - _BIAS))
    z = np.int32((bits & _MANTISSA) | _EXPONENT_OF_ONE).view(np.float32) - _ONE
    series = z * (_L0 + z * (_L1 + z * (_L2 + z * (_L3 + z * (_L4 + z * (_L5 + z * _L6))))))
    radius = np.sqrt(max(exponent * _MINUS_TWO_LN2 + series, _ZERO))
    half = np.float32(np.uint32(turn).view(np.int32)) * _HALF_TURN
    square = half * half
    sine = half * (_S0 + square * (_S1 + square * (_S2 + square * (_S3 + square * _S4))))
    cosine = np.sqrt(max(_ONE - sine * sine, _ZERO))
    return radius * (_ONE - _TWO * sine * sine), radius * (_TWO * sine * cosine)


@nb.njit(cache=True, nogil=True, fastmath=FAST, inline="always")
def exp_of(x: Any) -> Any:
    """e to a float32 of at most 0, within 4e-6 of it; below -87 as at -87."""
    power = max(x * _LOG2_E, _LEAST_POWER)
    whole = np.int32(power - _HALF)
    z = power - np.float32(whole)
    scale = np.int32(np.int32(whole + _BIAS) << np.int32(23)).view(np.float32)
    return scale * (_E0 + z * (_E1 + z * (_E2 + z * (_E3 + z * (_E4 + z * _E5)))))
