import io
import json
import random
import struct
import tracemalloc

import numpy as np
import pytest
import torch
from torch import nn

from pytest_torchkata import transport
from pytest_torchkata.kata import Array, Opaque
from pytest_torchkata.transport import TransportError, decode, encode, receive, send

INTEGERS = ["bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64"]
NUMPY_DTYPES = [*INTEGERS, "float16", "float32", "float64", "complex64", "complex128"]
WIDENED_DTYPES = ["bfloat16", "float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz"]


def arrives(value):
    return decode(encode(value))


# Round trips --------------------------------------------------------------------------------------

PLAIN = [
    None, True, False, 0, -1, 10**4000, 0.0, -0.5, 5e-324, float("inf"), 1j, complex(-2, float("inf")),
    "", "ünï\n\0", "\ud800", b"", bytes(range(256)), [], (), {}, [1, [2.0, (None, "x")]], (1,), [True, 1],
    {"a": 1, 2: b"x", (1, "b"): [b"y"], None: {"c": b"z"}},
]  # fmt: skip


@pytest.mark.parametrize("value", PLAIN, ids=lambda value: ascii(value)[:30])
def test_plain_values_arrive_as_they_are(value):
    assert repr(arrives(value)) == repr(value)


@pytest.mark.parametrize("value", [float("nan"), -0.0, complex(float("nan"), -0.0)])
def test_the_bits_of_a_float_arrive(value):
    assert repr(arrives(value)) == repr(value)


def test_the_order_of_a_dict_arrives():
    assert list(arrives({"b": 1, "a": 2, 3: 3})) == ["b", "a", 3]


class Text(str): ...


class Point(tuple): ...


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float64(1.5), 1.5),
        (np.float32(0.5), 0.5),
        (np.int8(-3), -3),
        (np.bool_(True), True),
        (np.str_("x"), "x"),
        (torch.Size([2, 3]), (2, 3)),
        (Text("x"), "x"),
        (Point([1, 2]), (1, 2)),
    ],
    ids=repr,
)
def test_relatives_of_plain_values_arrive_as_those(value, expected):
    assert repr(arrives(value)) == repr(expected)


@pytest.mark.parametrize(
    ("value", "type_", "text"),
    [
        (torch.float32, "torch.dtype", "float32"),
        (torch.device("cuda", 1), "torch.device", "cuda:1"),
        (torch.sparse_coo, "torch.layout", "sparse_coo"),
        (..., "ellipsis", ""),
        ({1, 2}, "set", ""),
        (nn.Identity(), "torch.nn.modules.linear.Identity", ""),
        (Point, "type", ""),
        (np.array(["a"]), "numpy.ndarray", "['a']"),
    ],
    ids=repr,
)
def test_other_objects_arrive_as_their_type_and_what_is_known_of_them(value, type_, text):
    assert arrives(value) == Opaque(type_, text)


# Tensors ------------------------------------------------------------------------------------------


def values_of(tensor):
    return tensor.detach().resolve_conj().resolve_neg().numpy()


@pytest.mark.parametrize("dtype", NUMPY_DTYPES)
@pytest.mark.parametrize("shape", [(), (0, 3), (2, 3), (1, 1, 4)], ids=str)
def test_tensors_of_every_dtype_and_shape(dtype, shape):
    tensor = torch.testing.make_tensor(shape, dtype=getattr(torch, dtype), device="cpu")
    array = arrives(tensor)
    assert isinstance(array, Array)
    assert (array.dtype, array.shape, array.type) == (dtype, shape, "Tensor")
    assert (array.device, array.layout, array.requires_grad) == ("cpu", "strided", False)
    assert array.values.dtype == dtype
    np.testing.assert_array_equal(array.values, tensor.numpy())


@pytest.mark.parametrize("dtype", WIDENED_DTYPES)
def test_dtypes_that_numpy_lacks_arrive_in_float32_with_their_values(dtype):
    tensor = torch.tensor([[0.5, -3.0], [1.75, 224.0]]).to(getattr(torch, dtype))
    array = arrives(tensor)
    assert (array.dtype, array.values.dtype) == (dtype, np.float32)
    np.testing.assert_array_equal(array.values, tensor.float().numpy())


