"""Whatever bytes a child sends, the deciding process comes to a verdict, in bounded time and memory."""

import dataclasses
import json
import string
import struct
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from pytest_torchkata import explain, rules
from pytest_torchkata.catalogue import Facts
from pytest_torchkata.compare import compare, describe, incomparable, same
from pytest_torchkata.kata import ANSWER, Array, Job, Kata, Observed, Opaque, Requirement, Verdict
from pytest_torchkata.report import failure
from pytest_torchkata.sandbox import understand
from pytest_torchkata.transport import TransportError, decode, encode

KATA = Kata("toy/double", Path("double.py"), Path("double"))
FACTS = Facts("Double", "implement", "easy", 5, ())


def fuzz(examples):
    """Draw the same examples on every run: this guards what was found, and a longer run finds more."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )


# What a child may send ----------------------------------------------------------------------------

DTYPES = [
    "bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64",
    "float16", "float32", "float64", "complex64", "complex128",
]  # fmt: skip
WIDENED = ["bfloat16", "float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz"]
ODD_TEXTS = [
    "", "k", "\ud800", "\x1b[31mred\x1b[0m", "a\nb\r\u2028c", "\x9b2J", "x" * 3000, "9" * 5000, "1_0", " 1",
    "inf", "0x1p99999", "int", "Tensor", "meta", "cpu", "1" * 4300, "\u202e", "\x1b]0;t\x07",
]  # fmt: skip
HUGE = [-1, 0, 1, 2, 65, 2**31, 2**59, 2**61 - 1, 2**62, 2**63, 10**18, 10**25, 10**4299]

texts = st.sampled_from(ODD_TEXTS) | st.text(max_size=8)
sizes = st.sampled_from(HUGE) | st.integers(-2, 4)
hex_floats = st.floats().map(float.hex) | texts
anything = st.recursive(
    st.none() | st.booleans() | sizes | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=6,
)


def likely(strategy):
    """Draw what belongs there, and now and then what does not."""
    return st.integers(0, 12).flatmap(lambda n: strategy if n else anything)


def node(kind, value):
    return st.fixed_dictionaries({"k": st.just(kind), "v": likely(value)})


tensors = st.fixed_dictionaries(
    {
        "k": st.just("tensor"),
        "type": likely(texts),
        "dtype": likely(st.sampled_from([*DTYPES, *WIDENED, "quint8"]) | texts),
        "shape": likely(st.lists(sizes, max_size=5)),
        "device": likely(st.sampled_from(["cpu", "meta"]) | texts),
        "layout": likely(st.just("strided") | texts),
        "grad": likely(st.booleans()),
    },
    optional={"bytes": likely(sizes), "raw": likely(st.sampled_from(DTYPES) | texts)},
)
leaves = st.one_of(
    st.none(),
    st.booleans(),
    tensors,
    node("str", texts),
    node("int", st.integers().map(str) | texts),
    node("float", hex_floats),
    node("complex", st.lists(hex_floats, min_size=1, max_size=3)),
    node("bytes", sizes),
    st.fixed_dictionaries({"k": st.just("opaque"), "type": likely(texts), "text": likely(texts)}),
    node("set", anything),
    anything,
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        node("list", st.lists(inner, max_size=4)),
        node("tuple", st.lists(inner, max_size=4)),
        node("dict", st.lists(st.tuples(inner, inner), max_size=4)),
    ),
    max_leaves=12,
)


def message(tree, blobs=b""):
    text = json.dumps(tree).encode()
    return struct.pack(">I", len(text)) + text + blobs


# Values as they are after decoding ----------------------------------------------------------------

SHAPES = [(), (0,), (1,), (3,), (2, 2), (2, 3), (0, 2**50), (1,) * 20]


@st.composite
def arrays(draw):
    """Draw an array of any bits; what no values came of may be of any size."""
    dtype = draw(st.sampled_from([*DTYPES, *WIDENED]))
    raw = np.dtype("float32" if dtype in WIDENED else dtype)
    if draw(st.integers(0, 5)) == 0:
        device, dtype = draw(st.sampled_from([("meta", dtype), ("cpu", "\x1b[1mquint8")]))
        values = np.broadcast_to(np.float32(0), draw(st.sampled_from([*SHAPES, (2**40, 3), (2**59,)])))
    else:
        device = draw(st.sampled_from(["cpu", "cuda:0\x1b[5m"]))
        shape = draw(st.sampled_from(SHAPES))
        size = int(np.prod(shape))
        bits = st.lists(st.sampled_from([0, 1, 127, 128, 255, 0x7C, 0x7F, 0xF0]), min_size=16, max_size=16)
        blob = bytes(draw(bits)) * size
        if dtype == "bool":
            values = np.frombuffer(blob[:size], "uint8").reshape(shape) > 100
        else:
            values = np.frombuffer(blob[: size * raw.itemsize], raw).reshape(shape)
    layout = draw(st.sampled_from(["strided", "a\nb"]))
    return Array(values, dtype, device, layout, draw(st.booleans()), "Tensor")


plain_leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    texts,
    st.binary(max_size=8),
    st.builds(Opaque, texts, texts),
)
numbers = st.floats() | st.complex_numbers() | st.just(10**4000)


def nested(leaf):
    keys = st.recursive(leaf, lambda inner: st.tuples(inner, inner), max_leaves=3)
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.lists(inner, max_size=4),
            st.lists(inner, max_size=3).map(tuple),
            st.dictionaries(keys, inner, max_size=4),
        ),
        max_leaves=8,
    )


plain = nested(plain_leaves)
values = nested(plain_leaves | numbers | arrays())
observations = st.dictionaries(texts | st.just("x") | plain_leaves, values, max_size=4)


def is_value(value):
    if isinstance(value, dict):
        return all(map(is_value, [*value.keys(), *value.values()]))
    if isinstance(value, (list, tuple)):
        return all(map(is_value, value))
    return value is None or type(value) in (bool, int, float, complex, str, bytes, Array, Opaque)


def is_line(text, most=2000):
    return isinstance(text, str) and text.isprintable() and len(text) < most


def assert_in_words(found):
    assert isinstance(found, tuple)
    assert len(found) <= 201
    for one in found:
        assert is_line(one.text), one
        assert is_line(one.name, 5000), one


# Bytes to values ----------------------------------------------------------------------------------


def decodes(data):
    """Return the value in a list, or nothing where it is refused; anything else is a failure."""
    found, reason = [], ""
    try:
        found.append(decode(data))
    except TransportError as error:
        reason = str(error)
    assert len(reason) < 3000
    assert is_value(found)
    return found


@fuzz(300)
@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_refused_or_a_value(data, framed):
    decodes(struct.pack(">I", len(data)) + data if framed else data)


GOOD = encode(
    {"x": torch.ones(2, 3), "n": [3, -1.5, 1j], ("a", 1): b"raw", "o": torch.float32, "e": torch.zeros(0, 2)}
)


@fuzz(400)
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=4), st.data())
def test_a_message_with_other_bytes_in_it_is_refused_or_a_value(changes, data):
    changed = bytearray(GOOD)
    for at, byte in changes:
        changed[at] = byte
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(changed))] * 2)))
    if data.draw(st.booleans()):
        changed[start:start] = changed[start : min(end, start + 40)]
    decodes(bytes(changed))


@fuzz(800)
@given(trees, st.integers(0, 40))
@example({"k": "dict", "v": [[{"k": "list", "v": []}, None]]}, 0)
@example({"k": "float", "v": "0x1p99999"}, 0)
@example({"k": "complex", "v": ["0x0p0"]}, 0)
@example({"k": "int", "v": "9" * 4301}, 0)
def test_any_tree_is_refused_or_a_value_that_can_be_spoken_of(tree, length):
    for value in decodes(message(tree, bytes(range(256))[:length])):
        assert is_line(describe(value), 100)
        incomparable(value)
        assert compare({"x": value}, {"x": value}) == ()
        assert_in_words(compare({"x": 1.5}, {"x": value}))
        assert_in_words(compare({}, {"x": value}))


ENVELOPES = {
    "digits": b"9" * 10**6,
    "a text of digits": b'{"k":"int","v":"' + b"9" * 10**6 + b'"}',
    "hex digits": b'{"k":"float","v":"0x' + b"f" * 10**6 + b'"}',
    "lists": b"[" + b"[]," * 10**5 + b"[]]",
    "objects": b'{"k":"list","v":[' + b"{}," * 10**5 + b"{}]}",
    "deep": b'{"k":"list","v":[' * 20_000 + b"]}" * 20_000,
    "a deep type": b'{"k":"opaque","text":"","type":' + b"[" * 900 + b"]" * 900 + b"}",
    "a long type": b'{"k":"opaque","text":"","type":[' + b'"a",' * 10**5 + b'"b"]}',
    "numbers": b'{"k":"list","v":[' + b'{"k":"int","v":"1"},' * 20_000 + b"null]}",
    "tensors": b'{"k":"list","v":['
    + b'{"k":"tensor","type":"","dtype":"","shape":[9],"device":"","layout":"","grad":1},' * 2000
    + b"null]}",
    "colliding keys": b'{"k":"dict","v":['
    + b",".join(b'[{"k":"int","v":"%d"},null]' % (n * (2**61 - 1)) for n in range(4000))
    + b"]}",
    "a huge empty shape": json.dumps(
        {"k": "tensor", "type": "", "dtype": "float32", "raw": "float32", "shape": [2**60, 0], "bytes": 0}
        | {"device": "", "layout": "", "grad": False}
    ).encode(),
}


@pytest.mark.parametrize("text", ENVELOPES.values(), ids=list(ENVELOPES))
def test_time_and_memory_are_in_proportion_to_the_bytes(text):
    data = struct.pack(">I", len(text)) + text
    start = time.perf_counter()
    decodes(data)
    assert time.perf_counter() - start < 3
    tracemalloc.start()
    decodes(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 30 * len(data) + (1 << 17)


def test_a_description_larger_than_any_is_refused_unread():
    with pytest.raises(TransportError, match="a description of 33554433 bytes"):
        decode(struct.pack(">I", (32 << 20) + 1))


# Values there and back ----------------------------------------------------------------------------


@st.composite
def torch_tensors(draw):
    dtype = getattr(torch, draw(st.sampled_from([*DTYPES, *WIDENED])))
    shape = draw(st.lists(st.integers(0, 3), max_size=4))
    seed = draw(st.integers(0, 9))
    count = int(np.prod(shape))
    numbers = np.random.default_rng(seed).integers(0, 2, 2 * count) * draw(st.sampled_from([1, 3, np.nan]))
    tensor = torch.from_numpy(numbers.astype("complex128")[:count].reshape(shape))
    tensor = (tensor * (1 + 2j)) if dtype.is_complex else tensor.real
    tensor = torch.nan_to_num(tensor) if not (dtype.is_floating_point or dtype.is_complex) else tensor
    tensor = tensor.to(dtype)
    if shape:
        tensor = tensor.transpose(0, draw(st.integers(0, len(shape) - 1)))
        tensor = tensor[:: draw(st.integers(1, 2))]
        tensor = tensor.expand(2, *tensor.shape) if draw(st.booleans()) else tensor
    if dtype.is_complex and draw(st.booleans()):
        tensor = tensor.conj()
        tensor = tensor.imag if draw(st.booleans()) else tensor
    return tensor


def assert_arrived(sent, got):
    if isinstance(sent, torch.Tensor):
        assert (got.shape, f"torch.{got.dtype}") == (tuple(sent.shape), str(sent.dtype))
        bits = sent.resolve_conj().resolve_neg()
        bits = bits.float() if got.dtype in WIDENED else bits
        assert got.values.tobytes() == bits.contiguous().numpy().tobytes()
    elif isinstance(sent, dict):
        for (key, value), (name, item) in zip(sent.items(), got.items(), strict=True):
            assert_arrived(key, name)
            assert_arrived(value, item)
    elif isinstance(sent, (list, tuple)):
        assert type(sent) is type(got)
        for value, item in zip(sent, got, strict=True):
            assert_arrived(value, item)
    else:
        assert type(sent) is type(got)
        assert repr(sent) == repr(got)


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.complex_numbers(), texts, st.binary(max_size=8)
)


@fuzz(150)
@given(nested(scalars | torch_tensors()))
def test_any_value_arrives_as_it_was(value):
    assert_arrived(value, decode(encode(value)))


# Replies to runs ----------------------------------------------------------------------------------

JOB = Job(KATA, ANSWER, "check")
garbage = nested(plain_leaves | numbers | arrays())
frames = st.fixed_dictionaries({"line": st.integers(), "function": texts, "text": texts})
steps = st.fixed_dictionaries({"line": st.integers(), "function": texts, "text": texts, "returned": texts})
broken = st.fixed_dictionaries({"name": texts, "line": st.integers(), "how": texts})


def rarely(strategy):
    return st.integers(0, 8).flatmap(lambda n: strategy if n else garbage)


messages = st.fixed_dictionaries(
    {"kind": rarely(st.sampled_from(["observed", "raised", "memory"]))},
    optional={
        "values": rarely(observations),
        "precise": rarely(st.none() | observations),
        "steps": rarely(st.lists(rarely(steps), max_size=2)),
        "frames": rarely(st.lists(rarely(frames), max_size=2)),
        "broken": rarely(st.lists(rarely(broken), max_size=2)),
        "applied": rarely(st.booleans()),
        "seconds": rarely(st.floats()),
        "where": rarely(st.sampled_from(["load", "subject", "check"])),
        "type": rarely(texts),
        "bases": rarely(st.lists(texts | st.sampled_from(["SyntaxError", "ImportError"]), max_size=2)),
        "message": rarely(texts),
        "detail": rarely(texts),
    },
)
replies = st.fixed_dictionaries(
    {"stack": st.just([])},
    optional={
        "how": rarely(st.sampled_from(["exit", "exit", "exit", "time", "garbled"])),
        "status": rarely(st.just(0)),
        "output": rarely(st.binary(max_size=5)),
        "cut": rarely(st.booleans()),
    },
)


def sent(value):
    """Encode a value of the deciding side; what is said of an array is lost, which others test."""
    if isinstance(value, Array):
        return value.values if value.values.size < 100 else Opaque
    if isinstance(value, dict):
        return {key: sent(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map(sent, value))
    return value


@fuzz(300)
@given(replies, messages | garbage, st.integers(0, 9))
def test_any_reply_becomes_a_run_and_a_message(reply, content, noise):
    result = encode(sent(content)) if noise else content
    run = understand({**reply, "result": result}, JOB)
    if isinstance(run, Observed):
        differences = compare({"x": 1.5}, run.values, run.precise)
        assert_in_words(differences)
        lines = rules.message(run.broken, "double.py")
        place = explain.place(run.steps, differences)
    else:
        differences, place = (), None
        lines = explain.run(run, KATA)
        assert isinstance(explain.is_to_do(run), bool)
    verdict = Verdict("failed", differences, lines, place=place, output=run.output)
    case = {
        "attempt": 1,
        "passed": (),
        "title": "",
        "parameters": {},
        "not_shown": 0,
        "hints": True,
        "seed": 0,
    }
    told = failure(kata=KATA, facts=FACTS, verdict=verdict, **case)
    assert all(isinstance(line, str) for line in told)
    "".join(lines).encode()


# Observations to differences ----------------------------------------------------------------------


@fuzz(250)
@given(observations, observations, observations)
def test_any_two_observations_can_be_compared(expected, actual, precise):
    assert_in_words(compare(expected, actual, precise))
    assert isinstance(same(expected, actual, precise=precise), bool)


@fuzz(200)
@given(observations)
@example({"x": complex(3e300, 1.7976931348623155e308)})
def test_nothing_differs_from_itself(seen):
    assert compare(seen, seen) == ()
    assert compare(seen, seen, seen) == ()


@fuzz(200)
@given(plain, plain)
def test_plain_values_differ_both_ways_or_neither(one, other):
    there, back = compare({"x": one}, {"x": other}), compare({"x": other}, {"x": one})
    assert bool(there) == bool(back)


def paths(value, at=()):
    """Yield where there is a leaf of which the value counts."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from paths(item, (*at, key))
    elif isinstance(value, (list, tuple)):
        for i, item in enumerate(value):
            yield from paths(item, (*at, i))
    elif isinstance(value, Array):
        if value.device != "meta" and "quint" not in value.dtype and value.values.size:
            yield at
    elif not isinstance(value, Opaque):
        yield at


