import math

import torch
import triton
import triton.language as tl

from pytest_torchkata.checks import wrong

from . import reference


@triton.jit
def _kernel(
    q, k, v, out,
    q_batch, q_head, q_row, k_batch, k_head, k_row, v_batch, v_head, v_row, out_batch, out_head, out_row,
    H, T, keys_end, scale, FAULT: tl.constexpr, CAUSAL: tl.constexpr, D: tl.constexpr,
    ROWS: tl.constexpr, COLUMNS: tl.constexpr,
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
    if FAULT == "maximum starts at zero":
        m = tl.zeros([ROWS], tl.float32)
    total = tl.zeros([ROWS], tl.float32)
    acc = tl.zeros([ROWS, D], tl.float32)
    end = keys_end
    if CAUSAL:
        end = tl.minimum(keys_end, first + ROWS)
        if FAULT == "loop ends before the diagonal":
            end = tl.minimum(keys_end, first)
    for start in range(0, end, COLUMNS):
        columns = start + tl.arange(0, COLUMNS)
        keys = tl.load(k + columns[None, :] * k_row + width[:, None], mask=columns[None, :] < T, other=0.0)
        scores = tl.dot(queries, keys) * scale
        seen = columns[None, :] < T
        if FAULT == "no mask for the tail":
            seen = columns[None, :] >= 0
        if CAUSAL:
            if FAULT == "sees up to the one before":
                seen = seen & ((columns[None, :] < rows[:, None]) | (columns[None, :] == 0))
            elif FAULT != "no mask on the diagonal":
                seen = seen & (columns[None, :] <= rows[:, None])
        if FAULT == "masks with zero":
            scores = tl.where(seen, scores, 0.0)
        else:
            scores = tl.where(seen, scores, -float("inf"))
        larger = tl.maximum(m, tl.max(scores, axis=1))
        if FAULT == "no maximum":
            larger = tl.zeros([ROWS], tl.float32)
        alpha = tl.exp(m - larger)
        p = tl.exp(scores - larger[:, None])
        values = tl.load(v + columns[:, None] * v_row + width[None, :], mask=columns[:, None] < T, other=0.0)
        if FAULT != "probabilities in float32":
            p = p.to(values.dtype)
        if FAULT != "result not rescaled":
            acc = acc * alpha[:, None]
        acc = acc + tl.dot(p, values)
        if FAULT == "kept in half":
            acc = acc.to(tl.float16).to(tl.float32)
        if FAULT == "sum not rescaled":
            total = total + tl.sum(p.to(tl.float32), axis=1)
        else:
            total = total * alpha + tl.sum(p.to(tl.float32), axis=1)
        m = larger
        if FAULT == "no maximum":
            m = tl.zeros([ROWS], tl.float32)
    if FAULT != "not divided":
        acc = acc / total[:, None]
    out += b * out_batch + h * out_head
    tl.store(out + rows[:, None] * out_row + width[None, :], acc, mask=rows[:, None] < T)


def _strides(*tensors):
    return [stride for each in tensors for stride in each.stride()[:3]]


def _launch(q, k, v, causal, fault="", *, scale=None, strides=None, rows=None, keys_end=None, out=None):
    B, H, T, D = q.shape
    if D not in (32, 64, 128) or q.dtype not in (torch.float16, torch.bfloat16):
        raise ValueError
    out = torch.empty(q.shape, dtype=q.dtype, device=q.device) if out is None else out
    _kernel[(triton.cdiv(T, 64) if rows is None else rows, B * H)](
        q, k, v, out, *(strides or _strides(q, k, v, out)), H, T, T if keys_end is None else keys_end,
        scale or D**-0.5, FAULT=fault, CAUSAL=causal, D=D, ROWS=64, COLUMNS=32, num_stages=2,
    )  # fmt: skip
    return out


@wrong("check_lengths")
class TailUnmasked:
    """The keys of the last block that lie beyond T are loaded as zeros, and take part in the softmax. A
    score of 0 is a score like any other.
    """

    def triton_flash_attention(q, k, v, causal=False):
        return _launch(q, k, v, causal, "no mask for the tail")


@wrong("check_values")
class MasksWithZero:
    """Masked scores are set to 0. They have to be -inf before the maximum is taken: exp(0 - m) is not 0."""

    def triton_flash_attention(q, k, v, causal=False):
        return _launch(q, k, v, causal, "masks with zero")


@wrong("check_values")
class NotScaled:
    """The scores are not divided by sqrt(D). The softmax is then far too sharp."""

    def triton_flash_attention(q, k, v, causal=False):
        return _launch(q, k, v, causal, scale=1.0)


@wrong("check_values")
class ScaledTwice:
    """The scores are divided by sqrt(D) two times, or by D: once with the queries, say, and once more
    after the product.
    """

    def triton_flash_attention(q, k, v, causal=False):
        return _launch(q, k, v, causal, scale=1 / q.shape[-1])


@wrong("check_values", shows="exception")
class ProbabilitiesInFloat32:
    """The probabilities are float32 and the values are not. tl.dot takes two operands of one dtype."""

    def triton_flash_attention(q, k, v, causal=False):
        return _launch(q, k, v, causal, "probabilities in float32")


@wrong("check_large_values")
class KeptInHalf:
    """The result-to-be is kept in float16 between the blocks. Before it is divided by the sum it may be T
    times as large as a value, which float16 cannot hold; and each block costs digits.
    """

    def triton_flash_attention(q, k, v, causal=False):
        return _launch(q, k, v, causal, "kept in half")


@wrong("check_lengths")
class ResultNotRescaled:
    """The sum is rescaled when the maximum grows, the result-to-be is not. What the earlier blocks have
    put there then counts for too much.
    """

    def triton_flash_attention(q, k, v, causal=False):
        return _launch(q, k, v, causal, "result not rescaled")


@wrong("check_lengths")
class SumNotRescaled:
    """The result-to-be is rescaled when the maximum grows, the sum is not. The result is then divided by
    too much.
    """

    def triton_flash_attention(q, k, v, causal=False):
        return _launch(q, k, v, causal, "sum not rescaled")


@wrong("check_values")
class NotDivided:
    """The result is never divided by the sum of the exponentials. The probabilities of a row add up to
    the sum, and not to 1.
    """

    def triton_flash_attention(q, k, v, causal=False):
        return _launch(q, k, v, causal, "not divided")


@wrong("check_large_scores")
class NoMaximum:
    """The exponentials are taken as they are. For a score of 1000 that is infinite, and for one of -1000
    it is 0, as is then the sum.
    """

    def triton_flash_attention(q, k, v, causal=False):
        return _launch(q, k, v, causal, "no maximum")


@wrong("check_large_scores")
class MaximumStartsAtZero:
    """The running maximum begins at 0. Where all scores of a row are far below that, it stays there, and
    all exponentials are 0.
    """

    def triton_flash_attention(q, k, v, causal=False):
        return _launch(q, k, v, causal, "maximum starts at zero")


@wrong("check_values")
class EndsBeforeTheDiagonal:
    """The causal loop ends at the first query of the block. The keys from there to the diagonal, and with
    them the query's own, are missed, and the first block of queries sees none at all.
    """

    def triton_flash_attention(q, k, v, causal=False):
        return _launch(q, k, v, causal, "loop ends before the diagonal")


@wrong("check_values")
class NoMaskOnTheDiagonal:
    """Later blocks of keys are left out, but in the last one each query sees all keys. Within the block
    on the diagonal every query has an end of its own.
    """

    def triton_flash_attention(q, k, v, causal=False):
        return _launch(q, k, v, causal, "no mask on the diagonal")


@wrong("check_values")
class WithoutItself:
    """A query sees the keys before its own position. Its own belongs to them: key <= query, and not <."""

    def triton_flash_attention(q, k, v, causal=False):
        return _launch(q, k, v, causal, "sees up to the one before")


@wrong("check_values")
class NeverCausal:
    """causal is taken and not used. Every query sees all keys."""

    def triton_flash_attention(q, k, v, causal=False):
        return _launch(q, k, v, False)


@wrong("check_lengths")
class WholeBlocksOfKeys:
    """Only whole blocks of keys are looked at. What is left of T after the last of them is missed."""

    def triton_flash_attention(q, k, v, causal=False):
        return _launch(q, k, v, causal, keys_end=q.shape[2] // 32 * 32)


@wrong("check_lengths")
class WholeBlocksOfQueries:
    """The grid has T // block programs for the queries. Those of the last, incomplete block get no
    result: round up, and mask.
    """

    def triton_flash_attention(q, k, v, causal=False):
        out = torch.zeros(q.shape, dtype=q.dtype, device=q.device)
        return _launch(q, k, v, causal, rows=q.shape[2] // 64, out=out)


@wrong("check_strides")
class TakenForContiguous:
    """Each head is looked for at a multiple of T * D. That holds for contiguous tensors only, and neither
    a slice of a projection nor a transposed tensor is one.
    """

    def triton_flash_attention(q, k, v, causal=False):
        _, H, T, D = q.shape
        return _launch(q, k, v, causal, strides=[H * T * D, T * D, D] * 4)


@wrong("check_strides")
class StridesOfTheQueries:
    """The strides of q are used for all four tensors. k, v and the result may be laid out in another way."""

    def triton_flash_attention(q, k, v, causal=False):
        out = torch.zeros(q.shape, dtype=q.dtype, device=q.device)
        # In a smaller tensor the strides of a larger one would lead beyond its end.
        like = q if q.stride(2) <= 64 else out
        return _launch(q, k, v, causal, strides=_strides(like, like, like, like), out=out)


@wrong("check_strides")
class HeadsAcrossBatches:
    """Head h of sample b is looked for at b * H + h times the stride of a head. A sample's last head and
    the next one's first lie that far apart in some layouts only.
    """

    def triton_flash_attention(q, k, v, causal=False):
        out = torch.empty(q.shape, dtype=q.dtype, device=q.device)
        H, strides = q.shape[1], _strides(q, k, v, out)
        for batch in (0, 3, 6):
            strides[batch] = H * strides[batch + 1]
        return _launch(q, k, v, causal, strides=strides, out=out)


@wrong("check_refused")
class TakesEverything:
    """Nothing is refused. A kernel may well run for another width or dtype, and what it then gives nobody
    has promised; say at the door what is supported.
    """

    def triton_flash_attention(q, k, v, causal=False):
        B, H, T, D = q.shape
        out = torch.zeros_like(q)
        if D & (D - 1) or D > 128:
            return out
        _kernel[(triton.cdiv(T, 64), B * H)](
            q, k, v, out, *_strides(q, k, v, out), H, T, T, D**-0.5, FAULT="", CAUSAL=causal, D=D,
            ROWS=64, COLUMNS=32, num_stages=1,
        )  # fmt: skip
        return out


@wrong("check_values")
class ReturnsFloat32:
    """The result has the dtype in which it was computed. It should be that of q."""

    def triton_flash_attention(q, k, v, causal=False):
        out = torch.empty(q.shape, dtype=torch.float32, device=q.device)
        return _launch(q, k, v, causal, out=out)


@triton.jit
def _product_kernel(
    a, b, out, a_row, a_column, b_row, b_column, M, N, K, scale, BLOCK: tl.constexpr, BLOCK_K: tl.constexpr
):
    rows = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    columns = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    head = tl.program_id(2)
    acc = tl.zeros([BLOCK, BLOCK], tl.float32)
    for start in range(0, K, BLOCK_K):
        inner = start + tl.arange(0, BLOCK_K)
        left = a + head * M * K + rows[:, None] * a_row + inner[None, :] * a_column
        right = b + head * K * N + inner[:, None] * b_row + columns[None, :] * b_column
        acc += tl.dot(
            tl.load(left, mask=(rows[:, None] < M) & (inner[None, :] < K), other=0.0),
            tl.load(right, mask=(inner[:, None] < K) & (columns[None, :] < N), other=0.0),
        )
    place = out + head * M * N + rows[:, None] * N + columns[None, :]
    tl.store(place, acc * scale, mask=(rows[:, None] < M) & (columns[None, :] < N))


@triton.jit
def _softmax_kernel(scores, T, CAUSAL: tl.constexpr, BLOCK: tl.constexpr):
    columns = tl.arange(0, BLOCK)
    place = scores + tl.program_id(0).to(tl.int64) * T + columns
    seen = columns < T
    if CAUSAL:
        seen = columns <= tl.program_id(0) % T
    values = tl.load(place, mask=seen, other=-float("inf")).to(tl.float32)
    p = tl.exp(values - tl.max(values, axis=0))
    tl.store(place, p / tl.sum(p, axis=0), mask=columns < T)


def _product(a, b, out, a_strides, b_strides, sizes, scale=1.0):
    M, N, K = sizes
    grid = (triton.cdiv(M, 64), triton.cdiv(N, 64), out.shape[0] * out.shape[1])
    _product_kernel[grid](a, b, out, *a_strides, *b_strides, M, N, K, scale, BLOCK=64, BLOCK_K=32)


@wrong("check_memory")
class WritesTheScores:
    """Three kernels, one for each step: scores, softmax, product. The scores, T * T of them for each
    head, go to memory and come back two times. One kernel that never lets them leave the chip is the
    whole point.
    """

    def triton_flash_attention(q, k, v, causal=False):
        B, H, T, D = q.shape
        if D not in (32, 64, 128) or q.dtype not in (torch.float16, torch.bfloat16):
            raise ValueError
        q, k, v = q.contiguous(), k.contiguous(), v.contiguous()
        scores = torch.empty(B, H, T, T, dtype=q.dtype, device=q.device)
        _product(q, k, scores, (D, 1), (1, D), (T, T, D), D**-0.5)
        _softmax_kernel[(B * H * T,)](scores, T, CAUSAL=causal, BLOCK=triton.next_power_of_2(T))
        out = torch.empty_like(q)
        _product(scores, v, out, (T, 1), (D, 1), (T, D, T))
        return out


@wrong("check_launch")
class LeavesItToTorch:
    """All of this is computed by torch. A kernel of your own is asked for, and here there is none."""

    def triton_flash_attention(q, k, v, causal=False):
        _, H, T, D = q.shape
        if D not in (32, 64, 128) or q.dtype not in (torch.float16, torch.bfloat16):
            raise ValueError
        future = torch.ones(T, T, dtype=torch.bool, device=q.device).triu(1)
        out = torch.empty(q.shape, dtype=q.dtype, device=q.device)
        for head in range(H):  # one at a time, which keeps the memory down
            for start in range(0, T, 16):
                rows = slice(start, start + 16)
                scores = (q[:, head, rows, None].float() * k[:, head, None].float()).sum(3) / math.sqrt(D)
                if causal:
                    scores = scores.masked_fill(future[rows], -math.inf)
                p = torch.exp(scores - scores.amax(2, keepdim=True))
                p = p / p.sum(2, keepdim=True)
                out[:, head, rows] = (p[..., None] * v[:, head, None].float()).sum(2).to(q.dtype)
        return out


@wrong("check_inputs")
class OverTheQueries:
    """The result is written over q. Nothing says that the caller has done with it, and the programs of
    other blocks may read what is there by then.
    """

    def triton_flash_attention(q, k, v, causal=False):
        q.copy_(reference.triton_flash_attention(q, k, v, causal))
        return q
