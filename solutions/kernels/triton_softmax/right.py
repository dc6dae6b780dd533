import torch
import triton
import triton.language as tl

from pytest_torchkata.checks import right

LOG2E = tl.constexpr(1.4426950408889634)


@triton.jit
def _several_rows(x, out, x_stride, out_stride, n_rows, n_columns, ROWS: tl.constexpr, BLOCK: tl.constexpr):
    rows = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    columns = tl.arange(0, BLOCK)
    inside = (rows[:, None] < n_rows) & (columns[None, :] < n_columns)
    place = x + rows[:, None] * x_stride + columns[None, :]
    values = tl.load(place, mask=inside, other=-float("inf")).to(tl.float32)
    values = tl.where(rows[:, None] < n_rows, values, 0.0)
    exponentials = tl.exp2((values - tl.max(values, axis=1, keep_dims=True)) * LOG2E)
    result = exponentials / tl.sum(exponentials, axis=1)[:, None]
    tl.store(
        out + rows[:, None] * out_stride + columns[None, :], result.to(out.dtype.element_ty), mask=inside
    )


@right
class SeveralRows:
    """A program takes as many rows as fit, with exp2 in the place of exp; online, it slices x."""

    def fused_softmax(x):
        n_rows, n_columns = x.shape
        out = torch.empty(x.shape, dtype=x.dtype, device=x.device)
        block = triton.next_power_of_2(n_columns)
        rows = max(1, min(4, 4096 // block))
        grid = (triton.cdiv(n_rows, rows),)
        _several_rows[grid](x, out, x.stride(0), out.stride(0), n_rows, n_columns, ROWS=rows, BLOCK=block)
        return out

    def online_softmax(x, block_size=128):
        N, C = x.shape
        kind = torch.float32
        m = torch.full((N,), float("-inf"), dtype=kind, device=x.device)
        d = torch.zeros(N, dtype=kind, device=x.device)
        for start in range(0, C, block_size):
            block = x[:, start : start + block_size].to(kind)
            m_new = torch.maximum(m, block.max(dim=-1).values)
            safe = torch.where(m_new == float("-inf"), 0.0, m_new)
            d = d * torch.exp(m - safe) + torch.exp(block - safe.unsqueeze(1)).sum(-1)
            m = m_new
        pieces = [
            (torch.exp(x[:, i : i + block_size].to(kind) - m[:, None]) / d[:, None]).to(x.dtype)
            for i in range(0, C, block_size)
        ]
        return torch.cat(pieces, dim=1)


@triton.jit
def _in_a_loop(x_ptr, y_ptr, x_row_stride, y_row_stride, n_cols, BLOCK_SIZE: tl.constexpr):
    row = tl.program_id(axis=0)
    x_ptr += row * x_row_stride
    y_ptr += row * y_row_stride
    m = tl.full([BLOCK_SIZE], -1e30, tl.float32)
    d = tl.zeros([BLOCK_SIZE], tl.float32)
    for start in range(0, n_cols, BLOCK_SIZE):  # a maximum and a sum for each lane
        offsets = start + tl.arange(0, BLOCK_SIZE)
        x = tl.load(x_ptr + offsets, mask=offsets < n_cols, other=-float("inf")).to(tl.float32)
        m_new = tl.maximum(m, x)
        d = d * tl.exp(m - m_new) + tl.exp(x - m_new)
        m = m_new
    row_max = tl.max(m, axis=0)
    total = tl.sum(d * tl.exp(m - row_max), axis=0)
    for start in range(0, n_cols, BLOCK_SIZE):
        offsets = start + tl.arange(0, BLOCK_SIZE)
        x = tl.load(x_ptr + offsets, mask=offsets < n_cols, other=-float("inf")).to(tl.float32)
        tl.store(y_ptr + offsets, tl.exp(x - row_max) / total, mask=offsets < n_cols)


@right
class InALoop:
    """The kernel goes over the row in blocks of 1024; online, all of x is converted first."""

    def fused_softmax(x):
        x = x.contiguous()
        y = torch.empty_like(x)
        _in_a_loop[(x.shape[0],)](x, y, x.stride(0), y.stride(0), x.shape[1], BLOCK_SIZE=1024, num_warps=4)
        return y

    def online_softmax(x, block_size=128):
        wide = x.float()
        running_max = wide.new_full((x.shape[0], 1), torch.finfo(wide.dtype).min)
        running_sum = wide.new_zeros((x.shape[0], 1))
        for chunk in torch.split(wide, block_size, dim=-1):
            new_max = torch.max(running_max, chunk.max(-1, keepdim=True)[0])
            running_sum *= (running_max - new_max).exp()
            running_sum += (chunk - new_max).exp().sum(-1, keepdim=True)
            running_max = new_max
        result = torch.zeros_like(x)
        for i in range(0, x.shape[1], block_size):
            result[:, i : i + block_size] = (wide[:, i : i + block_size] - running_max).exp() / running_sum
        return result


@triton.autotune(configs=[triton.Config({}, num_warps=8)], key=["n_columns"])
@triton.jit
def _persistent(out, x, x_stride, out_stride, n_rows, n_columns, BLOCK: tl.constexpr):
    for row in range(tl.program_id(0), n_rows, tl.num_programs(0)):
        columns = tl.arange(0, BLOCK)
        values = tl.load(x + row * x_stride + columns, mask=columns < n_columns, other=-float("inf"))
        shifted = (values - tl.max(values, axis=0)).to(tl.float32)
        numerator = tl.exp(shifted)
        tl.store(
            out + row * out_stride + columns, numerator / tl.sum(numerator, axis=0), mask=columns < n_columns
        )


@right
class Persistent:
    """A few programs that take one row after the other, under an autotuner with one configuration."""

    def fused_softmax(x):
        out = torch.empty_like(x)
        n_rows, n_columns = x.shape
        block = triton.next_power_of_2(n_columns)
        strides = x.stride(0), out.stride(0)
        _persistent[(max(1, min(n_rows, 3)),)](out, x, *strides, n_rows, n_columns, BLOCK=block)
        return out
