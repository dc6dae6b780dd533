import torch
import triton
import triton.language as tl

from pytest_torchkata.checks import wrong

from . import reference

# online_softmax -----------------------------------------------------------------------------------


def _online(x, block_size, *, start=-1e30, dtype=torch.float32, update):
    """Go over x twice, with a way of its own to add a block to maximum and sum."""
    m = torch.full((len(x), 1), start, dtype=dtype, device=x.device)
    total = torch.zeros_like(m)
    for block in x.split(block_size, dim=1):
        m, total = update(m, total, block.to(dtype))
    blocks = [(torch.exp(block.to(dtype) - m) / total).to(x.dtype) for block in x.split(block_size, dim=1)]
    return torch.cat(blocks, dim=1)


def _largest(block):
    return block.amax(dim=1, keepdim=True)


def _sum(block):
    return block.sum(dim=1, keepdim=True)


def _rescaled(m, total, block):
    larger = torch.maximum(m, _largest(block))
    return larger, total * torch.exp(m - larger) + _sum(torch.exp(block - larger))


@wrong("check_online")
class SumNotRescaled:
    """The maximum grows from block to block, and the sum so far is left as it is. What is in it was
    measured against an older maximum, and counts for too much.
    """

    def online_softmax(x, block_size=128):
        def update(m, total, block):
            larger = torch.maximum(m, _largest(block))
            return larger, total + _sum(torch.exp(block - larger))

        return _online(x, block_size, update=update)


@wrong("check_online")
class RescaledTheWrongWay:
    """The sum so far is multiplied by exp(new - old). A larger maximum makes every term smaller, so
    the factor is at most 1: which of the two has to come first?
    """

    def online_softmax(x, block_size=128):
        def update(m, total, block):
            larger = torch.maximum(m, _largest(block))
            factor = torch.exp((larger - m).clamp(max=80))
            return larger, total * factor + _sum(torch.exp(block - larger))

        return _online(x, block_size, start=0.0, update=update)


@wrong("check_online_extreme")
class MaximumOfTheBlock:
    """The sum is rescaled to the maximum of each new block, also where that is smaller than what came
    before. For moderate logits it comes out even; for large ones the factor is infinite.
    """

    def online_softmax(x, block_size=128):
        def update(m, total, block):
            return _largest(block), total * torch.exp(m - _largest(block)) + _sum(
                torch.exp(block - _largest(block))
            )

        return _online(x, block_size, update=update)


@wrong("check_online_extreme")
class MaximumStartsAtZero:
    """The running maximum begins at 0. In a row that is far below zero it stays there, each exponential
    is 0, and so is the sum.
    """

    def online_softmax(x, block_size=128):
        return _online(x, block_size, start=0.0, update=_rescaled)


@wrong("check_online_extreme")
class NoMaximum:
    """The exponentials are taken as they are. Above 88 they are infinite in float32, and infinity by
    infinity is NaN.
    """

    def online_softmax(x, block_size=128):
        return _online(x, block_size, start=0.0, update=lambda m, s, block: (m, s + _sum(torch.exp(block))))


@wrong("check_online_masked")
class FirstMaximumIsInfinite:
    """The running maximum begins at -inf. After a first block of nothing but -inf it still is, and -inf
    less -inf is NaN, which no later block takes away.
    """

    def online_softmax(x, block_size=128):
        return _online(x, block_size, start=-float("inf"), update=_rescaled)


@wrong("check_online_half")
class SumsInHalf:
    """Maximum and sum have the dtype of x. In half precision a sum stops growing as soon as what is added
    is less than half of its last digit.
    """

    def online_softmax(x, block_size=128):
        start = max(-1e30, torch.finfo(x.dtype).min)
        return _online(x, block_size, start=start, dtype=x.dtype, update=_rescaled)


@wrong("check_online_half")
class ReturnsFloat32:
    """The result has the dtype in which it was computed. It should be that of x."""

    def online_softmax(x, block_size=128):
        return reference.online_softmax(x.to(torch.promote_types(x.dtype, torch.float32)), block_size)


