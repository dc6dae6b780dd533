"""Two sets of observations to differences in words.

It serves the deciding process, so it needs NumPy only, and no torch. ``tolerance`` says how close is
close enough; ``assertion`` is the same comparison for any test suite.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from pytest_torchkata import tolerance
from pytest_torchkata.kata import Array, Difference, Observations, Opaque, Requirement, Value
from pytest_torchkata.tolerance import Numbers

__all__ = ["compare", "describe", "incomparable", "named", "same"]

_TEXT = 60
_LONG = 300
"""Characters of what a kata's author wrote: the name of an observation, a requirement's wish."""
_AROUND = 1000
"""Characters before a difference in a text that is longer, and as many again behind it."""
_MOST = 200
"""Differences that are told; no model has as many parameters."""
_NO_PARAMETERS: Mapping[str, object] = MappingProxyType({})
_SCALARS = (float, complex)
_PLAIN = (bool, int, float, complex, str, bytes)
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
    for key in expected:
        if key not in actual:
            continue
        name = _cut(key, _LONG) if isinstance(key, str) else named(None, key)
        sides = expected[key], actual[key]
        if key in required:
            differences += _required(name, *sides, required[key], parameters)
        else:
            differences += _differences(name, *sides, _part(precise, key))
    if more := len(differences[_MOST:]):  # an answer's dict can have any number of items
        differences[_MOST:] = [Difference("…", "names", f"{more} more differences")]
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
    if isinstance(value, _PLAIN):
        return f"the {type(value).__name__} {_repr(value)}"
    return _cut(type(value).__name__)


def incomparable(value: Value) -> str | None:
    """Return the type of an object of which only the type travels, if there is one: any two are equal."""
    if isinstance(value, Opaque):
        return value.type if not value.text else None
    items = value.values() if isinstance(value, Mapping) else value
    if isinstance(value, (Mapping, list, tuple)):
        return next((found for item in items if (found := incomparable(item))), None)
    return None


def _cut(text: str, most: int = _TEXT) -> str:
    """Keep a text short, and a terminal safe from what it may contain."""
    start = text[: most + 1]
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in start)
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"


def _repr(value: object) -> str:
    """Return the beginning of a plain value's repr; all of it could be much to make."""
    return _cut(repr(value[:_TEXT] if isinstance(value, (str, bytes)) else value))


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
            yield Difference(named(inside, key), "names", text)
    for key, value in actual.items():
        if key not in expected:
            text = f"expected nothing of this name, yours {describe(value)}"
            yield Difference(named(inside, key), "names", text)


def _never_observed(
    required: Mapping[str, object], expected: Observations, actual: Observations
) -> Iterator[Difference]:
    """Yield requirements on nothing: a misspelt name would otherwise require nothing."""
    for name in required:
        if name not in expected and name not in actual:
            yield Difference(name, "names", "expected by a requirement, but never observed")


def named(inside: str | None, key: Value) -> str:
    if inside is None and isinstance(key, str):
        return _cut(key)
    shown = _repr(key) if isinstance(key, _PLAIN) else describe(key)
    return shown if inside is None else f"{inside}[{shown}]"


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
                yield from _structure(named(name, key), expected[key], actual[key])
    elif isinstance(expected, (list, tuple)):
        if len(expected) != len(actual):
            text = f"expected {_listed(expected)}, yours {_listed(actual)}"
            yield Difference(name, "shape", text)
            return
        for i, (one, other) in enumerate(zip(expected, actual, strict=True)):
            yield from _structure(f"{name}[{i}]", one, other)


def _listed(items: Sequence[Value]) -> str:
    """Show a few plain items as they are, and count what is long."""
    few = len(items) <= _TEXT
    if few and all(item is None or isinstance(item, (bool, int, float, str)) for item in items):
        text = repr(items)
        if len(text) <= _TEXT:
            return text
    return f"{len(items)} item{'s' * (len(items) != 1)}"


