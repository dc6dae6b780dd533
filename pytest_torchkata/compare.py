"""Two sets of observations to differences in words, and the same comparison for any test suite.

``compare`` and ``same`` serve the deciding process, so they need NumPy only; torch is imported by
``assert_matches_reference`` alone, when it is called.

How close is close enough is measured, never chosen per check. A floating element may be off by ::

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

import copy
import inspect
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from pytest_torchkata.kata import Array, Difference, Observations, Opaque, Requirement, Value

if TYPE_CHECKING:
    import torch

__all__ = ["assert_matches_reference", "compare", "describe", "same"]

_Numbers: TypeAlias = np.ndarray[Any, Any]

_TEXT = 60
_NO_PARAMETERS: Mapping[str, object] = MappingProxyType({})
_SCALARS = (float, complex)


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
_EXACT = {
    "bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64",
}  # fmt: skip


# Two sets of observations -------------------------------------------------------------------------


def compare(
    expected: Observations,
    actual: Observations,
    precise: Observations | None = None,
    requirements: Sequence[Requirement] = (),
    parameters: Mapping[str, object] = _NO_PARAMETERS,
) -> tuple[Difference, ...]:
    """List what is different in ``actual``: names first, then in the order of ``expected``.

    ``precise`` is ``expected`` once more, observed with float64 in the place of every lower
    precision; without it the tolerance follows from the dtype alone. An observation that has a
    requirement need not equal the expected one: it must be of the same kind, and satisfy it.
    ``parameters`` are those of the case, for requirements that ask for them.
    """
    required = _by_name(requirements)
    differences = [*_names(expected, actual), *_never_observed(required, expected, actual)]
    for name in expected:
        if name not in actual:
            continue
        sides = expected[name], actual[name]
        if name in required:
            differences += _required(name, *sides, required[name], parameters)
        else:
            differences += _differences(name, *sides, _part(precise, name))
    return tuple(differences)


def same(
    left: Observations,
    right: Observations,
    requirements: Sequence[Requirement] = (),
    precise: Observations | None = None,
) -> bool:
    """Say whether two sets of observations are equal: so a known mistake is recognised.

    Observations that have a requirement are random or noisy. They are left out, unless the
    requirement says within what two of equal meaning are. Where nothing is left, nothing is known.
    ``precise`` is ``left`` in float64, as for ``compare``.
    """
    required = _by_name(requirements)
    bounds = {
        name: min(one.within for one in several if one.within is not None)
        for name, several in required.items()
        if any(one.within is not None for one in several)
    }
    if not (left.keys() | right.keys()) - (required.keys() - bounds.keys()):
        return False
    one, other = ({k: v for k, v in side.items() if k not in required} for side in (left, right))
    return not compare(one, other, precise) and all(
        name in left and name in right and _within(left[name], right[name], bound)
        for name, bound in bounds.items()
        if name in left or name in right
    )


def describe(value: object) -> str:
    """Describe a value in a few words: ``Tensor (3, 4) float32``, ``the int 3``, ``None``."""
    if value is None:
        return "None"
    if isinstance(value, Opaque):
        return _cut(f"{value.type} {value.text}".strip())
    if isinstance(shape := getattr(value, "shape", None), tuple) and hasattr(value, "dtype"):
        kind = value.type if isinstance(value, Array) else type(value).__name__
        dtype = str(value.dtype).removeprefix("torch.")
        return _cut(f"{kind} {tuple(shape)} {dtype}")
    if isinstance(value, (list, tuple, dict)):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, (bool, int, float, complex, str, bytes)):
        return f"the {type(value).__name__} {_cut(repr(value))}"
    return _cut(type(value).__name__)


def _cut(text: str) -> str:
    """Keep a text short, and a terminal safe from what it may contain."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return shown if len(shown) <= _TEXT else f"{shown[: _TEXT - 1]}…"


def _by_name(requirements: Sequence[Requirement]) -> dict[str, list[Requirement]]:
    grouped: dict[str, list[Requirement]] = {}
    for requirement in requirements:
        grouped.setdefault(requirement.name, []).append(requirement)
    return grouped


def _part(whole: Value, key: Value) -> Value:
    """Find the precise counterpart of an item, or None where the precise run went another way."""
    if isinstance(whole, Mapping):
        return whole.get(key)
    if isinstance(whole, (list, tuple)) and isinstance(key, int) and 0 <= key < len(whole):
        return whole[key]
    return None


# What there is, and of what kind ------------------------------------------------------------------