def test_nan_and_infinity_arrive_in_their_places():
    tensor = torch.tensor([float("nan"), float("inf"), -float("inf"), -0.0])
    assert arrives(tensor).values.tobytes() == tensor.numpy().tobytes()


BASE = torch.arange(24.0).reshape(2, 3, 4)
Z = torch.view_as_complex(BASE.reshape(3, 4, 2).contiguous())


@pytest.mark.parametrize(
    "tensor",
    [
        BASE.transpose(0, 2),
        BASE[:, ::2, 1:],
        BASE[0, 0].expand(5, 4),
        BASE[1, 2, 3],
        Z.conj(),
        Z.conj().imag,
        Z.mH,
    ],
    ids=["transposed", "sliced", "expanded", "an element", "conjugate", "negative", "adjoint"],
)
def test_views_arrive_as_what_they_show(tensor):
    array = arrives(tensor)
    assert array.shape == tensor.shape
    np.testing.assert_array_equal(array.values, values_of(tensor))


@pytest.mark.filterwarnings("ignore:Sparse CS. tensor support is in beta")
@pytest.mark.parametrize("layout", [torch.sparse_coo, torch.sparse_csr, torch.sparse_csc])
def test_sparse_tensors_arrive_dense_with_their_layout(layout):
    dense = torch.tensor([[0.0, 1.0], [2.0, 0.0], [0.0, 0.0]])
    array = arrives(dense.to_sparse(layout=layout))
    assert array.layout == str(layout).removeprefix("torch.")
    np.testing.assert_array_equal(array.values, dense.numpy())


def test_a_tensor_without_values_arrives_as_its_description():
    array = arrives(torch.zeros(1 << 40, 3, device="meta", dtype=torch.float16))
    assert (array.shape, array.dtype, array.device) == ((1 << 40, 3), "float16", "meta")


def test_what_is_said_of_a_tensor_arrives():
    class Mine(torch.Tensor): ...

    leaf = torch.ones(2, requires_grad=True)
    assert arrives(leaf).requires_grad
    assert arrives(leaf * 2).requires_grad
    assert not arrives(leaf.detach()).requires_grad
    assert (arrives(nn.Parameter(torch.ones(2))).type, arrives(torch.ones(2).as_subclass(Mine)).type) == (
        "Parameter",
        "Mine",
    )
    assert arrives(np.ones(2)).type == "numpy.ndarray"


def test_several_tensors_keep_their_places():
    state = {
        "a": torch.tensor([1.0]),
        "rest": [torch.tensor([2, 3]), b"raw", (torch.tensor(True), np.array([4.0]))],
    }
    arrived = arrives(state)
    assert arrived["a"].values.tolist() == [1.0]
    first, raw, (flag, array) = arrived["rest"]
    assert (first.values.tolist(), raw, flag.values.item(), array.values.tolist()) == (
        [2, 3],
        b"raw",
        True,
        [4.0],
    )


# Answers' own objects -----------------------------------------------------------------------------


class Posing:
    __class__ = torch.Tensor


class PosingAsNumber:
    __class__ = int


class Pairs(dict):
    def items(self):
        return [(1, 2, 3)]


class Raising(list):
    def __iter__(self):
        yield torch.ones(3)  # described before the rest fails
        raise RuntimeError


class Shapeless(torch.Tensor):
    shape = 3


class Nameless(type):
    def __getattribute__(cls, name):
        if name == "__qualname__":
            raise RuntimeError
        return super().__getattribute__(name)


class OfNoName(metaclass=Nameless): ...


class Undispatched(torch.Tensor):
    @staticmethod
    def __new__(cls):
        return torch.Tensor._make_wrapper_subclass(cls, (2, 3))

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        raise RuntimeError


@pytest.mark.parametrize(
    "make",
    [
        Posing,
        PosingAsNumber,
        lambda: Pairs(a=1),
        lambda: Raising([1]),
        lambda: torch.ones(2).as_subclass(Shapeless),
        Undispatched,
        OfNoName,
        lambda: 10**5000,
        lambda: torch.ones(1).expand(1 << 40),
    ],
    ids=["class", "number", "dict", "list", "shape", "dispatch", "name", "huge number", "huge tensor"],
)
def test_an_object_that_cannot_be_read_spoils_nothing_beside_it(make):
    before, strange, after = arrives([torch.zeros(1), make(), torch.ones(1)])
    assert isinstance(strange, Opaque)
    assert (before.values.item(), after.values.item()) == (0, 1)


