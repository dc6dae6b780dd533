"""Values on the wire: a JSON description and raw tensor bytes, never pickle.

The child encodes, the deciding process decodes. What arrives is not trusted: anything malformed is
a ``TransportError``, and nothing in it is ever executed.
"""

from __future__ import annotations

import json
import math
import struct
from collections import Counter
from typing import TYPE_CHECKING, Any, BinaryIO

from pytest_torchkata.kata import Array, Opaque, Value

if TYPE_CHECKING:
    import torch

__all__ = ["TransportError", "decode", "encode", "receive", "send"]

OUT_OF_MEMORY = 71
"""Exit status of a worker whose observations did not fit into its memory."""
UNREADY = 72
"""Exit status of a worker that could not be made ready for the job."""
BROKEN = 73
"""Exit status of a worker that cannot go on after a job: what it needs itself was changed."""

FRAME = struct.Struct(">Q")
_HEADER = struct.Struct(">I")
_LARGEST = 2 << 30
"""Bytes of a frame; more than a child hands on of an answer's observations."""
_TREE = 32 << 20
"""Bytes of a description; the objects made of it take up to 25 times as much."""
_DEPTH = 32
_DIMENSIONS = 64
_ELEMENTS = 1 << 59
"""Elements of a tensor, empty dimensions aside: what NumPy can address in any of its dtypes."""
_DIGITS = 4300
"""Digits of an int: where Python itself stops, unless it is told otherwise."""
_COLLISIONS = 100
"""Keys of a dict with the same hash; of honest ones, no more than a few have."""
_TEXT = 2000
# dtypes that NumPy lacks travel as a wider one that holds every value of theirs.
_WIDENED = {"bfloat16", "float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz"}
_NUMPY = {
    "bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64",
    "float16", "float32", "float64", "complex64", "complex128",
}  # fmt: skip


class TransportError(ValueError):
    """What arrived is not what ``encode`` writes."""


# Frames -------------------------------------------------------------------------------------------


def send(stream: BinaryIO, frame: bytes) -> None:
    """Write one frame."""
    stream.write(FRAME.pack(len(frame)))
    stream.write(frame)
    stream.flush()


def receive(stream: BinaryIO) -> bytes | None:
    """Read one frame; None at the end of the stream, and where no frame can be."""
    header = stream.read(FRAME.size)
    if len(header) < FRAME.size:
        return None
    (length,) = FRAME.unpack(header)
    if length > _LARGEST:
        return None
    frame = stream.read(length)
    return frame if len(frame) == length else None


# The child's side ---------------------------------------------------------------------------------


def encode(message: Any) -> bytes:
    """Describe ``message`` and append the bytes of its tensors.

    Tensors are copied to the CPU, made contiguous, and their conjugate and negative bits resolved, so
    that the bytes are the values. Objects of unknown type travel as their type's name, and so does what
    cannot be read. Raises ``MemoryError`` for a message of too many parts.
    """
    blobs: list[bytes] = []
    text = json.dumps(_describe(message, blobs, 0), separators=(",", ":")).encode()
    if len(text) > _TREE:
        raise MemoryError(f"{len(text) >> 20} MiB to describe the parts of a value")
    return b"".join([_HEADER.pack(len(text)), text, *blobs])


def _describe(value: Any, blobs: list[bytes], depth: int) -> Any:
    before = len(blobs)
    try:
        return _describe_readable(value, blobs, depth)
    except MemoryError:
        raise
    except Exception:  # an answer's objects may do as they like
        del blobs[before:]
        return {"k": "opaque", "type": _type_name(value), "text": ""}