def _names(
    expected: Mapping[Value, Value], actual: Mapping[Value, Value], inside: str | None = None
) -> Iterator[Difference]:
    """Yield missing, then additional names."""
    for key, value in expected.items():
        if key not in actual:
            text = f"expected {describe(value)}, yours is missing"
            yield Difference(_named(inside, key), "names", text)
    for key, value in actual.items():
        if key not in expected:
            text = f"expected nothing of this name, yours {describe(value)}"
            yield Difference(_named(inside, key), "names", text)


def _never_observed(
    required: Mapping[str, object], expected: Observations, actual: Observations
) -> Iterator[Difference]:
    """Yield requirements on nothing: a misspelt name would otherwise require nothing."""
    for name in required:
        if name not in expected and name not in actual:
            yield Difference(name, "names", "expected by a requirement, but never observed")


def _named(inside: str | None, key: Value) -> str:
    if inside is None:
        return _cut(str(key))
    plain = key is None or isinstance(key, (bool, int, float, complex, str, bytes))
    return f"{inside}[{_cut(repr(key)) if plain else describe(key)}]"


def _structure(name: str, expected: Value, actual: Value) -> Iterator[Difference]:
    """Yield differences in kind, length, keys, and in what is said of tensors."""
    if type(expected) is not type(actual):
        yield Difference(name, "type", _other_kind(name, expected, actual))
    elif isinstance(expected, Array):
        yield from _tensor_structure(name, expected, actual)
    elif isinstance(expected, dict):
        yield from _names(expected, actual, name)
        for key in expected:
            if key in actual:
                yield from _structure(_named(name, key), expected[key], actual[key])
    elif isinstance(expected, (list, tuple)):
        if len(expected) != len(actual):
            text = f"expected {len(expected)} items, yours {len(actual)}"
            yield Difference(name, "shape", text)
            return
        for i, (one, other) in enumerate(zip(expected, actual, strict=True)):
            yield from _structure(f"{name}[{i}]", one, other)


def _other_kind(name: str, expected: Value, actual: Value) -> str:
    if actual is None and isinstance(expected, Array) and name.endswith(".grad"):
        return f"expected a gradient of shape {expected.shape}, yours None: no gradient reached it"
    if isinstance(expected, (bool, int, float, complex, str, bytes)):
        wanted = type(expected).__name__
        wanted = f"{'an' if wanted[0] in 'aeiou' else 'a'} {wanted}"
    else:
        wanted = describe(expected)
    return f"expected {wanted}, yours {describe(actual)}"


def _tensor_structure(name: str, expected: Array, actual: Array) -> Iterator[Difference]:
    """Yield the first thing that is said otherwise of the tensor."""
    sent = expected.values.dtype, actual.values.dtype
    if expected.type != actual.type:
        text = f"expected a {_cut(expected.type)}, yours a {_cut(actual.type)}"
        yield Difference(name, "type", text)
    elif expected.shape != actual.shape:
        text = f"expected shape {expected.shape}, yours {actual.shape}"
        yield Difference(name, "shape", text)
    elif expected.dtype != actual.dtype:
        text = f"expected {expected.dtype}, yours {_cut(actual.dtype)}"
        yield Difference(name, "dtype", text)
    elif sent[0] != sent[1]:
        text = f"expected {expected.dtype}, yours sent as {sent[1]}"
        yield Difference(name, "dtype", text)
    elif expected.device != actual.device:
        text = f"expected device {expected.device}, yours {_cut(actual.device)}"
        yield Difference(name, "device", text)
    elif expected.layout != actual.layout:
        text = f"expected layout {expected.layout}, yours {_cut(actual.layout)}"
        yield Difference(name, "layout", text)
    elif expected.requires_grad and not actual.requires_grad:
        text = "expected a result that carries its graph, yours is detached (requires_grad=False)"
        yield Difference(name, "grad", text)
    elif actual.requires_grad and not expected.requires_grad:
        text = "expected a detached result, yours carries its graph (requires_grad=True)"
        yield Difference(name, "grad", text)


# What it holds ------------------------------------------------------------------------------------


def _differences(name: str, expected: Value, actual: Value, precise: Value) -> Iterator[Difference]:
    """Yield the differences of one observation; values count where the structure is right."""
    structure = list(_structure(name, expected, actual))
    yield from structure
    yield from _contents(name, expected, actual, precise, {one.name for one in structure})


