import importlib.util
import math

import pytest

from pytest_torchkata.checks import computations, launches, peak_bytes, raises, requirement, torch

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("triton") is None, reason="needs Triton: pip install 'pytest-torchkata[triton]'"
)
HALF = pytest.mark.dtypes("float16")
CAUSAL = pytest.mark.parametrize("causal", [False, True])


def inputs(given, *size):
    return tuple(given.normal(*size) for _ in "qkv")


@HALF
@CAUSAL
def check_values(kata, given, causal, dtype, device):
    """Each query gets the mean of the values, weighted by the softmax of its scaled scores."""
    return {"out": kata.triton_flash_attention(*inputs(given, 2, 3, 16, 32), causal=causal)}


@HALF
@CAUSAL
@pytest.mark.parametrize("length", [1, 17, 64, 65, 129])
def check_lengths(kata, given, length, causal, dtype, device):
    """T is any number, and no multiple of a block."""
    return {"out": kata.triton_flash_attention(*inputs(given, 1, 1, length, 32), causal)}


@HALF
@pytest.mark.parametrize("width", [64, 128])
def check_widths(kata, given, width, dtype, device):
    """Each head may be 64 or 128 wide; causal can be left out."""
    return {"out": kata.triton_flash_attention(*inputs(given, 1, 1, 40, width))}


@HALF
@CAUSAL
@pytest.mark.parametrize("layout", ["one projection", "heads after time", "three layouts"])
def check_strides(kata, given, layout, causal, dtype, device):
    """q, k and v have strides of their own."""
    if layout == "one projection":
        q, k, v = given.normal(2, 20, 3, 2, 32).permute(2, 0, 3, 1, 4)
    elif layout == "heads after time":
        q, k, v = (given.normal(2, 20, 2, 32).transpose(1, 2) for _ in "qkv")
    else:
        q, k, v = given.normal(2, 20, 2, 32).transpose(1, 2), *inputs(given, 2, 2, 20, 32)[1:]
        v = v.transpose(0, 1).contiguous().transpose(0, 1)
    return {"out": kata.triton_flash_attention(q, k, v, causal)}


@HALF
@CAUSAL
@pytest.mark.parametrize("most", [1000.0, -200.0])
def check_large_scores(kata, given, most, causal, dtype, device):
    """Scores of 1000, and rows in which all scores are far below zero."""
    T = 41
    heights = torch.linspace(-1000.0, most, T, dtype=torch.float64)[torch.randperm(T)]  # 20 apart, or more
    q = given.tensor([[[[1.0] * 32] * T]])
    k = (heights * math.sqrt(32) / 32).to(q)[None, None, :, None].expand(1, 1, T, 32).contiguous()
    return {"out": kata.triton_flash_attention(q, k, given.normal(1, 1, T, 32), causal)}


@HALF
@CAUSAL
def check_large_values(kata, given, causal, dtype, device):
    """The result-to-be is kept in float32: before it is divided, it may be more than float16 holds."""
    q, k, v = inputs(given, 1, 1, 100, 32)
    return {"out": kata.triton_flash_attention(q / 8, k, 850 + 30 * v, causal)}


def check_refused(kata, given, device):
    """Other widths and dtypes raise ValueError."""

    def call(width, dtype):
        return lambda: kata.triton_flash_attention(*(given.normal(1, 1, 4, width).to(dtype) for _ in "qkv"))

    return {
        "D = 16": raises(ValueError, call(16, torch.float16)),
        "D = 48": raises(ValueError, call(48, torch.float16)),
        "D = 256": raises(ValueError, call(256, torch.bfloat16)),
        "float32": raises(ValueError, call(32, torch.float32)),
        "float64": raises(ValueError, call(64, torch.float64)),
    }


@HALF
def check_memory(kata, given, dtype, device):
    """The memory grows with T, and not with its square: scores are never written."""
    q, k, v = inputs(given, 1, 1, 256, 32)
    peak = peak_bytes(lambda: kata.triton_flash_attention(q, k, v))
    return {"memory, relative to that of q": peak / (q.numel() * q.element_size())}


@requirement(check_memory, "memory, relative to that of q", within=0.5)
def small(ratio):
    return None if ratio <= 6 else "at most 6 (the scores alone are 8)"


@HALF
def check_launch(kata, given, dtype, device):
    """A kernel is launched, and nothing is left to be computed by torch."""
    q, k, v = inputs(given, 1, 1, 20, 32)
    kata.triton_flash_attention(q, k, v)
    computed = []
    count = launches(lambda: computed.extend(computations(lambda: kata.triton_flash_attention(q, k, v))))
    return {"a kernel is launched": count > 0, "computed by torch": computed}


@HALF
def check_inputs(kata, given, dtype, device):
    """q, k and v are left as they were, and the result is a new tensor."""
    given_in = inputs(given, 1, 2, 20, 32)
    before = [each.clone() for each in given_in]
    out = kata.triton_flash_attention(*given_in, causal=True)
    same = [torch.equal(one, other) for one, other in zip(given_in, before, strict=True)]
    return {"out": out, "q, k and v left as they were": same}


# What only a GPU is fast enough for, or can do ----------------------------------------------------

ERROR = "largest error, in float32"


@pytest.mark.needs_cuda
@pytest.mark.dtypes("float16", "bfloat16")
@CAUSAL
@pytest.mark.parametrize("size", [(2, 3, 1000, 64), (1, 2, 333, 128), (1, 1, 4096, 32)])
def check_long(kata, given, size, causal, dtype, device):
    """Long sequences, in float16 and bfloat16, agree with attention that is written out in float32."""
    q, k, v = inputs(given, *size)
    if dtype == torch.bfloat16 and torch.cuda.get_device_capability()[0] < 8:
        q, k, v = q.half(), k.half(), v.half()  # the device has no bfloat16
    out = kata.triton_flash_attention(q, k, v, causal)
    scores = q.float() @ k.float().transpose(2, 3) / math.sqrt(size[3])
    if causal:
        future = torch.ones(size[2], size[2], dtype=torch.bool, device=device).triu(1)
        scores = scores.masked_fill(future, -math.inf)
    truth = scores.softmax(dim=3) @ v.float()
    return {"dtype as that of q": out.dtype == q.dtype, ERROR: (out.float() - truth).abs().max().item()}


@requirement(check_long, ERROR, within=0.01)
def close(error, dtype):
    bound = {"float16": 1e-2, "bfloat16": 5e-2}[dtype]
    return None if error <= bound else f"at most {bound:g}"