def _other_kind(name: str, expected: Value, actual: Value) -> str:
    if actual is None and isinstance(expected, Array) and name.endswith(".grad"):
        return f"expected a gradient of shape {_sizes(expected)}, yours None: no gradient reached it"
    if isinstance(expected, _PLAIN):
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
        text = f"expected shape {_sizes(expected)}, yours {_sizes(actual)}"
        yield Difference(name, "shape", text)
    elif expected.dtype != actual.dtype:
        text = f"expected {_cut(expected.dtype)}, yours {_cut(actual.dtype)}"
        yield Difference(name, "dtype", text)
    elif sent[0] != sent[1]:
        text = f"expected {_cut(expected.dtype)}, yours sent as {sent[1]}"
        yield Difference(name, "dtype", text)
    elif expected.device != actual.device:
        text = f"expected device {_cut(expected.device)}, yours {_cut(actual.device)}"
        yield Difference(name, "device", text)
    elif expected.layout != actual.layout:
        text = f"expected layout {_cut(expected.layout)}, yours {_cut(actual.layout)}"
        yield Difference(name, "layout", text)
    elif expected.requires_grad and not actual.requires_grad:
        text = "expected a result that carries its graph, yours is detached (requires_grad=False)"
        yield Difference(name, "grad", text)
    elif actual.requires_grad and not expected.requires_grad:
        text = "expected a detached result, yours carries its graph (requires_grad=True)"
        yield Difference(name, "grad", text)


def _sizes(array: Array) -> str:
    return _cut(str(array.shape))


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
                yield from _contents(named(name, key), *inner, skipped)
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
    phrases = any(_is_phrase(value) for value in (expected, actual))
    if isinstance(expected, (str, bytes)):
        start = _agreement(expected, actual)
        expected, actual = (value[start : start + 3 * _AROUND] for value in (expected, actual))
    texts = [str(value) if phrases else repr(value) for value in (expected, actual)]
    pairs = enumerate(zip(*texts, strict=False))
    common = next((i for i, (one, other) in pairs if one != other), min(map(len, texts)))
    if max(map(len, texts)) > _TEXT and common > _TEXT // 3:
        texts = [f"…{text[common - _TEXT // 3 :]}" for text in texts]
    return f"expected {_cut(texts[0])}, yours {_cut(texts[1])}"


def _agreement(one: Any, other: Any) -> int:
    """Return how much of two long texts can be left out, as both begin with it."""
    start = 0
    while one[start : start + 2 * _AROUND] == other[start : start + 2 * _AROUND]:
        start += _AROUND
    return start


def _is_phrase(value: Value) -> bool:
    """Return whether a value is words, which read better without quotes."""
    return isinstance(value, str) and " " in value.strip() and value == value.strip()


@dataclass(frozen=True, eq=False)
class _Pair:
    """Expected and yours as arrays of one shape, and which elements differ."""

    expected: Numbers
    actual: Numbers
    aspect: str
    wrong: Numbers
    """Which elements differ."""
    allowed: Numbers
    """How far each element may be off."""


def _pair(expected: Numbers, actual: Numbers, precise: Numbers | None, dtype: str, error: float) -> _Pair:
    """Find the elements that differ: by their NaN and infinity, or else by value."""
    if dtype not in tolerance.DTYPES:
        exact = np.zeros(expected.shape)
        return _Pair(expected, actual, "value", expected != actual, exact)
    wide = np.complex128 if expected.dtype.kind == "c" else np.float64
    with np.errstate(all="ignore"):
        expected, actual = expected.astype(wide), actual.astype(wide)
        allowed = tolerance.allowed(expected, precise, dtype)
        if error:  # the magnitude of a complex number may be infinite, and no times that is NaN
            allowed += min(10 * error, 0.1) * np.abs(expected)
        wrong = _finiteness(expected) != _finiteness(actual)
        if wrong.any():
            return _Pair(expected, actual, "nonfinite", wrong, allowed)
        off = np.abs(actual - expected)
        if precise is not None:
            off = np.fmin(off, np.abs(actual - precise))
        wrong = np.isfinite(expected) & ~(off <= allowed)
        return _Pair(expected, actual, "value", wrong, allowed)


def _finiteness(values: Numbers) -> Numbers:
    """Classify: 0 finite, 1 NaN, 2 infinity, 3 negative infinity."""
    if values.dtype.kind == "c":  # the direction of a complex infinity is anybody's
        return np.where(np.isinf(values), 2, np.where(np.isnan(values), 1, 0))
    return np.where(np.isnan(values), 1, 2 * np.isposinf(values) + 3 * np.isneginf(values))


def _tensor_difference(
    name: str, expected: Array, actual: Array, precise: Value, error: float
) -> Iterator[Difference]:
    if not _has_values(expected):
        return
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


def _has_values(array: Array) -> bool:
    """Return whether more than a description has travelled; without, the shape may be of any size."""
    return array.device != "meta" and (array.dtype in tolerance.DTYPES or array.dtype in _EXACT)