def _contents(
    name: str,
    expected: Value,
    actual: Value,
    precise: Value,
    skipped: set[str],
    error: float = 0.0,
) -> Iterator[Difference]:
    """Yield differences in value between two of the same structure, but for the names skipped.

    ``error`` is the relative error of the reference in the series that this is an item of.
    """
    if name in skipped:
        return
    if isinstance(expected, dict):
        for key in expected:
            if key in actual:
                inner = expected[key], actual[key], _part(precise, key)
                yield from _contents(_named(name, key), *inner, skipped)
    elif isinstance(expected, (list, tuple)):
        error = _series_error(expected, precise)
        found: list[Difference] = []
        for i, (one, other) in enumerate(zip(expected, actual, strict=True)):
            inner = one, other, _part(precise, i)
            found += _contents(f"{name}[{i}]", *inner, skipped, error)
        yield from _shortened(found, expected)
    elif isinstance(expected, Array):
        yield from _tensor_difference(name, expected, actual, precise, error)
    elif isinstance(expected, _SCALARS):
        yield from _number_difference(name, expected, actual, precise, error)
    elif expected != actual:
        yield Difference(name, "value", _exact_text(expected, actual))


def _exact_text(expected: Value, actual: Value) -> str:
    """Show two unequal texts or objects from where they differ."""
    if isinstance(expected, Opaque):
        return f"expected {describe(expected)}, yours {describe(actual)}"
    texts = [repr(expected), repr(actual)]
    pairs = enumerate(zip(*texts, strict=False))
    common = next((i for i, (one, other) in pairs if one != other), min(map(len, texts)))
    if max(map(len, texts)) > _TEXT and common > _TEXT // 3:
        texts = [f"…{text[common - _TEXT // 3 :]}" for text in texts]
    return f"expected {_cut(texts[0])}, yours {_cut(texts[1])}"


@dataclass(frozen=True, eq=False)
class _Pair:
    """Expected and yours as arrays of one shape, and which elements differ."""

    expected: _Numbers
    actual: _Numbers
    aspect: str
    wrong: _Numbers
    """Which elements differ."""
    allowed: _Numbers
    """How far each element may be off."""


def _pair(
    expected: _Numbers, actual: _Numbers, precise: _Numbers | None, dtype: str, error: float
) -> _Pair:
    """Find the elements that differ: by their NaN and infinity, or else by value."""
    if dtype not in _PRECISIONS:
        exact = np.zeros(expected.shape)
        return _Pair(expected, actual, "value", expected != actual, exact)
    wide = np.complex128 if expected.dtype.kind == "c" else np.float64
    expected, actual = expected.astype(wide), actual.astype(wide)
    with np.errstate(all="ignore"):
        allowed = _allowed(expected, precise, _PRECISIONS[dtype])
        allowed += min(10 * error, 0.1) * np.abs(expected)
        wrong = _finiteness(expected) != _finiteness(actual)
        if wrong.any():
            return _Pair(expected, actual, "nonfinite", wrong, allowed)
        off = np.abs(actual - expected)
        if precise is not None:
            off = np.fmin(off, np.abs(actual - precise))
        wrong = np.isfinite(expected) & ~(off <= allowed)
        return _Pair(expected, actual, "value", wrong, allowed)


def _finiteness(values: _Numbers) -> _Numbers:
    """Classify: 0 finite, 1 NaN, 2 infinity, 3 negative infinity."""
    if values.dtype.kind == "c":  # the direction of a complex infinity is anybody's
        return np.where(np.isinf(values), 2, np.where(np.isnan(values), 1, 0))
    return np.where(np.isnan(values), 1, 2 * np.isposinf(values) + 3 * np.isneginf(values))


def _tensor_difference(
    name: str, expected: Array, actual: Array, precise: Value, error: float
) -> Iterator[Difference]:
    travels = expected.dtype in _PRECISIONS or expected.dtype in _EXACT
    if expected.device == "meta" or not travels:
        return  # there are no values
    truth = _precise_values(precise, expected.shape)
    pair = _pair(expected.values, actual.values, truth, expected.dtype, error)
    if not pair.wrong.any():
        return
    if pair.wrong.size == 1:
        text = _number_text(pair.expected.item(), pair.actual.item())
    elif pair.aspect == "nonfinite":
        text = _nonfinite_text(pair)
    else:
        text = _values_text(pair)
    yield Difference(name, pair.aspect, text)


def _precise_values(precise: Value, shape: tuple[int, ...]) -> _Numbers | None:
    if isinstance(precise, Array) and precise.shape == shape and precise.values.dtype.kind in "fc":
        return precise.values
    return None


def _number_difference(
    name: str, expected: complex, actual: complex, precise: Value, error: float
) -> Iterator[Difference]:
    truth = np.array(precise) if isinstance(precise, type(expected)) else None
    pair = _pair(np.array(expected), np.array(actual), truth, "number", error)
    if pair.wrong.any():
        yield Difference(name, pair.aspect, _number_text(expected, actual))


