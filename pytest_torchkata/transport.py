"""Values on the wire: a JSON description and raw tensor bytes, never pickle.

The child encodes, the deciding process decodes. What arrives is not trusted: anything malformed is
a ``TransportError``, and nothing in it is ever executed.
"""

from __future__ import annotations

import json
import math
import struct
from typing import TYPE_CHECKING, Any, BinaryIO

from pytest_torchkata.kata import Array, Opaque, Value

if TYPE_CHECKING:
    import torch

__all__ = ["TransportError", "decode", "encode", "receive", "send"]

OUT_OF_MEMORY = 71
"""Exit status of a worker whose observations did not fit into its memory."""

FRAME = struct.Struct(">Q")
_HEADER = struct.Struct(">I")
_LARGEST = 2 << 30
"""Bytes of a frame; more than a child hands on of an answer's observations."""
_DEPTH = 32
_DIMENSIONS = 64
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
    cannot be read.
    """
    blobs: list[bytes] = []
    text = json.dumps(_describe(message, blobs, 0), separators=(",", ":")).encode()
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
        return {"k": "opaque", "type": type(value).__name__, "text": "nested too deeply"}
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, torch.Tensor):
        return _describe_tensor(value, blobs)
    if isinstance(value, str):
        return {"k": "str", "v": str.__str__(value)}
    if isinstance(value, int):
        return {"k": "int", "v": str(int(value))}
    if isinstance(value, float):
        return {"k": "float", "v": float.hex(float(value))}
    if isinstance(value, complex):
        return {"k": "complex", "v": [float.hex(value.real), float.hex(value.imag)]}
    if isinstance(value, bytes):
        blobs.append(value)
        return {"k": "bytes", "v": len(value)}
    if isinstance(value, torch.Size):
        return {"k": "tuple", "v": [_describe(int(v), blobs, depth + 1) for v in value]}
    if isinstance(value, (list, tuple)):
        kind = "list" if isinstance(value, list) else "tuple"
        return {"k": kind, "v": [_describe(v, blobs, depth + 1) for v in value]}
    if isinstance(value, dict):
        pairs = [[_describe(k, blobs, depth + 1), _describe(v, blobs, depth + 1)] for k, v in value.items()]
        return {"k": "dict", "v": pairs}
    if isinstance(value, (torch.dtype, torch.device, torch.layout)):
        text = str(value).removeprefix("torch.")
        return {"k": "opaque", "type": f"torch.{type(value).__name__}", "text": text}
    if type(value).__module__ == "numpy":
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
            "type": "Tensor" if type(value) is torch.Tensor else type(value).__name__,
            "dtype": dtype,
            "shape": [int(n) for n in value.shape],
            "device": str(value.device),
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
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


# The deciding side --------------------------------------------------------------------------------


def decode(data: bytes) -> Value:
    """Rebuild what ``encode`` described.

    Raises ``TransportError`` for anything else, whatever the bytes are.
    """
    try:
        (length,) = _HEADER.unpack_from(data)
        tree = json.loads(data[_HEADER.size : _HEADER.size + length])
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


def _rebuild(tree: Any, blobs: memoryview, at: int, depth: int) -> tuple[Value, int]:
    if depth > 2 * _DEPTH:
        raise TransportError("nested too deeply")
    if tree is None or isinstance(tree, bool):
        return tree, at
    kind = tree["k"]
    if kind == "tensor":
        return _rebuild_tensor(tree, blobs, at)
    if kind == "opaque":
        return Opaque(str(tree["type"])[:_TEXT], str(tree["text"])[:_TEXT]), at
    value = tree["v"]
    if kind == "str" and isinstance(value, str):
        return value, at
    if kind == "int":
        return int(value), at
    if kind == "float":
        return float.fromhex(value), at
    if kind == "complex":
        return complex(float.fromhex(value[0]), float.fromhex(value[1])), at
    if kind == "bytes":
        if not 0 <= int(value) <= len(blobs) - at:
            raise TransportError(f"{value} bytes where {len(blobs) - at} are left")
        return bytes(blobs[at : at + int(value)]), at + int(value)
    if kind in ("list", "tuple"):
        items = []
        for item in value:
            rebuilt, at = _rebuild(item, blobs, at, depth + 1)
            items.append(rebuilt)
        return (items if kind == "list" else tuple(items)), at
    if kind == "dict":
        pairs: dict[Value, Value] = {}
        for key, item in value:
            name, at = _rebuild(key, blobs, at, depth + 1)
            pairs[name], at = _rebuild(item, blobs, at, depth + 1)
        return pairs, at
    raise TransportError(f"unknown kind {kind!r}")


def _rebuild_tensor(tree: Any, blobs: memoryview, at: int) -> tuple[Array, int]:
    import numpy as np

    if len(tree["shape"]) > _DIMENSIONS:  # a product of many huge numbers would take its time
        raise TransportError(f"{len(tree['shape'])} dimensions")
    shape = tuple(int(n) for n in tree["shape"])
    if any(n < 0 for n in shape):
        raise TransportError(f"negative size in {shape}")
    raw = str(tree.get("raw", "float32"))
    if raw not in _NUMPY:
        raise TransportError(f"unknown dtype {raw!r}")
    if "bytes" in tree:
        length = int(tree["bytes"])
        if length != math.prod(shape) * np.dtype(raw).itemsize or length > len(blobs) - at:
            raise TransportError(f"{length} bytes for a {raw} tensor of shape {shape}")
        values = np.frombuffer(blobs[at : at + length], dtype=raw).reshape(shape)
        at += length
    else:  # a tensor without values (meta): compared by its description alone
        values = np.broadcast_to(np.array(0, dtype="float32"), shape)
    array = Array(
        values=values,
        dtype=str(tree["dtype"])[:_TEXT],
        device=str(tree["device"])[:_TEXT],
        layout=str(tree["layout"])[:_TEXT],
        requires_grad=bool(tree["grad"]),
        type=str(tree["type"])[:_TEXT],
    )
    return array, at
