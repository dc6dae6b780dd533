import torch
import triton
import triton.language as tl
from torch import Tensor


def triton_flash_attention(q: Tensor, k: Tensor, v: Tensor, causal: bool = False) -> Tensor:
    B, H, T, D = q.shape
    if D not in (32, 64, 128):
        raise ValueError(f"the width of a head must be 32, 64 or 128, got {D}")
    if q.dtype not in (torch.float16, torch.bfloat16):
        raise ValueError(f"the dtype must be float16 or bfloat16, got {q.dtype}")
    out = torch.empty(q.shape, dtype=q.dtype, device=q.device)
    strides = [stride for each in (q, k, v, out) for stride in each.stride()[:3]]
    columns = 64 if D < 128 else 32  # two stages of it, in the shared memory of a small GPU
    grid = (triton.cdiv(T, 64), B * H)
    _attention_kernel[grid](
        q, k, v, out, *strides, H, T, D**-0.5, CAUSAL=causal, D=D, ROWS=64, COLUMNS=columns, num_stages=2
    )
    return out


@triton.jit
def _attention_kernel(
    q, k, v, out,
    q_batch, q_head, q_row, k_batch, k_head, k_row, v_batch, v_head, v_row, out_batch, out_head, out_row,
    H, T, scale, CAUSAL: tl.constexpr, D: tl.constexpr, ROWS: tl.constexpr, COLUMNS: tl.constexpr,
):  # fmt: skip
    first = tl.program_id(0) * ROWS
    rows = first + tl.arange(0, ROWS)
    width = tl.arange(0, D)
    b = tl.program_id(1) // H
    h = tl.program_id(1) % H
    q += b * q_batch + h * q_head
    k += b * k_batch + h * k_head
    v += b * v_batch + h * v_head
    queries = tl.load(q + rows[:, None] * q_row + width[None, :], mask=rows[:, None] < T, other=0.0)
    m = tl.full([ROWS], -float("inf"), tl.float32)
    total = tl.zeros([ROWS], tl.float32)
    acc = tl.zeros([ROWS, D], tl.float32)
    end = T
    if CAUSAL:  # no query of this block sees a later key than its last one
        end = tl.minimum(T, first + ROWS)
    for start in range(0, end, COLUMNS):
        columns = start + tl.arange(0, COLUMNS)
        keys = tl.load(k + columns[None, :] * k_row + width[:, None], mask=columns[None, :] < T, other=0.0)
        scores = tl.dot(queries, keys) * scale
        seen = columns[None, :] < T
        if CAUSAL:
            seen = seen & (columns[None, :] <= rows[:, None])
        scores = tl.where(seen, scores, -float("inf"))
        larger = tl.maximum(m, tl.max(scores, axis=1))
        alpha = tl.exp(m - larger)  # what came before is relative to the old maximum
        p = tl.exp(scores - larger[:, None])
        values = tl.load(v + columns[:, None] * v_row + width[None, :], mask=columns[:, None] < T, other=0.0)
        acc = acc * alpha[:, None] + tl.dot(p.to(values.dtype), values)
        total = total * alpha + tl.sum(p, axis=1)
        m = larger
    out += b * out_batch + h * out_head
    tl.store(out + rows[:, None] * out_row + width[None, :], acc / total[:, None], mask=rows[:, None] < T)