def _series_error(expected: Sequence[Value], precise: Value) -> float:
    """Find how far off the reference usually is in a series of numbers, as the losses of a run.

    One number is close to its precise value by luck now and then; its neighbours tell.
    """
    if not isinstance(precise, (list, tuple)) or len(precise) != len(expected):
        return 0.0
    series = [[_single(value) for value in side] for side in (expected, precise)]
    if not series[0] or None in series[0] or None in series[1]:
        return 0.0
    values, truth = (np.array(side) for side in series)
    with np.errstate(all="ignore"):
        errors = np.sort(np.abs(values - truth) / np.abs(values))
    errors = errors[np.isfinite(errors)]
    return float(errors[(len(errors) - 1) // 2]) if len(errors) else 0.0


def _single(value: Value) -> complex | None:
    if isinstance(value, _SCALARS):
        return value
    if isinstance(value, Array) and not value.shape and value.dtype in _PRECISIONS:
        number: complex = value.values.item()
        return number
    return None


def _shortened(found: list[Difference], series: Sequence[Value]) -> list[Difference]:
    """Keep the first of many numbers that differ: what follows it may be its consequence."""
    if len(found) <= 3 or any(_single(value) is None for value in series):
        return found
    text = f"{found[0].text}, and {len(found) - 1} more of {len(series)} differ"
    return [replace(found[0], text=text)]


# How far off a right answer may be ----------------------------------------------------------------


def _allowed(expected: _Numbers, precise: _Numbers | None, precision: _Precision) -> _Numbers:
    """Bound what rounding explains, for every element."""
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
    allowed: _Numbers = precision.relative * size + noise
    return allowed


def _ordinary(size: _Numbers) -> _Numbers:
    """Leave out what is not finite, and fill values such as the -1e9 of a mask.

    They say nothing of the scale of the others, which could be anything beside them. A fill value
    is taken to be above a thousand, and a hundred times the next magnitude below.
    """
    finite: _Numbers = np.isfinite(size)
    if not size.size or size[finite].max(initial=0.0) < 1000:
        return finite
    levels = np.unique(size[finite])
    gaps = np.flatnonzero((levels[1:] >= 1000) & (levels[1:] > 100 * levels[:-1]))
    return finite & (size <= levels[gaps[0]]) if len(gaps) else finite


def _noise(scale: float, truth: float, errors: _Numbers, precision: _Precision) -> float:
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


# Words --------------------------------------------------------------------------------------------


def _number_text(expected: complex, actual: complex) -> str:
    one, other = _shown(expected, actual)
    return f"expected {one}, yours {other}{_how_far(expected, actual)}"


def _how_far(expected: complex, actual: complex) -> str:
    """Put the relative error in words, where there is one."""
    if not (isinstance(expected, float) and isinstance(actual, float)):
        return ""
    if not (math.isfinite(expected) and math.isfinite(actual)) or 0 in (expected, actual):
        return ""
    if actual == -expected:
        return " (the sign is flipped)"
    ratio = actual / expected
    if ratio < 0:
        return f" (off by {abs(actual - expected):.4g})"
    if ratio >= 10:
        return f" ({ratio:.3g} times the expected)"
    return f" ({abs(ratio - 1) * 100:.3g} % {'low' if actual < expected else 'high'})"


def _shown(expected: complex, actual: complex) -> tuple[str, str]:
    """Print two unequal numbers with as many digits as tell them apart."""
    for digits in range(4, 18):
        texts = _number(expected, digits), _number(actual, digits)
        if texts[0] != texts[1]:
            break
    return texts


def _number(value: Any, digits: int = 4) -> str:
    if isinstance(value, (bool, int)):
        return _cut(str(value))
    if isinstance(value, complex):
        return f"{value:.{digits}g}"
    if math.isnan(value):
        return "NaN"
    if 1 <= abs(value) < 1e7:  # 12345.6 reads better than 1.235e+04
        digits = max(digits, len(str(int(abs(value)))))
    text = f"{value:.{digits}g}"
    if abs(float(text) - value) > 1e-7 * abs(value):  # 1.0000 is more, or less, than 1.0
        return f"{value:#.{digits}g}".removesuffix(".")
    return f"{text}.0" if text.lstrip("-").isdigit() else text


def _place(wrong: _Numbers, flat: int) -> str:
    return str([int(i) for i in np.unravel_index(flat, wrong.shape)])


def _count(wrong: _Numbers, singular: str, plural: str) -> str:
    count = int(wrong.sum())
    return f"{count} of {wrong.size} elements {singular if count == 1 else plural}"


def _values_text(pair: _Pair) -> str:
    """Count the elements that differ, and show the worst; of exact ones, the first."""
    wrong = pair.wrong
    if pair.allowed.any():
        with np.errstate(all="ignore"):
            flat = int(np.where(wrong, np.abs(pair.actual - pair.expected), -1).argmax())
        which = "worst"
    else:
        flat, which = int(np.flatnonzero(wrong)[0]), "first"
    texts = _shown(pair.expected.flat[flat].item(), pair.actual.flat[flat].item())
    found = (
        f"{_count(wrong, 'differs', 'differ')}, {which} at {_place(wrong, flat)}: "
        f"expected {texts[0]}, yours {texts[1]}"
    )
    remark = _remark(pair)
    return f"{found}; {remark}" if remark else found


def _nonfinite_text(pair: _Pair) -> str:
    """Count the elements that are NaN, infinite or finite in the same wrong way as the first."""
    wanted, got = _finiteness(pair.expected), _finiteness(pair.actual)
    flat = int(np.flatnonzero(pair.wrong)[0])
    alike = (wanted == wanted.flat[flat]) & (got == got.flat[flat])
    if alike.sum() == 1:
        where = "at"
        expected = _number(pair.expected.flat[flat].item())
        actual = _number(pair.actual.flat[flat].item())
    else:
        where = "first at"
        expected = ("a number", "NaN", "inf", "-inf")[wanted.flat[flat]]
        actual = ("finite", "NaN", "inf", "-inf")[got.flat[flat]]
    return (
        f"{_count(alike, 'is', 'are')} {actual} where {expected} is expected, "
        f"{where} {_place(alike, flat)}"
    )


# Remarks: a fact about all elements, or nothing ---------------------------------------------------


def _remark(pair: _Pair) -> str:
    """Say how yours as a whole relates to the expected, if it does."""
    if pair.expected.dtype.kind == "b":
        return "yours is the opposite everywhere" if pair.wrong.all() else ""
    if (
        pair.expected.dtype.kind in "iu"
        and max(map(_largest, (pair.expected, pair.actual))) > 2**53
    ):
        return ""  # not exact as floats
    wide = pair.expected.astype(np.result_type(pair.expected, np.float64))
    yours = pair.actual.astype(wide.dtype)
    finite = np.isfinite(wide)
    with np.errstate(all="ignore"):
        sides = wide[finite], yours[finite], pair.allowed[finite]
        return (
            _zero(sides[1])
            or _scaled(*sides)
            or _transposed(wide, yours, pair.allowed)
            or _shifted(*sides)
        )


def _largest(integers: _Numbers) -> int:
    return max(abs(int(integers.min())), abs(int(integers.max())))


def _zero(actual: _Numbers) -> str:
    return "" if actual.any() else "every element of yours is zero"


def _scaled(expected: _Numbers, actual: _Numbers, allowed: _Numbers) -> str:
    if np.count_nonzero(expected) < 2:
        return ""  # a factor of a single number is always found
    pivot = np.abs(expected).argmax()
    factor = (actual[pivot] / expected[pivot]).item()
    if not np.isfinite(factor) or factor == 0:
        return ""
    if (np.abs(actual + expected) <= allowed).all():
        return "the sign is flipped everywhere"
    if (np.abs(actual - factor * expected) <= allowed * abs(factor)).all():
        # 1.00003 is not "1 times"
        texts = (f"{factor:.{digits}g}" for digits in range(4, 18))
        text = next((text for text in texts if complex(text) != 1), "1")
        return f"yours is {text} times the expected everywhere"
    return ""


def _transposed(expected: _Numbers, actual: _Numbers, allowed: _Numbers) -> str:
    square = expected.ndim == 2 and expected.shape[0] == expected.shape[1]
    if square and (np.abs(actual.T - expected) <= allowed).all():
        return "yours is the expected transposed"
    return ""


def _shifted(expected: _Numbers, actual: _Numbers, allowed: _Numbers) -> str:
    offset = (actual - expected).mean().item()
    if not abs(offset) > 4 * allowed.max():
        return ""
    if (np.abs(actual - expected - offset) <= allowed).all():
        if isinstance(offset, float) and offset < 0:
            return f"yours is the expected minus {-offset:.4g} everywhere"
        return f"yours is the expected plus {offset:.4g} everywhere"
    return ""


# Requirements -------------------------------------------------------------------------------------


def _required(
    name: str,
    expected: Value,
    actual: Value,
    requirements: Iterable[Requirement],
    parameters: Mapping[str, object],
) -> list[Difference]:
    """Hold an observation to its requirements, once it is of the expected kind and finite."""
    found = list(_structure(name, expected, actual))
    if not found and _all_finite(expected) and not _all_finite(actual):
        text = f"expected finite numbers, yours {_brief(actual)} holds NaN or infinity"
        found = [Difference(name, "nonfinite", text)]
    if found:
        return found
    wishes = (_wish(requirement.judge, actual, parameters) for requirement in requirements)
    return [
        Difference(name, "requirement", f"expected {wish}, yours {_brief(actual)}")
        for wish in wishes
        if wish is not None
    ]


def _wish(
    judge: Callable[..., str | None], actual: Value, parameters: Mapping[str, object]
) -> str | None:
    """Ask what was expected of the value; None where it satisfies.

    A judge that raises was not written for such a value. That speaks against the value: a wrong
    answer may not end the run.
    """
    try:
        return judge(_bare(actual), **_asked_for(judge, parameters))
    except Exception as error:
        return f"a value that can be judged ({type(error).__name__}: {_cut(str(error))})"


def _asked_for(
    judge: Callable[..., str | None], parameters: Mapping[str, object]
) -> dict[str, object]:
    """Pick the parameters that a judge names after its first, which is the value."""
    asked = list(inspect.signature(judge).parameters.values())[1:]
    if any(one.kind is inspect.Parameter.VAR_KEYWORD for one in asked):
        return dict(parameters)
    return {one.name: parameters[one.name] for one in asked if one.name in parameters}


def _bare(value: Value) -> Value:
    """Hand tensors over as NumPy arrays: a judge knows NumPy, not what travels."""
    if isinstance(value, Array):
        return value.values
    if isinstance(value, dict):
        return {key: _bare(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_bare(item) for item in value)
    return value


def _all_finite(value: Value) -> bool:
    if isinstance(value, Array):
        return value.values.dtype.kind not in "fc" or bool(np.isfinite(value.values).all())
    if isinstance(value, dict):
        return all(map(_all_finite, value.values()))
    if isinstance(value, (list, tuple)):
        return all(map(_all_finite, value))
    return not isinstance(value, _SCALARS) or bool(np.isfinite(value))


def _brief(value: Value) -> str:
    """Show a judged value: a number as it is, anything larger described."""
    if isinstance(value, Array) and value.values.size == 1:
        value = value.values.item()
    if isinstance(value, (int, float, complex)):
        return _number(value)
    return _cut(repr(value)) if isinstance(value, (str, bytes)) else describe(value)


def _within(left: Value, right: Value, bound: float) -> bool:
    """Say whether all numbers of two values are at most ``bound`` apart."""
    if any(_structure("", left, right)):
        return False
    if isinstance(left, dict):
        return all(_within(left[key], right[key], bound) for key in left)
    if isinstance(left, (list, tuple)):
        return all(_within(*sides, bound) for sides in zip(left, right, strict=True))
    if isinstance(left, int) and not isinstance(left, bool):
        return bool(abs(left - right) <= bound)
    if not isinstance(left, (Array, *_SCALARS)):
        return bool(left == right)
    arrays = [np.asarray(one.values if isinstance(one, Array) else one) for one in (left, right)]
    wide = np.complex128 if arrays[0].dtype.kind == "c" else np.float64
    one, other = (array.astype(wide) for array in arrays)
    with np.errstate(all="ignore"):
        return bool(((np.abs(one - other) <= bound) | (one == other)).all())


# In anybody's test suite --------------------------------------------------------------------------


def assert_matches_reference(
    candidate: Callable[..., object],
    reference: Callable[..., object],
    *inputs: object,
    grad: bool = True,
    seed: int = 0,
) -> None:
    """Assert that a candidate gives what a reference gives, gradients included.

    Both are called with the same positional inputs, each with a copy of its own (tensors detached
    and cloned, everything else deep-copied), and from the same random seed; torch's random state is
    as before afterwards. ``functools.partial`` or a lambda binds what should not be an input. What
    is compared, as a kata compares it:

    - the output: a tensor, a number, text, None, or lists, tuples and dicts of these. Tensors must
      have the same type, shape, dtype, device, layout and ``requires_grad``, be NaN or infinite in
      the same places, and have the same values;
    - with ``grad``, the gradient of every floating or complex tensor among the inputs, nested ones
      included, for one random cotangent of all floating outputs. Such inputs get
      ``requires_grad=True``; without ``grad`` they have it as given;
    - the inputs after the call, so that one changed in place does not go unnoticed;
    - where both are ``nn.Module`` with parameters, or buffers, of the same names: the gradients of
      the parameters, and the buffers after the call. Both run as copies, with the weights they
      have: load equal ones first, as by ``candidate.load_state_dict(reference.state_dict())``.

    The tolerance is measured: it follows from the dtype and from how far the reference is from
    itself in float64. So the reference runs once more, with inputs, weights and torch's default
    dtype in float64; where it cannot, the dtype alone decides.

    Gradients are named after the parameters of the reference's signature (``logits.grad``).

    Raises ``AssertionError`` with one line for every difference, and ``TypeError`` if either side
    is not callable or the reference returns something that cannot be compared. What the candidate
    or the reference raise is passed on.
    """
    __tracebackhide__ = True
    for role, function in (("candidate", candidate), ("reference", reference)):
        if not callable(function):
            raise TypeError(f"the {role} must be callable, not {describe(function)}")
    trial = _Trial.of(candidate, reference, inputs, grad, seed)
    expected = trial.observe(reference)
    _refuse_incomparable(expected)
    differences = compare(expected, trial.observe(candidate), trial.observe_precisely(reference))
    if differences:
        raise AssertionError(_report(candidate, reference, differences))


@dataclass(frozen=True)
class _Trial:
    """What candidate and reference are called with, and what is looked at afterwards."""

    inputs: Mapping[str, object]
    parameters: Sequence[str]
    """The names of parameters whose gradients are compared."""
    buffers: Sequence[str]
    grad: bool
    seed: int

    @classmethod
    def of(
        cls,
        candidate: Callable[..., object],
        reference: Callable[..., object],
        inputs: Sequence[object],
        grad: bool,
        seed: int,
    ) -> _Trial:
        names = _input_names(reference, len(inputs))
        return cls(
            inputs=dict(zip(names, inputs, strict=True)),
            parameters=_common(candidate, reference, "named_parameters") if grad else (),
            buffers=_common(candidate, reference, "named_buffers"),
            grad=grad,
            seed=seed,
        )

    def observe(self, function: Callable[..., object], precisely: bool = False) -> Observations:
        """Call a copy with copies of the inputs; what is seen travels like a kata's."""
        __tracebackhide__ = True
        import torch

        from pytest_torchkata.transport import decode, encode

        function = _copied_function(function, precisely)
        inputs = {name: self._copied(value, precisely) for name, value in self.inputs.items()}
        with _seeded(self.seed), torch.set_grad_enabled(self.grad or torch.is_grad_enabled()):
            output = function(*inputs.values())
            if self.grad:
                _backward(output, self.seed)
        seen: Observations = decode(encode(self._seen(function, inputs, output)))
        return seen

    def observe_precisely(self, function: Callable[..., object]) -> Observations | None:
        """Observe in float64, or not at all: not everything runs in float64."""
        import torch

        before = torch.get_default_dtype()
        torch.set_default_dtype(torch.float64)
        try:
            return self.observe(function, precisely=True)
        except Exception:
            return None
        finally:
            torch.set_default_dtype(before)

    def _copied(self, value: object, precisely: bool) -> object:
        """Copy an input, down to its tensors, so that no side shares memory with another."""
        import torch

        if isinstance(value, torch.Tensor):
            tensor = value.detach().clone()
            if precisely:
                tensor = _upcast(tensor)
            return tensor.requires_grad_(value.requires_grad or (self.grad and _floats(tensor)))
        if isinstance(value, (list, tuple)):
            items = [self._copied(item, precisely) for item in value]
            kind: Any = type(value)
            return kind(*items) if hasattr(value, "_fields") else kind(items)  # a namedtuple
        if isinstance(value, dict):
            return {key: self._copied(item, precisely) for key, item in value.items()}
        return copy.deepcopy(value)

    def _seen(
        self, function: Callable[..., object], inputs: Mapping[str, object], output: object
    ) -> dict[str, object]:
        import torch

        seen: dict[str, object] = {"output": output}
        leaves = [leaf for name, value in inputs.items() for leaf in _tensors(name, value)]
        if self.grad:
            seen |= {f"{name}.grad": leaf.grad for name, leaf in leaves if _floats(leaf)}
        seen |= {f"{name} after the call": leaf.detach() for name, leaf in leaves}
        if isinstance(function, torch.nn.Module):
            parameters = dict(function.named_parameters())
            buffers = dict(function.named_buffers())
            seen |= {
                f"{_other(name, inputs)}.grad": parameters[name].grad for name in self.parameters
            }
            seen |= {
                f"{_other(name, inputs)} after the call": buffers[name] for name in self.buffers
            }
        return seen


def _input_names(reference: Callable[..., object], count: int) -> list[str]:
    """Name the inputs as the reference does, as far as it names them."""
    import torch

    target = reference.forward if isinstance(reference, torch.nn.Module) else reference
    try:
        parameters = list(inspect.signature(target).parameters.values())
    except (TypeError, ValueError):  # a builtin such as torch.add
        parameters = []
    by_place = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    names = [one.name for one in parameters if one.kind in by_place]
    return [*names, *(f"input {i}" for i in range(len(names), count))][:count]


def _other(name: str, inputs: Mapping[str, object]) -> str:
    """Tell a module's own tensor from an input of the same name."""
    return f"self.{name}" if name in inputs else name


def _common(candidate: object, reference: object, which: str) -> tuple[str, ...]:
    """List the names of a module's tensors, where the other is a module with the same ones."""
    import torch

    if not (isinstance(candidate, torch.nn.Module) and isinstance(reference, torch.nn.Module)):
        return ()
    names = [tuple(name for name, _ in getattr(one, which)()) for one in (reference, candidate)]
    return names[0] if sorted(names[0]) == sorted(names[1]) else ()


def _copied_function(function: Callable[..., object], precisely: bool) -> Callable[..., object]:
    """Copy a module, so that it keeps its gradients and running statistics; functions stay."""
    import torch

    if not isinstance(function, torch.nn.Module):
        return function
    module = copy.deepcopy(function)
    module.zero_grad(set_to_none=True)
    return module.double() if precisely else module


def _floats(tensor: torch.Tensor) -> bool:
    return tensor.is_floating_point() or tensor.is_complex()


def _upcast(tensor: torch.Tensor) -> torch.Tensor:
    import torch

    if tensor.is_complex():
        return tensor.to(torch.complex128)
    return tensor.double() if tensor.is_floating_point() else tensor


def _tensors(name: str, value: object) -> Iterator[tuple[str, torch.Tensor]]:
    """Yield every tensor in a nested value, with its name."""
    import torch

    if isinstance(value, torch.Tensor):
        yield name, value
    elif isinstance(value, (list, tuple)):
        for i, item in enumerate(value):
            yield from _tensors(f"{name}[{i}]", item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _tensors(_named(name, key), item)


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Seed torch, and put its random state back afterwards."""
    import torch

    # Naming the devices keeps fork_rng from warning of them, and from starting CUDA.
    devices = list(range(torch.cuda.device_count())) if torch.cuda.is_initialized() else []  # type: ignore[no-untyped-call]
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(seed)
        yield


def _backward(output: object, seed: int) -> None:
    """Send a random cotangent back through all outputs that carry a graph."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    outputs = [tensor for _, tensor in _tensors("output", output) if _floats(tensor)]
    # Drawn for every output, attached or not, so that both sides get the same ones.
    cotangents = [_cotangent(tensor, generator) for tensor in outputs]
    attached = [pair for pair in zip(outputs, cotangents, strict=True) if pair[0].requires_grad]
    if attached:
        torch.autograd.backward([one for one, _ in attached], [other for _, other in attached])


def _cotangent(output: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Draw eighths between 1/8 and 2, of either sign: every dtype holds them exactly.

    Drawn as floats they would be rounded differently for the run in float64.
    """
    import torch

    eighths = torch.randint(1, 17, output.shape, generator=generator)
    signs = 2 * torch.randint(0, 2, output.shape, generator=generator) - 1
    return (eighths * signs).to(output.device, output.dtype) / 8


def _refuse_incomparable(expected: Value) -> None:
    """Raise for an object of which only the type travels: any two of them would be equal."""
    if isinstance(expected, Opaque) and not expected.text:
        raise TypeError(
            f"the reference returned a {expected.type}, which cannot be compared; "
            "return tensors, numbers, text, None, or lists, tuples and dicts of these"
        )
    items = expected.values() if isinstance(expected, Mapping) else expected
    if isinstance(expected, (Mapping, list, tuple)):
        for item in items:
            _refuse_incomparable(item)


def _report(candidate: object, reference: object, differences: Sequence[Difference]) -> str:
    width = max(len(one.name) for one in differences)
    title = f"{_called(candidate)} does not match {_called(reference)}:"
    return "\n".join([title, *(f"  {one.name:<{width}}   {one.text}" for one in differences)])


def _called(function: object) -> str:
    name = getattr(function, "__name__", None)
    return name if isinstance(name, str) else type(function).__name__