@wrong("check_online")
class DropsTheLastBlock:
    """Only whole blocks are looked at: C // block_size of them. The columns that are left over miss in the
    sum, and in the result.
    """

    def online_softmax(x, block_size=128):
        out = torch.zeros_like(x)
        whole = x.shape[1] // block_size * block_size
        if whole:
            out[:, :whole] = reference.online_softmax(x[:, :whole], block_size)
        return out


@wrong("check_online_passes")
class ThreePasses:
    """One pass finds the maximum, a second one the sum, and a third one writes. The sum can be found in the
    first pass as well, if it is corrected whenever the maximum grows.
    """

    def online_softmax(x, block_size=128):
        m = torch.full((len(x), 1), torch.finfo(x.dtype).min, device=x.device)
        for block in x.split(block_size, dim=1):
            m = torch.maximum(m, _largest(block))
        return _online(x, block_size, update=lambda _, total, block: (m, total + _sum(torch.exp(block - m))))


@wrong("check_online_passes")
class AllAtOnce:
    """The whole of x is worked on at once. That is the usual softmax, with a temporary as large as x; block
    by block nothing is larger than a block.
    """

    def online_softmax(x, block_size=128):
        wide = x.to(torch.promote_types(x.dtype, torch.float32))
        exponentials = torch.exp(wide - _largest(wide))
        return (exponentials / _sum(exponentials)).to(x.dtype)


# fused_softmax ------------------------------------------------------------------------------------


@triton.jit
def _kernel(
    x, out, x_stride, out_stride, n_columns, readable, other,
    SUBTRACTS: tl.constexpr, IN_HALF: tl.constexpr, BLOCK: tl.constexpr,
):  # fmt: skip
    row = tl.program_id(0)
    columns = tl.arange(0, BLOCK)
    values = tl.load(x + row * x_stride + columns, mask=columns < readable, other=other).to(tl.float32)
    if SUBTRACTS:
        values -= tl.max(values, axis=0)
    exponentials = tl.exp(values)
    if IN_HALF:
        exponentials = exponentials.to(tl.float16)
    result = exponentials / tl.sum(exponentials, axis=0)
    tl.store(out + row * out_stride + columns, result, mask=columns < n_columns)


def _launch(
    x, *, out=None, x_stride=None, out_stride=None, readable=None, other=-float("inf"), subtracts=True,
    in_half=False, block=None,
):  # fmt: skip
    n_rows, n_columns = x.shape
    out = torch.empty_like(x) if out is None else out
    _kernel[(n_rows,)](
        x,
        out,
        x.stride(0) if x_stride is None else x_stride,
        out.stride(0) if out_stride is None else out_stride,
        n_columns,
        n_columns if readable is None else readable,
        other,
        SUBTRACTS=subtracts,
        IN_HALF=in_half,
        BLOCK=block or triton.next_power_of_2(n_columns),
    )
    return out


@wrong("check_fused")
class NoMaskForTheLoad:
    """The block has more lanes than the row has columns, and the load has no mask. The lanes beyond the last
    column read what lies behind: the next row, which is then part of the sum.
    """

    def fused_softmax(x):
        return _launch(x, readable=triton.next_power_of_2(x.shape[1]))


@wrong("check_fused")
class MaskedLanesAreZero:
    """The masked lanes get 0, by other=0.0 or by leaving other out. exp(0) is not 0: each of them adds to the
    sum, and where all logits are negative 0 is the maximum as well.
    """

    def fused_softmax(x):
        return _launch(x, other=0.0)


@wrong("check_fused_strides")
class RowsLieBehindEachOther:
    """Row i is read at i times the number of columns. That holds for a contiguous x only; x.stride(0) says
    how far apart the rows are.
    """

    def fused_softmax(x):
        return _launch(x, x_stride=x.shape[1])


@wrong("check_fused_strides")
class OneStrideForBoth:
    """The row stride of x is used for the result as well, which is laid out by itself. Where they differ,
    rows land in the wrong place.
    """

    def fused_softmax(x):
        out = torch.zeros_like(x)
        # A larger stride would write behind the result.
        return _launch(x, out=out, out_stride=min(x.stride(0), out.stride(0)))