def _describe_readable(value: Any, blobs: list[bytes], depth: int) -> Any:
    import numpy as np
    import torch

    if depth > _DEPTH:
        return {"k": "opaque", "type": _type_name(value), "text": "nested too deeply"}
    kind = type(value)  # isinstance would believe what an object says of its class
    if issubclass(kind, np.generic):
        value = value.item()
        kind = type(value)
    if value is None or issubclass(kind, bool):
        return value
    if issubclass(kind, torch.Tensor):
        return _describe_tensor(value, blobs)
    if issubclass(kind, str):
        return {"k": "str", "v": str.__str__(value)}
    if issubclass(kind, int):
        return {"k": "int", "v": str(int(value))}
    if issubclass(kind, float):
        return {"k": "float", "v": float.hex(float(value))}
    if issubclass(kind, complex):
        return {"k": "complex", "v": [float.hex(value.real), float.hex(value.imag)]}
    if issubclass(kind, bytes):
        blobs.append(value)
        return {"k": "bytes", "v": len(value)}
    if issubclass(kind, torch.Size):
        return {"k": "tuple", "v": [_describe(int(v), blobs, depth + 1) for v in value]}
    if issubclass(kind, (list, tuple)):
        name = "list" if issubclass(kind, list) else "tuple"
        return {"k": name, "v": [_describe(v, blobs, depth + 1) for v in value]}
    if issubclass(kind, dict):
        pairs = [[_describe(k, blobs, depth + 1), _describe(v, blobs, depth + 1)] for k, v in value.items()]
        return {"k": "dict", "v": pairs}
    if issubclass(kind, (torch.dtype, torch.device, torch.layout)):
        text = str(value).removeprefix("torch.")
        return {"k": "opaque", "type": f"torch.{kind.__name__}", "text": text}
    if kind.__module__ == "numpy":
        return _describe_numpy(value, blobs, depth)
    return {"k": "opaque", "type": _type_name(value), "text": ""}


def _describe_numpy(value: Any, blobs: list[bytes], depth: int) -> Any:
    import numpy as np
    import torch

    if isinstance(value, np.ndarray) and value.dtype.name in _NUMPY:
        described = _describe_tensor(torch.from_numpy(np.array(value)), blobs)
        return {**described, "type": "numpy.ndarray"}
    return {"k": "opaque", "type": _type_name(value), "text": str(value)[:_TEXT]}


def _describe_tensor(value: torch.Tensor, blobs: list[bytes]) -> Any:
    import torch

    with torch._C.DisableTorchFunctionSubclass(), torch.no_grad():
        dtype = str(value.dtype).removeprefix("torch.")
        described = {
            "k": "tensor",
            "type": "Tensor" if type(value) is torch.Tensor else f"{type(value).__name__}",
            "dtype": dtype,
            "shape": [int(n) for n in value.shape],
            "device": "meta" if value.is_meta else str(value.device),
            "layout": str(value.layout).removeprefix("torch."),
            "grad": bool(value.requires_grad),
        }
        if value.is_meta or (dtype not in _NUMPY and dtype not in _WIDENED):
            return described  # no values to send: the description alone tells
        plain = value.detach()
        if plain.layout != torch.strided:
            plain = plain.to_dense()
        plain = plain.resolve_conj().resolve_neg().cpu()
        if dtype in _WIDENED:
            plain = plain.float()
        blob = plain.contiguous().numpy().tobytes()
    described["bytes"] = len(blob)
    described["raw"] = "float32" if dtype in _WIDENED else dtype
    blobs.append(blob)
    return described


def _type_name(value: Any) -> str:
    kind = type(value)
    try:
        return f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")
    except Exception:  # a metaclass may do as it likes, too
        return "object"


# The deciding side --------------------------------------------------------------------------------


def decode(data: bytes) -> Value:
    """Rebuild what ``encode`` described.

    Raises ``TransportError`` for anything else, whatever the bytes are. Takes time in proportion to their
    number, and memory for what they describe.
    """
    try:
        (length,) = _HEADER.unpack_from(data)
        if length > _TREE:
            raise TransportError(f"a description of {length} bytes")
        text = data[_HEADER.size : _HEADER.size + length].decode("ascii")
        tree = json.loads(text, parse_int=_json_int)
        rest = memoryview(data)[_HEADER.size + length :]
        value, used = _rebuild(tree, rest, 0, 0)
    except TransportError:
        raise
    except (
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        struct.error,
        RecursionError,
        OverflowError,
    ) as error:
        raise TransportError(f"malformed message: {error}") from error
    if used != len(rest):
        raise TransportError(f"{len(rest) - used} bytes more than described")
    return value