def test_a_lack_of_memory_is_not_taken_for_an_odd_object():
    class Hungry(torch.Tensor):
        @property
        def shape(self):
            raise MemoryError

    with pytest.raises(MemoryError):
        encode([torch.ones(2).as_subclass(Hungry)])


def test_a_value_of_too_many_parts_is_a_lack_of_memory(monkeypatch):
    monkeypatch.setattr(transport, "_TREE", 1 << 10)
    assert arrives([None] * 100) == [None] * 100
    with pytest.raises(MemoryError):
        encode([None] * 1000)


def test_a_subclass_cannot_speak_for_itself():
    class Liar(torch.Tensor):
        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            raise RuntimeError

    array = arrives(torch.tensor([1.0, 2.0]).as_subclass(Liar))
    assert (array.type, array.values.tolist()) == ("Liar", [1.0, 2.0])


def test_nesting_without_end_is_cut():
    endless = []
    endless.append(endless)
    arrived = arrives(endless)
    for _ in range(32):
        (arrived,) = arrived
    assert arrived == [Opaque("list", "nested too deeply")]


# What nobody has encoded --------------------------------------------------------------------------

MESSAGE = encode(
    {
        "kind": "observed",
        "values": {
            "x": torch.ones(2, 3),
            "n": 3,
            "z": 1.5 + 2j,
            "b": b"raw",
            "s": "text",
            "t": (None, [True, 0.5]),
        },
        "state": {
            "dtype": torch.float32,
            "empty": torch.zeros(0, 2, dtype=torch.bfloat16),
            "meta": BASE.to("meta"),
        },
    }
)


def decodes_or_refuses(data):
    try:
        decode(data)
    except TransportError:
        return False
    return True


def test_the_message_of_these_tests_is_a_good_one():
    assert decodes_or_refuses(MESSAGE)


def test_every_beginning_of_a_message_is_refused():
    assert not any(decodes_or_refuses(MESSAGE[:end]) for end in range(len(MESSAGE)))


def test_what_follows_a_message_is_refused():
    with pytest.raises(TransportError, match="1 bytes more than described"):
        decode(MESSAGE + b"\0")


def test_every_flipped_bit_gives_a_value_or_a_refusal():
    tracemalloc.start()
    for position in range(len(MESSAGE)):
        for bit in range(8):
            changed = bytearray(MESSAGE)
            changed[position] ^= 1 << bit
            decodes_or_refuses(bytes(changed))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 20


def test_noise_is_refused():
    draw = random.Random(0)
    for length in range(300):
        noise = draw.randbytes(length)
        assert not decodes_or_refuses(noise)
        assert not decodes_or_refuses(struct.pack(">I", length) + noise)


def message(tree, *blobs):
    text = json.dumps(tree).encode()
    return struct.pack(">I", len(text)) + text + b"".join(blobs)


TENSOR = {
    "k": "tensor", "type": "Tensor", "dtype": "float32", "shape": [2], "device": "cpu",
    "layout": "strided", "grad": False, "bytes": 8, "raw": "float32",
}  # fmt: skip


def test_the_tensor_of_these_tests_is_a_good_one():
    assert decode(message(TENSOR, bytes(8))).values.tolist() == [0, 0]


@pytest.mark.parametrize(
    "change",
    [
        {"shape": [3]},
        {"shape": [-2]},
        {"shape": [-1, -2]},
        {"shape": [1 << 62, 1 << 62]},
        {"shape": [1 << 62, 4, 0], "bytes": 0},
        {"shape": [1] * 65, "bytes": 4},
        {"shape": ["a"]},
        {"shape": 2},
        {"shape": [float("inf")]},
        {"shape": [10**4000] * 64},
        {"bytes": 7},
        {"bytes": -8},
        {"bytes": 1 << 62, "shape": [1 << 60]},
        {"bytes": None},
        {"raw": "object"},
        {"raw": "float8"},
        {"raw": "U2"},
        {"dtype": ...},
        {"dtype": 5},
        {"dtype": "int32"},
        {"raw": "int32"},
        {"raw": ...},
        {"bytes": ...},
        {"bytes": 8.0},
        {"shape": "2"},
        {"shape": [True, 2]},
        {"shape": [1 << 60, 0], "bytes": 0},
    ],
    ids=lambda change: str(change)[:40],
)
def test_a_tensor_that_cannot_be_is_refused(change):
    tree = {key: value for key, value in (TENSOR | change).items() if value is not ...}
    assert not decodes_or_refuses(message(tree, bytes(8)))


