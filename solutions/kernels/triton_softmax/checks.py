import importlib.util

import pytest

from pytest_torchkata.checks import TIME, computations, launches, requirement, time_ratio, torch

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("triton") is None, reason="needs Triton: pip install 'pytest-torchkata[triton]'"
)
INF = float("inf")
BEHIND = 2048
"""Numbers that lie behind the last row, for whoever reads too far."""


def rows(given, n, columns, std=2.0, mean=0.0):
    return given.normal(n * columns + BEHIND, std=std, mean=mean)[: n * columns].view(n, columns)


# In plain torch -----------------------------------------------------------------------------------


@pytest.mark.parametrize("block_size", [1, 8, 37, 128])
def check_online(kata, given, block_size, device):
    """online_softmax gives the softmax of each row, for any block size."""
    return {"out": kata.online_softmax(given.normal(5, 37, std=2.0), block_size=block_size)}


def check_online_default(kata, given):
    """block_size can be left out; no rows, and rows of one column."""
    return {
        "out": kata.online_softmax(given.normal(3, 300)),
        "out of one column": kata.online_softmax(given.normal(4, 1)),
        "out of no rows": kata.online_softmax(given.normal(0, 7), 3),
    }


def extreme(given):
    """Return rows of which every block of two has another kind of maximum."""
    return given.tensor(
        [
            [-1e4, -9e3, -500.0, 0.0, 3.0, 1e4, 1e4, 9e3],
            [1e4, 9999.0, 9998.0, 100.0, 3.0, -4.0, -9e3, -1e4],
            [-900.0, -901.0, -902.5, -900.5, -950.0, -1e3, -901.5, -900.0],
        ]
    )


@pytest.mark.parametrize("block_size", [2, 3, 8])
def check_online_extreme(kata, given, block_size):
    """online_softmax stays finite where the maximum grows, falls, or is far below zero."""
    return {"out": kata.online_softmax(extreme(given), block_size)}


def masked(given):
    """Return rows with -inf in the beginning, at the end, and everywhere but in one place."""
    x = given.normal(4, 12)
    x[0, :5] = -INF
    x[1, 6:] = -INF
    x[2, :11] = -INF
    x[3, 3::2] = -INF
    return x


@pytest.mark.parametrize("block_size", [2, 5, 12])
def check_online_masked(kata, given, block_size):
    """online_softmax gives 0 for -inf, whole blocks of it included."""
    return {"out": kata.online_softmax(masked(given), block_size)}


@pytest.mark.parametrize(("half", "logit"), [("float16", -7.8125), ("bfloat16", -5.5625)])
def check_online_half(kata, given, half, logit):
    """online_softmax keeps the maximum and the sum in float32, and returns the dtype of x."""
    x = torch.full((2, 201), logit)  # what each adds to a sum of 1 is less than the dtype can tell
    x[:, 0] = 0.0
    x[1] += 3.0
    x, y = (each.to(getattr(torch, half)) for each in (x, given.normal(3, 50)))
    return {"out": kata.online_softmax(x, 1), "out of larger blocks": kata.online_softmax(y, 16)}


def reads(call, x):
    """Return what ``call`` reads of x, or of a copy of all of x: each time the offset and the shape."""
    from torch.utils._python_dispatch import TorchDispatchMode

    copies, found = [x], []

    def is_of_x(value):
        storages = [each.untyped_storage().data_ptr() for each in copies]
        return isinstance(value, torch.Tensor) and value.untyped_storage().data_ptr() in storages

    class Reader(TorchDispatchMode):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            result = func(*args, **(kwargs or {}))
            name = str(func.overloadpacket).removeprefix("aten.")
            given, made = (torch.utils._pytree.tree_leaves(each) for each in ((args, kwargs), result))
            of_x = [each for each in given if is_of_x(each)]
            if not of_x or any(map(is_of_x, made)) or name.endswith("_like") or name.startswith("new_"):
                return result  # a view, or memory of the same kind
            if name in ("clone", "_to_copy") and result.shape == x.shape:
                copies.append(result)
            else:
                found.extend((each.storage_offset(), tuple(each.shape)) for each in of_x)
            return result

    with Reader():
        call()
    return found


def check_online_passes(kata, given):
    """online_softmax goes over x twice, and looks at one block at a time."""
    x = given.normal(3, 40)
    found = reads(lambda: kata.online_softmax(x, 8), x)
    visited = [place for n, place in enumerate(found) if n == 0 or found[n - 1] != place]
    return {
        "columns read at a time": max((shape[-1] for _, shape in found if shape), default=0),
        "passes over x": max((visited.count(place) for place in visited), default=0),
    }