def _json_int(digits: str) -> int:
    """Read a number of bytes or elements: many digits would take their time."""
    if len(digits) > 20:
        raise TransportError(f"a size of {len(digits)} digits")
    return int(digits)


def _rebuild(tree: Any, blobs: memoryview, at: int, depth: int) -> tuple[Value, int]:
    if depth > 2 * _DEPTH:
        raise TransportError("nested too deeply")
    if tree is None or isinstance(tree, bool):
        return tree, at
    kind = _text(tree, "k")
    if kind == "tensor":
        return _rebuild_tensor(tree, blobs, at)
    if kind == "opaque":
        return Opaque(_text(tree, "type"), _text(tree, "text")), at
    value = tree["v"]
    if kind == "str" and isinstance(value, str):
        return value, at
    if kind == "int" and isinstance(value, str) and len(value) <= 1 + _DIGITS:
        return int(value), at
    if kind == "float":
        return float.fromhex(value), at
    if kind == "complex":
        real, imaginary = map(float.fromhex, value)
        return complex(real, imaginary), at
    if kind == "bytes":
        end = at + _size(value)
        if end > len(blobs):
            raise TransportError(f"{value} bytes where {len(blobs) - at} are left")
        return bytes(blobs[at:end]), end
    if kind in ("list", "tuple") and isinstance(value, list):
        items = []
        for item in value:
            rebuilt, at = _rebuild(item, blobs, at, depth + 1)
            items.append(rebuilt)
        return (items if kind == "list" else tuple(items)), at
    if kind == "dict":
        pairs: dict[Value, Value] = {}
        hashes: Counter[int] = Counter()
        for key, item in value:
            name, at = _rebuild(key, blobs, at, depth + 1)
            hashes[hash(name)] += 1
            if hashes[hash(name)] > _COLLISIONS:  # each is compared with all before it
                raise TransportError("keys that were chosen to collide")
            pairs[name], at = _rebuild(item, blobs, at, depth + 1)
        return pairs, at
    raise TransportError(f"no {kind[:20]!r} can be like this")


def _text(tree: Any, name: str) -> str:
    text = tree[name]
    if not isinstance(text, str):
        raise TransportError(f"the {name} is no text")
    return text[:_TEXT]


def _size(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise TransportError("a size that is none")
    return value


def _rebuild_tensor(tree: Any, blobs: memoryview, at: int) -> tuple[Array, int]:
    import numpy as np

    if len(tree["shape"]) > _DIMENSIONS:
        raise TransportError(f"{len(tree['shape'])} dimensions")
    shape = tuple(map(_size, tree["shape"]))
    if math.prod(n or 1 for n in shape) > _ELEMENTS:  # even where there are none, NumPy multiplies
        raise TransportError(f"too many elements in {shape}")
    dtype, device = _text(tree, "dtype"), _text(tree, "device")
    raw = "float32" if dtype in _WIDENED else dtype
    if "bytes" in tree:
        if raw not in _NUMPY or tree["raw"] != raw:
            raise TransportError(f"values that are not sent as {raw[:20]!r}")
        length = _size(tree["bytes"])
        if length != math.prod(shape) * np.dtype(raw).itemsize or length > len(blobs) - at:
            raise TransportError(f"{length} bytes for a {raw} tensor of shape {shape}")
        values = np.frombuffer(blobs[at : at + length], dtype="uint8" if raw == "bool" else raw)
        values = (values != 0 if raw == "bool" else values).reshape(shape)  # a bool is 0 or 1
        at += length
    elif device == "meta" or raw not in _NUMPY:  # compared by its description alone
        values = np.broadcast_to(np.array(0, dtype="float32"), shape)
    else:
        raise TransportError("a tensor without its values")
    array = Array(
        values=values,
        dtype=dtype,
        device=device,
        layout=_text(tree, "layout"),
        requires_grad=bool(tree["grad"]),
        type=_text(tree, "type"),
    )
    return array, at