def _precise_values(precise: Value, shape: tuple[int, ...]) -> Numbers | None:
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
    if isinstance(value, Array) and not value.shape and value.dtype in tolerance.DTYPES:
        number: complex = value.values.item()
        return number
    return None


def _shortened(found: list[Difference], series: Sequence[Value]) -> list[Difference]:
    """Keep the first of many numbers that differ: what follows it may be its consequence."""
    if len(found) <= 3 or any(_single(v) is None and not isinstance(v, (bool, int)) for v in series):
        return found
    text = f"{found[0].text}, and {len(found) - 1} more of {len(series)} differ"
    return [replace(found[0], text=text)]


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


def _place(wrong: Numbers, flat: int) -> str:
    return str([int(i) for i in np.unravel_index(flat, wrong.shape)])


def _count(wrong: Numbers, singular: str, plural: str) -> str:
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
        f"{_count(alike, 'is', 'are')} {actual} where {expected} is expected, {where} {_place(alike, flat)}"
    )


# Remarks: a fact about all elements, or nothing ---------------------------------------------------


def _remark(pair: _Pair) -> str:
    """Say how yours as a whole relates to the expected, if it does."""
    if pair.expected.dtype.kind == "b":
        return "yours is the opposite everywhere" if pair.wrong.all() else ""
    if pair.expected.dtype.kind in "iu" and max(map(_largest, (pair.expected, pair.actual))) > 2**53:
        return ""  # not exact as floats
    wide = pair.expected.astype(np.result_type(pair.expected, np.float64))
    yours = pair.actual.astype(wide.dtype)
    finite = np.isfinite(wide)
    with np.errstate(all="ignore"):
        sides = wide[finite], yours[finite], pair.allowed[finite]
        return (
            _zero(sides[1]) or _scaled(*sides) or _transposed(wide, yours, pair.allowed) or _shifted(*sides)
        )


def _largest(integers: Numbers) -> int:
    return max(abs(int(integers.min())), abs(int(integers.max())))


def _zero(actual: Numbers) -> str:
    return "" if actual.any() else "every element of yours is zero"


def _scaled(expected: Numbers, actual: Numbers, allowed: Numbers) -> str:
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


def _transposed(expected: Numbers, actual: Numbers, allowed: Numbers) -> str:
    square = expected.ndim == 2 and expected.shape[0] == expected.shape[1]
    if square and (np.abs(actual.T - expected) <= allowed).all():
        return "yours is the expected transposed"
    return ""


def _shifted(expected: Numbers, actual: Numbers, allowed: Numbers) -> str:
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
        Difference(name, "requirement", f"expected {_cut(wish, _LONG)}, yours {_brief(actual)}")
        for wish in wishes
        if wish is not None
    ]


def _wish(judge: Callable[..., str | None], actual: Value, parameters: Mapping[str, object]) -> str | None:
    """Ask what was expected of the value; None where it satisfies.

    A judge that raises was not written for such a value. That speaks against the value: a wrong
    answer may not end the run.
    """
    try:
        wish = judge(_bare(actual), **_asked_for(judge, parameters))
        return None if wish is None else str(wish)
    except Exception as error:
        return f"a value that can be judged ({type(error).__name__}: {_cut(str(error))})"


def _asked_for(judge: Callable[..., str | None], parameters: Mapping[str, object]) -> dict[str, object]:
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
        return not _has_values(value) or bool(np.isfinite(value.values).all())
    if isinstance(value, dict):
        return all(map(_all_finite, value.values()))
    if isinstance(value, (list, tuple)):
        return all(map(_all_finite, value))
    return not isinstance(value, _SCALARS) or bool(np.isfinite(value))


def _brief(value: Value) -> str:
    """Show a judged value: a number as it is, anything larger described."""
    if isinstance(value, Array) and value.values.size == 1 and _has_values(value):
        value = value.values.item()
    if isinstance(value, (int, float, complex)):
        return _number(value)
    return _repr(value) if isinstance(value, (str, bytes)) else describe(value)


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
    if isinstance(left, Array) and not _has_values(left):
        return True
    arrays = [np.asarray(one.values if isinstance(one, Array) else one) for one in (left, right)]
    wide = np.complex128 if arrays[0].dtype.kind == "c" else np.float64
    with np.errstate(all="ignore"):
        one, other = (array.astype(wide) for array in arrays)
        return bool(((np.abs(one - other) <= bound) | (one == other)).all())
