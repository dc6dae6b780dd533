"""How far off a right answer may be: measured, never chosen per check.

A floating element may be off by ::

    relative * |expected|  +  noise * scale  +  10 * error

from the reference, or from the reference in float64: to be more exact than it is no mistake.
``relative`` and ``noise`` come from the dtype (``_PRECISIONS``). ``scale`` is the largest magnitude
of the observation: an element near zero that is a difference of large numbers inherits their
rounding. ``error`` is how far the reference itself is from its own result in float64, where that is
known; another order of operations is wrong by about as much, in another direction. In a result
that is well conditioned all this stays far below the 11 bits of float16 or TF32, so that neither
can pose as float32. ``_noise`` has the cases in which the error cannot be believed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

__all__ = ["DTYPES", "Numbers", "allowed"]

Numbers: TypeAlias = np.ndarray[Any, Any]


@dataclass(frozen=True)
class _Precision:
    """How exactly a right answer of one dtype agrees with another right answer."""

    relative: float
    """Of the element's own magnitude."""
    noise: float
    """Of the largest magnitude around it."""
    floor: float
    """Absolutely, where the expected value may be the rounding of numbers near one."""


_FLOAT64 = _Precision(relative=1e-9, noise=1e-12, floor=1e-13)
_FLOAT32 = _Precision(relative=2e-5, noise=5e-6, floor=1e-6)
_FLOAT8 = _Precision(relative=0.25, noise=0.02, floor=0.02)
_PRECISIONS = {
    "float64": _FLOAT64,
    "float32": _FLOAT32,
    "float16": _Precision(relative=4e-3, noise=8e-3, floor=4e-3),
    "bfloat16": _Precision(relative=3e-2, noise=6e-2, floor=3.2e-2),
    "complex64": _FLOAT32,
    "complex128": _FLOAT64,
    "float8_e4m3fn": _FLOAT8,
    "float8_e5m2": _FLOAT8,
    "float8_e4m3fnuz": _FLOAT8,
    "float8_e5m2fnuz": _FLOAT8,
    # A Python number is the ``item()`` of anything, hence float32; but it may be computed in Python
    # as well, and a learning rate of 1e-7 is not zero.
    "number": _Precision(relative=2e-5, noise=5e-6, floor=1e-13),
}
DTYPES = frozenset(_PRECISIONS)
"""What is compared within a tolerance; everything else must be equal."""


def allowed(expected: Numbers, precise: Numbers | None, dtype: str) -> Numbers:
    """Bound what rounding explains, for every element of an observation of this dtype.

    ``precise`` is the same observation in float64, or None where there is none. A Python number has the
    dtype "number".
    """
    precision = _PRECISIONS[dtype]
    size = np.abs(expected)
    ordinary = _ordinary(size)
    if precise is None:
        noise = precision.noise * size[ordinary].max(initial=0.0)
        noise += min(precision.floor, _FLOAT32.floor)
    else:
        ordinary &= np.isfinite(precise)
        noise = _noise(
            size[ordinary].max(initial=0.0),
            np.abs(precise[ordinary]).max(initial=0.0),
            np.abs(expected - precise)[ordinary],
            precision,
        )
    bound: Numbers = precision.relative * size + noise
    return bound


def _ordinary(size: Numbers) -> Numbers:
    """Leave out what is not finite, and fill values such as the -1e9 of a mask.

    They say nothing of the scale of the others, which could be anything beside them. A fill value
    is taken to be above a thousand, and a hundred times the next magnitude below.
    """
    finite: Numbers = np.isfinite(size)
    if not size.size or size[finite].max(initial=0.0) < 1000:
        return finite
    levels = np.unique(size[finite])
    gaps = np.flatnonzero((levels[1:] >= 1000) & (levels[1:] > 100 * levels[:-1]))
    return finite & (size <= levels[gaps[0]]) if len(gaps) else finite


def _noise(scale: float, truth: float, errors: Numbers, precision: _Precision) -> float:
    """Allow noise by the reference's own errors, as far as they can be believed.

    - No error at all: nothing was rounded, or all of this is float64. Then they measure nothing.
    - The truth is zero next to the errors: all of the result is rounding, and no multiple of one
      sample of it is too generous.
    - Half of the digits are gone, somewhere: what is left there are differences of larger numbers,
      of which nothing is known but that numbers near one are usual. Or such an element was not
      rounded but decided otherwise (an argmax, a fill value that depends on the dtype, another
      random mask). So the median speaks for all.

    Zeros must never pass for a result, so nothing counts for more than a tenth of the scale.
    """
    worst = float(errors.max(initial=0.0))
    noise = precision.noise * scale
    if worst == 0:
        return noise + (precision.floor if scale == 0 else min(precision.floor, _FLOAT64.floor))
    if truth <= worst / 1000:
        return 100 * worst + noise + precision.floor
    typical = worst
    if worst > scale * math.sqrt(precision.noise):
        noise += precision.floor
        typical = 8 * float(np.median(errors))
    return noise + min(10 * typical, scale / 10)
