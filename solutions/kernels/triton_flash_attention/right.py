import torch
import triton
import triton.language as tl

from pytest_torchkata.checks import right


def _checked(q):
    if q.shape[-1] not in {32, 64, 128} or q.dtype not in {torch.float16, torch.bfloat16}:
        raise ValueError(f"unsupported: {tuple(q.shape)}, {q.dtype}")


@triton.jit
def _exp2_kernel(
    Q, K, V, sm_scale, Out,
    stride_qz, stride_qh, stride_qm, stride_kz, stride_kh, stride_kn, stride_vz, stride_vh, stride_vn,
    stride_oz, stride_oh, stride_om, H, N_CTX,
    HEAD_DIM: tl.constexpr, BLOCK_M: tl.constexpr, BLOCK_N: tl.constexpr, IS_CAUSAL: tl.constexpr,
):  # fmt: skip
    start_m = tl.program_id(0)
    off_z = tl.program_id(1) // H
    off_h = tl.program_id(1) % H
    offs_m = start_m * BLOCK_M + tl.arange(0, BLOCK_M)
    offs_n = tl.arange(0, BLOCK_N)
    offs_d = tl.arange(0, HEAD_DIM)
    q_ptrs = Q + off_z * stride_qz + off_h * stride_qh + offs_m[:, None] * stride_qm + offs_d[None, :]
    k_ptrs = K + off_z * stride_kz + off_h * stride_kh + offs_n[:, None] * stride_kn + offs_d[None, :]
    v_ptrs = V + off_z * stride_vz + off_h * stride_vh + offs_n[:, None] * stride_vn + offs_d[None, :]
    m_i = tl.zeros([BLOCK_M], dtype=tl.float32) - float("inf")
    l_i = tl.zeros([BLOCK_M], dtype=tl.float32) + 1.0
    acc = tl.zeros([BLOCK_M, HEAD_DIM], dtype=tl.float32)
    qk_scale = sm_scale * 1.44269504
    q = tl.load(q_ptrs, mask=offs_m[:, None] < N_CTX, other=0.0)
    for start_n in range(0, N_CTX, BLOCK_N):
        k = tl.load(k_ptrs, mask=(start_n + offs_n)[:, None] < N_CTX, other=0.0)
        qk = tl.dot(q, tl.trans(k))
        keep = (start_n + offs_n)[None, :] < N_CTX
        if IS_CAUSAL:
            keep &= offs_m[:, None] >= (start_n + offs_n)[None, :]
        qk = qk * qk_scale + tl.where(keep, 0, -1.0e6)
        m_ij = tl.maximum(m_i, tl.max(qk, 1))
        qk -= m_ij[:, None]
        p = tl.math.exp2(qk)
        alpha = tl.math.exp2(m_i - m_ij)
        l_i = l_i * alpha + tl.sum(p, 1)
        acc = acc * alpha[:, None]
        v = tl.load(v_ptrs, mask=(start_n + offs_n)[:, None] < N_CTX, other=0.0)
        acc = tl.dot(p.to(v.dtype), v, acc)
        m_i = m_ij
        k_ptrs += BLOCK_N * stride_kn
        v_ptrs += BLOCK_N * stride_vn
    acc = acc / l_i[:, None]
    o_ptrs = Out + off_z * stride_oz + off_h * stride_oh + offs_m[:, None] * stride_om + offs_d[None, :]
    tl.store(o_ptrs, acc.to(Out.type.element_ty), mask=offs_m[:, None] < N_CTX)


@right
class Exp2:
    """exp2 with the constants folded into the scale, and a loop over all blocks, causal or not."""

    def triton_flash_attention(q, k, v, causal=False):
        _checked(q)
        Z, H, N_CTX, HEAD_DIM = q.shape
        o = torch.empty_like(q)
        grid = (triton.cdiv(N_CTX, 32), Z * H, 1)
        _exp2_kernel[grid](
            q, k, v, HEAD_DIM**-0.5, o,
            q.stride(0), q.stride(1), q.stride(2), k.stride(0), k.stride(1), k.stride(2),
            v.stride(0), v.stride(1), v.stride(2), o.stride(0), o.stride(1), o.stride(2), H, N_CTX,
            HEAD_DIM=HEAD_DIM, BLOCK_M=32, BLOCK_N=64, IS_CAUSAL=causal, num_warps=4, num_stages=1,
        )  # fmt: skip
        return o


@triton.jit
def _row_kernel(
    q, k, v, out, qb, qh, qt, kb, kh, kt, vb, vh, vt, ob, oh, ot, T, scale, causal,
    D: tl.constexpr, BLOCK: tl.constexpr,
):  # fmt: skip
    row, h, b = tl.program_id(0), tl.program_id(1), tl.program_id(2)
    width = tl.arange(0, D)
    query = tl.load(q + b * qb + h * qh + row * qt + width).to(tl.float32) * scale
    m = -1e30
    total = 0.0
    acc = tl.zeros([D], tl.float32)
    end = T
    if causal:
        end = row + 1
    for start in range(0, end, BLOCK):
        columns = start + tl.arange(0, BLOCK)
        inside = columns[:, None] < end
        keys = tl.load(k + b * kb + h * kh + columns[:, None] * kt + width[None, :], mask=inside, other=0.0)
        values = tl.load(v + b * vb + h * vh + columns[:, None] * vt + width[None, :], mask=inside, other=0.0)
        scores = tl.sum(keys.to(tl.float32) * query[None, :], axis=1)
        scores = tl.where(columns < end, scores, -float("inf"))
        larger = tl.maximum(m, tl.max(scores, axis=0))
        p = tl.exp(scores - larger)
        alpha = tl.exp(m - larger)
        total = total * alpha + tl.sum(p, axis=0)
        acc = acc * alpha + tl.sum(p[:, None] * values.to(tl.float32), axis=0)
        m = larger
    tl.store(out + b * ob + h * oh + row * ot + width, (acc / total).to(out.dtype.element_ty))


@right
class OneQueryEach:
    """A program for each query, without tl.dot, on a grid of three dimensions."""

    def triton_flash_attention(q, k, v, causal=False):
        _checked(q)
        B, H, T, D = q.shape
        out = torch.zeros_like(q)
        strides = [each.stride(i) for each in (q, k, v, out) for i in range(3)]
        _row_kernel[(T, H, B)](q, k, v, out, *strides, T, 1 / D**0.5, int(causal), D=D, BLOCK=64)
        return out
