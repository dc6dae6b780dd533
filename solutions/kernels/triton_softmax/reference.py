import torch
import triton
import triton.language as tl
from torch import Tensor


def online_softmax(x: Tensor, block_size: int = 128) -> Tensor:
    # Not -inf: after a first block of -inf alone, -inf less -inf would be NaN.
    m = torch.full((len(x), 1), torch.finfo(torch.float32).min, device=x.device)
    total = torch.zeros_like(m)
    for block in x.split(block_size, dim=1):
        larger = torch.maximum(m, block.amax(dim=1, keepdim=True))
        total = total * torch.exp(m - larger)  # what is in it was relative to the old maximum
        total = total + torch.exp(block - larger).sum(dim=1, keepdim=True)  # in float32, as m is
        m = larger
    return torch.cat(
        [(torch.exp(block - m) / total).to(x.dtype) for block in x.split(block_size, dim=1)], dim=1
    )


@triton.jit
def _softmax_kernel(x, out, x_stride, out_stride, n_columns, BLOCK: tl.constexpr):
    row = tl.program_id(0).to(tl.int64)  # times a stride it may be more than 32 bits hold
    columns = tl.arange(0, BLOCK)
    inside = columns < n_columns
    # The lanes beyond the last column are neutral: no maximum, and exp gives 0.
    values = tl.load(x + row * x_stride + columns, mask=inside, other=-float("inf")).to(tl.float32)
    exponentials = tl.exp(values - tl.max(values, axis=0))
    result = exponentials / tl.sum(exponentials, axis=0)
    tl.store(out + row * out_stride + columns, result, mask=inside)


def fused_softmax(x: Tensor) -> Tensor:
    n_rows, n_columns = x.shape
    out = torch.empty_like(x)
    block = triton.next_power_of_2(n_columns)  # tl.arange takes nothing else
    _softmax_kernel[(n_rows,)](x, out, x.stride(0), out.stride(0), n_columns, BLOCK=block, num_warps=8)
    return out