def test_a_bool_is_true_or_false_whatever_its_byte():
    array = decode(message(TENSOR | {"dtype": "bool", "raw": "bool", "bytes": 2}, b"\x02\x00"))
    assert array.values.tobytes() == b"\x01\x00"


def test_keys_that_were_chosen_to_collide_are_refused():
    keys = [[{"k": "int", "v": str(n * (2**61 - 1))}, None] for n in range(101)]
    assert len(decode(message({"k": "dict", "v": keys[:100]}))) == 100
    with pytest.raises(TransportError, match="collide"):
        decode(message({"k": "dict", "v": keys}))


def test_numbers_that_take_their_time_are_refused_before_it():
    with pytest.raises(TransportError, match="65 dimensions"):
        decode(message(TENSOR | {"shape": [10**18] * 65}))
    with pytest.raises(TransportError, match="4001 digits"):
        decode(message(TENSOR | {"shape": [10**4000]}))


@pytest.mark.parametrize("dims", [[1 << 62] * 64, [-1], [1 << 70]])
def test_a_shape_without_values_is_bounded_too(dims):
    tree = {key: value for key, value in (TENSOR | {"shape": dims}).items() if key != "bytes"}
    assert not decodes_or_refuses(message(tree))


@pytest.mark.parametrize(
    "tree",
    [
        5, 1.5, "text", [], {}, {"k": "int"}, {"k": "set", "v": []}, {"k": []}, {"k": "str", "v": 5},
        {"k": "int", "v": "five"}, {"k": "int", "v": None}, {"k": "int", "v": float("inf")},
        {"k": "int", "v": "9" * 5000}, {"k": "float", "v": "x"}, {"k": "float", "v": 5},
        {"k": "complex", "v": ["0x0p0"]}, {"k": "bytes", "v": -1}, {"k": "bytes", "v": 1 << 62},
        {"k": "list", "v": 5}, {"k": "list", "v": {"a": None}}, {"k": "dict", "v": [[None]]},
        {"k": "dict", "v": [[{"k": "list", "v": []}, None]]}, {"k": "opaque", "type": "x"},
    ],
    ids=lambda tree: str(tree)[:40],
)  # fmt: skip
def test_a_tree_that_cannot_be_is_refused(tree):
    assert not decodes_or_refuses(message(tree))


@pytest.mark.parametrize("depth", [100, 100_000])
def test_deep_nesting_is_refused(depth):
    text = b'{"k":"list","v":[' * depth + b"]}" * depth
    assert not decodes_or_refuses(struct.pack(">I", len(text)) + text)
    assert not decodes_or_refuses(struct.pack(">I", 2 * depth) + b"[" * depth + b"]" * depth)


def test_long_names_are_cut():
    array = decode(message(TENSOR | {"type": "T" * 10**5, "device": "d" * 10**5}, bytes(8)))
    assert max(len(array.type), len(array.device)) <= 2000
    assert len(decode(message({"k": "opaque", "type": "T" * 10**5, "text": ""})).type) <= 2000


# Frames -------------------------------------------------------------------------------------------


def test_frames_arrive_one_by_one():
    stream = io.BytesIO()
    for frame in (b"one", b"", b"three"):
        send(stream, frame)
    stream.seek(0)
    assert [receive(stream) for _ in range(4)] == [b"one", b"", b"three", None]


@pytest.mark.parametrize("end", range(11))
def test_a_frame_that_breaks_off_is_the_end(end):
    stream = io.BytesIO()
    send(stream, b"one")
    assert receive(io.BytesIO(stream.getvalue()[:end])) is None


def test_a_frame_larger_than_any_is_the_end():
    assert receive(io.BytesIO(struct.pack(">Q", (1 << 64) - 1) + b"one")) is None