def changed(value):
    """Return another value than a leaf's, far from it."""
    if isinstance(value, Array):
        flat = value.values.reshape(-1).copy()
        flat[-1] = changed(flat[-1].item())
        return dataclasses.replace(value, values=flat.reshape(value.shape))
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value - 1 if value > 0 else value + 1
    if isinstance(value, (float, complex)):
        return 0.0 if not np.isfinite(value) else value + 1 if abs(value) < 1 else np.nan
    return 0 if value is None else value + type(value)(b"!" if isinstance(value, bytes) else "!")


def replaced(value, path, change):
    if not path:
        return change(value)
    key, *rest = path
    if isinstance(value, tuple):
        return tuple(replaced(item, rest, change) if i == key else item for i, item in enumerate(value))
    copy = value.copy()
    copy[key] = replaced(value[key], rest, change)
    return copy


@fuzz(250)
@given(st.data())
def test_one_change_anywhere_is_found(data):
    seen = data.draw(observations)
    places = list(paths(seen))
    assume(places)
    path = data.draw(st.sampled_from(places))
    found = compare(seen, replaced(seen, path, changed))
    assert found
    assert_in_words(found)


@fuzz(300)
@given(
    st.sampled_from(["float16", "bfloat16", "float32", "float64", "complex64"]),
    st.lists(st.floats(-1e4, 1e4, width=16), min_size=1, max_size=6),
    st.data(),
)
def test_an_element_beyond_tolerance_is_found(dtype, numbers, data):
    expected = torch.tensor(numbers).to(getattr(torch, dtype))
    actual = expected.clone()
    actual[data.draw(st.integers(0, len(numbers) - 1))] += 0.5 * expected.abs().float().max().item() + 1
    assert compare(decode(encode({"x": expected})), decode(encode({"x": actual})))


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "0", "5e-324", "1.7e308"])
@pytest.mark.parametrize("other", ["nan", "inf", "-inf", "0", "5e-324", "1.7e308"])
def test_the_same_odd_number_everywhere(number, other):
    sides = [decode(encode({"x": np.full((3, 300, 300), float(text))})) for text in (number, other)]
    found = compare(*sides)
    assert bool(found) == (number != other and {number, other} != {"0", "5e-324"})
    assert_in_words(found)


