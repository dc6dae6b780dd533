from typing import NamedTuple

import pytest

from pytest_torchkata.checks import nn, np, torch

ELSEWHERE = "meta"


class Sample(NamedTuple):
    """A named tuple, as a dataset may yield it."""

    image: object
    label: object


def described(value):
    """Say what a moved batch is made of: kinds, keys in order, and where each tensor is."""
    if isinstance(value, torch.Tensor):
        return f"{value.dtype} {tuple(value.shape)} on {value.device.type}"
    if isinstance(value, dict):
        return ["dict", *([key, described(item)] for key, item in value.items())]
    if isinstance(value, (list, tuple)):
        return [type(value).__name__, *map(described, value)]
    return type(value).__name__ if not isinstance(value, (str, int, float, bool)) else repr(value)


def check_tensor(kata, given, device):
    """A tensor is moved, and to returns the moved one."""
    x = given.normal(3, 2)
    back = kata.to_device(given.normal(3, 2).cpu(), device)
    return {"moved away": described(kata.to_device(x, ELSEWHERE)), "moved to the device": back}


@pytest.mark.parametrize("kind", ["dict", "list", "tuple"])
def check_container(kata, given, kind):
    """A dict, a list and a tuple are rebuilt as the same kind, in order."""
    values = [given.normal(2), given.normal(3), given.integers(0, 5, (4,))]
    batch = {"dict": dict(zip("zab", values, strict=True)), "list": values, "tuple": tuple(values)}[kind]
    return {"moved": described(kata.to_device(batch, torch.device(ELSEWHERE)))}


def check_named_tuple(kata, given):
    """A named tuple keeps its class and its fields."""
    batch = Sample(given.normal(2, 3), given.integers(0, 5, (2,)))
    moved = kata.to_device(batch, ELSEWHERE)
    return {"moved": described(moved), "of the same class": type(moved) is Sample}


class Images(NamedTuple):
    """A named tuple of one field."""

    images: object


def check_named_tuple_of_one(kata, given):
    """A named tuple of one field is rebuilt field by field, too."""
    moved = kata.to_device([Images(given.normal(2, 3)), Images([given.normal(2)])], ELSEWHERE)
    return {"moved": described(moved)}


def check_nested(kata, given):
    """Containers in containers, to any depth."""
    sample = Sample({"left": [given.normal(2)]}, (given.normal(3), [Sample(given.normal(1), "cat")]))
    batch = [{"pairs": [(given.normal(1, 2), 0), (given.normal(2, 2), 1)]}, [[[given.normal(4)]]], sample]
    return {"moved": described(kata.to_device(batch, ELSEWHERE))}


def check_everything_else(kata, given):
    """Strings, numbers, None and other objects are left as they are."""
    batch = ["a name", b"bytes", 3, 2.5, True, None, {1, 2}, np.arange(3.0), range(4), object(), ""]
    moved = kata.to_device(batch, ELSEWHERE)
    return {
        "moved": described(moved),
        "the same objects": len(moved) == len(batch) and all(map(_is, moved, batch)),
        "a string alone": kata.to_device("dev", ELSEWHERE),
        "None alone": kata.to_device(None, ELSEWHERE),
    }


def _is(one, other):
    return one is other


def check_empty(kata):
    """Empty containers stay empty, and of their kind."""
    return {"moved": described(kata.to_device([[], (), {}, {"a": []}], ELSEWHERE))}


def check_own_to(kata, given):
    """What has a method to is moved by it: modules and other objects."""

    class Graph:
        def __init__(self, edges):
            self.edges = edges

        def to(self, device, non_blocking=False):
            return Graph(self.edges.to(device))

    moved = kata.to_device([nn.Linear(2, 3), {"graph": Graph(given.normal(4))}], ELSEWHERE)
    return {
        "kinds": [type(moved[0]).__name__, type(moved[1]["graph"]).__name__],
        "weight of the module": described(moved[0].weight),
        "in the object": described(moved[1]["graph"].edges),
    }


def check_packed_sequence(kata, given):
    """A packed sequence is moved by its own to, although it is a named tuple."""
    packed = nn.utils.rnn.pack_sequence([given.normal(3, 2), given.normal(1, 2)])
    (moved,) = kata.to_device([packed], ELSEWHERE)
    return {
        "kind": type(moved).__name__,
        "data": described(moved.data),
        "batch_sizes": described(moved.batch_sizes),
    }


def check_same_device(kata, given, device):
    """Tensors that are on the device already are returned themselves."""
    x, y = given.normal(3), given.normal(2)
    moved = kata.to_device({"x": x, "rest": [y, (x,)]}, device)
    return {
        "x itself": moved["x"] is x,
        "y itself": moved["rest"][0] is y,
        "x itself, in the tuple": moved["rest"][1][0] is x,
    }


def check_input(kata, given):
    """The batch that came in is not changed."""
    inner = [given.normal(2), "a"]
    batch = {"x": given.normal(3), "rest": inner, "more": {"y": given.normal(1)}}
    before = described(batch)
    kata.to_device(batch, ELSEWHERE)
    return {"batch left as it was": described(batch) == before and batch["rest"] is inner}


@pytest.mark.parametrize("non_blocking", [None, True])
def check_non_blocking(kata, given, non_blocking):
    """non_blocking reaches every tensor, and is off unless asked for."""
    asked = []

    class Recorded(torch.Tensor):
        def to(self, *args, **kwargs):
            device, _, waits, _ = torch._C._nn._parse_to(*args, **kwargs)
            asked.append((str(device), waits))
            return self

    batch = {
        "x": given.normal(2).as_subclass(Recorded),
        "rest": [given.normal(3).as_subclass(Recorded)],
        "pair": (given.normal(1).as_subclass(Recorded),),
        "sample": Sample(given.normal(1).as_subclass(Recorded), 3),
    }
    kata.to_device(batch, "cpu", *([] if non_blocking is None else [non_blocking]))
    return {"device and non_blocking of each tensor": asked}


@pytest.mark.parametrize("there", ["cuda and mps", "cuda", "mps", "neither"])
def check_pick_device(kata, there):
    """pick_device prefers cuda, then mps, then cpu, and asks what is available."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("cuda", "mps"):
            answer = name in there
            for place in (f"torch.{name}", f"torch.backends.{name}"):
                patch.setattr(f"{place}.is_available", lambda answer=answer: answer, raising=False)
                patch.setattr(f"{place}.is_built", lambda answer=answer: answer, raising=False)
            patch.setattr(f"torch.{name}.device_count", lambda answer=answer: int(answer), raising=False)
        picked = kata.pick_device()
    return {"class": type(picked).__name__, "picked": getattr(picked, "type", picked)}