@requirement(check_online_passes, "columns read at a time")
def one_block(columns):
    return None if columns <= 8 else "at most the 8 of a block"


@requirement(check_online_passes, "passes over x")
def two(passes):
    return None if passes <= 2 else "at most 2"


# The kernel ---------------------------------------------------------------------------------------


@pytest.mark.dtypes("float32", "float16")
def check_fused(kata, given, dtype, device):
    """fused_softmax gives the softmax of each row, where columns are no power of two."""
    return {"out": kata.fused_softmax(rows(given, 5, 37))}


@pytest.mark.parametrize("size", [(1, 1), (4, 1), (3, 2), (2, 64), (7, 100), (0, 5)])
def check_fused_sizes(kata, given, size, device):
    """One column, one row, a power of two, no rows."""
    return {"out": kata.fused_softmax(rows(given, *size))}


def check_fused_masked(kata, given, device):
    """fused_softmax gives 0 for -inf."""
    return {"out": kata.fused_softmax(masked(given))}


def check_fused_extreme(kata, given, device):
    """fused_softmax is right for large logits, and for rows that are far below zero."""
    return {"out": kata.fused_softmax(extreme(given)[:, :7].contiguous())}


@pytest.mark.parametrize("view", ["one row for all", "every other row", "some columns", "a later part"])
def check_fused_strides(kata, given, view, device):
    """The rows of x may be any distance apart."""
    x = {
        "one row for all": lambda: given.normal(1, 21).expand(4, 21),
        "every other row": lambda: given.normal(9, 21)[::2],
        "some columns": lambda: given.normal(5, 40)[:, :21],
        "a later part": lambda: given.normal(6, 40)[1:, 7:28],
    }[view]()
    return {"out": kata.fused_softmax(x)}


@pytest.mark.parametrize("columns", [1500, 4096, 65536])
def check_fused_wide(kata, given, columns, device):
    """Rows of thousands of columns, up to 65536."""
    return {"out": kata.fused_softmax(rows(given, 2, columns))}


@pytest.mark.dtypes("float16")
def check_fused_half(kata, given, dtype, device):
    """The sum of a float16 row is kept in float32, and may be larger than float16 holds."""
    x = torch.ones(1, 65536, dtype=dtype, device=device)
    x[:, :6] = given.tensor([[0.0, 0.5, -1.0, 0.25, 0.75, -0.5]])
    return {"out": kata.fused_softmax(x)}


def check_launch(kata, given, device):
    """fused_softmax launches a kernel, and leaves nothing to be computed by torch."""
    x = rows(given, 3, 9)
    kata.fused_softmax(x)
    computed = []
    count = launches(lambda: computed.extend(computations(lambda: kata.fused_softmax(x))))
    return {"a kernel is launched": count > 0, "computed by torch": computed}


@pytest.mark.parametrize("function", ["online_softmax", "fused_softmax"])
def check_input(kata, given, function, device):
    """x is left as it was, and the result is a new tensor."""
    x = given.normal(4, 30)
    before = x.clone()
    out = getattr(kata, function)(x)
    return {"out": out, "x": x, "x left as it was": torch.equal(x, before)}


# What only a GPU is fast enough for, or can do ----------------------------------------------------


ERROR = "largest error, relative to the largest entry of its row"


@pytest.mark.needs_cuda
@pytest.mark.parametrize("size", [(2000, 781), (5, 12345), (300, 8192)])
@pytest.mark.dtypes("float32", "float16", "bfloat16")
def check_fused_large(kata, given, size, dtype, device):
    """Many rows and columns, in each dtype, agree with the library in float32."""
    x = rows(given, *size)
    if dtype == torch.bfloat16 and torch.cuda.get_device_capability()[0] < 8:
        x = x.half()  # the device has no bfloat16
    out = kata.fused_softmax(x)
    truth = torch.softmax(x.float(), dim=1)
    error = (out.float() - truth).abs() / truth.amax(dim=1, keepdim=True)
    return {"dtype as that of x": out.dtype == x.dtype, ERROR: error.max().item()}


@requirement(check_fused_large, ERROR, within=0.01)
def close(error, dtype):
    bound = {"float32": 2e-5, "float16": 2e-3, "bfloat16": 1e-2}[dtype]
    return None if error <= bound else f"at most {bound:g}"


@pytest.mark.needs_cuda
@pytest.mark.timed
def check_time(kata, given):
    """fused_softmax takes at most four times as long as the library, for 8192 rows of 4096 columns."""
    x = given.normal(8192, 4096)
    return time_ratio(lambda: kata.fused_softmax(x), lambda: torch.softmax(x, dim=1))


@requirement(check_time, TIME)
def fast(ratio):
    return None if ratio <= 4 else "at most 4"