def test_bits_that_warn_when_they_are_read():
    signalling = np.frombuffer(bytes.fromhex("0100807f") * 4, "float32")
    seen = decode(encode({"x": torch.from_numpy(signalling.copy())}))
    assert compare(seen, seen) == ()
    within = Requirement("x", 0.1, lambda value: None)
    assert not same(seen, seen, (within,)) or compare(seen, seen, requirements=(within,)) == ()


HUGE_VALUES = {
    "a text": "a" * 10**7,
    "bytes": b"\x1b" * 10**7,
    "a phrase": "a b " * 10**6 + "c",
    "a list": [[0.5] * 3] * 10**4,
    "arrays": [np.zeros(1)] * 5000,
    "a dict": dict.fromkeys(range(10**4), "x"),
    "an array": np.zeros(10**6),
    "no array": torch.zeros(2**50, device="meta"),
}


@pytest.mark.parametrize("name", HUGE_VALUES)
def test_large_values_are_put_into_few_words_soon(name):
    value = decode(encode(HUGE_VALUES[name]))
    longer = value + type(value)(value[:1]) if isinstance(value, (str, bytes, list)) else None
    start = time.perf_counter()
    for other in (longer, None, 1.5, [value], {"y": value}):
        assert_in_words(compare({"x": value}, {"x": other}))
        assert_in_words(compare({"x": other}, {"x": value}))
    assert_in_words(compare({}, {value: 1} if isinstance(value, (str, bytes)) else {"x": value}))
    assert time.perf_counter() - start < 10


def test_many_differences_are_counted():
    found = compare({"x": {}}, {"x": dict.fromkeys(string.printable, 1) | dict.fromkeys(range(500), 1)})
    assert len(found) == 201
    assert found[-1].text == "400 more differences"


# Requirements -------------------------------------------------------------------------------------


def is_a_rate(value, gamma):
    return None if 0 <= value <= gamma else f"a rate near\n{value}"


def says_too_much(value):
    return f"\x1b[31m{value}\n" * 500


@fuzz(200)
@given(values, values, st.sampled_from([is_a_rate, says_too_much, np.mean, len, lambda value: value]))
def test_a_requirement_of_anything_is_judged(expected, actual, judge):
    wishes = (Requirement("x", None, judge), Requirement("x", 0.5, judge))
    for other in (actual, expected):
        assert_in_words(compare({"x": expected}, {"x": other}, None, wishes, {"gamma": 0.5}))
        assert isinstance(same({"x": expected}, {"x": other}, wishes), bool)