@wrong("check_fused_extreme")
class ExponentialsAsTheyAre:
    """The kernel does not subtract the maximum of the row. The exponential of a large logit is infinite, and
    in a row far below zero all of them are 0.
    """

    def fused_softmax(x):
        return _launch(x, subtracts=False)


@wrong("check_fused_half")
class SumInHalf:
    """The exponentials are converted back before they are added up. Their sum is then a float16 too, which
    holds no more than 65504.
    """

    def fused_softmax(x):
        return _launch(x, in_half=x.dtype == torch.float16)


@wrong("check_fused_wide")
class BlockOf1024:
    """The block has 1024 lanes, whatever C is. Columns beyond that are neither read nor written: either the
    block is as wide as the row, or the kernel goes over it in a loop.
    """

    def fused_softmax(x):
        return _launch(x, out=torch.zeros_like(x), block=1024)


@wrong("check_fused", shows="exception")
class BlockAsWideAsTheRow:
    """The block has as many lanes as the row has columns. tl.arange takes powers of two only: round up, and
    mask the rest.
    """

    def fused_softmax(x):
        return _launch(x, block=x.shape[1])


@wrong("check_launch")
class LeavesItToTorch:
    """All of this is computed by torch, with one kernel for the maximum, one for the difference, and so on.
    One kernel of your own that does it in one go is what is asked for.
    """

    def fused_softmax(x):
        wide = x.float()
        exponentials = torch.exp(wide - wide.amax(dim=1, keepdim=True))
        return (exponentials / exponentials.sum(dim=1, keepdim=True)).to(x.dtype)


@wrong("check_launch")
class DividesInTorch:
    """The kernel writes the exponentials, and torch divides them by their sums. That reads and writes all of
    it a second and a third time, which fusing is there to save.
    """

    def fused_softmax(x):
        out = _exponentials(x)
        return (out / out.sum(dim=1, keepdim=True)).to(x.dtype)


@triton.jit
def _exponentials_kernel(x, out, x_stride, out_stride, n_columns, BLOCK: tl.constexpr):
    row = tl.program_id(0)
    columns = tl.arange(0, BLOCK)
    inside = columns < n_columns
    values = tl.load(x + row * x_stride + columns, mask=inside, other=-float("inf")).to(tl.float32)
    tl.store(out + row * out_stride + columns, tl.exp(values - tl.max(values, axis=0)), mask=inside)


def _exponentials(x):
    n_rows, n_columns = x.shape
    out = torch.empty(x.shape, dtype=torch.float32, device=x.device)
    block = triton.next_power_of_2(n_columns)
    _exponentials_kernel[(n_rows,)](x, out, x.stride(0), out.stride(0), n_columns, BLOCK=block)
    return out


@wrong("check_input")
class InPlace:
    """The kernel writes its result over x. The caller still has x, and finds something else in it."""

    def fused_softmax(x):
        return _launch(x, out=x)


@triton.jit
def _one_after_the_other(x, out, x_stride, out_stride, n_rows, n_columns, BLOCK: tl.constexpr):
    columns = tl.arange(0, BLOCK)
    for _ in range(0, n_rows):
        values = tl.load(x + columns, mask=columns < n_columns, other=-float("inf")).to(tl.float32)
        exponentials = tl.exp(values - tl.max(values, axis=0))
        tl.store(out + columns, exponentials / tl.sum(exponentials, axis=0), mask=columns < n_columns)
        x += x_stride
        out += out_stride


@wrong("check_time")
class OneProgramForAll:
    """A single program goes over all rows in a loop. It runs on one of the device's many multiprocessors, and
    the others have nothing to do: what is independent belongs into the grid.
    """

    def fused_softmax(x):
        out = torch.empty_like(x)
        block = triton.next_power_of_2(x.shape[1])
        _one_after_the_other[(1,)](x, out, x.stride(0), out.stride(0), *x.shape, BLOCK=block, num_warps=8)
        return out
